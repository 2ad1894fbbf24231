//! Analyses from files and folders, read again when these change.

mod reading;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serin_judge::analysis::{Diagnostic, DocumentKind};

use crate::config::documents;
use crate::engine::ports::{Analyses, Clock, KnownAnalysis};
use reading::Reading;

/// How often folders are looked through. Watching them by the kernel misses what mounted volumes do.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// The analyses of some files and folders. What a broken file held before goes on being known.
pub struct AnalysisFiles {
    paths: Vec<PathBuf>,
    state: Mutex<State>,
}

/// What is known of one file.
#[derive(Clone, Debug)]
pub struct AnalysisFile {
    /// Its path.
    pub path: String,
    /// Kind and name of the analyses that are known of it.
    pub analyses: Vec<(DocumentKind, String)>,
    /// What is wrong with it as it is now; empty for a good file.
    pub errors: Vec<Diagnostic>,
    /// It is broken, and what it held before is used.
    pub is_outdated: bool,
}

#[derive(Default)]
struct State {
    stamps: Stamps,
    reading: Reading,
}

/// What tells that a file has changed: when it was written, and how long it is.
type Stamps = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

impl AnalysisFiles {
    /// Reads them for the first time. Broken files are known as broken.
    ///
    /// # Errors
    /// One line that names the first path that is not there or cannot be looked through.
    pub fn open(paths: Vec<PathBuf>) -> Result<Self, String> {
        let files = Self {
            paths,
            state: Mutex::default(),
        };
        let stamps = files.stamps()?;
        files.take(stamps);
        Ok(files)
    }

    /// Looks for changes for ever.
    pub async fn watch(self: Arc<Self>, clock: Arc<dyn Clock>) {
        loop {
            clock.sleep_until(clock.now() + LOOK_INTERVAL).await;
            let files = Arc::clone(&self);
            // A file system that hangs must not hold up others.
            let _looked = tokio::task::spawn_blocking(move || files.look()).await;
        }
    }

    /// Reads again what has changed.
    pub fn look(&self) {
        match self.stamps() {
            Ok(stamps) if stamps == self.state().stamps => {}
            Ok(stamps) => self.take(stamps),
            // A folder that went away takes nothing with it: that is how volumes are exchanged.
            Err(message) => tracing::warn!("analyses stay as they are: {message}"),
        }
    }

    /// Every file, with what is wrong with it.
    #[must_use]
    pub fn files(&self) -> Vec<AnalysisFile> {
        self.state().reading.files.clone()
    }

    /// How many files are broken.
    #[must_use]
    pub fn broken(&self) -> usize {
        let state = self.state();
        let files = state.reading.files.iter();
        files.filter(|file| !file.errors.is_empty()).count()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It is replaced as a whole, so a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stamps(&self) -> Result<Stamps, String> {
        let mut stamps = Stamps::new();
        for path in &self.paths {
            let found = documents::below(path);
            let found = found.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            stamps.extend(found.into_iter().map(|file| {
                let stamp = stamp(&file);
                (file, stamp)
            }));
        }
        Ok(stamps)
    }

    fn take(&self, stamps: Stamps) {
        let before = std::mem::take(&mut self.state().reading.good);
        let paths: Vec<PathBuf> = stamps.keys().cloned().collect();
        let reading = Reading::of(&paths, before);
        for file in reading.files.iter().filter(|file| !file.errors.is_empty()) {
            report(file);
        }
        let analyses = reading.known.len();
        tracing::info!(files = reading.files.len(), analyses, "analyses are read");
        *self.state() = State { stamps, reading };
    }
}

fn stamp(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn report(file: &AnalysisFile) {
    let consequence = match file.is_outdated {
        true => "what it held before is used",
        false => "it is left out",
    };
    for error in &file.errors {
        tracing::error!(
            file = file.path,
            line = error.line,
            column = error.column,
            "a file of analyses is broken, {consequence}: {}; expected {}",
            error.found,
            error.expected
        );
    }
}

impl Analyses for AnalysisFiles {
    fn get(&self, name: &str) -> Option<Arc<KnownAnalysis>> {
        self.state().reading.known.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.state().reading.known.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use crate::analysis::plan::ComparisonKind;
use crate::time::Timestamp;
use crate::verdict::{Data, Look, Side};

use super::line::{self, Line, Malformed, malformed};

/// Windows may overlap by this much: clocks and roundings.
const OVERLAP_MAX: Duration = Duration::from_millis(1);

/// A line that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct RecordingError {
    /// From 1.
    pub line: u64,
    /// What is wrong.
    pub what: Malformed,
}

/// A recorded release.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The comparisons in the order in which they came up, with what they compare.
    pub comparisons: Vec<(Arc<str>, ComparisonKind)>,
    /// In order of time.
    pub looks: Vec<Look>,
    /// The start of the first window of the last stage that is not history; `None` without such.
    pub started_at: Option<Timestamp>,
    /// The stages before the last one: when each began, and how many of the looks are over with it.
    pub earlier: Vec<(Timestamp, usize)>,
}

/// Whose windows: comparison, side, whether of the control, target.
type Source = (Arc<str>, Side, bool, Arc<str>);

/// Reads a recording line by line.
#[derive(Debug, Default)]
pub struct RecordingReader {
    recording: Recording,
    lines: u64,
    kinds: BTreeMap<Arc<str>, Option<ComparisonKind>>,
    /// The stages so far, the last one at hand.
    stages: Vec<Arc<str>>,
    /// Where the newest window of each source ends.
    ends: BTreeMap<Source, Timestamp>,
    /// Of the newest histogram: most have the same, which are kept once.
    newest_bounds: Arc<[f64]>,
}

impl RecordingReader {
    /// Takes the next line; an empty one is left out.
    ///
    /// # Errors
    /// When it is no window, comes out of order or twice, overlaps the window before it, or is of another kind.
    pub fn line(&mut self, text: &str) -> Result<(), RecordingError> {
        self.lines += 1;
        if text.trim().is_empty() {
            return Ok(());
        }
        let taken = line::parse(text).and_then(|mut line| {
            self.share_bounds(&mut line);
            self.take(line)
        });
        taken.map_err(|what| RecordingError {
            line: self.lines,
            what,
        })
    }

    fn share_bounds(&mut self, line: &mut Line) {
        for window in &mut line.windows {
            if let Data::Latency(latencies) = &mut window.data {
                latencies.histogram.share_bounds(&self.newest_bounds);
                self.newest_bounds = Arc::clone(latencies.histogram.shared_bounds());
            }
        }
    }

    fn take(&mut self, line: Line) -> Result<(), Malformed> {
        let newest = self.recording.looks.last().map(|look| look.at);
        if let Some(newest) = newest.filter(|newest| line.at < *newest) {
            let found = format!(
                "a window that ends at {} after one that ends at {newest}",
                line.at
            );
            return Err(malformed(found, "lines in order of `at`"));
        }
        self.check_kind(&line)?;
        self.enter_stage(&line, newest)?;
        for window in &line.windows {
            let source = (
                Arc::clone(&window.comparison),
                window.side,
                window.flags.control,
                Arc::clone(&window.target),
            );
            let last = self.ends.insert(source, window.end);
            if let Some(last) = last.filter(|last| last.since(window.start) > OVERLAP_MAX) {
                let found = format!(
                    "a {} window from {} to {}, after one that ends at {last}",
                    window.side, window.start, window.end
                );
                return Err(malformed(
                    found,
                    "windows of one side and target that do not overlap",
                ));
            }
        }
        if !line.history {
            let started_at = &mut self.recording.started_at;
            *started_at = Some(started_at.map_or(line.start, |earlier| earlier.min(line.start)));
        }
        if newest == Some(line.at) {
            if let Some(look) = self.recording.looks.last_mut() {
                look.windows.extend(line.windows);
            }
        } else {
            self.recording.looks.push(Look {
                at: line.at,
                windows: line.windows,
            });
        }
        Ok(())
    }

    /// A stage begins with its first line, and every stage is over when the next begins.
    fn enter_stage(&mut self, line: &Line, newest: Option<Timestamp>) -> Result<(), Malformed> {
        if self.stages.last() == Some(&line.stage) {
            return Ok(());
        }
        if self.stages.contains(&line.stage) {
            let found = format!("stage \"{}\" again, after another stage", line.stage);
            return Err(malformed(found, "all windows of a stage together"));
        }
        if newest == Some(line.at) {
            let found = format!(
                "a window of stage \"{}\" at {}, beside one of another stage",
                line.stage, line.at
            );
            return Err(malformed(found, "windows of one stage in each look"));
        }
        self.stages.push(Arc::clone(&line.stage));
        // Without anything to judge so far it was history.
        if let Some(started_at) = self.recording.started_at.take() {
            self.recording
                .earlier
                .push((started_at, self.recording.looks.len()));
        }
        Ok(())
    }

    fn check_kind(&mut self, line: &Line) -> Result<(), Malformed> {
        match self.kinds.entry(Arc::clone(&line.comparison)) {
            Entry::Vacant(entry) => {
                let kind = line.kind.unwrap_or_default();
                let _known = entry.insert(line.kind);
                self.recording
                    .comparisons
                    .push((Arc::clone(&line.comparison), kind));
            }
            Entry::Occupied(mut entry) => match (*entry.get(), line.kind) {
                (None, Some(kind)) => {
                    let _unknown = entry.insert(Some(kind));
                    let mut known = self.recording.comparisons.iter_mut();
                    if let Some((_, known)) = known.find(|(name, _)| *name == line.comparison) {
                        *known = kind;
                    }
                }
                (Some(known), Some(kind)) if known != kind => {
                    let found = format!("{kind:?} of comparison \"{}\"", line.comparison);
                    return Err(malformed(found, format!("{known:?}, as in the lines before")));
                }
                _ => {}
            },
        }
        Ok(())
    }

    /// All that was read.
    #[must_use]
    pub fn finish(self) -> Recording {
        self.recording
    }
}

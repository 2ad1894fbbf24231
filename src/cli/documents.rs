//! Reads the files and folders that a command names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serin_judge::analysis::{Diagnostic, Documents, FILE_BYTES_MAX, Source};

/// Files of a folder are documents when they end like this; unit tests of analyses are not.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];
const TEST_ENDING: &str = ".test.yaml";
/// A folder of documents is never deeper; a link in a circle is.
const DEPTH_MAX: usize = 16;

/// Reads everything that is named, folders with everything below them in the order of names.
///
/// # Errors
/// One line that names the first path that cannot be read, or a folder without documents.
pub(super) fn read(paths: &[PathBuf]) -> Result<(Documents, Vec<Diagnostic>), String> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        collect(path, 0, &mut files).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        if files.len() == before {
            return Err(format!(
                "{} has no documents: files that end in .yaml, .yml or .json",
                path.display()
            ));
        }
    }
    let sources = files
        .iter()
        .map(|file| source(file))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Documents::read(sources))
}

fn collect(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    if depth > DEPTH_MAX {
        return Err(io::Error::other(format!(
            "folders are nested deeper than {DEPTH_MAX}"
        )));
    }
    let mut entries = fs::read_dir(path)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        let is_document = entry
            .extension()
            .is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
        if entry.is_dir() || is_document && !name.ends_with(TEST_ENDING) {
            collect(&entry, depth + 1, files)?;
        }
    }
    Ok(())
}

fn source(path: &Path) -> Result<Source, String> {
    let name = path.display().to_string();
    let unreadable = |error: io::Error| format!("cannot read {name}: {error}");
    let mut bytes = Vec::new();
    // One byte more than allowed is enough for the reader to say that it is too long.
    let limit = u64::try_from(FILE_BYTES_MAX)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let file = fs::File::open(path).map_err(unreadable)?;
    let _length = io::Read::read_to_end(&mut io::Read::take(file, limit), &mut bytes).map_err(unreadable)?;
    Ok(Source::from_bytes(&name, &bytes))
}

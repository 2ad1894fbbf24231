//! Reads the files and folders that somebody names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::files;

use serin_judge::analysis::{Diagnostic, Documents, FILE_BYTES_MAX, Source, TEST_FILE_BYTES_MAX};

/// Files of a folder are documents when they end like this; unit tests of analyses are not.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];
const TEST_ENDING: &str = ".test.yaml";
/// A folder of documents is never deeper; a link in a circle is.
const DEPTH_MAX: usize = 16;

/// Reads everything that is named, folders with everything below them in the order of names.
///
/// # Errors
/// One line that names the first path that cannot be read, or a folder without documents.
pub(crate) fn read(paths: &[PathBuf]) -> Result<(Documents, Vec<Diagnostic>), String> {
    Ok(of(sources(paths)?))
}

/// Documents of this machine, which may name files of it.
pub(crate) fn of(sources: Vec<Source>) -> (Documents, Vec<Diagnostic>) {
    let (documents, diagnostics) = Documents::read(sources);
    (documents.with_files(files::of_disk()), diagnostics)
}

/// The same before anything is made of the texts.
///
/// # Errors
/// As [`read`].
pub(crate) fn sources(paths: &[PathBuf]) -> Result<Vec<Source>, String> {
    let files = found(
        paths,
        is_document,
        "documents: files that end in .yaml, .yml or .json",
    )?;
    files.iter().map(|file| source(file, FILE_BYTES_MAX)).collect()
}

/// Files of tests.
///
/// # Errors
/// One line that names the first path that cannot be read, or a folder without tests.
pub(crate) fn tests(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    found(
        paths,
        |name| name.ends_with(TEST_ENDING),
        "tests: files that end in .test.yaml",
    )
}

/// One file of tests.
///
/// # Errors
/// One line that says why it cannot be read.
pub(crate) fn test(path: &Path) -> Result<Source, String> {
    source(path, TEST_FILE_BYTES_MAX)
}

fn is_document(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ENDINGS.contains(&ending)) && !name.ends_with(TEST_ENDING)
}

/// What is named, and what folders hold that is `wanted` by its name.
fn found(paths: &[PathBuf], wanted: fn(&str) -> bool, what: &str) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        collect(path, wanted, 0, &mut files)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        if files.len() == before {
            return Err(format!("{} has no {what}", path.display()));
        }
    }
    Ok(files)
}

/// Files of documents below a file or folder, in the order of names; a folder may have none.
///
/// # Errors
/// When a folder cannot be read.
pub(super) fn below(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(path, is_document, 0, &mut files)?;
    Ok(files)
}

fn collect(path: &Path, wanted: fn(&str) -> bool, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
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
        if entry.is_dir() || wanted(&name) {
            collect(&entry, wanted, depth + 1, files)?;
        }
    }
    Ok(())
}

pub(crate) fn source(path: &Path, bytes_max: usize) -> Result<Source, String> {
    let name = path.display().to_string();
    let unreadable = |error: io::Error| format!("cannot read {name}: {error}");
    let mut bytes = Vec::new();
    // One byte more than allowed is enough for the reader to say that it is too long.
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    let file = fs::File::open(path).map_err(unreadable)?;
    let _length = io::Read::read_to_end(&mut io::Read::take(file, limit), &mut bytes).map_err(unreadable)?;
    Ok(Source::from_bytes(&name, &bytes))
}

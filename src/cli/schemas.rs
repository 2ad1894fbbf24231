//! `serin schemas`: the JSON Schemas of all documents, for editors.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::exit;

/// Options of `serin schemas`.
#[derive(Debug, clap::Args)]
pub struct SchemasOptions {
    /// Folder to write into.
    folder: PathBuf,
}

/// Writes one file for each kind.
pub fn execute(options: &SchemasOptions) -> ExitCode {
    let written = std::fs::create_dir_all(&options.folder).and_then(|()| {
        serin_judge::analysis::schemas()
            .into_iter()
            .try_for_each(|(name, text)| std::fs::write(options.folder.join(name), text))
    });
    match written {
        Ok(()) => ExitCode::from(exit::GOOD),
        Err(error) => exit::fail(
            exit::BROKEN,
            &format!("error: cannot write into {}: {error}", options.folder.display()),
        ),
    }
}

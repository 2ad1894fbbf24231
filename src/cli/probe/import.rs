//! `serin probe --import`: checks of other tools as Journeys.

use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;

use serin_judge::analysis::{FILE_BYTES_MAX, Source};
use serin_judge::import::{IMPORT_BYTES_MAX, Imported, Tool, import};

use crate::cli::plan::{counted, rendered};
use crate::cli::{exit, output};

/// Whose files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum From {
    /// Command lines of curl, as they are pasted: a journey a command, a step a URL.
    Curl,
    /// A file of hurl: a step an entry.
    Hurl,
    /// A module file of blackbox_exporter: a journey a module, with the target as argument.
    Blackbox,
    /// A configuration of Gatus: a journey an endpoint, and a suite.
    Gatus,
    /// A collection of Postman, format 2.1: a step a request.
    Postman,
}

impl From {
    fn tool(self) -> Tool {
        match self {
            Self::Curl => Tool::Curl,
            Self::Hurl => Tool::Hurl,
            Self::Blackbox => Tool::Blackbox,
            Self::Gatus => Tool::Gatus,
            Self::Postman => Tool::Postman,
        }
    }
}

/// Prints the journeys of all files; nothing where one of them cannot be read.
pub(super) fn execute(from: From, files: &[String]) -> ExitCode {
    let mut yaml = Vec::new();
    let (mut journeys, mut lost) = (0, 0);
    for file in files {
        let imported =
            read(file).and_then(|source| import(from.tool(), source).map_err(|wrong| rendered(&wrong)));
        match imported {
            Ok(imported) => {
                let Imported { yaml: text, .. } = imported;
                yaml.push(text);
                journeys += imported.journeys;
                lost += imported.lost;
            }
            Err(message) => return exit::fail(exit::INVALID, message.trim_end()),
        }
    }
    let yaml = yaml.join("---\n");
    output::print(&yaml);
    if lost > 0 {
        let things = counted(lost, "thing");
        output::complain(&format!(
            "{}: {things} could not be carried over; a comment says what, where it would stand",
            counted(journeys, "journey")
        ));
    }
    if yaml.len() > FILE_BYTES_MAX {
        let kibibytes = FILE_BYTES_MAX / 1024;
        output::complain(&format!(
            "longer than the {kibibytes} KiB that one file may have: split it at `---`"
        ));
    }
    ExitCode::from(exit::GOOD)
}

/// A file, or standard input; a little more than the limit, so that it shows.
fn read(file: &str) -> Result<Source, String> {
    let limit = IMPORT_BYTES_MAX as u64 + 1;
    let mut bytes = Vec::new();
    let read = if file == "-" {
        io::stdin().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|error| format!("error: {file}: {error}"))?;
    Ok(Source::from_bytes(
        if file == "-" { "stdin" } else { file },
        &bytes,
    ))
}

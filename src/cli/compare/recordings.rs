//! Two recordings against each other.

use std::process::ExitCode;

use crate::cli::{exit, output};

use super::compared::{Compared, Settings};
use super::options::{RecordingsOptions, Shown};
use super::read::{self, Recording, Wanted};
use super::{html, human, json};

/// Compares the recordings in files `a` and `b`.
pub(super) fn execute(
    a: &str,
    b: &str,
    options: &RecordingsOptions,
    shown: Shown,
) -> Result<ExitCode, String> {
    if let Some(option) = options.given_too_often() {
        return Err(format!(
            "error: {option} more than twice: once for both recordings, or once for each"
        ));
    }
    if shown == Shown::Junit {
        return Err("error: --output junit shows a verdict, which --windows gives; for two recordings there are human, json and html".to_owned());
    }
    if a == "-" && b == "-" {
        return Err("error: both recordings are standard input; one of them has to be a file".to_owned());
    }
    let recordings = [recording(a, 0, options)?, recording(b, 1, options)?];
    if options.unit(0).is_some()
        && recordings
            .iter()
            .all(|recording| recording.states_unit || recording.unit.is_none())
    {
        return Err(
            "error: --unit is for values without one, and both recordings say theirs; leave it out"
                .to_owned(),
        );
    }
    let settings = Settings {
        level: options.level,
        tolerance: options.tolerance,
    };
    let [of_a, of_b] = recordings;
    let compared = Compared::new([(a, of_a), (b, of_b)], settings)?;
    match shown {
        Shown::Json => output::print_json(&json::document(&compared)),
        Shown::Html => output::print(&html::page(&compared)),
        Shown::Human | Shown::Junit => output::print(&human::report(&compared)),
    }
    let failed = options.fail_on_regression && compared.regressed();
    Ok(ExitCode::from(if failed { exit::BAD } else { exit::GOOD }))
}

fn recording(file: &str, index: usize, options: &RecordingsOptions) -> Result<Recording, String> {
    let wanted = Wanted {
        unit: options.unit(index),
        series: options.series(index),
        side: options.side(index).into(),
    };
    read::read(file, options.format, &wanted)
}

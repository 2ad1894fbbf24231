//! Test data that teardown could not remove: a CSV file that grows, and what it holds.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use serde_json::json;
use serin_judge::time::Timestamp;

use super::options::Shown;
use super::probed::{Probed, arm_word, shown_target};
use crate::cli::screen::wrap;
use crate::cli::{exit, output};

/// One piece of test data, a line of the file; the columns are the fields, so that a journey can take them as its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Leak {
    journey: String,
    arm: String,
    target: String,
    /// As the step's `creates` names it.
    data: String,
    /// `serin-` and the id of the run that made it.
    tag: String,
    at: Timestamp,
}

/// Appends what is left.
///
/// # Errors
/// When the file cannot be written: then the data is in the report only.
pub(super) fn append(file: &Path, probed: &Probed) -> Result<(), String> {
    let leaks = of(probed);
    if leaks.is_empty() {
        return Ok(());
    }
    write(file, &leaks).map_err(|error| {
        format!(
            "error: --leaks {}: {error}; the {} pieces of test data that are left are in the report only",
            file.display(),
            leaks.len()
        )
    })
}

fn of(probed: &Probed) -> Vec<Leak> {
    let mut leaks = Vec::new();
    for journey in &probed.journeys {
        for (target, arm) in journey.arms() {
            leaks.extend(arm.leaks.iter().map(|leak| {
                let (data, tag) = parts(leak);
                Leak {
                    journey: journey.journey.name.clone(),
                    arm: arm_word(target.arm).to_owned(),
                    target: shown_target(target),
                    data: data.to_owned(),
                    tag: tag.to_owned(),
                    at: probed.finished_at,
                }
            }));
        }
    }
    leaks
}

/// `order 7 (serin-4bf9...)` is the data and the tag of its run.
fn parts(leak: &str) -> (&str, &str) {
    let parts = leak.strip_suffix(')').and_then(|leak| leak.rsplit_once(" ("));
    parts.unwrap_or((leak, ""))
}

fn write(file: &Path, leaks: &[Leak]) -> Result<(), csv::Error> {
    let file = OpenOptions::new().create(true).append(true).open(file)?;
    let is_new = file.metadata()?.len() == 0;
    let mut lines = csv::WriterBuilder::new().has_headers(is_new).from_writer(file);
    for leak in leaks {
        lines.serialize(leak)?;
    }
    lines.flush()?;
    Ok(())
}

fn read(file: &Path) -> Result<Vec<Leak>, csv::Error> {
    csv::Reader::from_reader(File::open(file)?)
        .deserialize()
        .collect()
}

/// Lists what a file holds. Exit code 1 when there is anything, 2 when it is no such file; one that does not exist yet
/// holds nothing.
pub(super) fn list(file: &Path, shown: Shown) -> ExitCode {
    let leaks = match read(file) {
        Ok(leaks) => leaks,
        Err(error) if is_missing(&error) => Vec::new(),
        Err(error) => {
            let message = format!(
                "error: {}: {error}; expected a file that --leaks has written",
                file.display()
            );
            return exit::fail(exit::INVALID, &message);
        }
    };
    match shown {
        Shown::Human => output::print(&human(file, &leaks)),
        Shown::Json => output::print_json(&json!({ "leaks": leaks })),
        Shown::Junit | Shown::Html | Shown::Hdr => {
            return exit::fail(exit::INVALID, "error: --janitor lists as human or json");
        }
    }
    ExitCode::from(if leaks.is_empty() { exit::GOOD } else { exit::BAD })
}

fn is_missing(error: &csv::Error) -> bool {
    matches!(error.kind(), csv::ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::NotFound)
}

fn human(file: &Path, leaks: &[Leak]) -> String {
    if leaks.is_empty() {
        return format!("{}: no test data is left\n", file.display());
    }
    let mut text = format!(
        "{}: {} pieces of test data are left\n",
        file.display(),
        leaks.len()
    );
    for leak in leaks {
        let Leak {
            journey,
            arm,
            target,
            data,
            tag,
            at,
        } = leak;
        text.push_str(&format!("  {data}  {journey}, {arm} at {target}, {at}  {tag}\n"));
    }
    let what_to_do = "Remove them where they are (each is tagged), or by a journey that takes this file as its rows: \
                      data: {csv: FILE}; then delete the file.";
    text.push_str(&wrap(what_to_do, 0, 96));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_appended_to() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("leaks.csv");
        let leak = |data: &str| Leak {
            journey: "checkout, slow".to_owned(),
            arm: "stable".to_owned(),
            target: "http://127.0.0.1:1".to_owned(),
            data: data.to_owned(),
            tag: "serin-00".to_owned(),
            at: Timestamp::from_micros(0),
        };
        write(&file, &[leak("order 7"), leak("a \"b\", c")]).unwrap();
        write(&file, &[leak("order 8")]).unwrap();
        assert_eq!(
            read(&file).unwrap(),
            [leak("order 7"), leak("a \"b\", c"), leak("order 8")]
        );
        assert!(human(&file, &read(&file).unwrap()).contains("3 pieces"));
        assert!(is_missing(&read(&folder.path().join("none")).unwrap_err()));
        std::fs::write(&file, "a,b\n1,2\n").unwrap();
        assert!(read(&file).is_err());
    }

    #[test]
    fn data_and_tag_are_told_apart() {
        assert_eq!(
            parts("order 7 (draft) (serin-0af)"),
            ("order 7 (draft)", "serin-0af")
        );
        assert_eq!(parts("order 7"), ("order 7", ""));
    }
}

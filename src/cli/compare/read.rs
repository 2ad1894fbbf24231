//! Recordings of other programs and of Serin, streamed: however long a file is, what is kept of it is bounded.

mod csv;
mod detect;
mod document;
mod hdr;
mod input;
mod k6;
mod oha;
mod own;
mod unit;

use std::collections::BTreeMap;

use serin_judge::stats::distribution::{Distribution, ValueError};
use serin_judge::verdict::{Counts, Side};

use detect::Shape;
use input::Input;
pub(in crate::cli) use unit::Unit;

/// A file with more series than this is none that can be chosen from.
const SERIES_MAX: usize = 256;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// HDR histogram interval log (V2).
    Hdr,
    /// One column of values, or time and value, or columns to choose from.
    Csv,
    /// k6's `--out json`, `--summary-export` or `handleSummary`.
    K6,
    /// oha's `--output-format json`.
    Oha,
    /// Serin's windows (lines of JSON) or run.
    Serin,
}

/// A side as the command line names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum SideName {
    /// The new version.
    #[default]
    Canary,
    /// The version that is trusted.
    Stable,
}

impl From<SideName> for Side {
    fn from(name: SideName) -> Self {
        match name {
            SideName::Canary => Self::Canary,
            SideName::Stable => Self::Stable,
        }
    }
}

/// What is wanted of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// Unit of values without one.
    pub(super) unit: Option<Unit>,
    /// Which of several series.
    pub(super) series: Option<&'a str>,
    /// Which side of Serin's recordings.
    pub(super) side: Side,
}

/// What a file held.
#[derive(Debug, Default)]
pub(in crate::cli) struct Recording {
    /// What kind of file, for people.
    pub(in crate::cli) format: &'static str,
    /// Which of its series, where it had names.
    pub(in crate::cli) series: Option<String>,
    /// In milliseconds.
    pub(in crate::cli) latencies: Option<Distribution>,
    /// Requests, and those of them that failed.
    pub(in crate::cli) errors: Option<Counts>,
    /// The unit that values had; `None` where there were none.
    pub(in crate::cli) unit: Option<Unit>,
    /// The file said so itself.
    pub(in crate::cli) states_unit: bool,
    /// What readers should know.
    pub(in crate::cli) remarks: Vec<String>,
}

/// Reads a file; `-` is standard input.
///
/// # Errors
/// What was found instead of a recording, with file and line.
pub(super) fn read(file: &str, format: Option<Format>, wanted: &Wanted) -> Result<Recording, String> {
    let mut input = Input::open(file).map_err(|error| format!("error: {file}: {error}"))?;
    let shape = detect::shape(&mut input, format);
    let read = shape.and_then(|shape| match shape {
        Shape::Lines(Format::Hdr) => hdr::read(&mut input, wanted),
        Shape::Lines(Format::Csv) => csv::read(&mut input, wanted),
        Shape::Lines(Format::K6) => k6::read(&mut input, wanted),
        Shape::Lines(Format::Serin) => own::read(&mut input, wanted),
        Shape::Document | Shape::Lines(Format::Oha) => document::read(&mut input, format, wanted),
    });
    read.map_err(|error| match input.line() {
        0 => format!("error: {file}: {error}"),
        line => format!("error: {file}:{line}: {error}"),
    })
}

/// Populations by name, as a file brings them.
#[derive(Debug, Default)]
struct Collection(BTreeMap<String, Distribution>);

impl Collection {
    /// Takes in `count` times `value` in milliseconds.
    fn record(&mut self, name: &str, value: f64, count: u64) -> Result<(), String> {
        let told = |error: ValueError| error.to_string();
        if let Some(known) = self.0.get_mut(name) {
            return known.record_many(value, count).map_err(told);
        }
        if self.0.len() == SERIES_MAX {
            return Err(format!(
                "more than {SERIES_MAX} different series; choose one with --series"
            ));
        }
        let known = self.0.entry(name.to_owned()).or_default();
        known.record_many(value, count).map_err(told)
    }

    /// The one asked for, or the only one.
    fn choose(mut self, asked: Option<&str>, what: &str) -> Result<(String, Distribution), String> {
        let names = || {
            self.0
                .keys()
                .map(|name| format!("\"{name}\""))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let name = match (asked, self.0.len()) {
            (_, 0) => return Err("no values: there is nothing to compare".to_owned()),
            (Some(name), _) if self.0.contains_key(name) => name.to_owned(),
            (Some(name), _) => return Err(format!("no {what} \"{name}\"; there are {}", names())),
            (None, 1) => self.0.keys().next().cloned().unwrap_or_default(),
            (None, _) => {
                return Err(format!(
                    "several {what}s: choose one of {} with --series",
                    names()
                ));
            }
        };
        let chosen = self.0.remove(&name).unwrap_or_default();
        Ok((name, chosen))
    }
}

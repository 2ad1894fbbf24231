//! Serin's own: recorded windows, line by line, and runs.

use std::collections::BTreeMap;

use serde_json::Value;
use serin_judge::verdict::recording::line_windows;
use serin_judge::verdict::{Counts, Data, Latencies, Window};

use super::input::Input;
use super::{Collection, Recording, Unit, Wanted};

/// Reads windows. History is left out: it is of another time.
pub(super) fn read(input: &mut Input, wanted: &Wanted) -> Result<Recording, String> {
    let mut windows = Windows::default();
    while let Some(line) = input.next_line()? {
        let line = std::str::from_utf8(line).map_err(|error| format!("no text: {error}"))?;
        if line.trim().is_empty() {
            continue;
        }
        for window in line_windows(line).map_err(|error| error.to_string())? {
            if window.side == wanted.side && !window.flags.history {
                windows.take(&window)?;
            }
        }
    }
    input.forget_line();
    windows.finish(wanted)
}

#[derive(Default)]
struct Windows {
    latencies: Collection,
    errors: BTreeMap<String, Counts>,
    /// Requests slower than the largest bound.
    beyond: u64,
    others: bool,
}

impl Windows {
    fn take(&mut self, window: &Window) -> Result<(), String> {
        match &window.data {
            Data::Latency(latencies) => self.take_latencies(&window.comparison, latencies),
            Data::Errors(counts) => {
                let sum = self.errors.entry(window.comparison.to_string()).or_default();
                sum.total = sum.total.saturating_add(counts.total);
                sum.bad = sum.bad.saturating_add(counts.bad);
                Ok(())
            }
            Data::Events(_) | Data::Series(_) => {
                self.others = true;
                Ok(())
            }
        }
    }

    /// A bucket's requests took at most its bound; beyond the last one all that is known is that they took longer.
    fn take_latencies(&mut self, name: &str, latencies: &Latencies) -> Result<(), String> {
        let (mut last, mut beyond) = (0.0, latencies.timeouts);
        for (bound, count) in latencies.histogram.buckets() {
            if bound.is_finite() {
                self.latencies.record(name, bound, count)?;
                last = bound;
            } else {
                beyond = beyond.saturating_add(count);
            }
        }
        self.beyond = self.beyond.saturating_add(beyond);
        self.latencies.record(name, last.next_up(), beyond)
    }

    fn finish(self, wanted: &Wanted) -> Result<Recording, String> {
        let mut recording = Recording {
            format: "Serin windows",
            unit: Some(Unit::Ms),
            states_unit: true,
            ..Recording::default()
        };
        let asked = |known: bool| wanted.series.is_none() || known;
        let side = wanted.side;
        if asked(
            wanted
                .series
                .is_some_and(|name| self.latencies.0.contains_key(name)),
        ) && !self.latencies.0.is_empty()
        {
            let (name, latencies) = self.latencies.choose(wanted.series, "comparison")?;
            if latencies.count() > 0 {
                recording
                    .remarks
                    .push(format!("times of {name} are upper bounds of buckets"));
                recording.latencies = Some(latencies);
            }
            if self.beyond > 0 {
                let beyond = self.beyond;
                recording.remarks.push(format!(
                    "{beyond} requests beyond the largest bound are taken as just above it"
                ));
            }
            recording.series = Some(format!("{name}, {side}"));
        }
        if asked(wanted.series.is_some_and(|name| self.errors.contains_key(name))) {
            let (name, counts) = one_of(self.errors, wanted.series)?;
            recording.errors = counts.filter(|counts| counts.total > 0);
            let described = format!("{name}, {side}");
            recording.series = recording
                .series
                .or(recording.errors.is_some().then_some(described));
        }
        if recording.latencies.is_none() && recording.errors.is_none() {
            return Err(nothing(wanted, self.others));
        }
        Ok(recording)
    }
}

fn nothing(wanted: &Wanted, others: bool) -> String {
    let what = wanted
        .series
        .map_or_else(String::new, |name| format!(" of comparison \"{name}\""));
    let instead = if others {
        "; windows of events and series are compared with --windows"
    } else {
        ""
    };
    format!("no requests or latencies of {}{what}{instead}", wanted.side)
}

/// The one asked for, or the only one.
fn one_of(
    mut counts: BTreeMap<String, Counts>,
    asked: Option<&str>,
) -> Result<(String, Option<Counts>), String> {
    match (asked, counts.len()) {
        (Some(name), _) => Ok((name.to_owned(), counts.remove(name))),
        (None, 0) => Ok((String::new(), None)),
        (None, 1) => Ok(counts
            .pop_first()
            .map_or((String::new(), None), |(name, counts)| (name, Some(counts)))),
        (None, _) => {
            let names: Vec<String> = counts.keys().map(|name| format!("\"{name}\"")).collect();
            Err(format!(
                "several comparisons of errors: choose one of {} with --series",
                names.join(", ")
            ))
        }
    }
}

/// Reads what a run says of requests: it keeps counts, no latencies.
pub(super) fn run(document: &Value, wanted: &Wanted) -> Result<Recording, String> {
    let side = wanted.side;
    let (total, bad) = match side {
        serin_judge::verdict::Side::Canary => ("nCanary", "eventsCanary"),
        serin_judge::verdict::Side::Stable => ("nStable", "eventsStable"),
    };
    let mut found = BTreeMap::new();
    for comparison in document["comparisons"].as_array().into_iter().flatten() {
        let number = |key: &str| comparison[key].as_u64();
        if let (Some("errors"), Some(name)) = (comparison["kind"].as_str(), comparison["name"].as_str()) {
            let counts = number(total).zip(number(bad)).filter(|(total, bad)| bad <= total);
            let (total, bad) =
                counts.ok_or_else(|| format!("comparison \"{name}\" without {total} and {bad}"))?;
            found.insert(name.to_owned(), Counts { total, bad });
        }
    }
    let (name, counts) = one_of(found, wanted.series)?;
    let counts = counts.filter(|counts| counts.total > 0).ok_or_else(|| {
        "a run without requests of a comparison of errors; a run keeps no latencies, its recorded windows do".to_owned()
    })?;
    Ok(Recording {
        format: "Serin run",
        series: Some(format!("{name}, {side}")),
        errors: Some(counts),
        ..Recording::default()
    })
}

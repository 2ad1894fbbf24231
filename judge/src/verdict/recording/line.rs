use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::analysis::plan::ComparisonKind;
use crate::counter::Counts;
use crate::histogram::Histogram;
use crate::time::Timestamp;
use crate::verdict::{Data, Events, Flags, Latencies, Side, Window};

/// Longest window.
const SECONDS_MAX: f64 = 86_400.0;

/// The key of the A/A control.
pub(super) const CONTROL: &str = "control";

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found}; expected {expected}")]
pub struct Malformed {
    /// What was found.
    pub found: String,
    /// What would be right.
    pub expected: String,
}

pub(super) fn malformed(found: impl Into<String>, expected: impl Into<String>) -> Malformed {
    Malformed {
        found: found.into(),
        expected: expected.into(),
    }
}

/// A line as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    at: Timestamp,
    seconds: f64,
    comparison: String,
    #[serde(default)]
    target: String,
    #[serde(default)]
    history: bool,
    #[serde(default)]
    partial: bool,
    #[serde(default)]
    before: bool,
    #[serde(default)]
    overloaded: bool,
    #[serde(default, rename = "mixedBuckets")]
    mixed_buckets: bool,
    #[serde(default)]
    stage: Arc<str>,
    canary: Option<RawSide>,
    stable: Option<RawSide>,
    control: Option<RawSide>,
}

/// One side: exactly one kind of data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSide {
    total: Option<Value>,
    bad: Option<Value>,
    events: Option<Value>,
    exposure: Option<f64>,
    histogram: Option<Histogram>,
    timeouts: Option<Value>,
    value: Option<Value>,
}

/// The windows of a line.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) at: Timestamp,
    pub(super) start: Timestamp,
    pub(super) comparison: Arc<str>,
    pub(super) history: bool,
    /// Of the release; may be empty.
    pub(super) stage: Arc<str>,
    /// Of its data; `None` without any.
    pub(super) kind: Option<ComparisonKind>,
    pub(super) windows: Vec<Window>,
}

/// The windows of one line, whatever came before it: none, one a side, or both.
///
/// # Errors
/// When the line is no window.
pub fn line_windows(text: &str) -> Result<Vec<Window>, Malformed> {
    parse(text).map(|line| line.windows)
}

pub(super) fn parse(text: &str) -> Result<Line, Malformed> {
    let raw: Raw = serde_json::from_str(text).map_err(|error| {
        malformed(
            error.to_string(),
            "an object with at, seconds, comparison, canary and stable",
        )
    })?;
    if !(raw.seconds > 0.0 && raw.seconds <= SECONDS_MAX) {
        let found = format!("a window of {} seconds", raw.seconds);
        return Err(malformed(
            found,
            format!("seconds above 0, at most {SECONDS_MAX}"),
        ));
    }
    let start = raw.at - Duration::from_secs_f64(raw.seconds);
    let (comparison, target): (Arc<str>, Arc<str>) = (raw.comparison.into(), raw.target.into());
    let mut line = Line {
        at: raw.at,
        start,
        comparison: Arc::clone(&comparison),
        history: raw.history,
        stage: raw.stage,
        kind: None,
        windows: Vec::new(),
    };
    for (name, side, raw_side) in [
        ("canary", Side::Canary, raw.canary),
        ("stable", Side::Stable, raw.stable),
        (CONTROL, Side::Stable, raw.control),
    ] {
        let Some(raw_side) = raw_side else { continue };
        let data = raw_side.data().map_err(|error| Malformed {
            found: format!("{name}: {}", error.found),
            ..error
        })?;
        let kind = kind_of(&data);
        if line.kind.replace(kind).is_some_and(|other| other != kind) {
            return Err(malformed(
                "data of different kinds on the sides",
                "the same kind on all of them",
            ));
        }
        line.windows.push(Window {
            comparison: Arc::clone(&comparison),
            side,
            target: Arc::clone(&target),
            start,
            end: raw.at,
            data,
            flags: Flags {
                partial: raw.partial,
                history: raw.history,
                before: raw.before && side == Side::Stable,
                control: name == CONTROL,
                overloaded: raw.overloaded,
                mixed_buckets: raw.mixed_buckets,
            },
        });
    }
    Ok(line)
}

impl RawSide {
    fn data(self) -> Result<Data, Malformed> {
        const EXPECTED: &str = "total and bad, or events and exposure, or histogram (and timeouts), or value";
        let data = match (self.total, self.events, self.histogram, self.value) {
            (Some(total), None, None, None) if self.exposure.is_none() && self.timeouts.is_none() => {
                let bad = self.bad.ok_or_else(|| malformed("total without bad", EXPECTED))?;
                Data::Errors(Counts {
                    total: count("total", &total)?,
                    bad: count("bad", &bad)?,
                })
            }
            (None, Some(events), None, None) if self.bad.is_none() && self.timeouts.is_none() => {
                let exposure = self.exposure;
                Data::Events(Events {
                    events: count("events", &events)?,
                    exposure: exposure.ok_or_else(|| malformed("events without exposure", EXPECTED))?,
                })
            }
            (None, None, Some(histogram), None) if self.bad.is_none() && self.exposure.is_none() => {
                Data::Latency(Latencies {
                    histogram,
                    timeouts: self
                        .timeouts
                        .map_or(Ok(0), |timeouts| count("timeouts", &timeouts))?,
                })
            }
            (None, None, None, Some(value))
                if self.bad.is_none() && self.exposure.is_none() && self.timeouts.is_none() =>
            {
                let number = value.as_f64();
                Data::Series(number.ok_or_else(|| malformed(format!("a value of {value}"), "a number"))?)
            }
            _ => return Err(malformed("a side that is of no kind, or of several", EXPECTED)),
        };
        if data.is_valid() {
            Ok(data)
        } else {
            Err(impossible(&data))
        }
    }
}

/// A whole number, also when it is written `120.0`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole, at least 0 and below 2^53"
)]
fn count(name: &str, value: &Value) -> Result<u64, Malformed> {
    let whole = value.as_u64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
        (0.0..9e15).contains(&number).then_some(number as u64)
    });
    whole.ok_or_else(|| malformed(format!("{name} of {value}"), "a whole number, at least 0"))
}

fn impossible(data: &Data) -> Malformed {
    match data {
        Data::Errors(Counts { total, bad }) if bad > total => malformed(
            format!("{bad} bad requests of {total}"),
            "at most as many bad requests as requests",
        ),
        Data::Events(events) => malformed(
            format!("{} events in an exposure of {}", events.events, events.exposure),
            "an exposure above 0 wherever there are events, and counts that can be",
        ),
        Data::Errors(_) | Data::Latency(_) => malformed("more than 1e12 requests in one window", "fewer"),
        Data::Series(value) => malformed(format!("a value of {value}"), "a finite number"),
    }
}

fn kind_of(data: &Data) -> ComparisonKind {
    match data {
        Data::Errors(_) => ComparisonKind::Errors,
        Data::Events(_) => ComparisonKind::Events,
        Data::Latency(_) => ComparisonKind::Latency,
        Data::Series(_) => ComparisonKind::Series,
    }
}

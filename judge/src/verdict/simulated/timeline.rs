//! What happened when, for whoever has to find out why a test failed.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::analysis::duration;
use crate::time::Timestamp;
use crate::verdict::{Counters, Data, Look, Measurement, Phase, RunState, Side, Unread, Verdict};

/// Entries of the beginning and of the end that are kept.
const KEPT: usize = 40;
/// Bytes of a value or a message in an entry.
const TEXT_BYTES: usize = 200;

/// The beginning and the end of what happened.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    #[serde(skip)]
    began_at: Timestamp,
    #[serde(skip)]
    is_on: bool,
    /// The first ones.
    pub beginning: Vec<Entry>,
    /// How many are left out between the two.
    pub left_out: u64,
    /// The last ones.
    pub end: VecDeque<Entry>,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// From the start of the run.
    #[serde(serialize_with = "as_text")]
    pub at: Duration,
    /// The metric or the comparison, or what else it was.
    pub what: String,
    /// The value, or the counts of both sides.
    pub value: String,
    /// Of the measurement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Why it is an Error, or why it does not count.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Of the metric, after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counters: Option<Counters>,
    /// Of the metric, after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_phase: Option<Phase>,
    /// Of the run, after it.
    pub verdict: Verdict,
}

impl Timeline {
    /// Of a run that began then; one that is not on stays empty.
    pub(super) fn new(began_at: Timestamp, is_on: bool) -> Self {
        Self {
            began_at,
            is_on,
            beginning: Vec::new(),
            left_out: 0,
            end: VecDeque::new(),
        }
    }

    /// All that are kept, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.beginning.iter().chain(&self.end)
    }

    pub(super) fn measured(&mut self, measurements: &[(usize, Measurement)], state: &RunState) {
        if !self.is_on {
            return;
        }
        for (index, measurement) in measurements {
            let metric = &state.metrics()[*index];
            let entry = Entry {
                value: cut(&measurement.value),
                phase: Some(measurement.phase),
                message: cut(&measurement.message),
                counters: Some(metric.counters),
                metric_phase: Some(metric.phase),
                ..self.entry(measurement.finished_at, &state.plan().metrics[*index].name, state)
            };
            self.push(entry);
        }
    }

    pub(super) fn looked(&mut self, look: &Look, unread: &[Unread], state: &RunState) {
        if !self.is_on {
            return;
        }
        for (index, comparison) in state.plan().comparisons.iter().enumerate() {
            let counts = |side: Side| {
                let mut windows = look.windows.iter();
                let window =
                    windows.find(|window| window.side == side && *window.comparison == *comparison.name);
                window.map_or_else(
                    || format!("{side} missing"),
                    |window| format!("{side} {}", seen(&window.data)),
                )
            };
            let message = unread.iter().find(|unread| unread.comparison == index);
            let entry = Entry {
                value: format!("{}, {}", counts(Side::Canary), counts(Side::Stable)),
                message: message.map(|unread| cut(&unread.message)).unwrap_or_default(),
                ..self.entry(look.at, &comparison.name, state)
            };
            self.push(entry);
        }
    }

    pub(super) fn stopped(&mut self, at: Timestamp, state: &RunState) {
        if !self.is_on {
            return;
        }
        let entry = self.entry(at, "(stopped)", state);
        self.push(entry);
    }

    pub(super) fn deadline(&mut self, at: Timestamp, state: &RunState) {
        if !self.is_on {
            return;
        }
        let entry = self.entry(at, "(deadline)", state);
        self.push(entry);
    }

    fn entry(&self, at: Timestamp, what: &str, state: &RunState) -> Entry {
        Entry {
            at: at.since(self.began_at),
            what: what.to_owned(),
            value: String::new(),
            phase: None,
            message: String::new(),
            counters: None,
            metric_phase: None,
            verdict: state.verdict(),
        }
    }

    fn push(&mut self, entry: Entry) {
        if self.beginning.len() < KEPT {
            self.beginning.push(entry);
            return;
        }
        self.end.push_back(entry);
        if self.end.len() > KEPT {
            let _left_out = self.end.pop_front();
            self.left_out += 1;
        }
    }
}

fn cut(text: &str) -> String {
    match text.len() {
        0..=TEXT_BYTES => text.to_owned(),
        _ => format!("{}…", &text[..text.floor_char_boundary(TEXT_BYTES)]),
    }
}

fn as_text<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&duration::format(*duration))
}

fn seen(data: &Data) -> String {
    match data {
        Data::Errors(counts) => format!("{} of {}", counts.bad, counts.total),
        Data::Events(events) => format!("{} in {}", events.events, events.exposure),
        Data::Latency(latencies) => format!("{} requests", latencies.total()),
        Data::Series(value) => value.to_string(),
    }
}

//! What a script gives, as the judge takes it.

use crate::analysis::cases::{Said, Scripted, Seen};
use crate::analysis::plan::Metric;
use crate::time::Timestamp;
use crate::verdict::{Answer, Data, Events, Latencies, Measurement};

/// What a scripted answer comes to when it is asked for at `now`.
pub(super) fn judged(metric: &Metric, answer: &Scripted, now: Timestamp) -> Measurement {
    let finished_at = now + answer.took;
    let said = match &answer.says {
        Said::Value(value, text) => Ok(Answer {
            value: value.clone(),
            text: text.clone(),
            metadata: Default::default(),
            phase: None,
        }),
        Said::Error(message) => Err(message.clone()),
        Said::Phase(phase) => {
            return Measurement {
                phase: *phase,
                ..Measurement::error(String::new(), now, finished_at)
            };
        }
    };
    Measurement::judge(metric, said, now, finished_at)
}

/// What was seen of one side, as windows hold it.
pub(super) fn data(seen: &Seen) -> Data {
    match seen {
        Seen::Errors(counts) => Data::Errors(*counts),
        Seen::Events { events, exposure } => Data::Events(Events {
            events: *events,
            exposure: *exposure,
        }),
        Seen::Latency { histogram, timeouts } => Data::Latency(Latencies {
            histogram: histogram.clone(),
            timeouts: *timeouts,
        }),
        Seen::Series(value) => Data::Series(*value),
    }
}

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::plan::{FilledSecrets, Metric};
use crate::condition::{self, Condition, Outcome, Side, Value};
use crate::time::Timestamp;
use crate::verdict::Phase;

/// Bytes of a value that are kept; conditions see all of it. An endless run with large answers has to stay small.
const VALUE_BYTES_KEPT: usize = 16 * 1024;

/// One answer of a metric's provider and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measurement {
    /// What the conditions said, or Error when there is no usable value.
    pub phase: Phase,
    /// The value as text, exactly as the provider gave it, the first 16 KiB of it; empty when there is none.
    #[serde(default)]
    pub value: String,
    /// When the provider was asked.
    pub started_at: Timestamp,
    /// When it had answered; schedules count from here.
    pub finished_at: Timestamp,
    /// Why it is an Error, or why a failure does not count; otherwise empty.
    #[serde(default)]
    pub message: String,
    /// Further facts from the provider.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Of a measurement that is not Successful: each condition that made it so on one line, and on the next the part that
    /// decided underlined, with the values it saw.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub explanation: String,
}

/// What a provider answered, before anybody judged it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// For the conditions.
    pub value: Value,
    /// As it is kept and shown.
    pub text: String,
    /// Further facts.
    pub metadata: BTreeMap<String, String>,
    /// What the provider says itself; the conditions are not asked then.
    pub phase: Option<Phase>,
}

impl Measurement {
    /// Puts an answer, or the reason there is none, to the metric's conditions.
    #[must_use]
    pub fn judge(
        metric: &Metric,
        answer: Result<Answer, String>,
        started_at: Timestamp,
        finished_at: Timestamp,
    ) -> Self {
        let answer = match answer {
            Ok(answer) => answer,
            Err(message) => return Self::error(message, started_at, finished_at),
        };
        let (phase, message) = match answer.phase {
            Some(phase) => (phase, String::new()),
            None => assessed(metric, &answer.value, finished_at),
        };
        Self {
            explanation: explanation(metric, phase, &answer.value, finished_at),
            phase,
            value: kept(answer.text),
            started_at,
            finished_at,
            message,
            metadata: answer.metadata,
        }
    }

    /// The same without the values of secrets, which servers like to repeat.
    #[must_use]
    pub fn masked(mut self, secrets: &FilledSecrets) -> Self {
        self.value = secrets.masked_in_value(self.value);
        self.message = secrets.masked(self.message);
        self.explanation = secrets.masked(self.explanation);
        for text in self.metadata.values_mut() {
            *text = secrets.masked_in_value(std::mem::take(text));
        }
        self
    }

    /// A measurement without a value.
    #[must_use]
    pub fn error(message: String, started_at: Timestamp, finished_at: Timestamp) -> Self {
        Self {
            phase: Phase::Error,
            value: String::new(),
            started_at,
            finished_at,
            message,
            metadata: BTreeMap::new(),
            explanation: String::new(),
        }
    }
}

fn assessed(metric: &Metric, value: &Value, at: Timestamp) -> (Phase, String) {
    let (success, failure) = (metric.success.as_ref(), metric.failure.as_ref());
    match condition::assess(success, failure, value, at) {
        Ok(Outcome::Successful) => (Phase::Successful, String::new()),
        Ok(Outcome::Failed) => (Phase::Failed, String::new()),
        Ok(Outcome::Inconclusive) => (Phase::Inconclusive, String::new()),
        Err(error) => (Phase::Error, error.to_string()),
    }
}

/// Explains the conditions whose answers made the phase what it is.
fn explanation(metric: &Metric, phase: Phase, value: &Value, at: Timestamp) -> String {
    let explained = |condition: &Condition| condition.explain_at(value, at);
    let is_part_of_it = |(side, answer): (Side, Option<bool>)| match phase {
        Phase::Successful => false,
        // Without a failure condition it is the success condition that does not hold.
        Phase::Failed => answer == Some(side == Side::Failure),
        Phase::Error => answer.is_none(),
        _ => true,
    };
    let sides = [(Side::Success, &metric.success), (Side::Failure, &metric.failure)];
    let mut text = String::new();
    if phase == Phase::Successful {
        return text;
    }
    for (side, condition) in sides {
        let Some(explanation) = condition.as_ref().map(explained) else {
            continue;
        };
        let answer = match explanation.answer {
            Ok(Value::Bool(holds)) => Some(holds),
            _ => None,
        };
        if is_part_of_it((side, answer)) {
            text.push_str(&explanation.underlined());
        }
    }
    text
}

fn kept(mut text: String) -> String {
    if text.len() > VALUE_BYTES_KEPT {
        text.truncate(text.floor_char_boundary(VALUE_BYTES_KEPT));
        text.push_str("...");
    }
    text
}

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::plan::{FilledSecrets, Metric};
use crate::condition::{self, Outcome, Value};
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
        let (success, failure) = (metric.success.as_ref(), metric.failure.as_ref());
        let (phase, message) = match condition::assess(success, failure, &answer.value, finished_at) {
            Ok(Outcome::Successful) => (Phase::Successful, String::new()),
            Ok(Outcome::Failed) => (Phase::Failed, String::new()),
            Ok(Outcome::Inconclusive) => (Phase::Inconclusive, String::new()),
            Err(error) => (Phase::Error, error.to_string()),
        };
        Self {
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
        }
    }
}

fn kept(mut text: String) -> String {
    if text.len() > VALUE_BYTES_KEPT {
        text.truncate(text.floor_char_boundary(VALUE_BYTES_KEPT));
        text.push_str("...");
    }
    text
}

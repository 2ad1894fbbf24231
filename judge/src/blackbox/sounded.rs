use std::time::Duration;

use serde_json::{Map, Value};

use crate::analysis::plan::journey::Failure;
use crate::journey::{Phases, TlsFacts};

/// What a probe of another protocol than HTTP brought back, as far as it came.
#[derive(Clone, Copy, Debug)]
pub struct Sounded<'a> {
    /// How long each part took.
    pub phases: &'a Phases,
    /// By name, as [`Protocol::facts`](crate::analysis::plan::journey::Protocol::facts) tells.
    pub facts: &'a Map<String, Value>,
    /// Where TLS was spoken.
    pub tls: Option<&'a TlsFacts>,
    /// Why it went no further.
    pub failure: Option<&'a Failure>,
}

impl Sounded<'_> {
    /// Seconds of these parts together.
    pub(super) fn seconds<const N: usize>(&self, parts: [Option<Duration>; N]) -> f64 {
        let sum: Duration = parts.into_iter().flatten().sum();
        sum.as_secs_f64()
    }

    /// How many items a fact has.
    pub(super) fn count(&self, fact: &str) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "records of one message")]
        let count = self.list(fact).len() as f64;
        count
    }

    pub(super) fn list(&self, fact: &str) -> &[Value] {
        self.facts
            .get(fact)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    pub(super) fn text(&self, fact: &str) -> Option<&str> {
        self.facts.get(fact).and_then(Value::as_str)
    }
}

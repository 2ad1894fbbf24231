use std::collections::BTreeMap;

use async_trait::async_trait;
use serin_judge::condition::Value;
use serin_judge::time::Timestamp;
use serin_judge::verdict::Phase;

use super::Redaction;

static NO_SECRETS: Redaction = Redaction::NONE;

/// One metric's source, built once for a run and asked for each measurement.
#[async_trait]
pub trait Measure: Send + Sync {
    /// Takes one value. `now` is the instant to ask for.
    ///
    /// # Errors
    /// When there is no usable value; the measurement is then an Error and is tried again.
    async fn measure(&self, now: Timestamp) -> Result<Reading, MeasureError>;

    /// Knows the secrets that this source sends. What it answers may repeat them, and so may what the conditions say of
    /// it: the engine takes them out of all that is kept and shown.
    fn redaction(&self) -> &Redaction {
        &NO_SECRETS
    }
}

/// What a source answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// For the conditions.
    pub value: Value,
    /// As Argo writes the provider's value (`measurement.value`), kept as text; may repeat secrets that were sent.
    pub text: String,
    /// Further facts, such as Prometheus' warnings; may repeat secrets that were sent.
    pub metadata: BTreeMap<String, String>,
    /// What the source says itself; the conditions are not asked then. `None` leaves it to them.
    pub phase: Option<Phase>,
}

/// Why there is no value: the step that failed, what was seen, what to do. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MeasureError {
    /// One line for people.
    pub message: String,
}

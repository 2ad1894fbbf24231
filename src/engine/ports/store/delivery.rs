use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serin_judge::time::Timestamp;

/// One message to one receiver, in the outbox since the transaction that caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Unique, the same for every attempt; sorts by time.
    pub id: String,
    /// The run that it tells of.
    pub run: String,
    /// The receiver's name in the configuration.
    pub hook: String,
    /// What happened.
    pub event: DeliveryEvent,
    /// When.
    pub created_at: Timestamp,
    /// The message itself, the same for every attempt.
    pub body: Arc<str>,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: u32,
    /// When to try next, while it is pending.
    pub next_at: Timestamp,
    /// Since when it is tried: its creation, or when somebody wanted it to be sent again.
    pub since: Timestamp,
    /// Why the last attempt failed; empty before.
    pub last_error: String,
    /// When it arrived or was given up.
    pub ended_at: Option<Timestamp>,
}

/// What a delivery tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeliveryEvent {
    /// A run has begun.
    #[serde(rename = "run.started")]
    RunStarted,
    /// The run that has begun judges a further stage of its release.
    #[serde(rename = "run.stage")]
    RunStage,
    /// A run has its verdict.
    #[serde(rename = "run.finished")]
    RunFinished,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It will be tried.
    Pending,
    /// The receiver has taken it.
    Delivered,
    /// It is not tried any more, unless somebody wants it to be sent again.
    GivenUp,
}

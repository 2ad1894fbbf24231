use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::RunIds;
use crate::analysis::plan::journey::{Failure, FailureClass};
use crate::time::Timestamp;

/// Who is asked in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// The version that is trusted, or the only one.
    Stable,
    /// The new version.
    Canary,
    /// Another instance of stable: what two equal sides differ by.
    Control,
}

/// How long each part of one request took; `None` for what did not happen (a reused connection, plain HTTP).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phases {
    /// Name to addresses.
    pub dns: Option<Duration>,
    /// TCP's handshake.
    pub connect: Option<Duration>,
    /// TLS' handshake.
    pub tls: Option<Duration>,
    /// Writing the request.
    pub send: Option<Duration>,
    /// Waiting for the first byte.
    pub first_byte: Option<Duration>,
    /// Reading the body.
    pub body: Option<Duration>,
}

/// One request of a chain of redirects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// What was answered; `None` when nothing was.
    pub status: Option<u16>,
    /// Its parts.
    pub phases: Phases,
    /// The connection had been used before.
    pub reused: bool,
    /// Durations that the server tells in `Server-Timing`, by name.
    pub server: Vec<(Arc<str>, Duration)>,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// Everything holds.
    Passed,
    /// Only soft assertions do not hold.
    Degraded,
    /// Something does not hold, or there is no answer.
    Failed(FailureClass),
    /// Its condition did not hold, or a step before it failed.
    Skipped,
}

/// An assertion that does not hold. Secrets are taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssertionFailure {
    /// What was asked, such as `jsonpath $.items`.
    pub at: String,
    /// Such as `count >= 3`.
    pub expected: String,
    /// What was seen.
    pub got: String,
    /// Makes the run degraded, not failed.
    pub soft: bool,
}

/// What a health endpoint says of one of its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// As it is named there; parts of parts behind a `/`.
    pub name: String,
    /// How it is.
    pub health: Health,
    /// The word that says so there, such as `OUT_OF_SERVICE`.
    pub said: String,
}

/// How something is that a health endpoint speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Well.
    Up,
    /// Works, but somebody should look.
    Degraded,
    /// Does not say.
    Unknown,
    /// Does not work.
    Down,
}

/// What one step did in one run.
#[derive(Clone, Debug)]
pub struct StepResult {
    /// The step's place in [`crate::analysis::plan::journey::Journey::all_steps`].
    pub step: usize,
    /// How it ended.
    pub outcome: StepOutcome,
    /// From its first request to the end of its last one, think time and pauses left out.
    pub service: Duration,
    /// Requests of its last attempt.
    pub hops: Vec<Hop>,
    /// Why there is no usable answer.
    pub failure: Option<Failure>,
    /// Assertions that do not hold, soft ones too.
    pub assertions: Vec<AssertionFailure>,
    /// What a health endpoint said of its parts.
    pub components: Vec<Component>,
    /// Requests that were made for it; more than one with retries and repeats.
    pub attempts: u32,
}

/// How a run of a journey ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Every step passed.
    Passed,
    /// Only soft assertions did not hold.
    Degraded,
    /// A step failed.
    Failed,
    /// Somebody else than the side that was asked answered: belongs to no population.
    WrongSide,
}

/// One run of a journey.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// Who was asked.
    pub arm: Arm,
    /// When it should have started.
    pub planned_at: Timestamp,
    /// When it started.
    pub started_at: Timestamp,
    /// The end of its last step, teardown left out.
    pub finished_at: Timestamp,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Whose text is the W3C trace id, 32 hexadecimal digits. It is written only where somebody reads it.
    pub ids: RunIds,
    /// In the order they ended; steps of `finally` last.
    pub steps: Vec<StepResult>,
    /// Test data that teardown could not remove.
    pub leaks: Vec<String>,
}

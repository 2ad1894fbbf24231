use std::time::Duration;

use super::{Assertion, Capture, Credential, FailureClass, Probe, Request, Template};
use crate::condition::Condition;

/// One step of a journey.
#[derive(Clone, Debug)]
pub struct Step {
    /// Unique inside the journey; stable, since histograms are kept by it.
    pub name: String,
    /// Place in [`super::Journey::all_steps`].
    pub index: usize,
    /// What it does.
    pub action: Action,
    /// Over `vars` (captured values), `data`, `account`, `steps`; the step is left out where it is not true.
    pub when: Option<Condition>,
    /// Until something holds, or a number of times.
    pub repeat: Option<Repeat>,
    /// Only what is asked for is tried again.
    pub retry: Option<Retry>,
    /// Waited before the step; not part of any latency.
    pub think: Option<Pause>,
    /// Of one attempt.
    pub timeout: Duration,
    /// In order.
    pub captures: Vec<Capture>,
    /// In order.
    pub assertions: Vec<Assertion>,
    /// Only reads: its answers may be compared between the sides.
    pub compare: bool,
    /// Once the step has passed, test data of this name exists until a step with the same name in `removes` passes.
    pub creates: Option<Template>,
    /// Test data that is gone once the step has passed.
    pub removes: Option<Template>,
    /// The run goes on when this step fails.
    pub continue_on_failure: bool,
}

/// What a step does.
#[expect(clippy::large_enum_variant, reason = "a journey holds a handful of them")]
#[derive(Clone, Debug)]
pub enum Action {
    /// One HTTP request.
    Http(Request),
    /// A question in another protocol.
    Probe(Box<Probe<Credential>>),
    /// Steps that run at the same time.
    Parallel(Vec<Step>),
}

/// A time between two bounds, drawn evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// At least.
    pub min: Duration,
    /// At most.
    pub max: Duration,
}

/// Doing a step several times.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// At most this often, at least 1.
    pub times: u32,
    /// Stops once it is true of the step's result; the step fails when it never is.
    pub until: Option<Condition>,
    /// Between two times.
    pub pause: Duration,
}

/// Trying a step again that failed.
#[derive(Clone, Debug)]
pub struct Retry {
    /// Further attempts, at least 1.
    pub attempts: u32,
    /// Before each of them.
    pub pause: Duration,
    /// Failures that are tried again; empty is any.
    pub on: Vec<FailureClass>,
}

//! Everything about synthetic critical paths that is decided without asking anybody: filling in values, taking captures,
//! judging answers, planning starts. The checked document is [`crate::analysis::plan::journey`].
//!
//! Who sends requests is outside of this crate: [`Prepared`] makes them of what a run knows ([`Values`]), an [`Answer`] or the
//! [`Findings`] of a probe come in, and [`judge`] says what they are worth.

mod answer;
mod answering;
mod body;
mod chance;
mod compare;
mod conditions;
mod encode;
mod excerpt;
mod findings;
mod health;
mod ids;
mod judge;
mod level;
mod needs;
mod observed;
mod outcome;
mod predicate;
mod prepared;
mod probing;
mod secrets;
mod starts;
mod target;
#[cfg(test)]
mod tests;
mod values;

pub use answer::{Answer, Certificate, NameAttribute, TlsFacts, TlsSession};
pub use answering::{answered_by, answered_by_any, is_anonymous};
pub use compare::{AnswerDifferences, Difference, Place, differences};
pub use conditions::{holds_before, holds_of};
pub(crate) use encode::{component as component_encoded, form as form_encoded};
pub use findings::{Findings, Seen};
pub use ids::{RunIds, TraceParent, Turn};
pub use judge::{Judged, judge};
pub use level::Level;
pub use needs::needs_body;
pub use outcome::{
    Arm, AssertionFailure, Component, Health, Hop, Phases, RunOutcome, RunResult, StepOutcome, StepResult,
};
pub use prepared::{Filled, Prepared};
pub use probing::{FilledProbe, Peer};
pub use secrets::Credentials;
pub use starts::{Starts, pair_order};
pub use values::{Values, text};

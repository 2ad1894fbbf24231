//! Everything about synthetic critical paths that is decided without asking anybody: filling in values, taking captures,
//! judging answers, planning starts. The checked document is [`crate::analysis::plan::journey`].
//!
//! Who sends requests is outside of this crate: an [`Answer`] comes in, facts about it go out.

mod answer;
mod outcome;

pub use answer::{Answer, TlsFacts};
pub use outcome::{
    Arm, AssertionFailure, Component, Health, Hop, Phases, RunOutcome, RunResult, StepOutcome, StepResult,
};

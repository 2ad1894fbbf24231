//! What went wrong, in words.

use serin_judge::journey::{AssertionFailure, RunResult, StepOutcome, StepResult};

use crate::engine::journeys::ArmWindow;

/// A step of a run that did not pass.
pub(super) struct Example<'a> {
    pub(super) run: &'a RunResult,
    pub(super) step: &'a StepResult,
}

/// The examples of one step; those that were skipped tell nothing.
pub(super) fn of_step(arm: &ArmWindow, step: usize) -> Vec<Example<'_>> {
    let of_run = |run| move |step| Example { run, step };
    arm.examples
        .iter()
        .flat_map(|run| run.steps.iter().map(of_run(run)))
        .filter(|example| example.step.step == step && is_telling(example.step))
        .collect()
}

fn is_telling(step: &StepResult) -> bool {
    matches!(step.outcome, StepOutcome::Failed(_) | StepOutcome::Degraded)
}

impl Example<'_> {
    /// Each thing that does not hold: what was expected, what came, where; or why there is no answer.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut sentences: Vec<String> = self.step.assertions.iter().map(sentence).collect();
        if sentences.is_empty() {
            sentences.extend(self.step.failure.iter().map(|failure| failure.message.clone()));
        }
        sentences
    }

    /// By which a run is found elsewhere.
    pub(super) fn place(&self) -> String {
        format!("trace {}, {}", self.run.ids, self.run.started_at)
    }
}

fn sentence(assertion: &AssertionFailure) -> String {
    let soft = if assertion.soft { " (soft)" } else { "" };
    format!(
        "{}: expected {}, got {}{soft}",
        assertion.at, assertion.expected, assertion.got
    )
}

use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serin_judge::analysis::plan::journey::{Action, Failure, FailureClass, Pause, Step};
use serin_judge::journey::{StepOutcome, StepResult, Turn, holds_before, text};
use tokio::time::Instant;

use super::branch::{Branch, UnderWay, failure, skipped};

impl<'run> Branch<'run> {
    /// Does steps in order, until `deadline`. After a failure the rest is left out; a step of teardown is always tried.
    pub(super) async fn steps(&mut self, steps: &'run [Step], deadline: Instant) {
        for step in steps {
            let result = match self.left_out(step) {
                Some(result) => result,
                None => self.step(step, deadline).await,
            };
            self.end(step, result);
        }
    }

    /// Why a step is not even tried.
    fn left_out(&self, step: &Step) -> Option<StepResult> {
        if self.is_teardown {
            return None;
        }
        if self.is_wrong_side {
            return Some(skipped(step.index));
        }
        let failed = self.failed?;
        let message = format!("step {:?}: left out, since step {failed:?} failed", step.name);
        Some(StepResult {
            failure: Some(failure(FailureClass::SkippedDependency, message)),
            ..skipped(step.index)
        })
    }

    async fn step(&mut self, step: &'run Step, deadline: Instant) -> StepResult {
        if let Some(condition) = &step.when {
            match holds_before(condition, &self.values) {
                Ok(true) => {}
                Ok(false) => return skipped(step.index),
                Err(error) => return failed(step, error),
            }
        }
        if let Some(think) = step.think
            && let Err(error) = pause(self.drawn(think, step.index), deadline, step).await
        {
            return failed(step, error);
        }
        self.under_way = Some(UnderWay {
            step,
            begun: None,
            attempts: 0,
            is_asking: false,
        });
        let result = match &step.action {
            Action::Http(_) | Action::Probe(_) => self.ask(step, deadline).await,
            Action::Parallel(inner) => self.at_the_same_time(step, inner, deadline).await,
        };
        self.under_way = None;
        result
    }

    /// Does steps side by side, each in a branch of its own that knows what was known before.
    fn at_the_same_time<'a>(
        &'a mut self,
        step: &'run Step,
        inner: &'run [Step],
        deadline: Instant,
    ) -> BoxFuture<'a, StepResult> {
        async move {
            let begun = Instant::now();
            let deadline = deadline.min(begun + step.timeout);
            self.branches = (0..inner.len()).map(|place| self.fork(place)).collect();
            let branches = self.branches.iter_mut().zip(inner);
            join_all(branches.map(|(branch, step)| branch.steps(std::slice::from_ref(step), deadline))).await;
            let ended = self.results.len();
            self.join();
            let service = begun.elapsed();
            let inside = &self.results[ended..];
            let mut result = StepResult {
                outcome: worst(inside),
                service,
                ..skipped(step.index)
            };
            if let StepOutcome::Failed(class) = result.outcome {
                // What failed says so itself; this only makes the run end here.
                result.failure = Some(failure(
                    class,
                    format!("step {:?}: a step inside of it failed", step.name),
                ));
            }
            result
        }
        .boxed()
    }

    /// What the end of a step means for those after it.
    fn end(&mut self, step: &'run Step, mut result: StepResult) {
        // A step that passed ended with its last answer: what is made of that is this program's time, not the server's.
        if result.attempts == 0 || matches!(result.outcome, StepOutcome::Failed(_)) {
            self.finished = Some(Instant::now());
        }
        self.values.set_step(&step.name, result.outcome);
        match result.outcome {
            StepOutcome::Passed | StepOutcome::Degraded => {
                if step.creates.is_some() {
                    self.may_have_created(step);
                }
                if let Some(removes) = &step.removes
                    && let Ok(name) = text(removes, &self.values, Turn::first(step.index))
                {
                    self.created.retain(|created| *created != name);
                }
            }
            StepOutcome::Failed(class) => {
                if leaves_open(class) {
                    self.may_have_created(step);
                }
                if !step.continue_on_failure {
                    self.failed = self.failed.or(Some(&step.name));
                }
            }
            StepOutcome::Skipped => {}
        }
        if let Some(failure) = &mut result.failure {
            failure.message = self.values.masked(std::mem::take(&mut failure.message));
        }
        self.results.push(result);
    }

    fn drawn(&self, think: Pause, step: usize) -> Duration {
        let spread = think.max.saturating_sub(think.min);
        if spread.is_zero() {
            return think.min;
        }
        let step = u64::try_from(step).unwrap_or_default();
        let mut chance = StdRng::seed_from_u64(self.chance.wrapping_add(step));
        think.min + spread.mul_f64(chance.random_range(0.0..1.0))
    }
}

/// The request was on its way, and nobody knows what became of it; or what was answered is not all that was wanted.
fn leaves_open(class: FailureClass) -> bool {
    matches!(
        class,
        FailureClass::TtfbTimeout
            | FailureClass::BodyTimeout
            | FailureClass::StepTimeout
            | FailureClass::JourneyTimeout
            | FailureClass::Reset
            | FailureClass::ProtocolError
            | FailureClass::TooLarge
            | FailureClass::CaptureMissing
            | FailureClass::AssertFailed
            | FailureClass::SchemaMismatch
    )
}

/// Waits, but not beyond the deadline of the journey: that is a failure of the step that would have waited longer.
pub(super) async fn pause(wanted: Duration, deadline: Instant, step: &Step) -> Result<(), Failure> {
    let end = Instant::now() + wanted;
    if end < deadline {
        tokio::time::sleep_until(end).await;
        return Ok(());
    }
    tokio::time::sleep_until(deadline).await;
    let message = format!(
        "step {:?}: the time of the whole journey was over in a pause",
        step.name
    );
    Err(failure(FailureClass::JourneyTimeout, message))
}

pub(super) fn failed(step: &Step, failure: Failure) -> StepResult {
    StepResult {
        outcome: StepOutcome::Failed(failure.class),
        failure: Some(failure),
        ..skipped(step.index)
    }
}

fn worst(results: &[StepResult]) -> StepOutcome {
    let failed = results
        .iter()
        .find(|result| matches!(result.outcome, StepOutcome::Failed(_)));
    if let Some(failed) = failed {
        return failed.outcome;
    }
    let is = |outcome: StepOutcome| results.iter().any(|result| result.outcome == outcome);
    if is(StepOutcome::Degraded) {
        StepOutcome::Degraded
    } else if is(StepOutcome::Passed) {
        StepOutcome::Passed
    } else {
        StepOutcome::Skipped
    }
}

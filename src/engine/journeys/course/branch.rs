use std::time::Duration;

use cookie_store::CookieStore;
use serin_judge::analysis::plan::journey::{Failure, FailureClass, Step};
use serin_judge::journey::{Answer, RunIds, RunOutcome, StepOutcome, StepResult, Turn, Values, text};
use tokio::time::Instant;

use super::{ArmRuns, cookies};
use crate::engine::ports::HttpClient;

/// A line of steps that are done one after another: the run itself, or one of several steps at the same time. It is given
/// up by dropping the future that drives it, so whatever must not be lost by that is in here.
pub(super) struct Branch<'run> {
    pub(super) arm: &'run ArmRuns,
    /// The arm's, or the run's own.
    pub(super) client: &'run dyn HttpClient,
    pub(super) values: Values,
    pub(super) cookies: Option<CookieStore>,
    /// That were sent, redirects included.
    pub(super) requests: usize,
    /// In the order they ended.
    pub(super) results: Vec<StepResult>,
    /// Those that are compared with what other sides answer, by step.
    pub(super) answers: Vec<(usize, Answer)>,
    /// The end of the last step, as far as one has come.
    pub(super) finished: Option<Instant>,
    /// Draws think times.
    pub(super) chance: u64,
    /// The step whose failure keeps all others from being done.
    pub(super) failed: Option<&'run str>,
    /// Somebody else answered than was asked.
    pub(super) is_wrong_side: bool,
    /// Test data that exists, or may exist.
    pub(super) created: Vec<String>,
    pub(super) under_way: Option<UnderWay<'run>>,
    /// Steps at the same time, while they are under way.
    pub(super) branches: Vec<Branch<'run>>,
    pub(super) is_teardown: bool,
}

/// A step that has not ended.
pub(super) struct UnderWay<'run> {
    pub(super) step: &'run Step,
    /// When its first request went out.
    pub(super) begun: Option<Instant>,
    pub(super) attempts: u32,
    /// A request is on its way: what it creates may exist.
    pub(super) is_asking: bool,
}

impl<'run> Branch<'run> {
    pub(super) fn new(arm: &'run ArmRuns, client: &'run dyn HttpClient, values: Values, chance: u64) -> Self {
        Self {
            arm,
            client,
            values,
            cookies: arm.has_cookies.then(CookieStore::default),
            requests: 0,
            results: Vec::with_capacity(arm.journey.steps.len()),
            answers: Vec::new(),
            finished: None,
            chance,
            failed: None,
            is_wrong_side: false,
            created: Vec::new(),
            under_way: None,
            branches: Vec::new(),
            is_teardown: false,
        }
    }

    /// One of several steps at the same time: knows what is known now.
    pub(super) fn fork(&self, place: usize) -> Self {
        let place = u64::try_from(place).unwrap_or_default();
        Self {
            cookies: self.cookies.clone(),
            failed: self.failed,
            is_teardown: self.is_teardown,
            ..Self::new(
                self.arm,
                self.client,
                self.values.clone(),
                self.chance ^ (place + 1).rotate_left(32),
            )
        }
    }

    /// Takes in what the branches have come to, in their order.
    pub(super) fn join(&mut self) {
        let before = self.cookies.clone();
        for branch in std::mem::take(&mut self.branches) {
            self.values.merge(branch.values);
            if let (Some(all), Some(before), Some(after)) = (&mut self.cookies, &before, &branch.cookies) {
                cookies::take_changes(all, before, after);
            }
            self.requests += branch.requests;
            self.results.extend(branch.results);
            self.answers.extend(branch.answers);
            self.finished = self.finished.max(branch.finished);
            self.failed = self.failed.or(branch.failed);
            self.is_wrong_side |= branch.is_wrong_side;
            self.created.extend(branch.created);
        }
    }

    /// The future that drove this was dropped: what was under way is cancelled, and what comes after it never begins.
    pub(super) fn give_up(&mut self, steps: &'run [Step]) {
        for branch in &mut self.branches {
            branch.give_up(&[]);
        }
        self.join();
        if let Some(under_way) = self.under_way.take() {
            let UnderWay {
                step,
                begun,
                attempts,
                is_asking,
            } = under_way;
            if is_asking {
                self.requests += 1;
                self.may_have_created(step);
            }
            let message = format!("step {:?}: stopped before its end", step.name);
            self.failed = Some(&step.name);
            self.results.push(StepResult {
                outcome: StepOutcome::Failed(FailureClass::Cancelled),
                service: begun.map_or(Duration::ZERO, |begun| begun.elapsed()),
                failure: Some(failure(FailureClass::Cancelled, message)),
                attempts,
                ..skipped(step.index)
            });
            self.finished = Some(Instant::now());
        }
        let is_begun =
            |index: usize, results: &[StepResult]| results.iter().any(|result| result.step == index);
        let never: Vec<usize> = steps
            .iter()
            .map(|step| step.index)
            .filter(|index| !is_begun(*index, &self.results))
            .collect();
        if self.failed.is_none()
            && let Some(first) = never.first()
        {
            // Between two steps: nobody failed, but the run did not come to its end either.
            let message = "stopped before it began".to_owned();
            self.results.push(StepResult {
                outcome: StepOutcome::Failed(FailureClass::Cancelled),
                failure: Some(failure(FailureClass::Cancelled, message)),
                ..skipped(*first)
            });
        }
    }

    /// From here on the steps of `finally` are done, each whatever became of those before it.
    pub(super) fn begin_teardown(&mut self) {
        self.is_teardown = true;
        self.finished = None;
    }

    /// A request was sent whose answer is not known: what it creates may exist.
    pub(super) fn may_have_created(&mut self, step: &Step) {
        if let Some(creates) = &step.creates {
            let name = text(creates, &self.values, Turn::first(step.index));
            self.created.push(name.unwrap_or_else(|_| step.name.clone()));
        }
    }

    /// How the run ended, teardown left out.
    pub(super) fn outcome(&self) -> RunOutcome {
        if self.is_wrong_side {
            return RunOutcome::WrongSide;
        }
        // Steps are numbered in their order, those of teardown last.
        let first_of_teardown = self
            .arm
            .journey
            .finally
            .first()
            .map_or(usize::MAX, |step| step.index);
        let mut outcome = RunOutcome::Passed;
        for step in self.results.iter().filter(|step| step.step < first_of_teardown) {
            match step.outcome {
                StepOutcome::Failed(_) => return RunOutcome::Failed,
                StepOutcome::Degraded => outcome = RunOutcome::Degraded,
                StepOutcome::Passed | StepOutcome::Skipped => {}
            }
        }
        outcome
    }

    /// Test data that nobody has removed, with the tag by which it can be found.
    pub(super) fn leaks(&self, ids: RunIds) -> Vec<String> {
        let left = self.created.iter();
        left.map(|name| self.values.masked(format!("{name} ({})", ids.tag())))
            .collect()
    }
}

/// What a step comes to that is not done.
pub(super) fn skipped(step: usize) -> StepResult {
    StepResult {
        step,
        outcome: StepOutcome::Skipped,
        service: Duration::ZERO,
        hops: Vec::new(),
        failure: None,
        assertions: Vec::new(),
        components: Vec::new(),
        found: None,
        attempts: 0,
    }
}

pub(super) fn failure(class: FailureClass, message: String) -> Failure {
    Failure {
        class,
        phase: None,
        message,
    }
}

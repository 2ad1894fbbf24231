use std::time::Duration;

use serin_judge::analysis::plan::journey::{Action, Failure, FailureClass, Request, Step};
use serin_judge::journey::{
    Answer, Findings, Seen, StepOutcome, StepResult, Turn, answered_by, answered_by_any, holds_of,
    is_anonymous, judge,
};
use tokio::time::Instant;

use super::branch::{Branch, failure, skipped};
use super::step::{failed, pause};
use crate::engine::ports::{BodyCoding, Exchange, HttpRequest};

impl<'run> Branch<'run> {
    /// Asks once, or as often as the step says.
    pub(super) async fn ask(&mut self, step: &'run Step, deadline: Instant) -> StepResult {
        if step.repeat.is_some() || step.retry.is_some() {
            // Few steps do: their large future is not part of this one.
            return Box::pin(self.ask_again(step, deadline)).await;
        }
        let (result, _) = self.attempt(step, Turn::first(step.index), deadline).await;
        result
    }

    /// Repeated until something holds, tried again after failures that the step names.
    async fn ask_again(&mut self, step: &'run Step, deadline: Instant) -> StepResult {
        let times = step.repeat.as_ref().map_or(1, |repeat| repeat.times.max(1));
        let mut service = Duration::ZERO;
        for repetition in 0..times {
            let (mut result, came) = self.try_until_answered(step, repetition, deadline).await;
            service += result.service;
            result.service = service;
            let Some(repeat) = step.repeat.as_ref().filter(|_| !is_failed(&result)) else {
                return result;
            };
            if let Some((until, came)) = repeat.until.as_ref().zip(came) {
                match holds_of(until, came.seen(), &self.values) {
                    Ok(true) => return result,
                    Ok(false) if repetition + 1 == times => {
                        let message = format!("step {:?}: `until` did not hold in {times} times", step.name);
                        return with(result, failed(step, failure(FailureClass::AssertFailed, message)));
                    }
                    Ok(false) => {}
                    Err(error) => return with(result, failed(step, error)),
                }
            }
            if repetition + 1 == times {
                return result;
            }
            if let Err(error) = pause(repeat.pause, deadline, step).await {
                return with(result, failed(step, error));
            }
        }
        skipped(step.index)
    }

    /// One time, with its further attempts. The time of all attempts is the step's; pauses are not.
    async fn try_until_answered(
        &mut self,
        step: &'run Step,
        repetition: u32,
        deadline: Instant,
    ) -> (StepResult, Option<Box<Came>>) {
        let mut service = Duration::ZERO;
        let mut attempt = 0;
        loop {
            let turn = Turn {
                step: step.index,
                repetition,
                attempt,
            };
            let (mut result, came) = self.attempt(step, turn, deadline).await;
            service += result.service;
            result.service = service;
            let retry = step.retry.as_ref().filter(|retry| attempt < retry.attempts);
            let (Some(retry), StepOutcome::Failed(class)) = (retry, result.outcome) else {
                return (result, came);
            };
            let is_asked_for = retry.on.is_empty() || retry.on.contains(&class);
            let is_over = Instant::now() + retry.pause >= deadline;
            if !is_asked_for || is_over || class == FailureClass::BadRequest {
                return (result, came);
            }
            tokio::time::sleep(retry.pause).await;
            attempt += 1;
        }
    }

    /// Once. What came is kept where the end of a repetition depends on it.
    async fn attempt(
        &mut self,
        step: &'run Step,
        turn: Turn,
        deadline: Instant,
    ) -> (StepResult, Option<Box<Came>>) {
        match &step.action {
            Action::Http(request) => self.attempt_request(step, request, turn, deadline).await,
            Action::Probe(_) => self.attempt_probe(step, turn, deadline).await,
            Action::Parallel(_) => (skipped(step.index), None),
        }
    }

    async fn attempt_request(
        &mut self,
        step: &'run Step,
        request: &'run Request,
        turn: Turn,
        deadline: Instant,
    ) -> (StepResult, Option<Box<Came>>) {
        let filled = match self.arm.prepared.fill(step, &self.values, turn) {
            Ok(filled) => filled,
            Err(error) => return (self.not_filled(step, error), None),
        };
        let request = HttpRequest {
            method: filled.method,
            uri: filled.uri,
            headers: filled.headers,
            traceparent: filled.traceparent,
            body: filled.body,
            redirects_max: request.redirects_max,
            version: request.version,
            keep_body: filled.keep_body,
            body_bytes_max: self.arm.journey.body_bytes_max,
            coding: BodyCoding::Told,
            reach: None,
        };
        let begun = match self.begin_attempt(step, deadline) {
            Ok(begun) => begun,
            Err(error) => return (failed(step, error), None),
        };
        let limit = deadline.min(begun + step.timeout);
        let exchange = self.client.send(&request, self.cookies.as_mut(), limit).await;
        self.requests += exchange.hops.len();
        let timed = self.end_attempt(step, begun, exchange.ended_at);
        self.judged(step, exchange, timed, deadline)
    }

    /// What came, judged.
    fn judged(
        &mut self,
        step: &Step,
        exchange: Exchange,
        timed: StepResult,
        deadline: Instant,
    ) -> (StepResult, Option<Box<Came>>) {
        let hops = exchange.hops;
        let answer = match exchange.outcome {
            Ok(answer) => answer,
            Err(error) => {
                let result = StepResult {
                    hops,
                    ..with(timed, unanswered(step, error, deadline))
                };
                return (result, None);
            }
        };
        let judged = judge(step, &answer, &mut self.values);
        if step.compare && self.arm.is_paired {
            self.answers.retain(|(known, _)| *known != step.index);
            self.answers.push((step.index, answer.clone()));
        }
        if let Some(answering) = &self.arm.journey.answering
            && !self.is_teardown
        {
            // A proxy that has nobody to ask answers for itself: a failure of the side that was asked.
            let is_proxy =
                matches!(judged.outcome, StepOutcome::Failed(_)) && is_anonymous(answering, &answer);
            let is_right = match self.arm.is_paired {
                true => answered_by(answering, &answer, self.arm.arm),
                false => answered_by_any(answering, &answer),
            };
            self.is_wrong_side |= !is_proxy && !is_right;
        }
        let result = StepResult {
            outcome: judged.outcome,
            hops,
            failure: judged.failure,
            assertions: judged.assertions,
            components: judged.components,
            ..timed
        };
        (result, Came::kept(step, || Came::Answer(answer)))
    }

    /// # Errors
    /// It is too late.
    pub(super) fn begin_attempt(&mut self, step: &Step, deadline: Instant) -> Result<Instant, Failure> {
        let now = Instant::now();
        if now >= deadline {
            let message = format!(
                "step {:?}: the time of the whole journey was over before it",
                step.name
            );
            return Err(failure(FailureClass::JourneyTimeout, message));
        }
        if let Some(under_way) = &mut self.under_way {
            under_way.attempts += 1;
            under_way.is_asking = true;
            under_way.begun.get_or_insert(now);
        }
        Ok(now)
    }

    /// How long the attempt took that has `ended`, as a result that says nothing else yet.
    pub(super) fn end_attempt(&mut self, step: &Step, begun: Instant, ended: Instant) -> StepResult {
        let service = ended.saturating_duration_since(begun);
        self.finished = Some(ended);
        if let Some(under_way) = &mut self.under_way {
            under_way.is_asking = false;
        }
        StepResult {
            service,
            attempts: self.under_way.as_ref().map_or(1, |under_way| under_way.attempts),
            ..skipped(step.index)
        }
    }

    /// A request that could not be made. In teardown after a failure that is no further failure: what it would remove was
    /// never made known.
    pub(super) fn not_filled(&self, step: &Step, error: Failure) -> StepResult {
        if self.is_teardown && self.failed.is_some() {
            let message = format!("step {:?}: left out: {}", step.name, error.message);
            return StepResult {
                failure: Some(failure(FailureClass::SkippedDependency, message)),
                ..skipped(step.index)
            };
        }
        failed(step, error)
    }
}

/// What came back of an attempt.
pub(super) enum Came {
    Answer(Answer),
    Findings(Findings),
}

impl Came {
    /// Where the step asks for it.
    pub(super) fn kept(step: &Step, came: impl FnOnce() -> Self) -> Option<Box<Self>> {
        let repeat = step.repeat.as_ref()?;
        repeat.until.as_ref().map(|_| Box::new(came()))
    }

    fn seen(&self) -> Seen<'_> {
        match self {
            Self::Answer(answer) => answer.into(),
            Self::Findings(findings) => findings.into(),
        }
    }
}

/// Nothing usable came back.
pub(super) fn unanswered(step: &Step, mut error: Failure, deadline: Instant) -> StepResult {
    error.message = format!("step {:?}: {}", step.name, error.message);
    if error.class.is_timeout() && Instant::now() >= deadline {
        error.class = FailureClass::JourneyTimeout;
    }
    failed(step, error)
}

fn is_failed(result: &StepResult) -> bool {
    matches!(result.outcome, StepOutcome::Failed(_))
}

/// A failure with the time and the requests that led to it.
pub(super) fn with(timed: StepResult, failed: StepResult) -> StepResult {
    StepResult {
        outcome: failed.outcome,
        failure: failed.failure,
        ..timed
    }
}

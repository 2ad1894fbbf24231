use serin_judge::analysis::plan::journey::Step;
use serin_judge::journey::{Hop, StepResult, Turn, judge};
use tokio::time::Instant;

use super::branch::Branch;
use super::request::{Came, unanswered, with};
use super::step::failed;

impl<'run> Branch<'run> {
    /// Asks once in another protocol than HTTP, over a connection of its own.
    pub(super) async fn attempt_probe(
        &mut self,
        step: &'run Step,
        turn: Turn,
        deadline: Instant,
    ) -> (StepResult, Option<Box<Came>>) {
        let filled = match self.arm.prepared.fill_probe(step, &self.values, turn) {
            Ok(filled) => filled,
            Err(error) => return (self.not_filled(step, error), None),
        };
        let begun = match self.begin_attempt(step, deadline) {
            Ok(begun) => begun,
            Err(error) => return (failed(step, error), None),
        };
        let limit = deadline.min(begun + step.timeout);
        let sounding = self.arm.protocols.ask(&filled, limit).await;
        self.requests += 1;
        let timed = self.end_attempt(step, begun, Instant::now());
        let hop = Hop {
            status: None,
            phases: sounding.phases,
            reused: false,
            server: Vec::new(),
        };
        let timed = StepResult {
            hops: vec![hop],
            ..timed
        };
        let findings = match sounding.outcome {
            Ok(findings) => findings,
            Err(error) => return (with(timed, unanswered(step, error, deadline)), None),
        };
        let judged = judge(step, &findings, &mut self.values);
        let result = StepResult {
            found: Some(self.values.masked_facts(findings.facts.clone())),
            outcome: judged.outcome,
            failure: judged.failure,
            assertions: judged.assertions,
            components: judged.components,
            ..timed
        };
        (result, Came::kept(step, || Came::Findings(findings)))
    }
}

//! What can be asked of a run.

use std::sync::Arc;

use crate::analysis::plan::Plan;
use crate::time::Timestamp;
use crate::verdict::{ComparisonReport, Decision, MetricState, RunState, Verdict, argo, decide};

impl RunState {
    /// The plan that this run follows.
    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// When it began.
    #[must_use]
    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// When it ends undecided; `None` for Argo's documents, which know no deadline.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        self.plan
            .has_deadline()
            .then(|| self.started_at + self.plan.policy.deadline)
    }

    /// When each metric is to be measured next, by its place in the plan; nothing once the run is ending.
    pub fn due(&self) -> impl Iterator<Item = (usize, Timestamp)> {
        let ending = self.decision.is_some() || argo::is_terminating(&self.plan, &self.metrics, self.stopped);
        self.plan
            .metrics
            .iter()
            .zip(&self.metrics)
            .enumerate()
            .filter(move |_| !ending)
            .filter_map(|(index, (metric, state))| {
                let from = if metric.initial_delay.is_zero() || !state.measurements.is_empty() {
                    self.started_at
                } else {
                    self.delays_from?
                };
                Some((index, state.due_at(metric, self.plan.dialect, from)?))
            })
    }

    /// The metrics in their course, in the plan's order.
    #[must_use]
    pub fn metrics(&self) -> &[MetricState] {
        &self.metrics
    }

    /// Why the run's phase is what it is, in Argo's words; empty while it goes on and for Successful.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.run_phase.message
    }

    /// How the comparisons stand at `now`, in the plan's order.
    #[must_use]
    pub fn comparison_reports(&self, now: Timestamp) -> Vec<ComparisonReport> {
        self.comparisons.reports(now)
    }

    /// The verdict alone.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.decision
            .as_ref()
            .map_or(Verdict::Continue, |(_, decision)| decision.verdict)
    }

    /// The decision; its verdict is `continue` while the run is undecided.
    #[must_use]
    pub fn decision(&self) -> Decision {
        match &self.decision {
            Some((_, decision)) => decision.clone(),
            None => decide::undecided(self),
        }
    }

    /// When the verdict fell.
    #[must_use]
    pub fn decided_at(&self) -> Option<Timestamp> {
        self.decision.as_ref().map(|(at, _)| *at)
    }
}

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::analysis::plan::Plan;
use crate::time::Timestamp;
use crate::verdict::argo::{self, RunPhase};
use crate::verdict::guard::Guards;
use crate::verdict::{Comparisons, Decision, Look, Measurement, MetricState, Phase};
use crate::verdict::{deadline, decide};

/// Reads of a population that may fail in a row before the run gives up; the metrics' limit for errors is the same.
pub(super) const POPULATION_ERROR_LIMIT: u32 = 4;

/// What a run is called; none of it takes part in the judging.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunIdentity {
    /// Unique.
    pub id: String,
    /// The release, such as `planning-api/7f9c6d`; may be empty.
    pub release: String,
    /// The release's stage; may be empty.
    pub stage: String,
    /// Attempt of the stage, from 1.
    pub attempt: u32,
}

/// One run in its course: everything that decides, and nothing else. Time comes in with every call.
#[derive(Clone, Debug)]
pub struct RunState {
    pub(super) plan: Arc<Plan>,
    pub(super) started_at: Timestamp,
    pub(super) metrics: Vec<MetricState>,
    pub(super) comparisons: Comparisons,
    pub(super) looks: u64,
    pub(super) last_look_at: Option<Timestamp>,
    pub(super) run_phase: RunPhase,
    pub(super) stopped: bool,
    pub(super) decision: Option<(Timestamp, Decision)>,
    pub(super) guards: Guards,
    /// Of each comparison: how often in a row it could not be read, and why.
    pub(super) unread: Vec<(u32, String)>,
}

/// A comparison that could not be read for a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unread {
    /// Its place in the plan.
    pub comparison: usize,
    /// Why.
    pub message: String,
    /// Trying again cannot help.
    pub is_final: bool,
}

/// A measurement of a metric that the plan does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the records are not of this analysis: they measure metric number {place}, and analysis `{analysis}` has {metrics}; judge them with the document that the run was started with"
)]
pub struct ForeignRecord {
    /// Counted from 1.
    pub place: usize,
    /// The plan's name.
    pub analysis: String,
    /// Metrics of the plan.
    pub metrics: usize,
}

impl RunState {
    /// A run that begins at `started_at`.
    #[must_use]
    pub fn new(plan: Arc<Plan>, started_at: Timestamp) -> Self {
        let comparisons = Comparisons::new(&plan.comparisons, &plan.policy, started_at);
        let mut state = Self {
            started_at,
            metrics: vec![MetricState::default(); plan.metrics.len()],
            comparisons,
            looks: 0,
            last_look_at: None,
            run_phase: RunPhase {
                phase: Phase::Pending,
                message: String::new(),
            },
            stopped: false,
            decision: None,
            guards: Guards::default(),
            unread: vec![(0, String::new()); plan.comparisons.len()],
            plan,
        };
        state.settle(started_at, false);
        state
    }

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
            .filter_map(|(index, (metric, state))| Some((index, state.due_at(metric, self.started_at)?)))
    }

    /// Takes in finished measurements, each with its metric's place in the plan; those that come together are
    /// judged together.
    ///
    /// # Errors
    /// [`ForeignRecord`] when the plan has no such metric; then nothing is taken in.
    pub fn record(&mut self, measurements: &[(usize, Measurement)]) -> Result<(), ForeignRecord> {
        let plan = Arc::clone(&self.plan);
        let metrics = plan.metrics.len();
        if let Some((metric, _)) = measurements.iter().find(|(index, _)| *index >= metrics) {
            return Err(ForeignRecord {
                place: metric + 1,
                analysis: plan.name.clone(),
                metrics,
            });
        }
        let mut now = self.started_at;
        for (index, measurement) in measurements {
            let finished_at = measurement.finished_at;
            now = now.max(finished_at);
            let metric = &plan.metrics[*index];
            let hold = metric.guard && !plan.comparisons.is_empty();
            if measurement.phase == Phase::Successful {
                self.guards.succeeded(*index, finished_at);
            }
            if self.metrics[*index].record(metric, measurement.clone(), hold) {
                self.guards.hold(*index, finished_at);
            }
        }
        self.settle(now, false);
        Ok(())
    }

    /// Takes in all windows that end at one instant, and which comparisons could not be read for it. A look that is
    /// not later than the one before changes nothing but a remark.
    pub fn look(&mut self, look: &Look, unread: &[Unread]) {
        self.comparisons.look(look);
        if self.last_look_at.is_some_and(|last| look.at <= last) {
            return;
        }
        for (index, known) in self.unread.iter_mut().enumerate() {
            match unread.iter().find(|unread| unread.comparison == index) {
                None => *known = (0, String::new()),
                Some(unread) if unread.is_final => {
                    *known = (POPULATION_ERROR_LIMIT + 1, unread.message.clone())
                }
                Some(unread) => *known = (known.0 + 1, unread.message.clone()),
            }
        }
        self.looks += 1;
        self.last_look_at = Some(look.at);
        self.guards.see(look, unread.is_empty());
        self.settle(look.at, true);
    }

    /// Tells the run what time it is: deadlines pass without any data, too.
    pub fn tick(&mut self, now: Timestamp) {
        self.settle(now, false);
    }

    /// Nothing more will come, although the deadline has not passed: inconclusive, whatever the analysis says of the
    /// deadline.
    pub fn end_of_data(&mut self, now: Timestamp) {
        if self.decision.is_none() {
            self.decision = Some((now, deadline::cut_short(self, now)));
            self.complete();
        }
    }

    /// Canary requests judged so far: the most of any comparison.
    #[must_use]
    pub fn canary_requests(&self) -> u64 {
        self.comparisons.canary_requests()
    }

    /// Somebody wants the run to end.
    pub fn stop(&mut self, now: Timestamp) {
        self.stopped = true;
        self.settle(now, false);
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

    /// `at_look` is true when windows have just come in: only then can a comparison promote, so that the windows
    /// alone give the same verdict again.
    fn settle(&mut self, now: Timestamp, at_look: bool) {
        if self.decision.is_some() {
            return;
        }
        let due = self.deadline().is_some_and(|deadline| now >= deadline);
        if due {
            self.comparisons.finish(now);
        }
        let stable = self.comparisons.stable_state();
        self.guards
            .release(self.plan.policy.window, stable, due, &mut self.metrics);
        self.run_phase = argo::assess(&self.plan, &mut self.metrics, self.stopped);
        self.decision = decide::decide(self, now, due, at_look).map(|decision| (now, decision));
        if self.decision.is_some() {
            self.complete();
        }
    }

    /// Metrics that were still going on when the verdict fell end as they would when stopped.
    fn complete(&mut self) {
        for (metric, state) in self.plan.metrics.iter().zip(&mut self.metrics) {
            if !state.measurements.is_empty() {
                state.phase = state.assess(metric, true);
            }
        }
    }
}

use std::sync::Arc;
use std::time::Duration;

use crate::analysis::plan::Plan;
use crate::time::Timestamp;
use crate::verdict::argo::{self, RunPhase};
use crate::verdict::decide;
use crate::verdict::{Comparisons, Decision, Look, Measurement, MetricState, Phase};

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
    held: Vec<HeldFailure>,
    /// Of each comparison: how often in a row it could not be read, and why.
    pub(super) unread: Vec<(u32, String)>,
}

/// A guard's failure that waits for word on whether stable is well.
#[derive(Clone, Copy, Debug)]
struct HeldFailure {
    metric: usize,
    finished_at: Timestamp,
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
            held: Vec::new(),
            unread: vec![(0, String::new()); plan.comparisons.len()],
            plan,
        };
        state.settle(started_at);
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
    pub fn record(&mut self, measurements: &[(usize, Measurement)]) {
        let plan = Arc::clone(&self.plan);
        let mut now = self.started_at;
        for (index, measurement) in measurements {
            let finished_at = measurement.finished_at;
            now = now.max(finished_at);
            let metric = &plan.metrics[*index];
            // A fault that hits both sides must not look like the canary's: a guard waits for a word about stable.
            let hold = metric.guard && !plan.comparisons.is_empty();
            if self.metrics[*index].record(metric, measurement.clone(), hold) {
                self.held.push(HeldFailure {
                    metric: *index,
                    finished_at,
                });
            }
        }
        self.settle(now);
    }

    /// Takes in all windows that end at one instant. `unavailable` names comparisons that could not be read and why.
    pub fn look(&mut self, look: &Look, unavailable: &[(usize, String)]) {
        for (index, unread) in self.unread.iter_mut().enumerate() {
            match unavailable.iter().find(|(failed, _)| *failed == index) {
                None => *unread = (0, String::new()),
                Some((_, message)) => *unread = (unread.0 + 1, message.clone()),
            }
        }
        self.looks += 1;
        self.comparisons.look(look);
        self.last_look_at = Some(look.at);
        self.release_held(look.at);
        self.settle(look.at);
    }

    /// Tells the run what time it is: deadlines pass without any data, too.
    pub fn tick(&mut self, now: Timestamp) {
        self.release_held(now);
        self.settle(now);
    }

    /// Somebody wants the run to end.
    pub fn stop(&mut self, now: Timestamp) {
        self.stopped = true;
        self.settle(now);
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

    fn settle(&mut self, now: Timestamp) {
        if self.decision.is_some() {
            return;
        }
        self.run_phase = argo::assess(&self.plan, &mut self.metrics, self.stopped);
        let due = self.deadline().is_some_and(|deadline| now >= deadline);
        if due {
            self.comparisons.finish(now);
        }
        self.decision = decide::decide(self, now, due).map(|decision| (now, decision));
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

    /// Counts or drops failures of guards as soon as it is known whether stable was well at their time. The look
    /// has to end half a window later, so that a fault of both sides has had time to show in stable's counts;
    /// without looks a failure counts after three windows.
    fn release_held(&mut self, now: Timestamp) {
        let window = self.plan.policy.window;
        let known_until = self.last_look_at.map(|at| at - window / 2);
        let (metrics, comparisons) = (&mut self.metrics, &self.comparisons);
        self.held.retain(|held| {
            let overdue = now.since(held.finished_at) >= window.saturating_mul(3);
            if known_until.is_none_or(|until| until < held.finished_at) && !overdue {
                return true;
            }
            if comparisons.stable_unhealthy() {
                metrics[held.metric]
                    .discount_failure(held.finished_at, "does not count: stable is unhealthy too");
            } else {
                metrics[held.metric].count_failure();
            }
            false
        });
    }

    /// The longest time until something may change without new data: the deadline, or a guard's failure that counts.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Timestamp> {
        let window = self.plan.policy.window.saturating_mul(3);
        let held = self.held.iter().map(|held| held.finished_at + window).min();
        let deadline = self.deadline();
        held.into_iter().chain(deadline).min()
    }

    /// How long the run has lasted.
    #[must_use]
    pub fn lasted(&self, now: Timestamp) -> Duration {
        now.since(self.started_at)
    }
}

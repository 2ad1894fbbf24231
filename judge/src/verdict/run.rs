mod read;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::analysis::plan::Plan;
use crate::time::Timestamp;
use crate::verdict::argo::{self, RunPhase};
use crate::verdict::guard::Guards;
use crate::verdict::kayenta::KayentaRun;
use crate::verdict::{Comparisons, Decision, Look, Measurement, MetricState, Phase, Reason, Verdict};
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
    /// Free labels.
    pub labels: BTreeMap<String, String>,
    /// A page about it for people; empty when nothing serves one.
    pub url: String,
}

/// What an operator has decided, whatever the data say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Override {
    /// What is to be done; never `continue`.
    pub verdict: Verdict,
    /// Who decided.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
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
    /// Kayenta's judge, where it is asked.
    pub(super) kayenta: Option<KayentaRun>,
    /// Of each comparison: how often in a row it could not be read, and why.
    pub(super) unread: Vec<(u32, String)>,
    pub(super) overrides: Vec<Override>,
    /// Windows that were lost while nobody drove the run.
    pub(super) discarded_windows: u64,
    /// Since when `initialDelay` counts. Argo writes down the start of a run when its first measurements are there.
    pub(super) delays_from: Option<Timestamp>,
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

/// Why a run looks whether there is a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occasion {
    /// Answers of metrics have come.
    Measured,
    /// Windows have come.
    Looked,
    /// Somebody has said what time it is, or wants it to end.
    Told,
}

impl RunState {
    /// A run that begins at `started_at`, or goes on then from the status that its document brings.
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
            kayenta: plan
                .kayenta
                .as_ref()
                .map(|asked| KayentaRun::new(asked, &plan, started_at)),
            unread: vec![(0, String::new()); plan.comparisons.len()],
            overrides: Vec::new(),
            discarded_windows: 0,
            delays_from: None,
            plan,
        };
        state.delays_from = state.delays_known_from();
        state.resume();
        state.settle(started_at, Occasion::Told);
        state
    }

    /// A measurement that keeps nobody waiting has begun.
    ///
    /// # Errors
    /// [`ForeignRecord`] when the plan has no such metric; then nothing changes.
    pub fn begin(&mut self, metric: usize, at: Timestamp) -> Result<(), ForeignRecord> {
        self.refuse_foreign(metric)?;
        self.metrics[metric].begin(at);
        self.delays_from.get_or_insert(at);
        self.settle(at, Occasion::Told);
        Ok(())
    }

    fn refuse_foreign(&self, metric: usize) -> Result<(), ForeignRecord> {
        let metrics = self.plan.metrics.len();
        if metric < metrics {
            return Ok(());
        }
        Err(ForeignRecord {
            place: metric + 1,
            analysis: self.plan.name.clone(),
            metrics,
        })
    }

    /// Takes in finished measurements, each with its metric's place in the plan; those that come together are
    /// judged together.
    ///
    /// # Errors
    /// [`ForeignRecord`] when the plan has no such metric; then nothing is taken in.
    pub fn record(&mut self, measurements: &[(usize, Measurement)]) -> Result<(), ForeignRecord> {
        let plan = Arc::clone(&self.plan);
        for (metric, _) in measurements {
            self.refuse_foreign(*metric)?;
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
        self.delays_from.get_or_insert(now);
        self.settle(now, Occasion::Measured);
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
        if let Some(kayenta) = &mut self.kayenta {
            kayenta.see(look);
        }
        self.settle(look.at, Occasion::Looked);
    }

    /// Tells the run what time it is: deadlines pass without any data, too.
    pub fn tick(&mut self, now: Timestamp) {
        self.settle(now, Occasion::Told);
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

    /// Nobody drove the run until now. The windows of that time are not read any more, nor is the one that `now` falls
    /// into: half a window of one side is no window.
    pub fn resume_at(&mut self, now: Timestamp) {
        if self.decision.is_none() && !self.plan.comparisons.is_empty() {
            let from = self.last_look_at.unwrap_or(self.started_at);
            let ended = |at: Timestamp| windows_between(self.started_at, at, self.plan.policy.window);
            self.discarded_windows += ended(now).saturating_sub(ended(from)) + 1;
        }
        self.settle(now, Occasion::Told);
    }

    /// An operator has decided. Changes nothing once there is a verdict.
    pub fn decide_by(&mut self, decided: Override) {
        if self.decision.is_some() || decided.verdict == Verdict::Continue {
            return;
        }
        let reason = decided.reason.trim_end_matches('.');
        let summary = format!("{} decided: {}. {reason}.", decided.author, decided.verdict);
        let decision = decide::decision(decided.verdict, vec![Reason::Overridden], summary);
        self.decision = Some((decided.at, decision));
        self.overrides.push(decided);
        self.complete();
    }

    /// Somebody wants the run to end.
    pub fn stop(&mut self, now: Timestamp) {
        self.stopped = true;
        self.settle(now, Occasion::Told);
    }

    /// Only at a look can a comparison promote, so that the windows alone give the same verdict again. And a measurement
    /// that comes late says nothing of the deadline: the window that ends with it may be on its way.
    fn settle(&mut self, now: Timestamp, occasion: Occasion) {
        if self.decision.is_some() {
            return;
        }
        let at_look = occasion == Occasion::Looked;
        let has_passed = self.deadline().is_some_and(|deadline| now >= deadline);
        let due = has_passed && occasion != Occasion::Measured;
        if due {
            self.comparisons.finish(now);
        }
        let stable = self.comparisons.stable_state();
        self.guards
            .release(self.plan.policy.window, stable, due, &mut self.metrics);
        self.run_phase = self
            .ended_before()
            .unwrap_or_else(|| argo::assess(&self.plan, &mut self.metrics, self.stopped, now));
        if let Some(kayenta) = self.kayenta.as_mut().filter(|kayenta| due || kayenta.is_due(now)) {
            kayenta.judge(now);
        }
        self.decision = decide::decide(self, now, due, at_look).map(|decision| (now, decision));
        if self.decision.is_some() {
            self.complete();
        }
    }

    /// Metrics that were still going on when the verdict fell end as they would when stopped.
    fn complete(&mut self) {
        if let (Some(kayenta), Some((at, _))) = (&mut self.kayenta, &self.decision) {
            kayenta.judge(*at);
        }
        for (metric, state) in self.plan.metrics.iter().zip(&mut self.metrics) {
            if !state.measurements.is_empty() {
                state.phase = state.assess(metric, true);
            }
        }
    }
}

fn windows_between(start: Timestamp, end: Timestamp, window: Duration) -> u64 {
    let whole = end.since(start).as_micros() / window.as_micros().max(1);
    u64::try_from(whole).unwrap_or(u64::MAX)
}

//! The canary against stable: what every comparison has gathered, and what it comes to.
//!
//! Looks go in, in order of time; decisions come out. The same looks give the same bits. Nothing here is stored:
//! after a restart the stored windows are put in again.

mod autocorrelation;
mod blame;
mod canary_targets;
mod control;
mod coverage;
mod dispersion_factor;
mod evidence;
mod fellows;
mod forecast;
mod intake;
mod latency;
mod latency_display;
mod latency_rules;
mod long_series;
mod method;
mod number;
mod outlook;
mod past;
mod promotion;
mod quantiles;
mod rate_test;
mod rates;
mod report;
mod rollback;
mod sentence;
mod series;
mod shortfall;
mod split_check;
mod stable_health;
mod stable_targets;
mod streams;
mod summary;
mod tally;
mod target_noise;
mod threshold;

#[cfg(test)]
mod controls;
#[cfg(test)]
mod gaps;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod simulations;
#[cfg(test)]
mod splits;
#[cfg(test)]
mod stages;
#[cfg(test)]
mod suspects;
#[cfg(test)]
mod target_noises;
#[cfg(test)]
mod tests;

pub use outlook::{EffectOutlook, Expected, Outlook, SEEN_PART};
pub use past::{Past, PastTraffic, PastWindows};
pub use report::{
    ComparisonReport, Decision, DispersionReport, DispersionSource, Interval, PromotionReport,
    QuantileReport, Remark, ToleranceReport, TrafficSplitReport,
};
pub use shortfall::Shortfall;
pub use stable_health::StableState;

use crate::analysis::plan::{Comparison, EvidencePolicy, Policy};
use crate::stats::{combine, restarts};
use crate::time::Timestamp;

use super::Look;
use blame::{Blame, Occasion};
use evidence::Evidence;
use rollback::Rollback;
use split_check::SplitCheck;

/// All comparisons of one run.
#[derive(Clone, Debug)]
pub struct Comparisons {
    policy: Policy,
    started_at: Timestamp,
    /// In the order of the document.
    evidence: Vec<Evidence>,
    rollback: Rollback,
    blame: Blame,
    last_look_at: Option<Timestamp>,
    looks_out_of_order: bool,
    is_finished: bool,
    /// The number of the release's stage, from 1.
    stage: usize,
}

/// The statistic that rolls back, for a live screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RollbackStatistic {
    /// Weighted mean of the comparisons' e-values, clamped to 1e300.
    pub e_value: f64,
    /// Its largest value at any look so far, clamped to 1e300.
    pub e_value_max: f64,
    /// Where it rolls back; `None` when boundaries per comparison decide (`obrien_fleming`).
    pub threshold: Option<f64>,
}

impl Comparisons {
    /// Before the first look of a run that began at `started_at`.
    #[must_use]
    pub fn new(specs: &[Comparison], policy: &Policy, started_at: Timestamp) -> Self {
        let masses: Vec<Option<f64>> = specs
            .iter()
            .map(|spec| rollback::group_mass(spec.weight))
            .collect();
        let shares = combine::group_shares(&masses);
        let splits = specs.iter().filter(|spec| spec.traffic_split.is_some()).count();
        let evidence: Vec<Evidence> = specs
            .iter()
            .zip(&shares)
            .map(|(spec, share)| {
                let split = spec
                    .traffic_split
                    .and_then(|split| SplitCheck::new(split, splits));
                Evidence::new(spec, policy, *share).with_split(split)
            })
            .collect();
        Self {
            rollback: Rollback::new(policy, started_at, &evidence),
            policy: *policy,
            started_at,
            evidence,
            blame: Blame::Nobody,
            last_look_at: None,
            looks_out_of_order: false,
            is_finished: false,
            stage: 1,
        }
        .with_deadline_weight()
    }

    /// Before the first look of the next stage of a release whose evidence goes on: a new component of evidence begins,
    /// burn-in, deadline and minimum duration count from `started_at`, and what was missing before is past. `specs` are
    /// those of before, with the traffic split of this stage. Where evidence does not go on this is [`new`](Self::new).
    #[must_use]
    pub fn next_stage(self, specs: &[Comparison], started_at: Timestamp) -> Self {
        if self.policy.evidence == EvidencePolicy::Restart {
            return Self::new(specs, &self.policy, started_at);
        }
        let mut next = self;
        next.stage += 1;
        next.started_at = started_at;
        next.is_finished = false;
        let splits = specs.iter().filter(|spec| spec.traffic_split.is_some()).count();
        for (evidence, spec) in next.evidence.iter_mut().zip(specs) {
            let split = spec
                .traffic_split
                .and_then(|split| SplitCheck::new(split, splits));
            evidence.begin_stage(split);
        }
        next.with_deadline_weight()
    }

    fn with_deadline_weight(mut self) -> Self {
        self.rollback.begin_stage(self.stage_weight());
        self
    }

    /// The part of the release's error that begins with this stage; 1 where each stage has its own.
    fn stage_weight(&self) -> f64 {
        match self.policy.evidence {
            EvidencePolicy::Restart => 1.0,
            EvidencePolicy::Carry => restarts::stage_weight(self.stage),
        }
    }

    /// Takes in all windows that end at one instant; the windows of both sides have to come in the same look, since
    /// each look is compared only with itself. A look that is not later than the one before is ignored with
    /// a remark; looks after the deadline or after [`finish`](Self::finish) are ignored, since the last test is
    /// over a time fixed in advance.
    pub fn look(&mut self, look: &Look) {
        if self.last_look_at.is_some_and(|last| look.at <= last) {
            self.looks_out_of_order = true;
            return;
        }
        if self.is_finished || look.at > self.deadline_at() {
            return;
        }
        self.last_look_at = Some(look.at);
        let slices = intake::slice(look, &self.evidence, self.policy.window);
        for (evidence, slice) in self.evidence.iter_mut().zip(slices) {
            evidence.take(slice, &self.policy, self.started_at);
        }
        if look.at > self.judged_from() {
            self.rollback.look(look.at, &mut self.evidence, &self.policy);
            self.weigh(Occasion::Look);
        }
    }

    /// Once the threshold has been reached: by the release, or by one target?
    fn weigh(&mut self, occasion: Occasion) {
        if self.rollback.is_decided() && !self.blame.is_final() {
            self.blame = blame::weigh(&mut self.evidence, &self.policy, occasion);
        }
    }

    /// The test at the deadline, once: does nothing before the deadline, and nothing when called again. No look
    /// counts after it.
    pub fn finish(&mut self, now: Timestamp) {
        if self.is_finished || now < self.deadline_at() {
            return;
        }
        self.is_finished = true;
        self.rollback.finish(&mut self.evidence, &self.policy);
        self.weigh(Occasion::Deadline);
    }

    /// A regression of the release has been shown, at some look or by the test at the deadline. Stays true.
    #[must_use]
    pub fn regressed(&self) -> bool {
        self.blame == Blame::Release
    }

    /// The one target of the canary that alone carries the evidence of a regression. Stays once it is known.
    #[must_use]
    pub fn suspect_target(&self) -> Option<&str> {
        match &self.blame {
            Blame::Target(target) => Some(target),
            _ => None,
        }
    }

    /// There is a comparison that has to be non-inferior for a promotion. Without one [`promotable`](Self::promotable)
    /// says only that enough was seen and nothing speaks against a promotion.
    #[must_use]
    pub fn has_required(&self) -> bool {
        self.evidence.iter().any(|evidence| evidence.required)
    }

    /// The comparison in which traffic was not split as the analysis says, at some look.
    #[must_use]
    pub fn split_mismatch(&self) -> Option<(&str, TrafficSplitReport)> {
        self.evidence.iter().find_map(|one| {
            let split = one.split.as_ref().filter(|split| split.is_mismatched())?;
            Some((&*one.name, split.report()))
        })
    }

    /// Every required comparison is non-inferior, the minimum duration has passed, stable is healthy and nothing has
    /// regressed; and the required comparisons (all, when none is) have enough canary requests, most of their data has
    /// arrived, and their newest look had requests of both sides and of every target of the canary.
    ///
    /// All of that is as of the newest look, so the same looks give the same answer whatever else happened between
    /// them. `now` only takes it back: when the newest look is more than a few windows old.
    #[must_use]
    pub fn promotable(&self, now: Timestamp) -> bool {
        let Some(newest) = self.last_look_at else {
            return false;
        };
        let grace = self.policy.window.saturating_mul(coverage::GRACE_WINDOWS);
        let covered = shortfall::deciding(&self.evidence)
            .all(|evidence| evidence.is_covered(self.judged_from(), newest, &self.policy));
        let shown = self
            .evidence
            .iter()
            .filter(|evidence| evidence.required)
            .all(|evidence| evidence.is_non_inferior(&self.policy));
        now.since(newest) <= grace
            && newest.since(self.started_at) >= self.policy.minimum_duration
            && covered
            && shown
            && !self.stable_unhealthy()
            && !self.rollback.is_decided()
            && self.split_mismatch().is_none()
    }

    /// Stable itself is outside its own normal range in a comparison that speaks for it.
    #[must_use]
    pub fn stable_unhealthy(&self) -> bool {
        self.stable_state() == StableState::Unhealthy
    }

    /// How stable is doing at the newest look, in the worst of the comparisons that speak for it.
    #[must_use]
    pub fn stable_state(&self) -> StableState {
        let speaking = self
            .evidence
            .iter()
            .filter(|evidence| evidence.speaks_for_stable());
        speaking
            .map(|evidence| evidence.method.stable_state())
            .max()
            .unwrap_or_default()
    }

    /// What keeps the data from being enough for a decision at `now`, the worst of all comparisons that decide;
    /// `None` when data is fine and simply does not decide.
    #[must_use]
    pub fn shortfall(&self, now: Timestamp) -> Option<Shortfall> {
        shortfall::worst(&self.evidence, self.judged_from(), now, &self.policy)
    }

    /// The names of comparisons that decide and have not seen anything of either side: what they read may not be there at all.
    pub fn never_seen(&self) -> impl Iterator<Item = &str> {
        shortfall::never_seen(&self.evidence)
    }

    /// The statistic that rolls back, now and at its highest.
    #[must_use]
    pub fn rollback_statistic(&self) -> RollbackStatistic {
        self.rollback.statistic()
    }

    /// Canary requests judged so far: the most of any comparison.
    #[must_use]
    pub fn canary_requests(&self) -> u64 {
        self.evidence
            .iter()
            .filter_map(|evidence| evidence.method.canary_requests())
            .max()
            .unwrap_or(0)
    }

    /// One report per comparison, in the order of the document.
    #[must_use]
    pub fn reports(&self, now: Timestamp) -> Vec<ComparisonReport> {
        summary::all(self, now)
    }

    fn judged_from(&self) -> Timestamp {
        self.started_at + self.policy.burn_in
    }

    fn deadline_at(&self) -> Timestamp {
        self.started_at + self.policy.deadline
    }
}

//! The canary against stable: what every comparison has gathered, and what it comes to.
//!
//! Looks go in, in order of time; decisions come out. The same looks give the same bits. Nothing here is stored:
//! after a restart the stored windows are put in again.

mod autocorrelation;
mod coverage;
mod dispersion_factor;
mod evidence;
mod forecast;
mod intake;
mod latency;
mod method;
mod number;
mod outlook;
mod past;
mod promotion;
mod rate_test;
mod rates;
mod report;
mod rollback;
mod sentence;
mod series;
mod shortfall;
mod stable_health;
mod summary;
mod tally;
mod threshold;

#[cfg(test)]
mod gaps;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod simulations;
#[cfg(test)]
mod tests;

pub use outlook::{EffectOutlook, Expected, Outlook, SEEN_PART};
pub use past::{Past, PastTraffic};
pub use report::{
    ComparisonReport, Decision, DispersionReport, DispersionSource, Interval, PromotionReport,
    QuantileReport, Remark, ToleranceReport,
};
pub use shortfall::Shortfall;
pub use stable_health::StableState;

use crate::analysis::plan::{Comparison, Policy};
use crate::stats::combine;
use crate::time::Timestamp;

use super::Look;
use evidence::Evidence;
use rollback::Rollback;

/// All comparisons of one run.
#[derive(Clone, Debug)]
pub struct Comparisons {
    policy: Policy,
    started_at: Timestamp,
    /// In the order of the document.
    evidence: Vec<Evidence>,
    rollback: Rollback,
    last_look_at: Option<Timestamp>,
    looks_out_of_order: bool,
    is_finished: bool,
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
        let evidence: Vec<Evidence> = specs
            .iter()
            .zip(&shares)
            .map(|(spec, share)| Evidence::new(spec, policy, *share))
            .collect();
        Self {
            rollback: Rollback::new(policy, started_at, &evidence),
            policy: *policy,
            started_at,
            evidence,
            last_look_at: None,
            looks_out_of_order: false,
            is_finished: false,
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
    }

    /// A regression has been shown, at some look or by the test at the deadline. Stays true.
    #[must_use]
    pub fn regressed(&self) -> bool {
        self.rollback.is_decided()
    }

    /// There is a comparison that has to be non-inferior for a promotion. Without one [`promotable`](Self::promotable)
    /// says only that enough was seen and nothing speaks against a promotion.
    #[must_use]
    pub fn has_required(&self) -> bool {
        self.evidence.iter().any(|evidence| evidence.required)
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
            && !self.regressed()
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

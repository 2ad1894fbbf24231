//! When the evidence of all comparisons together rolls back.

use std::time::Duration;

use crate::analysis::plan::{AlphaSpending, Policy, Tolerance, Weight};
use crate::stats::log_sum::log_weighted_sum_exp;
use crate::stats::obrien_fleming::{self, Boundaries};
use crate::stats::{Margin, combine, holm};
use crate::time::Timestamp;

use super::RollbackStatistic;
use super::evidence::Evidence;
use super::number::shown;

/// The mass of a comparison's group in the rollback statistic.
pub(super) fn group_mass(weight: Weight) -> Option<f64> {
    match weight {
        Weight::Critical => Some(0.8),
        Weight::Standard => Some(0.2),
        Weight::Info => None,
    }
}

/// What every window is tested against for a regression: the null is
/// `p_c <= max(rollback * p_s, p_s + rollbackAbsolute)` at whatever rate stable has in that window. Which of the two
/// is the larger cannot be told from past windows, because stable's rate may change; so each window has to speak
/// against both, common events included (an odds ratio would be the tolerated ratio at one rate of stable only).
pub(super) fn margin(tolerance: Tolerance) -> Margin {
    let (ratio, difference) = (tolerance.rollback, tolerance.rollback_absolute);
    if difference <= 0.0 {
        Margin::Ratio(ratio)
    } else {
        Margin::Larger { ratio, difference }
    }
}

/// The e-value at which continuous looks roll back; `None` when boundaries decide.
pub(super) fn threshold(policy: &Policy) -> Option<f64> {
    match policy.alpha_spending {
        AlphaSpending::Hybrid => Some(2.0 / policy.false_rollback),
        AlphaSpending::Anytime => Some(1.0 / policy.false_rollback),
        AlphaSpending::ObrienFleming => None,
    }
}

/// The common statistic and its decision.
#[derive(Clone, Debug)]
pub(super) struct Rollback {
    started_at: Timestamp,
    deadline: Duration,
    log_e: f64,
    log_e_max: f64,
    threshold: Option<f64>,
    /// Per comparison and stream of counts, for boundaries only.
    boundaries: Vec<Vec<Boundaries>>,
    /// The last of the equally spaced looks of the boundaries that has been taken.
    last_slot: u128,
    is_decided: bool,
    /// The part of the error at deadlines that the stage at hand has.
    stage_weight: f64,
}

impl Rollback {
    pub(super) fn new(policy: &Policy, started_at: Timestamp, evidence: &[Evidence]) -> Self {
        let boundaries = |one: &Evidence| {
            let streams = one.method.tests().len();
            let level = one.share * policy.false_rollback / streams.max(1) as f64;
            vec![Boundaries::new(level); streams]
        };
        Self {
            started_at,
            deadline: policy.deadline,
            log_e: 0.0,
            log_e_max: 0.0,
            threshold: threshold(policy),
            boundaries: evidence.iter().map(boundaries).collect(),
            last_slot: 0,
            is_decided: false,
            stage_weight: 1.0,
        }
    }

    /// A stage that has this part of the release's error at deadlines.
    pub(super) fn begin_stage(&mut self, weight: f64) {
        self.stage_weight = weight;
    }

    pub(super) fn is_decided(&self) -> bool {
        self.is_decided
    }

    pub(super) fn statistic(&self) -> RollbackStatistic {
        RollbackStatistic {
            e_value: shown(self.log_e),
            e_value_max: shown(self.log_e_max),
            threshold: self.threshold,
        }
    }

    /// After the windows of a look have been added.
    pub(super) fn look(&mut self, at: Timestamp, evidence: &mut [Evidence], policy: &Policy) {
        let terms: Vec<(f64, f64)> = evidence
            .iter()
            .map(|one| (one.share, one.method.log_e()))
            .collect();
        if terms.iter().any(|(share, _)| *share > 0.0) {
            self.log_e = log_weighted_sum_exp(terms.iter().copied());
            self.log_e_max = self.log_e_max.max(self.log_e);
        }
        match self.threshold {
            Some(threshold) => self.look_at_evidence(threshold, evidence, policy),
            None => self.look_at_boundaries(at, evidence, policy),
        }
    }

    /// A comparison with too few canary events is left out of the sum, which only makes it smaller.
    fn look_at_evidence(&mut self, threshold: f64, evidence: &mut [Evidence], policy: &Policy) {
        let terms: Vec<(f64, f64)> = evidence
            .iter()
            .map(|one| (one.share, one.method.rollback_log_e(policy.minimum_events)))
            .collect();
        if self.is_decided || log_weighted_sum_exp(terms.iter().copied()) < libm::log(threshold) {
            return;
        }
        self.is_decided = true;
        attribute(evidence, &terms, threshold);
    }

    fn look_at_boundaries(&mut self, at: Timestamp, evidence: &mut [Evidence], policy: &Policy) {
        let elapsed = at.since(self.started_at).as_micros();
        let whole = self.deadline.as_micros().max(1);
        let slot = elapsed * u128::from(obrien_fleming::LOOKS_MAX) / whole;
        if slot > self.last_slot {
            self.last_slot = slot;
            self.cross(elapsed as f64 / whole as f64, evidence, policy);
        }
    }

    fn cross(&mut self, fraction: f64, evidence: &mut [Evidence], policy: &Policy) {
        for (one, boundaries) in evidence.iter_mut().zip(&mut self.boundaries) {
            if one.share <= 0.0 {
                continue;
            }
            for (test, boundaries) in one.method.tests().iter().zip(boundaries) {
                let factor = test.dispersion.factor();
                let boundary = boundaries.look(fraction, test.deadline.information(factor));
                let is_crossed = boundary.is_some_and(|z| test.deadline.z(factor) >= z);
                one.is_regressed |= is_crossed && test.has_events(policy.minimum_events);
            }
            self.is_decided |= one.is_regressed;
        }
    }

    /// The test at the deadline, with the half of the error that continuous looks left: Holm's over the comparisons,
    /// weighted by their shares.
    pub(super) fn finish(&mut self, evidence: &mut [Evidence], policy: &Policy) {
        match policy.alpha_spending {
            AlphaSpending::Anytime => {}
            AlphaSpending::ObrienFleming => self.cross(1.0, evidence, policy),
            AlphaSpending::Hybrid => {
                let p_values: Vec<f64> = evidence
                    .iter()
                    .map(|one| one.method.deadline_p(policy.minimum_events))
                    .collect();
                let shares: Vec<f64> = evidence.iter().map(|one| one.share).collect();
                let level = policy.false_rollback / 2.0 * self.stage_weight;
                for (one, adjusted) in evidence.iter_mut().zip(holm::adjust_weighted(&p_values, &shares)) {
                    if adjusted <= level {
                        one.is_regressed = true;
                        self.is_decided = true;
                    }
                }
            }
        }
    }
}

/// Marks the comparisons whose closed-testing evidence alone reaches the threshold, and always the one that
/// contributed most.
fn attribute(evidence: &mut [Evidence], terms: &[(f64, f64)], threshold: f64) {
    let adjusted = combine::closed_adjust(
        &evidence
            .iter()
            .map(|one| shown(one.method.log_e()))
            .collect::<Vec<_>>(),
    );
    let mut most: Option<(usize, f64)> = None;
    for (index, (share, log_e)) in terms.iter().enumerate().filter(|(_, (share, _))| *share > 0.0) {
        let contribution = libm::log(*share) + log_e;
        if most.is_none_or(|(_, largest)| contribution > largest) {
            most = Some((index, contribution));
        }
        evidence[index].is_regressed |= adjusted[index] >= threshold;
    }
    if let Some((index, _)) = most {
        evidence[index].is_regressed = true;
    }
}

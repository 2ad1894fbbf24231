//! What a comparison can still see by the deadline, and when it will probably decide.

use std::time::Duration;

use crate::analysis::plan::Policy;
use crate::stats::planning::{self, Traffic};
use crate::stats::rate_ratio::REGRESSION_GRID;
use crate::time::Timestamp;

use super::evidence::Evidence;
use super::{promotion, rollback};

/// The clock's side of a forecast.
#[derive(Clone, Copy, Debug)]
pub(super) struct Horizon {
    pub(super) now: Timestamp,
    pub(super) started_at: Timestamp,
    pub(super) deadline_at: Timestamp,
}

/// Smallest ratio of canary to stable rate that is expected to be detected by the deadline at the traffic so far;
/// `None` when unknown, when nothing would be, or when boundaries decide.
pub(super) fn detectable_ratio(evidence: &Evidence, policy: &Policy, horizon: &Horizon) -> Option<f64> {
    let (margin, per_second) = (evidence.rollback_margin(), canary_per_second(evidence)?);
    let threshold = rollback::threshold(policy).filter(|_| evidence.share > 0.0)?;
    // The prior of the first component and of its best alternative.
    let restart_cost = if policy.restart_interval.is_some() {
        2.0
    } else {
        1.0
    };
    let prior_cost = restart_cost * REGRESSION_GRID.len() as f64 / evidence.share;
    let log_evidence = libm::log(threshold * prior_cost) * evidence.dispersion.factor();
    let left = horizon.deadline_at.since(horizon.now).as_secs_f64();
    let requests = evidence.judged.canary_requests as f64 + per_second * left;
    let traffic = traffic(evidence, evidence.past_stable.predicted_rate()?);
    planning::detectable_ratio(margin, &traffic, &REGRESSION_GRID, log_evidence, requests)
}

/// When the sooner of rollback and promotion is to be expected if traffic and rates stay as they are; `None` when
/// neither is before the deadline.
pub(super) fn decision_at(evidence: &Evidence, policy: &Policy, horizon: &Horizon) -> Option<Timestamp> {
    let per_second = canary_per_second(evidence)?;
    let traffic = traffic(
        evidence,
        rate(evidence.judged.stable_events, evidence.judged.stable_requests),
    );
    let after = |log_missing: f64, evidence_rate: f64| {
        let seconds = log_missing.max(0.0) * evidence.dispersion.factor() / (evidence_rate * per_second);
        let wait = Duration::try_from_secs_f64(seconds).ok()?;
        Some(horizon.now + wait).filter(|_| evidence_rate > 0.0)
    };
    let rollback_at = rollback::threshold(policy)
        .filter(|_| evidence.share > 0.0)
        .and_then(|threshold| {
            let missing = libm::log(threshold / evidence.share) - evidence.log_e;
            after(
                missing,
                planning::evidence_rate(evidence.rollback_margin(), &traffic, &REGRESSION_GRID),
            )
        });
    let missing = -libm::log(policy.false_promotion) - evidence.promotion.log_e();
    let promotion_at = after(missing, promotion_rate(evidence, &traffic)).and_then(|at| {
        let requests_left = policy
            .minimum_requests
            .saturating_sub(evidence.judged.canary_requests) as f64;
        let enough_at = horizon.now + Duration::try_from_secs_f64(requests_left / per_second).ok()?;
        Some(
            at.max(enough_at)
                .max(horizon.started_at + policy.minimum_duration),
        )
    });
    rollback_at
        .into_iter()
        .chain(promotion_at)
        .min()
        .filter(|at| *at <= horizon.deadline_at)
}

fn promotion_rate(evidence: &Evidence, traffic: &Traffic) -> f64 {
    let margin = evidence.promotion_margin();
    planning::evidence_rate(margin, traffic, &promotion::alternatives(margin))
}

fn traffic(evidence: &Evidence, stable_rate: f64) -> Traffic {
    let judged = &evidence.judged;
    Traffic {
        canary_rate: rate(judged.canary_events, judged.canary_requests),
        stable_rate,
        stable_per_canary: rate(judged.stable_requests, judged.canary_requests),
    }
}

fn rate(part: u64, whole: u64) -> f64 {
    if whole > 0 {
        part as f64 / whole as f64
    } else {
        0.0
    }
}

/// Canary requests per second while both sides were seen; `None` before any was judged.
fn canary_per_second(evidence: &Evidence) -> Option<f64> {
    let seconds = evidence.coverage.covered().as_secs_f64();
    let per_second = evidence.judged.canary_requests as f64 / seconds;
    (seconds > 0.0 && per_second > 0.0).then_some(per_second)
}

//! What a comparison can still see by the deadline, and when it will probably decide.

use std::time::Duration;

use crate::analysis::plan::Policy;
use crate::stats::Margin;
use crate::stats::planning::{self, Traffic};
use crate::stats::restarts;
use crate::time::Timestamp;

use super::evidence::Evidence;
use super::latency::Latency;
use super::method::Method;
use super::rates::Rates;
use super::rollback;
use super::series::Series;

/// The clock's side of a forecast.
#[derive(Clone, Copy, Debug)]
pub(super) struct Horizon {
    pub(super) now: Timestamp,
    pub(super) started_at: Timestamp,
    pub(super) deadline_at: Timestamp,
    /// The part of all evidence that begins with this stage.
    pub(super) stage_weight: f64,
}

/// What has to be gathered, and how fast it comes.
struct Pace {
    /// Canary requests (exposure, points) a second while both sides were seen.
    per_second: f64,
    /// Log evidence that a new component needs to roll back, before its alternatives' prior.
    log_threshold: f64,
    /// Until the deadline.
    seconds_left: f64,
}

/// Smallest ratio of canary to stable that is expected to be detected by the deadline at the traffic so far; `None`
/// when unknown, when nothing would be, or when boundaries decide.
pub(super) fn detectable_ratio(evidence: &Evidence, policy: &Policy, horizon: &Horizon) -> Option<f64> {
    let threshold = rollback::threshold(policy).filter(|_| evidence.share > 0.0)?;
    // The prior of the first component.
    let restart_cost = 1.0 / (restarts::first_weight(policy.restarts_planned()) * horizon.stage_weight);
    let pace = Pace {
        per_second: per_second(evidence)?,
        log_threshold: libm::log(threshold * restart_cost / evidence.share),
        seconds_left: horizon.deadline_at.since(horizon.now).as_secs_f64(),
    };
    match &evidence.method {
        Method::Errors(rates) | Method::Events(rates) => of_rates(rates, &pace),
        Method::Latency(latency) => of_latency(latency, &pace),
        Method::Series(series) => of_series(series, &pace),
    }
}

fn of_rates(rates: &Rates, pace: &Pace) -> Option<f64> {
    let test = &rates.test;
    let alternatives = libm::log(test.grid.len() as f64);
    let log_evidence = (pace.log_threshold + alternatives) * test.dispersion.factor();
    let requests = rates.judged.canary_requests as f64 + pace.per_second * pace.seconds_left;
    let traffic = rates.traffic(Some(rates.past_stable.predicted_rate()?));
    let requests = requests * rates.units;
    planning::detectable_ratio(
        rates.rollback_margin(),
        &traffic,
        test.grid,
        log_evidence,
        requests,
    )
}

/// The slow-down that the most sensitive threshold can see: a canary `s` times as slow exceeds a threshold as often as
/// stable exceeds one `s` times smaller.
fn of_latency(latency: &Latency, pace: &Pace) -> Option<f64> {
    let requests = latency.judged.canary_requests as f64 + pace.per_second * pace.seconds_left;
    let traffic = |part: f64| Traffic {
        canary_rate: 1.0 - part,
        stable_rate: 1.0 - part,
        stable_per_canary: ratio(latency.judged.stable_requests, latency.judged.canary_requests),
    };
    let tests = latency.parts().zip(latency.shares()).zip(&latency.tests);
    let seen = tests.filter_map(|((part, share), test)| {
        let prior = libm::log(test.grid.len() as f64 / share);
        let log_evidence = (pace.log_threshold + prior) * test.dispersion.factor();
        let exceedances = planning::detectable_ratio(
            Margin::Ratio(1.0),
            &traffic(part),
            test.grid,
            log_evidence,
            requests,
        )?;
        latency.slow_down(part, exceedances)
    });
    seen.min_by(f64::total_cmp)
}

fn of_series(series: &Series, pace: &Pace) -> Option<f64> {
    series.detectable_ratio(
        series.points as f64 + pace.per_second * pace.seconds_left,
        pace.log_threshold,
    )
}

/// When the sooner of rollback and promotion is to be expected if traffic and rates stay as they are; `None` when
/// neither is before the deadline, or where nothing can be told.
pub(super) fn decision_at(evidence: &Evidence, policy: &Policy, horizon: &Horizon) -> Option<Timestamp> {
    let per_second = per_second(evidence)?;
    let after = |log_missing: f64, factor: f64, evidence_rate: f64| {
        let seconds = log_missing.max(0.0) * factor / (evidence_rate * per_second);
        let wait = Duration::try_from_secs_f64(seconds).ok()?;
        Some(horizon.now + wait).filter(|_| evidence_rate > 0.0)
    };
    let rollback_missing = rollback::threshold(policy)
        .filter(|_| evidence.share > 0.0)
        .map(|threshold| libm::log(threshold / evidence.share) - evidence.method.log_e());
    let promotion_missing = -libm::log(policy.false_promotion) - evidence.method.promotion_log_e();
    let (rollback_at, promotion_at) = match &evidence.method {
        Method::Errors(rates) | Method::Events(rates) => {
            let (traffic, factor) = (rates.traffic(None), rates.test.dispersion.factor());
            let target = rates.promotion_target();
            let towards =
                |margin, grid: &[f64]| planning::evidence_rate(margin, &traffic, grid) * rates.units;
            (
                rollback_missing.and_then(|missing| {
                    after(missing, factor, towards(rates.rollback_margin(), rates.test.grid))
                }),
                after(
                    promotion_missing,
                    factor,
                    towards(target.margin, &target.alternatives()),
                ),
            )
        }
        // Evidence of many thresholds and of short series grows in no straight line: what came so far goes on.
        Method::Latency(_) | Method::Series(_) => {
            let seconds = evidence.coverage.covered().as_secs_f64();
            let pace = |log_e: f64| log_e / (seconds * per_second);
            (
                rollback_missing.and_then(|missing| after(missing, 1.0, pace(evidence.method.log_e()))),
                after(promotion_missing, 1.0, pace(evidence.method.promotion_log_e())),
            )
        }
    };
    let promotion_at = promotion_at.and_then(|at| {
        let missing = evidence
            .method
            .canary_requests()
            .map_or(0, |requests| policy.minimum_requests.saturating_sub(requests));
        let enough_at = horizon.now + Duration::try_from_secs_f64(missing as f64 / per_second).ok()?;
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

/// What is judged per second while both sides were seen; `None` before anything was.
fn per_second(evidence: &Evidence) -> Option<f64> {
    let seconds = evidence.coverage.covered().as_secs_f64();
    let per_second = evidence.method.judged().canary_requests as f64 / seconds;
    (seconds > 0.0 && per_second > 0.0).then_some(per_second)
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole > 0 {
        part as f64 / whole as f64
    } else {
        0.0
    }
}

//! From evidence to reports.

use std::sync::Arc;

use crate::analysis::plan::{Policy, Weight};
use crate::stats::combine;
use crate::time::Timestamp;

use super::Comparisons;
use super::evidence::Evidence;
use super::forecast::{self, Horizon};
use super::method::Method;
use super::number::shown;
use super::report::{
    ComparisonReport, Decision, DispersionReport, DispersionSource, Interval, PromotionReport, Remark,
    ToleranceReport,
};
use super::split_check::SplitCheck;
use super::{rollback, sentence};

/// Confidence of the interval shown.
const LEVEL: f64 = 0.95;

/// Evidence compared with its own kind: those that can roll back, and those for information.
struct Adjusted {
    e_values: Vec<f64>,
    /// Rejected by e-BH; only comparisons for information.
    is_discovery: Vec<bool>,
}

/// The reports of all comparisons, in order.
pub(super) fn all(comparisons: &Comparisons, now: Timestamp) -> Vec<ComparisonReport> {
    let adjusted = adjust(&comparisons.evidence, &comparisons.policy);
    let horizon = Horizon {
        now,
        started_at: comparisons.started_at,
        deadline_at: comparisons.deadline_at(),
        stage_weight: comparisons.stage_weight(),
    };
    comparisons
        .evidence
        .iter()
        .enumerate()
        .map(|(index, evidence)| {
            let mut report = one(evidence, &comparisons.policy, &horizon, adjusted.e_values[index]);
            if adjusted.is_discovery[index] {
                report.decision = Decision::Regressed;
            }
            if report.decision != Decision::Undecided || comparisons.is_finished {
                report.expected_decision_at = None;
            }
            if comparisons.looks_out_of_order {
                report.remarks.push(Remark::LooksOutOfOrder);
            }
            report.sentence = sentence::describe(&report);
            report
        })
        .collect()
}

fn adjust(evidence: &[Evidence], policy: &Policy) -> Adjusted {
    let mut adjusted = Adjusted {
        e_values: vec![0.0; evidence.len()],
        is_discovery: vec![false; evidence.len()],
    };
    for for_information in [false, true] {
        let members: Vec<usize> = (0..evidence.len())
            .filter(|index| (evidence[*index].weight == Weight::Info) == for_information)
            .collect();
        let e_values: Vec<f64> = members
            .iter()
            .map(|index| shown(evidence[*index].method.log_e()))
            .collect();
        for (member, value) in members.iter().zip(combine::closed_adjust(&e_values)) {
            adjusted.e_values[*member] = value;
        }
        if for_information {
            for position in combine::e_bh(&e_values, policy.false_rollback) {
                let member = members[position];
                adjusted.is_discovery[member] =
                    evidence[member].method.rollback_log_e(policy.minimum_events) > 0.0;
            }
        }
    }
    adjusted
}

fn one(evidence: &Evidence, policy: &Policy, horizon: &Horizon, adjusted_e_value: f64) -> ComparisonReport {
    let method = &evidence.method;
    let judged = method.judged();
    let ((kind, name), (factor, source)) = (method.names(), method.dispersion());
    let mut remarks = evidence.remarks.clone();
    if source == DispersionSource::Default && method.is_frozen() {
        remarks.insert(0, Remark::UncalibratedDispersion);
    }
    if evidence.coverage.was_missing() {
        remarks.push(Remark::MissingWindows);
    }
    ComparisonReport {
        name: Arc::clone(&evidence.name),
        kind,
        decision: decision(evidence, policy),
        required: evidence.required,
        estimate: estimate(method),
        effect_scale: "ratio",
        interval: interval(method),
        e_value: shown(method.log_e()),
        e_value_max: shown(evidence.log_e_max),
        adjusted_e_value,
        anytime_p_value: libm::exp(-evidence.log_e_max).min(1.0),
        threshold: rollback::threshold(policy),
        promotion: PromotionReport {
            e_value: shown(method.promotion_log_e()),
            threshold: 1.0 / policy.false_promotion,
        },
        tolerance: tolerance(evidence),
        dispersion: DispersionReport { factor, source },
        n_canary: judged.canary_requests,
        n_stable: judged.stable_requests,
        events_canary: judged.canary_events,
        events_stable: judged.stable_events,
        mde_at_deadline: forecast::detectable_ratio(evidence, policy, horizon),
        expected_decision_at: forecast::decision_at(evidence, policy, horizon),
        method: name,
        quantile: match method {
            Method::Latency(latency) => latency.shown(),
            _ => None,
        },
        traffic_split: evidence.split.as_ref().map(SplitCheck::report),
        remarks,
        sentence: String::new(),
    }
}

fn decision(evidence: &Evidence, policy: &Policy) -> Decision {
    if evidence.is_regressed {
        Decision::Regressed
    } else if evidence.is_non_inferior(policy) {
        Decision::Noninferior
    } else {
        Decision::Undecided
    }
}

fn estimate(method: &Method) -> Option<f64> {
    match method {
        Method::Errors(rates) | Method::Events(rates) => rates.estimate.value(),
        Method::Latency(latency) => latency.shown().map(|shown| shown.canary_ms / shown.stable_ms),
        Method::Series(series) => series.estimate(),
    }
}

fn interval(method: &Method) -> Option<Interval> {
    let (lower, upper) = match method {
        Method::Errors(rates) | Method::Events(rates) => {
            rates.estimate.value()?;
            rates.interval.limits(LEVEL)
        }
        Method::Latency(latency) => latency.interval(LEVEL)?,
        Method::Series(series) => series.interval(LEVEL)?,
    };
    Some(Interval {
        lower,
        upper,
        level: LEVEL,
    })
}

fn tolerance(evidence: &Evidence) -> ToleranceReport {
    ToleranceReport {
        rollback: evidence.tolerance.rollback,
        promote: evidence.tolerance.promote,
        rollback_absolute: evidence.tolerance.rollback_absolute,
        promote_absolute: evidence.tolerance.promote_absolute,
    }
}

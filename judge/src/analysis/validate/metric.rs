//! Metrics: intervals, limits and conditions.

use std::time::Duration;

use super::checks::Checks;
use super::rules::RETENTION_DEFAULT;
use crate::analysis::node::Place;
use crate::analysis::plan::{Metric, OnFailure, Provider};
use crate::analysis::raw::metric::Metric as RawMetric;
use crate::analysis::raw::serin;

/// Argo's default for `consecutiveErrorLimit`.
const CONSECUTIVE_ERROR_LIMIT: i64 = 4;

/// Numbers of a metric as they are written; `None` waits for an argument.
struct Limits {
    count: Option<i64>,
    failure: Option<i64>,
    inconclusive: Option<i64>,
    consecutive_error: Option<i64>,
    consecutive_success: Option<i64>,
}

/// A metric as Argo checks it, in its order; its provider is looked at after that.
pub(super) fn metric<P>(
    checks: &mut Checks<'_>,
    raw: &RawMetric<P>,
    place: &Place<'_>,
    label: &str,
) -> Metric {
    let field = |name: &str| place.field(name);
    let limits = Limits {
        count: checks.integer(&field("count"), raw.count.as_ref(), 0),
        failure: checks.integer(&field("failureLimit"), raw.failure_limit.as_ref(), 0),
        inconclusive: checks.integer(&field("inconclusiveLimit"), raw.inconclusive_limit.as_ref(), 0),
        consecutive_error: checks.integer(
            &field("consecutiveErrorLimit"),
            raw.consecutive_error_limit.as_ref(),
            CONSECUTIVE_ERROR_LIMIT,
        ),
        consecutive_success: checks.integer(
            &field("consecutiveSuccessLimit"),
            raw.consecutive_success_limit.as_ref(),
            0,
        ),
    };
    check_count(checks, &limits, place, label);
    let interval = checks.duration(&field("interval"), raw.interval.as_deref(), |error| {
        format!("{label}invalid interval string: {error}")
    });
    let initial_delay = checks.duration(&field("initialDelay"), raw.initial_delay.as_deref(), |error| {
        format!("{label}invalid startDelay string: {error}")
    });
    check_limits(checks, &limits, place, label);
    let success = raw.success_condition.as_deref();
    let failure = raw.failure_condition.as_deref();
    Metric {
        name: raw.name.clone(),
        interval,
        initial_delay: initial_delay.unwrap_or_default(),
        count: limits.count.filter(|count| *count > 0).map(tolerated),
        success: checks.condition(
            &field("successCondition"),
            success,
            &format!("{label}successCondition: "),
        ),
        failure: checks.condition(
            &field("failureCondition"),
            failure,
            &format!("{label}failureCondition: "),
        ),
        failure_limit: limits.failure.filter(|limit| *limit >= 0).map(tolerated),
        inconclusive_limit: tolerated(limits.inconclusive.unwrap_or(0)),
        consecutive_error_limit: tolerated(limits.consecutive_error.unwrap_or(CONSECUTIVE_ERROR_LIMIT)),
        consecutive_success_limit: tolerated(limits.consecutive_success.unwrap_or(0)),
        dry_run: false,
        retention: RETENTION_DEFAULT,
        failing_for: Duration::ZERO,
        on_failure: OnFailure::Rollback,
        guard: false,
        provider: Provider::Unavailable { kind: String::new() },
    }
}

/// Serin's metric: Argo's, and three more fields.
pub(super) fn serin(checks: &mut Checks<'_>, raw: &serin::Metric, place: &Place<'_>, label: &str) -> Metric {
    let common = metric(checks, &raw.common, place, label);
    let for_place = place.field("for");
    let failing_for = checks.duration(&for_place, raw.failing_for.as_deref(), |error| {
        format!("{label}for: {error}")
    });
    if failing_for.is_some_and(|time| !time.is_zero()) && raw.common.interval.is_none() {
        checks.refuse(
            &for_place,
            format!("{label}`for` on a metric that is measured once"),
            "an `interval`, or no `for`",
        );
    }
    Metric {
        failing_for: failing_for.unwrap_or_default(),
        on_failure: match raw.on_failure {
            Some(serin::OnFailure::Hold) => OnFailure::Hold,
            Some(serin::OnFailure::Rollback) | None => OnFailure::Rollback,
        },
        guard: guard(checks, raw, place, label),
        ..common
    }
}

fn guard(checks: &mut Checks<'_>, raw: &serin::Metric, place: &Place<'_>, label: &str) -> bool {
    let guard = raw.guard.unwrap_or(false);
    if guard && raw.common.failure_condition.is_none() && raw.common.success_condition.is_none() {
        let found = format!("{label}`guard: true` without a condition that could fail");
        checks.refuse(
            &place.field("guard"),
            found,
            "a `failureCondition` or `successCondition`",
        );
    }
    guard
}

/// Argo's rules in Argo's words: what a count has to hold.
fn check_count(checks: &mut Checks<'_>, limits: &Limits, place: &Place<'_>, label: &str) {
    let mut refuse = |field: &str, found: String, expected: &str| {
        checks.refuse(&place.field(field), format!("{label}{found}"), expected);
    };
    let (failure, success) = (
        limits.failure.unwrap_or(0),
        limits.consecutive_success.unwrap_or(0),
    );
    // Argo takes it for a count that is reached with the first measurement, whatever that said.
    if limits.count.is_some_and(|count| count < 0) {
        refuse(
            "count",
            "count must be >= 0".into(),
            "0, which is no count, or more",
        );
    }
    if let Some(count) = limits.count.filter(|count| *count > 0) {
        if failure >= 0 && success >= 0 && count < failure.saturating_add(success) {
            let found = format!(
                "count ({count}) must be >= failureLimit + consecutiveSuccessLimit ({failure} + {success}) if both >= 0"
            );
            refuse("count", found, "a higher count, or lower limits");
        }
        if count < limits.inconclusive.unwrap_or(0) {
            refuse(
                "count",
                "count must be >= inconclusiveLimit".into(),
                "a higher count, or a lower limit",
            );
        }
    }
}

/// Argo's rules in Argo's words: what limits may be.
fn check_limits(checks: &mut Checks<'_>, limits: &Limits, place: &Place<'_>, label: &str) {
    let failure = limits.failure.unwrap_or(0);
    let mut refuse = |field: &str, found: String, expected: &str| {
        checks.refuse(&place.field(field), format!("{label}{found}"), expected);
    };
    if failure < -1 {
        refuse(
            "failureLimit",
            "failureLimit must be >= 0, or -1 to be disabled".into(),
            "0 or more, or -1",
        );
    }
    let at_least_zero = [
        ("inconclusiveLimit", limits.inconclusive),
        ("consecutiveErrorLimit", limits.consecutive_error),
        ("consecutiveSuccessLimit", limits.consecutive_success),
    ];
    for (field, limit) in at_least_zero {
        if limit.is_some_and(|limit| limit < 0) {
            refuse(field, format!("{field} must be >= 0"), "0 or more");
        }
    }
    if failure == -1 && limits.consecutive_success == Some(0) {
        let found = "failureLimit and consecutiveSuccessLimit cannot both be disabled";
        refuse(
            "failureLimit",
            found.into(),
            "a failureLimit of 0 or more, or a consecutiveSuccessLimit above 0",
        );
    }
}

/// Limits beyond 32 bits are never reached.
fn tolerated(limit: i64) -> u32 {
    u32::try_from(limit.max(0)).unwrap_or(u32::MAX)
}

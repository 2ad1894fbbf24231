//! The verdict policy: probabilities, times that have to fit each other, thresholds.

use std::time::Duration;

use super::checks::Checks;
use crate::analysis::duration::format as go;
use crate::analysis::node::Place;
use crate::analysis::plan::{AlphaSpending, Dispersion, EvidencePolicy, OnInconclusive, Policy};
use crate::analysis::raw::serin::{self, Verdict};
use crate::analysis::raw::text::{IntOrString, NumberOrString};

const WINDOW_MIN: Duration = Duration::from_secs(1);
const PROBABILITY: &str = "a probability above 0, at most 0.5";

pub(super) fn policy(checks: &mut Checks<'_>, raw: &Verdict, place: &Place<'_>) -> Policy {
    let default = Policy::default();
    let field = |name: &str| place.field(name);
    let probability = |value: f64| value > 0.0 && value <= 0.5;
    let false_rollback = checks.number_in(
        &field("falseRollback"),
        raw.false_rollback.as_ref(),
        default.false_rollback,
        probability,
        PROBABILITY,
    );
    let false_promotion = checks.number_in(
        &field("falsePromotion"),
        raw.false_promotion.as_ref(),
        default.false_promotion,
        probability,
        PROBABILITY,
    );
    let stable_error_limit = checks.number_in(
        &field("stableErrorLimit"),
        raw.stable_error_limit.as_ref(),
        default.stable_error_limit,
        |value| value > 0.0 && value <= 1.0,
        "a part above 0, at most 1",
    );
    let window = time(checks, place, "window", raw.window.as_deref()).unwrap_or(default.window);
    let restart_interval = match time(checks, place, "restartInterval", raw.restart_interval.as_deref()) {
        Some(Duration::ZERO) => None,
        other => other.or(default.restart_interval.map(|interval| interval.max(window))),
    };
    let policy = Policy {
        false_rollback: false_rollback.unwrap_or(default.false_rollback),
        false_promotion: false_promotion.unwrap_or(default.false_promotion),
        window,
        burn_in: time(checks, place, "burnIn", raw.burn_in.as_deref()).unwrap_or(default.burn_in),
        minimum_duration: time(checks, place, "minimumDuration", raw.minimum_duration.as_deref())
            .unwrap_or(default.minimum_duration),
        minimum_requests: at_least_one(
            checks,
            &field("minimumRequests"),
            raw.minimum_requests.as_ref(),
            default.minimum_requests,
        ),
        minimum_events: at_least_one(
            checks,
            &field("minimumEvents"),
            raw.minimum_events.as_ref(),
            default.minimum_events,
        ),
        deadline: time(checks, place, "deadline", raw.deadline.as_deref()).unwrap_or(default.deadline),
        alpha_spending: alpha_spending(raw),
        restart_interval,
        dispersion: dispersion(checks, raw.dispersion.as_ref(), &field("dispersion")),
        on_inconclusive: on_inconclusive(raw),
        evidence: match raw.evidence {
            Some(serin::Evidence::Carry) => EvidencePolicy::Carry,
            Some(serin::Evidence::Restart) | None => EvidencePolicy::Restart,
        },
        stable_error_limit: stable_error_limit.unwrap_or(default.stable_error_limit),
    };
    check_times(checks, &policy, raw, place);
    if (policy.evidence, policy.alpha_spending) == (EvidencePolicy::Carry, AlphaSpending::ObrienFleming) {
        checks.refuse(
            &place.field("evidence"),
            "`evidence: carry` with `alphaSpending: obrien_fleming`",
            "`hybrid` or `anytime`: boundaries are planned for one stage whose length is known",
        );
    }
    policy
}

fn time(checks: &mut Checks<'_>, place: &Place<'_>, name: &str, text: Option<&str>) -> Option<Duration> {
    checks.duration(&place.field(name), text, |error| format!("{name}: {error}"))
}

/// Times that contradict each other. Open ones stand at their defaults, so nothing can be said about them.
fn check_times(checks: &mut Checks<'_>, policy: &Policy, raw: &Verdict, place: &Place<'_>) {
    let texts = [
        &raw.window,
        &raw.burn_in,
        &raw.minimum_duration,
        &raw.deadline,
        &raw.restart_interval,
    ];
    if texts.into_iter().flatten().any(|text| checks.is_open(text)) {
        return;
    }
    check_window(checks, policy, raw, place);
    let (window, deadline) = (policy.window, policy.deadline);
    if policy.minimum_duration > deadline {
        let field = if raw.minimum_duration.is_some() {
            "minimumDuration"
        } else {
            "deadline"
        };
        let longest = go(policy.minimum_duration);
        let found = format!(
            "a minimumDuration of {longest} beyond the deadline of {}",
            go(deadline)
        );
        checks.refuse(
            &place.field(field),
            found,
            "a minimumDuration of at most the deadline",
        );
    }
    if let Some(restart) = policy.restart_interval.filter(|restart| *restart < window) {
        let field = if raw.restart_interval.is_some() {
            "restartInterval"
        } else {
            "window"
        };
        let found = format!(
            "a restartInterval of {} below the window of {}",
            go(restart),
            go(window)
        );
        checks.refuse(
            &place.field(field),
            found,
            "a restartInterval of at least one window, or `0s` for none",
        );
    }
}

/// Whether a window can be judged before the deadline.
fn check_window(checks: &mut Checks<'_>, policy: &Policy, raw: &Verdict, place: &Place<'_>) {
    let (window, deadline, burn_in) = (policy.window, policy.deadline, policy.burn_in);
    if window < WINDOW_MIN {
        let expected = format!("at least {}", go(WINDOW_MIN));
        checks.refuse(
            &place.field("window"),
            format!("a window of {}", go(window)),
            expected,
        );
    }
    if deadline < window {
        let found = format!("a deadline of {} with windows of {}", go(deadline), go(window));
        checks.refuse(
            &place.field("deadline"),
            found,
            "a deadline of at least one window",
        );
    } else if burn_in.saturating_add(window) > deadline {
        let field = match (&raw.burn_in, &raw.deadline) {
            (Some(_), _) => "burnIn",
            (None, Some(_)) => "deadline",
            (None, None) => "window",
        };
        let found = format!(
            "a burnIn of {} leaves no window of {} before the deadline of {}",
            go(burn_in),
            go(window),
            go(deadline)
        );
        let expected = format!(
            "a burnIn of at most {}, or a later deadline",
            go(deadline - window)
        );
        checks.refuse(&place.field(field), found, expected);
    }
}

fn at_least_one(checks: &mut Checks<'_>, place: &Place<'_>, raw: Option<&IntOrString>, default: u64) -> u64 {
    let value = checks.integer(place, raw, i64::try_from(default).unwrap_or(i64::MAX));
    match value.map(u64::try_from) {
        None => default,
        Some(Ok(value)) if value > 0 => value,
        Some(_) => {
            checks.refuse(place, format!("{}", value.unwrap_or_default()), "1 or more");
            default
        }
    }
}

fn dispersion(checks: &mut Checks<'_>, raw: Option<&NumberOrString>, place: &Place<'_>) -> Dispersion {
    let raw = match raw {
        None => return Dispersion::Auto,
        Some(NumberOrString::Text(text)) if text == "auto" => return Dispersion::Auto,
        Some(raw) => raw,
    };
    let expected = "`auto`, or a factor from 1 to 1000";
    match raw {
        NumberOrString::Text(text) if !checks.is_open(text) && text.trim().parse::<f64>().is_err() => {
            checks.refuse(place, format!("{text:?}"), expected);
            Dispersion::Auto
        }
        raw => checks
            .number_in(
                place,
                Some(raw),
                1.0,
                |value| (1.0..=1000.0).contains(&value),
                expected,
            )
            .map_or(Dispersion::Auto, Dispersion::Fixed),
    }
}

fn alpha_spending(raw: &Verdict) -> AlphaSpending {
    match raw.alpha_spending {
        Some(serin::AlphaSpending::Hybrid) | None => AlphaSpending::Hybrid,
        Some(serin::AlphaSpending::Anytime) => AlphaSpending::Anytime,
        Some(serin::AlphaSpending::ObrienFleming) => AlphaSpending::ObrienFleming,
    }
}

fn on_inconclusive(raw: &Verdict) -> OnInconclusive {
    match raw.on_inconclusive {
        Some(serin::OnInconclusive::Hold) | None => OnInconclusive::Hold,
        Some(serin::OnInconclusive::Rollback) => OnInconclusive::Rollback,
        Some(serin::OnInconclusive::Promote) => OnInconclusive::Promote,
    }
}

//! What the canary is compared with: stable beside it, or what was there before.

use std::time::Duration;

use super::checks::Checks;
use super::comparison::counters;
use crate::analysis::duration;
use crate::analysis::node::Place;
use crate::analysis::plan::{Comparison, CounterSelectors, Policy};
use crate::analysis::raw::comparison as raw;
use crate::analysis::raw::text::{Addresses, StableAddresses};

/// Stable's counters, and how long before the canary they are read.
pub(super) fn stable(
    checks: &mut Checks<'_>,
    raw: &raw::StableCounters,
    canary: &raw::Counters,
    place: &Place<'_>,
    label: &str,
) -> (CounterSelectors, Option<Duration>) {
    let before = checks.duration(&place.field("before"), raw.before.as_deref(), |error| {
        format!("{label}before: {error}")
    });
    if before == Some(Duration::ZERO) {
        checks.refuse(
            &place.field("before"),
            format!("{label}a `before` of 0s"),
            "a time before the release, such as `30m`",
        );
    }
    let is_before = raw.before.is_some();
    let mut selector = |name: &str, own: Option<&String>, canarys: &String| {
        if own.is_none() && !is_before {
            let found = format!("{label}missing field `{name}` in `stable`");
            let expected = format!("`{name}`, or `before` for the canary's own counters at an earlier time");
            checks.refuse(place, found, expected);
        }
        own.unwrap_or(canarys).clone()
    };
    let selectors = raw::Counters {
        bad: selector("bad", raw.bad.as_ref(), &canary.bad),
        total: selector("total", raw.total.as_ref(), &canary.total),
        target: raw
            .target
            .clone()
            .or_else(|| canary.target.clone().filter(|_| is_before)),
    };
    let selectors = counters(checks, &selectors, place, label);
    (selectors, before)
}

/// Stable's `/metrics` addresses; `None` when they are refused.
pub(super) fn addresses(
    checks: &mut Checks<'_>,
    raw: &StableAddresses,
    place: &Place<'_>,
    label: &str,
) -> Option<Vec<String>> {
    match raw {
        StableAddresses::List(list) => Some(Addresses::List(list.clone()).list()),
        StableAddresses::Text(text) => Some(Addresses::Text(text.clone()).list()),
        StableAddresses::Before(stable) => {
            let found = format!("{label}`before: {}` for stable from `scrape`", stable.before);
            let expected = "addresses of stable instances, or `prometheus`: a `/metrics` address only says what is \
                            there now, a Prometheus keeps what was there before";
            checks.refuse(place, found, expected);
            None
        }
    }
}

/// Every window of such a stable side has to lie before the release.
pub(super) fn check_times(
    checks: &mut Checks<'_>,
    comparison: &Comparison,
    policy: &Policy,
    place: &Place<'_>,
) {
    let Some(before) = comparison
        .population
        .before()
        .filter(|before| !before.is_zero() && *before < policy.deadline)
    else {
        return;
    };
    let found = format!(
        "stable {} before the canary, with a deadline of {}: its last windows would be of the release itself",
        duration::format(before),
        duration::format(policy.deadline)
    );
    let place = place
        .field("errors")
        .field("prometheus")
        .field("stable")
        .field("before");
    checks.refuse(&place, found, "a `before` of at least the deadline");
}

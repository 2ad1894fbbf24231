//! What the canary is compared with: stable beside it, or what was there before.

use std::time::Duration;

use super::checks::Checks;
use super::selection;
use crate::analysis::duration;
use crate::analysis::node::Place;
use crate::analysis::plan::{Comparison, ComparisonKind, Policy, SideSelection};
use crate::analysis::raw::comparison as raw;
use crate::analysis::raw::text::{Addresses, StableAddresses};

/// Stable's counters, and how long before the canary they are read.
pub(super) fn counters(
    checks: &mut Checks<'_>,
    raw: &raw::StableCounters,
    canary: &raw::Counters,
    place: &Place<'_>,
    label: &str,
) -> (SideSelection, Option<Duration>) {
    let before = before(checks, raw.before.as_deref(), place, label);
    let is_before = raw.before.is_some();
    let mut selector = |name: &str, own: Option<&String>, canarys: &String| {
        refuse_absent(checks, own, is_before, name, place, label);
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
    (selection::counters(checks, &selectors, place, label), before)
}

/// Stable's selector, and how long before the canary it is read.
pub(super) fn selector(
    checks: &mut Checks<'_>,
    raw: &raw::StableSelector,
    canary: &raw::Selector,
    place: &Place<'_>,
    label: &str,
) -> (raw::Selector, Option<Duration>) {
    let before = before(checks, raw.before.as_deref(), place, label);
    let is_before = raw.before.is_some();
    refuse_absent(checks, raw.selector.as_ref(), is_before, "selector", place, label);
    let own = raw::Selector {
        selector: raw.selector.as_ref().unwrap_or(&canary.selector).clone(),
        target: raw
            .target
            .clone()
            .or_else(|| canary.target.clone().filter(|_| is_before)),
    };
    (own, before)
}

fn before(checks: &mut Checks<'_>, text: Option<&str>, place: &Place<'_>, label: &str) -> Option<Duration> {
    let before = checks.duration(&place.field("before"), text, |error| {
        format!("{label}before: {error}")
    });
    if before == Some(Duration::ZERO) {
        checks.refuse(
            &place.field("before"),
            format!("{label}a `before` of 0s"),
            "a time before the release, such as `30m`",
        );
    }
    before
}

/// Only what is of another time may be selected as the canary is.
fn refuse_absent(
    checks: &mut Checks<'_>,
    own: Option<&String>,
    is_before: bool,
    name: &str,
    place: &Place<'_>,
    label: &str,
) {
    if own.is_none() && !is_before {
        let found = format!("{label}missing field `{name}` in `stable`");
        let expected = format!("`{name}`, or `before` for the canary's own series at an earlier time");
        checks.refuse(place, found, expected);
    }
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
    let kind = match comparison.kind {
        ComparisonKind::Errors => "errors",
        ComparisonKind::Events => "events",
        ComparisonKind::Latency => "latency",
        ComparisonKind::Series => "series",
    };
    let place = place
        .field(kind)
        .field("prometheus")
        .field("stable")
        .field("before");
    checks.refuse(&place, found, "a `before` of at least the deadline");
}

//! Who is compared: how traffic is split, stable of another time, a control.

use std::time::Duration;

use super::plan;
use super::serin::{ERRORS, comparison, refused_for};
use crate::analysis::plan::{Population, Selection};

#[test]
fn a_traffic_split_is_in_percent_and_may_be_an_argument() {
    let text = |split: &str| {
        comparison(&format!("{ERRORS}, trafficSplit: {{{split}}}")).replacen(
            "spec:\n",
            "spec:\n  args: [{name: weight}]\n",
            1,
        )
    };
    for (split, share, tolerance) in [
        ("canaryWeight: 5", 0.05, 0.1),
        ("canaryWeight: 0.5, tolerance: 0", 0.005, 0.0),
        ("canaryWeight: '{{args.weight}}', tolerance: 0.5", 0.2, 0.5),
    ] {
        let (plan, _) = plan(&text(split), &[("weight", "20")]).unwrap();
        let found = plan.comparisons[0].traffic_split.unwrap();
        assert_eq!(
            (found.canary_share, found.tolerance),
            (share, tolerance),
            "{split}"
        );
    }
    assert_eq!(
        plan(&comparison(ERRORS), &[]).unwrap().0.comparisons[0].traffic_split,
        None
    );
}

#[test]
fn traffic_splits_that_are_refused() {
    let cases = [
        (
            format!("{ERRORS}, trafficSplit: {{canaryWeight: 0}}"),
            "the number 0",
        ),
        (
            format!("{ERRORS}, trafficSplit: {{canaryWeight: 100}}"),
            "the number 100",
        ),
        (
            format!("{ERRORS}, trafficSplit: {{canaryWeight: 5, tolerance: 1}}"),
            "the number 1",
        ),
        (
            format!("{ERRORS}, trafficSplit: {{canaryWeight: 95}}"),
            "comparisons[0]: a canaryWeight of 95 with a tolerance of 0.1: all traffic would be tolerated",
        ),
        (
            "events: {scrape: {canary: 'http://a', stable: 'http://b', selector: x}}, trafficSplit: {canaryWeight: 5}"
                .into(),
            "comparisons[0]: `trafficSplit` where no requests are counted",
        ),
    ];
    refused_for(&cases);
}

#[test]
fn stable_may_be_what_the_same_counters_said_before() {
    let text = comparison(
        "errors: {prometheus: {canary: {bad: a, total: b, target: instance}, stable: {before: 30m}, \
         control: {bad: e, total: f}}}",
    );
    let (plan, _) = plan(&text, &[]).unwrap();
    let Population::Prometheus {
        canary,
        stable,
        before,
        control,
        ..
    } = &plan.comparisons[0].population
    else {
        panic!()
    };
    assert_eq!(canary, stable);
    assert_eq!(*before, Some(Duration::from_secs(1800)));
    let expected = Selection::Requests {
        bad: "e".into(),
        total: "f".into(),
    };
    assert_eq!(control.as_ref().unwrap().selection, expected);
    assert_eq!(plan.comparisons[0].population.before(), *before);
}

#[test]
fn baselines_and_controls_that_are_refused() {
    let scrape = |fields: &str| format!("errors: {{scrape: {{{fields}}}}}");
    let cases = [
        (
            "errors: {prometheus: {canary: {bad: a, total: b}, stable: {bad: c, total: d}, control: {bad: a, total: b}}}"
                .into(),
            "comparisons[0]: the same selectors for canary and control",
        ),
        (
            "errors: {prometheus: {canary: {bad: a, total: b}, stable: {bad: c}}}".into(),
            "comparisons[0]: missing field `total` in `stable`",
        ),
        (
            "errors: {prometheus: {canary: {bad: a, total: b}, stable: {before: 0s}}}".into(),
            "comparisons[0]: a `before` of 0s",
        ),
        (
            "errors: {prometheus: {canary: {bad: a, total: b}, stable: {before: 10m}}}".into(),
            "stable 10m0s before the canary, with a deadline of 30m0s: its last windows would be of the release itself",
        ),
        (
            "errors: {prometheus: {canary: {bad: a, total: b}, stable: {before: 1h}}}, trafficSplit: {canaryWeight: 5}"
                .into(),
            "comparisons[0]: `trafficSplit` with a stable side of another time",
        ),
        (
            scrape("canary: 'http://a', stable: {before: 30m}, bad: x, total: y"),
            "comparisons[0]: `before: 30m` for stable from `scrape`",
        ),
        (
            scrape("canary: 'http://a', stable: 'http://b', control: 'http://b', bad: x, total: y"),
            "comparisons[0]: \"http://b\" on both sides",
        ),
        (
            scrape("canary: 'http://a', stable: 'http://b', control: [], bad: x, total: y"),
            "comparisons[0]: no address",
        ),
    ];
    refused_for(&cases);
}

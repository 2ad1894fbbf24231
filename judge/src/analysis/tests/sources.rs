//! Latencies, events and values: where they come from.

use std::time::Duration;

use super::serin::{comparison, refused_for};
use super::{found, plan, read};
use crate::analysis::plan::{ComparisonKind, LatencyUnit, Population, Selection, Weight};

fn population(fields: &str) -> (ComparisonKind, Population, Weight) {
    let (plan, _) = plan(&comparison(fields), &[]).unwrap();
    let comparison = &plan.comparisons[0];
    (comparison.kind, comparison.population.clone(), comparison.weight)
}

#[test]
fn endpoints_of_every_kind() {
    let cases = [
        (
            "latency: {scrape: {canary: ['http://a'], stable: 'http://b,http://c', histogram: ' took_seconds{route=\"/x\"} ', timeout: 2s}}",
            ComparisonKind::Latency,
            Weight::Critical,
            Selection::Histogram {
                histogram: "took_seconds{route=\"/x\"}".into(),
                unit: LatencyUnit::Seconds,
            },
        ),
        (
            "latency: {scrape: {canary: ['http://a'], stable: 'http://b,http://c', histogram: took, unit: microseconds, timeout: 2s}}",
            ComparisonKind::Latency,
            Weight::Critical,
            Selection::Histogram {
                histogram: "took".into(),
                unit: LatencyUnit::Microseconds,
            },
        ),
        (
            "events: {scrape: {canary: ['http://a'], stable: 'http://b,http://c', selector: 'restarts_total', timeout: 2s}}",
            ComparisonKind::Events,
            Weight::Standard,
            Selection::Events {
                events: "restarts_total".into(),
            },
        ),
        (
            "series: {scrape: {canary: ['http://a'], stable: 'http://b,http://c', selector: 'memory', timeout: 2s}}",
            ComparisonKind::Series,
            Weight::Standard,
            Selection::Value {
                series: "memory".into(),
            },
        ),
    ];
    for (fields, kind, weight, selection) in cases {
        let expected = Population::Scrape {
            canary: vec!["http://a".into()],
            stable: vec!["http://b".into(), "http://c".into()],
            control: Vec::new(),
            selection,
            timeout: Duration::from_secs(2),
        };
        assert_eq!(population(fields), (kind, expected, weight), "{fields}");
    }
}

#[test]
fn a_prometheus_of_every_kind() {
    let histogram = |name: &str, unit| Selection::Histogram {
        histogram: name.into(),
        unit,
    };
    let series = |name: &str| Selection::Value { series: name.into() };
    let events = |name: &str| Selection::Events { events: name.into() };
    for (fields, selections, targets) in [
        (
            "latency: {prometheus: {canary: {selector: a_milliseconds, target: node}, stable: {selector: b_ms}}}",
            [
                histogram("a_milliseconds", LatencyUnit::Milliseconds),
                histogram("b_ms", LatencyUnit::Milliseconds),
            ],
            ["node", "pod"],
        ),
        (
            "latency: {prometheus: {canary: {selector: a}, stable: {selector: b}, unit: seconds}}",
            [
                histogram("a", LatencyUnit::Seconds),
                histogram("b", LatencyUnit::Seconds),
            ],
            ["pod", "pod"],
        ),
        (
            "events: {prometheus: {canary: {selector: a}, stable: {selector: b, target: t}}}",
            [events("a"), events("b")],
            ["pod", "t"],
        ),
        (
            "series: {prometheus: {canary: {selector: a, target: t}, stable: {before: 1h}}}",
            [series("a"), series("a")],
            ["t", "t"],
        ),
    ] {
        let (
            _,
            Population::Prometheus {
                canary,
                stable,
                before,
                control,
                ..
            },
            _,
        ) = population(fields)
        else {
            panic!("{fields}")
        };
        assert_eq!([canary.selection, stable.selection], selections, "{fields}");
        assert_eq!([canary.target, stable.target], targets, "{fields}");
        assert_eq!(before.is_some(), fields.contains("before"));
        assert_eq!(control, None);
    }
}

#[test]
fn what_is_refused() {
    let latency =
        |fields: &str| format!("latency: {{scrape: {{canary: 'http://a', stable: 'http://b', {fields}}}}}");
    let two = |kind: &str, canary: &str, stable: &str| {
        format!("{kind}: {{prometheus: {{canary: {{selector: '{canary}'}}, stable: {{{stable}}}}}}}")
    };
    refused_for(&[
        (
            latency("histogram: took"),
            "comparisons[0]: nothing says in what `took` counts durations",
        ),
        (
            latency("histogram: '{__name__=~\"took.*\"}'"),
            "comparisons[0]: nothing says in what `{__name__=~\"took.*\"}` counts durations",
        ),
        (
            latency("histogram: took_seconds_count"),
            "comparisons[0]: `took_seconds_count` is one number of a histogram, not its buckets",
        ),
        (
            latency("histogram: 'took_seconds{le=\"1\"}'"),
            "comparisons[0]: a matcher on `le`",
        ),
        (
            latency("histogram: 'histogram_quantile(0.9, took_seconds)'"),
            "comparisons[0]: series selector, character 1: function `histogram_quantile(`: a raw selector is wanted, Serin counts \
             the increments itself",
        ),
        (
            "latency: {scrape: {canary: 'http://a', stable: 'http://a', histogram: took_seconds}}".into(),
            "comparisons[0]: \"http://a\" on both sides",
        ),
        (
            "series: {scrape: {canary: 'http://a', stable: {before: 30m}, selector: a}}".into(),
            "comparisons[0]: `before: 30m` for stable from `scrape`",
        ),
        (
            two("series", "a", "target: t"),
            "comparisons[0]: missing field `selector` in `stable`",
        ),
        (
            two("series", "a", "selector: a"),
            "comparisons[0]: the same selectors for canary and stable",
        ),
        (
            two("events", "a[5m]", "selector: b"),
            "comparisons[0]: series selector, character 2: a range `[5m]`: a raw selector is wanted, Serin sets the range itself",
        ),
        (
            two("latency", "a_seconds", "before: 10m"),
            "stable 10m0s before the canary, with a deadline of 30m0s: its last windows would be of the release itself",
        ),
    ]);
    let (_, report) = read(&comparison(
        "latency: {scrape: {canary: 'http://a', stable: 'http://b'}}",
    ));
    assert_eq!(found(&report), ["missing field `histogram`"]);
    let (_, report) = read(&comparison(&latency("histogram: took_seconds, unit: hours")));
    assert_eq!(found(&report), ["the text \"hours\" for `unit`"]);
}

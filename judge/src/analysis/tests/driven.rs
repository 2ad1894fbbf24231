//! Journeys that an analysis drives.

use std::time::Duration;

use super::{analysis, found, plan, refused, shown, validated};
use crate::analysis::plan::{Population, Provider};

const JOURNEY: &str = "---
apiVersion: serin.dev/v1
kind: Journey
metadata: {name: path}
spec:
  args: [{name: user}, {name: lang, value: en}]
  schedule: {interval: 2s}
  steps:
  - {name: login, request: {url: '/login/{{args.user}}'}}
  - {name: both, parallel: [{name: a, request: {url: /a}}, {name: b, request: {url: /b}}]}
  finally:
    steps: [{name: away, request: {url: /away}}]
";

fn with_journey(spec: &str) -> String {
    format!("{}{JOURNEY}", analysis(spec))
}

fn compared(fields: &str) -> String {
    with_journey(&format!("comparisons:\n- {{name: c, {fields}}}"))
}

const SIDES: &str = "canary: 'http://a', stable: 'http://b', args: {user: ann}";

#[test]
fn both_sides_and_metrics() {
    let text = with_journey(&format!(
        "args: [{{name: canary}}]
metrics:
- {{name: m, interval: 30s, provider: {{journey: {{name: path, target: '{{{{args.canary}}}}', runs: 5, args: {{user: bob}}}}}}}}
comparisons:
- {{name: errors, errors: {{journey: {{name: path, {SIDES}}}}}}}
- {{name: login, latency: {{journey: {{name: path, step: login, control: 'http://c', {SIDES}}}}}}}
- {{name: inner, latency: {{journey: {{name: path, step: b, {SIDES}}}}}}}"
    ));
    let (made, warnings) =
        plan(&text, &[("canary", "http://canary:80")]).unwrap_or_else(|report| panic!("{}", shown(&report)));
    assert_eq!(found(&warnings), [""; 0]);
    let Provider::Journey(metric) = &made.metrics[0].provider else {
        panic!()
    };
    assert_eq!(
        (metric.target.as_deref(), metric.runs),
        (Some("http://canary:80"), 5)
    );
    assert_eq!(metric.every, Duration::from_secs(2));
    let sides: Vec<_> = made
        .comparisons
        .iter()
        .map(|comparison| match &comparison.population {
            Population::Journey(sides) => sides,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        sides.iter().map(|sides| sides.step).collect::<Vec<_>>(),
        [None, Some(0), Some(3)]
    );
    assert_eq!(sides[1].control.as_deref(), Some("http://c"));
    assert!(sides[0].shares_runs_with(sides[2]) && !sides[0].shares_runs_with(sides[1]));
    // Another argument is another journey.
    assert_ne!(metric.journey.config_hash, sides[0].journey.config_hash);
}

#[test]
fn the_hash_of_an_analysis_follows_its_journeys() {
    let text = compared(&format!("errors: {{journey: {{name: path, {SIDES}}}}}"));
    let hash = |text: &str| plan(text, &[]).unwrap().0.config_hash;
    assert_eq!(
        hash(&text),
        hash(&text.replace("args: [{name: user}", "args: [ {name: user}"))
    );
    assert_ne!(hash(&text), hash(&text.replace("/away", "/gone")));
}

#[test]
fn mistakes_in_how_a_journey_is_named() {
    for (fields, expected) in [
        (format!("errors: {{journey: {{name: paths, {SIDES}}}}}"), "comparisons[0]: no journey `paths`"),
        (
            "errors: {journey: {name: path, canary: 'http://a', stable: 'http://a', args: {user: x}}}".into(),
            "comparisons[0]: the same URL for canary and stable",
        ),
        (format!("latency: {{journey: {{name: path, step: away, {SIDES}}}}}"), "journey `path` has no step `away`"),
        (format!("latency: {{journey: {{name: path, step: both, {SIDES}}}}}"), "journey `path` has no step `both`"),
        ("errors: {journey: {name: path, canary: 'http://a', stable: 'http://b'}}".into(), "args.user was not resolved"),
        (
            "errors: {journey: {name: path, canary: 'http://a', stable: 'http://b', args: {user: x, usr: y}}}".into(),
            "`--arg usr=...` for an argument that is not declared",
        ),
        (format!("errors: {{journey: {{name: path, {SIDES}}}, scrape: {{canary: 'http://a', stable: 'http://b', bad: x, total: y}}}}"), "more than one source"),
    ] {
        let found = refused(&compared(&fields), &[]);
        assert!(found.iter().any(|found| found.contains(expected)), "{fields}: {found:?}");
    }
    let untargeted = with_journey("metrics: [{name: m, provider: {journey: {name: path, args: {user: x}}}}]");
    assert_eq!(
        refused(&untargeted, &[]),
        ["metrics[0]: no target: neither here nor in journey `path`"]
    );
}

#[test]
fn a_draft_waits_for_arguments_of_both() {
    let text = with_journey(
        "args: [{name: url}, {name: user}]\ncomparisons:\n- {name: c, errors: {journey: {name: path, canary: '{{args.url}}', stable: '{{args.url}}', args: {user: '{{args.user}}'}}}}",
    );
    assert_eq!(validated(&text), "");
}

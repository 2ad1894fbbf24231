//! Serin's own analysis.

use std::time::Duration;

use super::{analysis, found, plan, read, refused, validated};
use crate::analysis::plan::{
    AlphaSpending, Dispersion, OnFailure, OnInconclusive, Population, Provider, Secret, Weight,
};

pub(super) const ERRORS: &str =
    "errors: {scrape: {canary: 'http://a', stable: 'http://b', bad: x, total: y}}";

pub(super) fn comparison(fields: &str) -> String {
    analysis(&format!("comparisons:\n- {{name: c, {fields}}}"))
}

fn metric(fields: &str) -> String {
    analysis(&format!("metrics:\n- {{name: m, {fields}}}"))
}

fn verdict(fields: &str) -> String {
    analysis(&format!(
        "comparisons:\n- {{name: c, {ERRORS}}}\nverdict: {{{fields}}}"
    ))
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_whole_analysis() {
    let text = analysis(
        "\
metrics:
- name: memory
  interval: 15s
  for: 5m
  onFailure: hold
  guard: true
  failureCondition: result[0] > 0.9
  provider: {scrape: {addresses: ['http://a/metrics'], series: 'x{a=\"b\"}', timeout: 2s}}
comparisons:
- name: error-rate
  errors:
    prometheus:
      address: http://p:9090
      bearer: {env: TOKEN}
      ca: /ca.pem
      timeout: 7
      canary: {bad: 'a{code=~\"5..\"}', total: a, target: instance}
      stable: {bad: 'b{code=~\"5..\"}', total: b}
  tolerance: {rollback: 1, promote: 2, rollbackAbsolute: 0, promoteAbsolute: 0.01}
  required: false
  weight: standard
verdict:
  falseRollback: 0.02
  falsePromotion: 0.1
  window: 30s
  burnIn: 1m
  minimumDuration: 2m
  minimumRequests: 10
  minimumEvents: 2
  deadline: 1h
  alphaSpending: obrien_fleming
  restartInterval: 0s
  dispersion: 2.5
  onInconclusive: promote
  onError: hold
  stableErrorLimit: 1",
    );
    assert_eq!(validated(&text), "");
    let (plan, _) = plan(&text, &[]).unwrap();
    let memory = &plan.metrics[0];
    assert_eq!(
        (memory.failing_for, memory.on_failure, memory.guard),
        (Duration::from_secs(300), OnFailure::Hold, true)
    );
    let Provider::Scrape(scrape) = &memory.provider else {
        panic!()
    };
    assert_eq!(
        (scrape.timeout, scrape.series.as_str()),
        (Duration::from_secs(2), "x{a=\"b\"}")
    );
    let comparison = &plan.comparisons[0];
    assert_eq!(
        (comparison.required, comparison.weight),
        (false, Weight::Standard)
    );
    assert_eq!(
        (
            comparison.tolerance.rollback,
            comparison.tolerance.promote_absolute
        ),
        (1.0, 0.01)
    );
    let Population::Prometheus {
        access,
        canary,
        stable,
        before,
        control,
    } = &comparison.population
    else {
        panic!()
    };
    assert_eq!(
        (canary.target.as_str(), stable.target.as_str()),
        ("instance", "pod")
    );
    assert_eq!((before, control), (&None, &None));
    assert_eq!(access.bearer, Some(Secret::Env("TOKEN".into())));
    assert_eq!(access.timeout, Some(Duration::from_secs(7)));
    let policy = plan.policy;
    assert_eq!(
        (policy.alpha_spending, policy.restart_interval),
        (AlphaSpending::ObrienFleming, None)
    );
    assert_eq!(
        (policy.dispersion, policy.on_inconclusive),
        (Dispersion::Fixed(2.5), OnInconclusive::Promote)
    );
    assert_eq!(
        (policy.window, policy.deadline),
        (Duration::from_secs(30), Duration::from_secs(3600))
    );
    assert_eq!(
        (
            policy.minimum_requests,
            policy.minimum_events,
            policy.stable_error_limit
        ),
        (10, 2, 1.0)
    );
}

#[test]
fn defaults_of_comparisons() {
    for (fields, required, weight) in [
        ("", true, Weight::Critical),
        (", weight: info", false, Weight::Info),
        (", weight: standard", true, Weight::Standard),
    ] {
        let metric = "metrics:\n- {name: m, provider: {prometheus: {address: 'http://p', query: up}}}";
        let text = analysis(&format!(
            "comparisons:\n- {{name: c, {ERRORS}{fields}}}\n{metric}"
        ));
        let (plan, _) = plan(&text, &[]).unwrap();
        assert_eq!(
            (plan.comparisons[0].required, plan.comparisons[0].weight),
            (required, weight)
        );
    }
}

/// Each comparison's fields, and all that is found against it.
pub(super) fn refused_for(cases: &[(String, &str)]) {
    for (fields, expected) in cases {
        let (documents, mut report) = read(&comparison(fields));
        report.extend(documents.validate());
        assert_eq!(found(&report), [*expected], "{fields}");
    }
}

#[test]
fn evidence_is_carried_or_begun_anew() {
    use crate::analysis::plan::EvidencePolicy::{Carry, Restart};
    for (fields, evidence) in [
        ("", Restart),
        ("evidence: restart", Restart),
        ("evidence: carry", Carry),
    ] {
        assert_eq!(
            plan(&verdict(fields), &[]).unwrap().0.policy.evidence,
            evidence,
            "{fields}"
        );
    }
    let text = verdict("evidence: carry, alphaSpending: obrien_fleming");
    let (documents, mut report) = read(&text);
    report.extend(documents.validate());
    assert_eq!(
        found(&report),
        ["`evidence: carry` with `alphaSpending: obrien_fleming`"]
    );
}

#[test]
fn comparisons_that_are_refused() {
    let tolerance = |fields: &str| format!("{ERRORS}, tolerance: {{{fields}}}");
    let scrape = |fields: &str| format!("errors: {{scrape: {{{fields}}}}}");
    let cases = [
        (tolerance("rollback: 0.9"), "the number 0.9"),
        (tolerance("promote: 1"), "the number 1"),
        (tolerance("promote: 101"), "the number 101"),
        (
            tolerance("rollback: 1.6"),
            "comparisons[0]: contradicting tolerances: `promote` 1.5 below `rollback` 1.6",
        ),
        (
            tolerance("promote: 1.05"),
            "comparisons[0]: contradicting tolerances: `promote` 1.05 below `rollback` 1.1",
        ),
        (
            tolerance("rollbackAbsolute: 0.01"),
            "comparisons[0]: contradicting tolerances: `promoteAbsolute` 0.002 below `rollbackAbsolute` 0.01",
        ),
        (tolerance("promoteAbsolute: 1"), "the number 1"),
        (tolerance("rollback: x"), "\"x\""),
        (tolerance("rollback: .nan"), "\".nan\""),
        (
            format!("{ERRORS}, weight: info, required: true"),
            "comparisons[0]: `required: true` with `weight: info`",
        ),
        ("tolerance: {}".into(), "comparisons[0]: no kind of comparison"),
        ("errors: {}".into(), "comparisons[0]: no source"),
        (
            format!(
                "{ERRORS}, latency: {{scrape: {{canary: 'http://a', stable: 'http://b', histogram: h}}}}"
            ),
            "comparisons[0]: more than one kind of comparison: `errors` or `latency`",
        ),
        (
            scrape("canary: [], stable: 'http://b', bad: x, total: y"),
            "comparisons[0]: no address",
        ),
        (
            scrape("canary: 'a:9100', stable: 'http://b', bad: x, total: y"),
            "comparisons[0]: \"a:9100\" without scheme and host",
        ),
        (
            scrape("canary: 'http://b', stable: 'http://b', bad: x, total: y"),
            "comparisons[0]: \"http://b\" on both sides",
        ),
        (
            scrape("canary: 'http://a', stable: 'http://b', bad: ' ', total: y"),
            "comparisons[0]: an empty selector",
        ),
        (
            scrape("canary: 'http://a', stable: 'http://b', bad: x, total: '{}'"),
            "comparisons[0]: a selector of every series",
        ),
        (
            scrape("canary: 'http://a', stable: 'http://b', bad: x, total: y, timeout: 0s"),
            "comparisons[0]: a timeout of 0s",
        ),
        (
            "errors: {prometheus: {canary: {bad: a, total: b}, stable: {bad: a, total: b}}}".into(),
            "comparisons[0]: the same selectors for canary and stable",
        ),
    ];
    refused_for(&cases);
}

#[test]
fn sources_of_later_versions_are_checked_and_planned_as_unavailable() {
    let cases = [
        (
            "latency: {journey: {name: j, step: s, canary: 'http://a', stable: 'http://b'}}",
            "latency",
            "journey",
        ),
        (
            "errors: {journey: {name: j, canary: 'http://a', stable: 'http://b'}}",
            "errors",
            "journey",
        ),
    ];
    for (fields, kind, source) in cases {
        let (plan, _warnings) = plan(&comparison(fields), &[]).unwrap();
        let expected = Population::Unavailable {
            source: format!("{kind} from {source}"),
        };
        assert_eq!(plan.comparisons[0].population, expected);
    }
}

#[test]
fn metrics_that_are_refused() {
    let web = "provider: {web: {url: 'http://x'}}";
    let cases = [
        (
            format!("{web}, for: 5m"),
            "metrics[0]: `for` on a metric that is measured once",
        ),
        (
            format!("{web}, guard: true"),
            "metrics[0]: `guard: true` without a condition that could fail",
        ),
        (format!("{web}, count: many"), "\"many\""),
        (
            format!("{web}, count: 1, failureLimit: 2"),
            "metrics[0]: count (1) must be >= failureLimit + consecutiveSuccessLimit (2 + 0) if both >= 0",
        ),
        (
            format!("{web}, interval: 1d"),
            "metrics[0]: invalid interval string: time: unknown unit \"d\" in duration \"1d\"",
        ),
        ("provider: {}".into(), "metrics[0]: no provider specified"),
        (
            "provider: {web: {url: x}}".into(),
            "metrics[0]: \"x\" without scheme and host",
        ),
        (
            "provider: {web: {url: 'ftp://x'}}".into(),
            "metrics[0]: the scheme \"ftp\" in \"ftp://x\"",
        ),
        (
            "provider: {web: {url: 'http:///x'}}".into(),
            "metrics[0]: \"http:///x\" without scheme and host",
        ),
        (
            "provider: {prometheus: {query: ' '}}".into(),
            "metrics[0]: an empty query",
        ),
        (
            "provider: {scrape: {addresses: '', series: x}}".into(),
            "metrics[0]: no address",
        ),
        (
            "provider: {scrape: {addresses: 'http://x', series: ''}}".into(),
            "metrics[0]: an empty selector",
        ),
        (
            "provider: {prometheus: {query: x, basic: {username: u, password: {}}}}".into(),
            "metrics[0]: a secret with none or several sources",
        ),
        (
            "provider: {prometheus: {query: x, rangeQuery: {start: a, end: b, step: 0s}}}".into(),
            "metrics[0]: rangeQuery without a step",
        ),
    ];
    for (fields, expected) in cases {
        assert_eq!(refused(&metric(&fields), &[]), [expected], "{fields}");
    }
}

#[test]
fn verdicts_that_are_refused() {
    let cases = [
        ("falseRollback: 0", "the number 0"),
        ("falseRollback: 0.6", "the number 0.6"),
        ("falsePromotion: -1", "the number -1"),
        ("stableErrorLimit: 2", "the number 2"),
        ("window: 500ms", "a window of 500ms"),
        ("window: 10", "the number 10 for `window`"),
        (
            "window: 10x",
            "window: time: unknown unit \"x\" in duration \"10x\"",
        ),
        ("deadline: 5s", "a deadline of 5s with windows of 10s"),
        (
            "burnIn: 30m",
            "a burnIn of 30m0s leaves no window of 10s before the deadline of 30m0s",
        ),
        (
            "minimumDuration: 31m",
            "a minimumDuration of 31m0s beyond the deadline of 30m0s",
        ),
        (
            "restartInterval: 5s",
            "a restartInterval of 5s below the window of 10s",
        ),
        ("minimumRequests: 0", "0"),
        ("minimumEvents: -3", "-3"),
        ("dispersion: automatic", "\"automatic\""),
        ("dispersion: 0.5", "the number 0.5"),
        ("alphaSpending: hybird", "the text \"hybird\" for `alphaSpending`"),
        ("onError: rollback", "the text \"rollback\" for `onError`"),
    ];
    for (fields, expected) in cases {
        let (documents, mut report) = read(&verdict(fields));
        report.extend(documents.validate());
        let expected = if fields == "deadline: 5s" {
            vec![expected, "a minimumDuration of 5m0s beyond the deadline of 5s"]
        } else {
            vec![expected]
        };
        assert_eq!(found(&report), expected, "{fields}");
    }
}

#[test]
fn names_are_unique_across_metrics_and_comparisons() {
    let text = analysis(&format!(
        "metrics:\n- {{name: x, provider: {{web: {{url: 'http://x'}}}}}}\ncomparisons:\n- {{name: x, {ERRORS}}}\n- {{name: '', {ERRORS}}}"
    ));
    assert_eq!(
        refused(&text, &[]),
        [
            "comparisons[0]: duplicate name 'x'",
            "comparisons[1]: an empty name"
        ]
    );
    assert_eq!(
        refused(&analysis("metrics: []"), &[]),
        ["neither metrics nor comparisons"]
    );
}

#[test]
fn headers_of_both_dialects() {
    let text = metric(
        "provider: {web: {url: 'http://x', headers: [{key: A, value: plain}, {name: B, value: {file: /b}}, {name: C, value: {value: c}}]}}",
    );
    let (plan, _) = plan(&text, &[]).unwrap();
    let Provider::Web(web) = &plan.metrics[0].provider else {
        panic!()
    };
    let expected = [
        ("A".to_owned(), Secret::Value("plain".into())),
        ("B".to_owned(), Secret::File("/b".into())),
        ("C".to_owned(), Secret::Value("c".into())),
    ];
    assert_eq!(web.headers, expected);
}

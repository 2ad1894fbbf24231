//! Whole messages, as they are shown.

use super::{analysis, found, plan, read, refused, shown, template, validated};
use crate::analysis::{Documents, Source};

#[test]
fn an_unknown_field_with_what_was_meant() {
    let text = template("sucessCondition: result[0] >= 0.95");
    assert_eq!(
        validated(&text),
        "\
a.yaml:7:5: warning: unknown field `sucessCondition` in `metrics`
   |
 7 |     sucessCondition: result[0] >= 0.95
   |     ^^^^^^^^^^^^^^^
   = expected: `name`, `interval`, `initialDelay`, `count`, `successCondition`, `failureCondition`, `failureLimit`, \
         `inconclusiveLimit`, `consecutiveErrorLimit`, `consecutiveSuccessLimit` or `provider`
   = help: did you mean `successCondition`?"
    );
}

#[test]
fn a_missing_value_of_an_argument() {
    let text =
        analysis("args: [{name: canary}]\nmetrics:\n- {name: m, provider: {web: {url: '{{args.canary}}'}}}");
    assert_eq!(
        shown(&plan(&text, &[]).unwrap_err()),
        "\
a.yaml:5:11: error: args.canary was not resolved
   |
 5 |   args: [{name: canary}]
   |           ^^^^
   = expected: a value: `--arg canary=...`, or `value` here"
    );
}

#[test]
fn a_placeholder_that_nobody_declared() {
    let text = analysis(
        "args: [{name: canary, value: x}]\nmetrics:\n- name: m\n  provider:\n    prometheus:\n      query: |\n        sum(a)\n        / sum(b{pod=\"{{ args.canari }}\"})",
    );
    assert_eq!(
        validated(&text),
        "\
a.yaml:12:24: error: failed to resolve {{ args.canari }}
    |
 12 |           / sum(b{pod=\"{{ args.canari }}\"})
    |                        ^^^^^^^^^^^^^^^^^
    = expected: an argument that `spec.args` declares, as `{{args.name}}`
    = help: did you mean `canary`?"
    );
}

#[test]
fn contradicting_tolerances() {
    let text = analysis(
        "comparisons:\n- name: c\n  errors: {scrape: {canary: http://a, stable: http://b, bad: x, total: y}}\n  \
         tolerance: {rollback: 2, promote: 1.2}",
    );
    assert_eq!(
        validated(&text),
        "\
a.yaml:8:39: error: comparisons[0]: contradicting tolerances: `promote` 1.2 below `rollback` 2
   |
 8 |     tolerance: {rollback: 2, promote: 1.2}
   |                                       ^^^
   = expected: `promote` of at least `rollback`; without a value they are 1.5 and 1.1"
    );
}

#[test]
fn a_traffic_split_of_nobody() {
    let text = analysis(
        "comparisons:\n- name: c\n  errors: {scrape: {canary: http://a, stable: http://b, bad: x, total: y}}\n  \
         trafficSplit: {canaryWeight: 120}",
    );
    assert_eq!(
        validated(&text),
        "\
a.yaml:8:34: error: the number 120
   |
 8 |     trafficSplit: {canaryWeight: 120}
   |                                  ^^^
   = expected: percent of the traffic, above 0, below 100"
    );
}

#[test]
fn a_check_is_known_but_not_run() {
    assert_eq!(
        validated("apiVersion: serin.dev/v1\nkind: Check\nspec: {}\n"),
        "\
a.yaml:2:7: error: a Check, which this version does not run
   |
 2 | kind: Check
   |       ^^^^^
   = expected: a document of kind `Analysis`, `Journey` or `Config`"
    );
}

#[test]
fn kinds_that_are_none() {
    let cases = [
        ("serin.dev/v1", "Analisys", "error", "did you mean `Analysis`?"),
        ("serin.dev/v1", "Thing", "error", ""),
        ("serin.dev/v1", "AnalysisTemplate", "error", ""),
        (
            "argoproj.io/v1alpha1",
            "AnalysisTemplat",
            "error",
            "did you mean `AnalysisTemplate`?",
        ),
        ("argoproj.io/v1alpha1", "Rollout", "warning", ""),
        ("apps/v1", "Deployment", "warning", ""),
        ("v1", "AnalysisRun", "error", ""),
        ("serin.dev/v2", "Analysis", "error", ""),
    ];
    for (api_version, kind, severity, help) in cases {
        let shown = validated(&format!("apiVersion: {api_version}\nkind: {kind}\nspec: {{}}\n"));
        assert!(shown.contains(&format!(": {severity}: ")), "{shown}");
        assert!(shown.contains(help), "{shown}");
        assert!(!shown.contains("\n\n"), "{shown}");
    }
}

#[test]
fn all_problems_of_a_file_come_at_once_in_order() {
    let text = analysis(
        "args: [{name: n, value: 5}]\nmetrics:\n- name: memory\n  onFailure: holt\n  guard: 'yes'\n  count: [1]\n  \
         provder: {}\n- provider: {}\ncomparisons: 7\nverdict: {window: 10s, onEror: hold}",
    );
    let (_, report) = read(&text);
    let places: Vec<(usize, usize)> = report
        .iter()
        .map(|problem| (problem.line, problem.column))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(
        found(&report),
        [
            "the number 5 for `value`",
            "missing field `provider`",
            "the text \"holt\" for `onFailure`",
            "the text \"yes\" for `guard`",
            "a list for `count`",
            "unknown field `provder` in `metrics`",
            "missing field `name`",
            "the number 7 for `comparisons`",
            "unknown field `onEror` in `verdict`",
        ]
    );
}

#[test]
fn json_for_the_interface() {
    let (_, report) = read("apiVersion: serin.dev/v1\nkind: Analysis\nspec: {metrics: 5}\n");
    assert_eq!(
        serde_json::to_value(&report).unwrap(),
        serde_json::json!([{
            "severity": "error", "file": "a.yaml", "line": 3, "column": 17,
            "found": "the number 5 for `metrics`", "expected": "a list",
        }])
    );
}

#[test]
fn several_files_keep_their_order() {
    let sources = vec![Source::new("b.yaml", "x: ["), Source::new("a.yaml", "")];
    let files: Vec<String> = Documents::read(sources)
        .1
        .into_iter()
        .map(|problem| problem.file)
        .collect();
    assert_eq!(files, ["b.yaml", "a.yaml"]);
}

#[test]
fn aliases_do_not_repeat_a_problem() {
    let text = analysis(
        "metrics:\n- &m {name: a, count: [], provider: {web: {url: http://x}}}\n- {<<: *m, name: b}",
    );
    assert_eq!(found(&read(&text).1), ["a list for `count`"]);
}

#[test]
fn secrets_are_not_told() {
    let text = analysis(
        "args: [{name: token, valueFrom: {secretKeyRef: {name: s, key: k}}}]\nmetrics:\n\
         - {name: m, count: '{{args.token}}', provider: {web: {url: 'http://x'}}}",
    );
    assert_eq!(refused(&text, &[("token", "hunter2")]), ["\"*****\""]);
}

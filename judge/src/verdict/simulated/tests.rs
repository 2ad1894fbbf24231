//! Tests of tests: what a simulated run does beyond Argo's cases, which `tests/argo/` holds.

use serde_json::Value as Json;

use super::{Coverage, Outcome, simulate};
use crate::analysis::cases::{Case, DECISIONS, REASONS, TestFile, VERDICTS};
use crate::analysis::{Diagnostic, Source};
use crate::verdict::{ComparisonDecision, Phase, Reason, Verdict};

const ANALYSES: &str = "documents:
- apiVersion: serin.dev/v1
  kind: Analysis
  metadata: {name: compared}
  spec:
    metrics:
    - {name: memory, interval: 15s, guard: true, failureCondition: 'result[0] > 0.9', provider: {prometheus: {query: memory}}}
    comparisons:
    - name: error-rate
      errors: {scrape: {canary: ['http://c/'], stable: ['http://s/'], bad: bad, total: total}}
    verdict: {window: 10s, burnIn: 20s, minimumDuration: 1m, deadline: 10m}
- apiVersion: serin.dev/v1
  kind: Analysis
  metadata: {name: of-every-kind}
  spec:
    comparisons:
    - {name: latency, latency: {scrape: {canary: 'http://c', stable: 'http://s', histogram: h_seconds}}}
    verdict: {window: 10s, burnIn: 20s, minimumDuration: 1m, deadline: 10m}
- apiVersion: argoproj.io/v1alpha1
  kind: AnalysisTemplate
  metadata: {name: job}
  spec:
    metrics:
    - {name: load, provider: {job: {}}}
    - {name: rate, interval: 60s, count: 3, successCondition: result == 1, provider: {web: {url: 'http://w'}}}
";

fn file(tests: &str) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let file = TestFile::read(Source::new("a.test.yaml", &format!("{ANALYSES}tests:\n{tests}")))?;
    let documents = file.documents(Vec::new())?;
    file.cases(&documents)
}

fn cases(tests: &str) -> Vec<Case> {
    file(tests).unwrap_or_else(|problems| panic!("{tests}\n{problems:?}"))
}

fn outcome(test: &str) -> Outcome {
    simulate(&cases(test)[0], &mut Coverage::default())
}

/// The timeline of a test, as if it had failed.
fn told(test: &str) -> super::Timeline {
    let case = &cases(test)[0];
    super::outcome::told(case, case.plan.as_ref().unwrap())
}

fn found(tests: &str) -> Vec<(usize, String)> {
    let problems = file(tests).expect_err(tests);
    let head = ANALYSES.lines().count() + 1;
    problems
        .into_iter()
        .map(|problem| (problem.line - head - 1, problem.found))
        .collect()
}

const HEALTHY: &str = "{canary: {total: 400, bad: 2}, stable: {total: 3600, bad: 18}, times: 60}";

#[test]
fn comparisons_and_guards_are_simulated_together() {
    let good = outcome(&format!(
        "- name: a\n  analysis: compared\n  metrics: {{memory: [{{value: [0.5]}}]}}\n  windows: {{error-rate: [{HEALTHY}]}}\n  \
         expect: {{verdict: promote, reasons: [non_inferiority_shown], comparisons: {{error-rate: {{decision: noninferior}}}}}}\n"
    ));
    assert_eq!(good.differences, []);
    let guarded = outcome(&format!(
        "- name: a\n  analysis: compared\n  metrics: {{memory: [{{value: [0.5]}}, {{value: [0.95]}}]}}\n  \
         windows: {{error-rate: [{HEALTHY}]}}\n  expect: {{verdict: rollback, reasons: [slo_guard], at: 20s}}\n"
    ));
    assert_eq!(guarded.differences, [], "{:?}", guarded.timeline);
}

#[test]
fn latencies_are_windows_too() {
    let window = |slow: u32, times: u32| {
        format!(
            "{{canary: {{histogram: [[100, {}], [200, {slow}], [.inf, 1]], timeouts: 0}}, \
             stable: {{histogram: [[100, 3500], [200, 90], [\"+Inf\", 10]]}}, times: {times}}}",
            399 - slow
        )
    };
    for (slow, verdict) in [(10, "promote"), (150, "rollback")] {
        let judged = outcome(&format!(
            "- name: a\n  analysis: of-every-kind\n  windows: {{latency: [{}]}}\n  expect: {{verdict: {verdict}}}\n",
            window(slow, 60)
        ));
        assert_eq!(judged.differences, [], "{:?}", judged.report);
    }
    let cases = [
        (
            "{canary: {total: 1, bad: 0}}",
            "`total` in a comparison of Latency",
        ),
        ("{canary: {timeouts: 1}}", "a side without `histogram`"),
        (
            "{stable: {histogram: [[2, 1], [1, 1]]}}",
            "an upper bound of 1 ms after one of 2 ms; bounds ascend, each given once",
        ),
    ];
    for (window, expected) in cases {
        let tests = format!("- name: a\n  analysis: of-every-kind\n  windows: {{latency: [{window}]}}\n");
        assert_eq!(found(&tests), [(2, expected.to_owned())]);
    }
}

#[test]
fn after_the_end_no_more_windows_come() {
    let silent = outcome(
        "- name: a\n  analysis: compared\n  metrics: {memory: [{value: [0.5]}]}\n  windows: {error-rate: []}\n  \
         expect: {verdict: inconclusive, reasons: [missing_data, deadline_reached], at: 10m}\n",
    );
    assert_eq!(silent.differences, []);
    let unreadable = outcome(
        "- name: a\n  analysis: compared\n  metrics: {memory: [{value: [0.5]}]}\n  \
         windows: {error-rate: [{error: connection refused, times: 60}]}\n  \
         expect: {phase: Error, verdict: inconclusive, reasons: [provider_error], at: 50s}\n",
    );
    assert_eq!(unreadable.differences, []);
}

#[test]
fn a_job_keeps_nobody_waiting_and_a_slow_answer_does() {
    let test = "- name: a\n  analysis: job\n  metrics: {load: [{phase: Successful, took: 5m}], rate: [{value: 1, took: 2s}]}\n  \
                expect: {phase: Successful, at: 5m, metrics: {rate: {count: 3}}}\n";
    assert_eq!(outcome(test).differences, []);
    let at: Vec<u64> = told(test).entries().map(|entry| entry.at.as_secs()).collect();
    assert_eq!(at, [2, 64, 126, 300]);
}

#[test]
fn what_is_stopped_ends_there() {
    let stopped = outcome(
        "- name: a\n  analysis: job\n  metrics: {load: [{phase: Successful, took: 5m}], rate: [{value: 1}]}\n  terminateAt: 90s\n  \
         expect:\n    phase: Inconclusive\n    verdict: inconclusive\n    reasons: [stopped]\n    at: 90s\n    \
         message: 'Metric \"load\" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0): \"Error Message: Metric Terminated\"'\n    \
         metrics: {load: {measurements: [Inconclusive]}, rate: {phase: Successful, count: 2}}\n",
    );
    assert_eq!(stopped.differences, []);
}

#[test]
fn a_metric_without_answers_does_not_work() {
    let unscripted = outcome(
        "- name: a\n  analysis: job\n  metrics: {load: [{phase: Successful}]}\n  \
         expect: {phase: Error, metrics: {rate: {error: 5, message: the test gives no answers for this metric}}}\n",
    );
    assert_eq!(unscripted.differences, []);
}

#[test]
fn every_difference_is_told_with_what_led_there() {
    let failed = outcome(
        "- name: a\n  analysis: job\n  metrics: {load: [{phase: Failed}], rate: [{value: 1}]}\n  \
         expect: {phase: Successful, verdict: promote, reasons: [metrics_successful], message: '', at: 1m, \
         metrics: {load: {phase: Successful, failed: 0, measurements: []}}, runSummary: {failed: 0}}\n",
    );
    let told: Vec<String> = failed
        .differences
        .iter()
        .map(|difference| {
            format!(
                "{}: {} / {}",
                difference.what, difference.expected, difference.got
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "phase: Successful / Failed",
            "verdict: promote / rollback",
            "reasons: metrics_successful / metric_failed",
            "message:  / Metric \"load\" assessed Failed due to failed (1) > failureLimit (0)",
            "at: 1m0s / 0s",
            "metrics.load.phase: Successful / Failed",
            "metrics.load.failed: 0 / 1",
            "metrics.load.measurements: [] / [Failed]",
            "runSummary.failed: 0 / 1",
        ]
    );
    let last = failed.timeline.entries().last().unwrap();
    assert_eq!(
        (last.what.as_str(), last.metric_phase),
        ("load", Some(Phase::Failed))
    );
    assert_eq!(last.verdict, Verdict::Rollback);
}

#[test]
fn files_that_are_not_valid() {
    let cases: &[(&str, &[(usize, &str)])] = &[
        ("- name: a\n", &[(0, "no `analysis`, and 3 analyses")]),
        ("- name: a\n  analysis: jobb\n", &[(1, "no analysis `jobb`")]),
        (
            "- name: a\n  analysis: job\n  metrics: {lod: []}\n",
            &[(2, "no metric `lod` in this analysis")],
        ),
        (
            "- name: a\n  analysis: job\n  windows: {x: []}\n",
            &[(2, "no comparison `x` in this analysis")],
        ),
        (
            "- name: a\n  analysis: job\n  expect:\n    metrics: {x: {}}\n    comparisons: {y: {}}\n",
            &[
                (3, "no metric `x` in this analysis"),
                (4, "no comparison `y` in this analysis"),
            ],
        ),
        (
            "- name: a\n  analysis: job\n  metrics: {rate: [{}]}\n",
            &[(2, "an answer that says nothing")],
        ),
        (
            "- name: a\n  analysis: job\n  metrics: {rate: [{value: 1, error: x}]}\n",
            &[(2, "an answer that says several things")],
        ),
        (
            "- name: a\n  analysis: job\n  metrics: {rate: [{phase: Failed}]}\n",
            &[(2, "a phase from `web`, which gives values")],
        ),
        (
            "- name: a\n  analysis: job\n  metrics: {load: [{value: 1}]}\n",
            &[(2, "a value from `job`, which gives a phase itself")],
        ),
        (
            "- name: a\n  analysis: job\n  metrics: {load: [{phase: Running}]}\n",
            &[(2, "the phase Running")],
        ),
        (
            "- name: a\n  analysis: job\n  metrics: {rate: [{value: 1, times: 0}]}\n",
            &[(2, "0 times")],
        ),
        (
            "- name: a\n  analysis: job\n  metrics: {rate: [{value: 1, took: 2}]}\n",
            &[(2, "time: missing unit in duration \"2\"")],
        ),
        (
            "- name: a\n  analysis: compared\n  metrics: {memory: [{value: {a: 1}}]}\n",
            &[(2, "`{\"a\":1}` is no sample")],
        ),
        (
            "- name: a\n  analysis: compared\n  windows: {error-rate: [{canary: {total: 1, bad: 2}}]}\n",
            &[(2, "2 bad of 1 requests")],
        ),
        (
            "- name: a\n  analysis: job\n  expect: {at: -5s}\n",
            &[(2, "negative duration \"-5s\"")],
        ),
    ];
    for (tests, expected) in cases {
        let expected: Vec<(usize, String)> = expected
            .iter()
            .map(|(line, found)| (*line, (*found).to_owned()))
            .collect();
        assert_eq!(found(tests), expected, "{tests}");
    }
}

#[test]
fn an_analysis_that_cannot_be_run_is_an_error_only_where_that_is_expected() {
    let broken = "- {apiVersion: argoproj.io/v1alpha1, kind: AnalysisTemplate, metadata: {name: broken}, \
                  spec: {metrics: [{name: m, interval: x, provider: {web: {url: 'http://w'}}}]}}\n";
    let read = |expect: &str| {
        let text = format!("documents:\n{broken}tests:\n- {{name: a, expect: {expect}}}\n");
        let file = TestFile::read(Source::new("a.test.yaml", &text)).unwrap();
        let documents = file.documents(Vec::new()).unwrap();
        file.cases(&documents)
    };
    let expected = read("{phase: Error}").unwrap();
    assert_eq!(simulate(&expected[0], &mut Coverage::default()).differences, []);
    let problems = read("{phase: Failed}").unwrap_err();
    assert!(
        problems
            .iter()
            .any(|problem| problem.found.contains("invalid duration \"x\"")),
        "{problems:?}"
    );
}

#[test]
fn coverage_names_what_never_came_to_pass() {
    let mut coverage = Coverage::on();
    let tests = cases(
        "- name: a\n  analysis: job\n  metrics: {load: [{phase: Successful}], rate: [{value: 1}]}\n\
         - name: b\n  analysis: job\n  metrics: {load: [{phase: Successful}], rate: [{value: 2}]}\n",
    );
    for test in &tests {
        let _outcome = simulate(test, &mut coverage);
    }
    let gaps = coverage.gaps();
    assert_eq!(
        (gaps.len(), gaps[0].analysis.as_str(), gaps[0].paths),
        (1, "job", 14)
    );
    assert_eq!(
        gaps[0].never,
        [
            "metric load: a measurement without a value",
            "metric load: failureLimit exceeded",
            "metric load: consecutiveErrorLimit exceeded",
            "metric rate: a measurement without a value",
            "metric rate: consecutiveErrorLimit exceeded",
            "verdict inconclusive",
        ]
    );
}

/// The words of the schema are those of the public format, all of them.
#[test]
fn words_are_known() {
    let json = |word: &str| Json::from(word);
    let verdicts: Vec<Verdict> = VERDICTS
        .iter()
        .map(|word| serde_json::from_value(json(word)).unwrap())
        .collect();
    assert_eq!(verdicts.len(), 4);
    let reasons: Vec<Reason> = REASONS
        .iter()
        .map(|word| serde_json::from_value(json(word)).unwrap())
        .collect();
    assert!(reasons.contains(&Reason::ProberOverloaded) && reasons.len() == 19);
    for decision in [
        ComparisonDecision::Regressed,
        ComparisonDecision::Noninferior,
        ComparisonDecision::Undecided,
    ] {
        assert!(DECISIONS.contains(&serde_json::to_value(decision).unwrap().as_str().unwrap()));
    }
}

#[test]
fn absurd_runs_end() {
    let text = "documents:\n- {apiVersion: argoproj.io/v1alpha1, kind: AnalysisTemplate, metadata: {name: a}, spec: \
        {metrics: [{name: m, interval: 0s, count: 2147483647, provider: {web: {url: 'http://w'}}}]}}\ntests:\n\
        - {name: a, metrics: {m: [{value: 1}]}, expect: {phase: Successful}}\n";
    let file = TestFile::read(Source::new("a.test.yaml", text)).unwrap();
    let cases = file.cases(&file.documents(Vec::new()).unwrap()).unwrap();
    let cut = simulate(&cases[0], &mut Coverage::default());
    assert_eq!(cut.differences[0].got, "Running");
    assert!(cut.note.unwrap().contains("too many measurements"));
    assert!(cut.timeline.left_out > 0);
}

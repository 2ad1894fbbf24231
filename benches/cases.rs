//! `serin test` without its input and output: a file of a thousand tests, read, checked and run.
#![allow(clippy::unwrap_used, reason = "a bench whose inputs are broken has to stop")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use serin_judge::analysis::Source;
use serin_judge::analysis::cases::TestFile;
use serin_judge::verdict::simulated::{Coverage, simulate};

const TESTS: usize = 1_000;

const SUCCESS_RATE: &str = include_str!("../analyses/success-rate.yaml");
const ERROR_RATE: &str = include_str!("../analyses/error-rate-canary.yaml");

/// Five measurements of one metric.
const METRIC: &str = "
  metrics:
    success-rate:
    - {value: [0.99]}
    - {value: [0.90], times: 4, took: 2s}
  expect:
    phase: Failed
    reasons: [metric_failed]
    at: 4m8s
    metrics: {success-rate: {phase: Failed, count: 5, failed: 4}}
";

/// Half an hour of windows of ten seconds, undecided to the end.
const COMPARISON: &str = "
  args: {canary: 'http://c/metrics', stable: 'http://s/metrics'}
  windows:
    error-rate:
    - {canary: {total: 4, bad: 0}, stable: {total: 36, bad: 0}, times: 180}
  expect: {verdict: inconclusive, at: 30m}
";

fn main() {
    divan::main();
}

fn file(test: &str) -> String {
    let tests: Vec<String> = (0..TESTS)
        .map(|number| format!("- name: test {number}{test}"))
        .collect();
    format!("tests:\n{}", tests.concat())
}

/// Reads, checks and runs all; gives how many passed.
fn judge(text: &str, analysis: &str) -> usize {
    let file = TestFile::read(Source::new("bench.test.yaml", text)).unwrap();
    let documents = file
        .documents(vec![Source::new("analysis.yaml", analysis)])
        .unwrap();
    let cases = file.cases(&documents).unwrap();
    let mut coverage = Coverage::default();
    cases
        .iter()
        .filter(|case| simulate(case, &mut coverage).differences.is_empty())
        .count()
}

fn bench(bencher: Bencher<'_, '_>, test: &str, analysis: &str) {
    let text = file(test);
    assert_eq!(judge(&text, analysis), TESTS, "the tests have to pass");
    bencher
        .counter(ItemsCount::new(TESTS))
        .bench_local(|| judge(black_box(&text), analysis));
}

#[divan::bench]
fn metric_of_five_measurements(bencher: Bencher<'_, '_>) {
    bench(bencher, METRIC, SUCCESS_RATE);
}

#[divan::bench(sample_count = 10)]
fn comparison_of_180_windows(bencher: Bencher<'_, '_>) {
    bench(bencher, COMPARISON, ERROR_RATE);
}

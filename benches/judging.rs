//! Speed of judging on one core: a window of latencies, a window of a thousand comparisons, whole recorded releases.
//!
//! Meant to stay below 200 us, 50 ms and 10 ms (a hundred releases a second).
#![allow(clippy::unwrap_used, reason = "a bench whose inputs are broken has to stop")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use serin_judge::analysis::plan::{Comparison, ComparisonKind, Policy, Population, Tolerance, Weight};
use serin_judge::histogram::Histogram;
use serin_judge::stats::chance::Chance;
use serin_judge::time::Timestamp;
use serin_judge::verdict::recording::{RecordingReader, judge, plan};
use serin_judge::verdict::{Comparisons, Counts, Data, Flags, Latencies, Look, RunIdentity, Side, Window};

const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const WINDOW: Duration = Duration::from_secs(10);
/// A run of ten minutes under the default policy: two of burn-in, eight judged.
const LOOKS: u32 = 60;
/// Requests of canary and stable in a window: 200 a second, a twentieth of them the canary's.
const REQUESTS: [u64; 2] = [100, 1900];

fn main() {
    divan::main();
}

/// Bounds from 1 ms to ten minutes, as many as asked for, in whole microseconds.
fn bounds(buckets: usize) -> Vec<f64> {
    let step = libm::log(600_000.0) / buckets as f64;
    (1..=buckets)
        .map(|place| libm::round(1000.0 * libm::exp(step * place as f64)) / 1000.0)
        .collect()
}

/// Lognormal latencies around 80 ms with a tail.
fn histogram(bounds: &[f64], requests: u64, chance: &mut Chance) -> Histogram {
    let mut counts = vec![0; bounds.len()];
    for _ in 0..requests {
        let tail = if chance.uniform() < 0.03 { 3.0 } else { 1.0 };
        let ms = 80.0 * tail * libm::exp(0.45 * chance.normal());
        counts[bounds.partition_point(|bound| *bound < ms)] += 1;
    }
    Histogram::new(bounds.iter().copied().zip(counts).collect()).unwrap()
}

fn data(kind: ComparisonKind, bounds: &[f64], requests: u64, chance: &mut Chance) -> Data {
    match kind {
        ComparisonKind::Latency => Data::Latency(Latencies {
            histogram: histogram(bounds, requests, chance),
            timeouts: 0,
        }),
        ComparisonKind::Series => Data::Series(100.0 + chance.normal()),
        ComparisonKind::Errors | ComparisonKind::Events => Data::Errors(Counts {
            total: requests,
            bad: chance.binomial(requests, 0.005),
        }),
    }
}

/// Comparisons of these kinds and the windows that come.
struct Service {
    kinds: Vec<ComparisonKind>,
    bounds: Vec<f64>,
    chance: Chance,
}

impl Service {
    fn new(kinds: Vec<ComparisonKind>, buckets: usize) -> Self {
        Self {
            kinds,
            bounds: bounds(buckets),
            chance: Chance::from_seed(7),
        }
    }

    fn look(&mut self, number: u32) -> Look {
        let end = START + WINDOW * number;
        let mut windows = Vec::new();
        for (index, kind) in self.kinds.iter().enumerate() {
            for (side, requests) in [Side::Canary, Side::Stable].into_iter().zip(REQUESTS) {
                windows.push(Window {
                    comparison: format!("comparison-{index}").into(),
                    side,
                    target: "".into(),
                    start: end - WINDOW,
                    end,
                    data: data(*kind, &self.bounds, requests, &mut self.chance),
                    flags: Flags::default(),
                });
            }
        }
        Look { at: end, windows }
    }

    fn under_way(&mut self, looks: u32) -> Comparisons {
        let comparison = |(index, kind): (usize, &ComparisonKind)| Comparison {
            name: format!("comparison-{index}"),
            kind: *kind,
            population: Population::Recorded,
            tolerance: Tolerance::of(*kind),
            required: true,
            weight: Weight::Critical,
            traffic_split: None,
        };
        let specs: Vec<Comparison> = self.kinds.iter().enumerate().map(comparison).collect();
        let mut comparisons = Comparisons::new(&specs, &Policy::default(), START);
        (1..=looks).for_each(|number| comparisons.look(&self.look(number)));
        assert!(!comparisons.regressed());
        comparisons
    }
}

fn one_more_look(bencher: Bencher<'_, '_>, kinds: Vec<ComparisonKind>, buckets: usize, looks: u32) {
    let mut service = Service::new(kinds, buckets);
    let comparisons = service.under_way(looks);
    let next = service.look(looks + 1);
    bencher
        .with_inputs(|| comparisons.clone())
        .bench_local_refs(|comparisons| comparisons.look(black_box(&next)));
}

/// All five thresholds in both directions.
#[divan::bench]
fn latency_window_of_2000_buckets(bencher: Bencher<'_, '_>) {
    one_more_look(bencher, vec![ComparisonKind::Latency], 2000, LOOKS);
}

/// Nine of ten compare errors, one a hundred buckets of latencies.
#[divan::bench]
fn thousand_comparisons_by_one_window(bencher: Bencher<'_, '_>) {
    let kind = |index: usize| {
        if index % 10 == 9 {
            ComparisonKind::Latency
        } else {
            ComparisonKind::Errors
        }
    };
    one_more_look(bencher, (0..1000).map(kind).collect(), 100, 24);
}

/// As `serin compare --windows` reads it: errors and latencies of 180 windows, healthy, so that none is left out.
fn recording(buckets: usize, windows: u32) -> String {
    let bounds = bounds(buckets);
    let mut chance = Chance::from_seed(11);
    let mut text = String::new();
    for number in 1..=windows {
        let at = START + WINDOW * number;
        let mut sides = [const { String::new() }; 4];
        for (side, requests) in REQUESTS.into_iter().enumerate() {
            let bad = chance.binomial(requests, 0.005);
            write!(sides[side], r#"{{"total":{requests},"bad":{bad}}}"#).unwrap();
            let seen = histogram(&bounds, requests, &mut chance);
            let json = serde_json::to_string(&seen).unwrap();
            write!(sides[2 + side], r#"{{"histogram":{json}}}"#).unwrap();
        }
        for (name, place) in [("errors", 0), ("latency", 2)] {
            writeln!(
                text,
                r#"{{"at":"{at}","seconds":10,"comparison":"{name}","canary":{},"stable":{}}}"#,
                sides[place],
                sides[place + 1]
            )
            .unwrap();
        }
    }
    text
}

fn read_and_judge(text: &str) -> u64 {
    let mut reader = RecordingReader::default();
    for line in text.lines() {
        reader.line(line).unwrap();
    }
    let recording = reader.finish();
    let mut plan = plan(&recording);
    // No promotion ends it early: all windows are judged.
    plan.policy.false_promotion = f64::MIN_POSITIVE;
    let identity = RunIdentity {
        id: String::new(),
        release: String::new(),
        stage: String::new(),
        attempt: 1,
        ..RunIdentity::default()
    };
    judge(Arc::new(plan), &recording, &identity).unwrap().looks
}

/// Reading the text included.
#[divan::bench(args = [20, 100, 300], sample_count = 50, sample_size = 1)]
fn recorded_release_of_180_windows(bencher: Bencher<'_, '_>, buckets: usize) {
    let text = recording(buckets, 180);
    assert_eq!(read_and_judge(&text), 180);
    bencher
        .counter(BytesCount::of_str(&text))
        .counter(ItemsCount::new(180_usize))
        .bench_local(|| read_and_judge(black_box(&text)));
}

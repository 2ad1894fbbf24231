//! Fixed-horizon tests of two populations of a million values, and Kayenta's judge of one metric.
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]
#![allow(clippy::unwrap_used, reason = "a bench whose inputs are broken has to stop")]

#[path = "statistics/scipy.rs"]
mod scipy;

use divan::{Bencher, black_box};
use serin_judge::kayenta::{Canary, judge};
use serin_judge::stats::alternative::Alternative;
use serin_judge::stats::chance::Chance;
use serin_judge::stats::kolmogorov_smirnov::KolmogorovSmirnov;
use serin_judge::stats::mann_whitney::MannWhitney;
use serin_judge::stats::{Pooled, Sample, hodges_lehmann};

const VALUES: usize = 1_000_000;
/// Buckets of 2 % from 1 ms to 10 minutes.
const BUCKETS: usize = 672;
const RATIO_OF_BOUNDS: f64 = 1.02;

fn main() {
    let (x, y) = (latencies(1, 1.02), latencies(2, 1.0));
    scipy::beside(&x, &y);
    divan::main();
}

/// Latencies in milliseconds: a median of 80 and a long tail.
fn latencies(seed: u64, slower: f64) -> Vec<f64> {
    let mut chance = Chance::from_seed(seed);
    (0..VALUES)
        .map(|_| slower * 80.0 * libm::exp(0.45 * chance.normal()))
        .collect()
}

fn histogram(values: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; BUCKETS];
    for value in values {
        let place = libm::log(value.max(1.0)) / libm::log(RATIO_OF_BOUNDS);
        let bucket = (0..BUCKETS)
            .rev()
            .find(|bucket| *bucket as f64 <= place)
            .unwrap_or(0);
        counts[bucket] += 1;
    }
    counts
}

/// Rank test, distribution test, and the ratio between the populations with its interval.
#[divan::bench]
fn a_million_against_a_million_from_histograms(bencher: Bencher) {
    let (x, y) = (histogram(&latencies(1, 1.02)), histogram(&latencies(2, 1.0)));
    bencher.bench_local(|| {
        let pooled = Pooled::of_histograms(black_box(&x), black_box(&y)).unwrap();
        let ranks = MannWhitney::new(&pooled);
        let distance = KolmogorovSmirnov::new(&pooled);
        (
            ranks.p_value(Alternative::Greater, true),
            distance.asymptotic_p_value(Alternative::TwoSided),
            hodges_lehmann::ratio_of_histograms(&x, &y, RATIO_OF_BOUNDS, 0.95),
        )
    });
}

/// The rank test alone, sorting included.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn a_million_against_a_million_from_samples(bencher: Bencher) {
    let (x, y) = (latencies(1, 1.02), latencies(2, 1.0));
    bencher.bench_local(|| {
        let sample = |values: &[f64]| Sample::try_new(values).unwrap();
        let ranks = MannWhitney::of_samples(&sample(black_box(&x)), &sample(black_box(&y)));
        ranks.p_value(Alternative::TwoSided, true)
    });
}

/// One metric with an hour of one-minute points a side.
#[divan::bench]
fn kayenta_60_against_60(bencher: Bencher) {
    let points = |seed: u64| latencies(seed, 1.0)[..60].to_vec();
    let canary: Canary = serde_json::from_value(serde_json::json!({
        "id": "bench",
        "classifierThresholds": {"pass": 95, "marginal": 75},
        "metrics": [{"name": "latency", "groups": ["g"], "control": points(3), "experiment": points(4)}],
    }))
    .unwrap();
    bencher.bench_local(|| judge(black_box(&canary)));
}

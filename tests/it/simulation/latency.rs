//! Latencies in the sample API's buckets, drawn bucket by bucket.

use std::sync::LazyLock;
use std::time::Duration;

use serin::demo::{Behaviour, SLOW_FACTOR};
use serin_judge::histogram::Histogram;
use serin_judge::verdict::Latencies;

use super::chance::Chance;

/// From 1 ms to 10 s, 5 % apart, and an overflow bucket, as the sample API has them.
static LAYOUT: LazyLock<Histogram> = LazyLock::new(|| {
    let bounds = std::iter::successors(Some(1.0), |bound: &f64| Some(bound * 1.05));
    let bounds = bounds
        .take_while(|bound| *bound < 10_000.0)
        .chain([10_000.0, f64::INFINITY]);
    Histogram::new(bounds.map(|bound| (bound, 0)).collect()).unwrap()
});

/// Too few requests fall into such a bucket to be drawn.
const PART_MIN: f64 = 1e-7;

/// The part of all requests in each bucket.
pub(super) fn buckets(behaviour: &Behaviour, elapsed: Duration) -> Vec<f64> {
    let median = behaviour.median_after(elapsed).as_secs_f64() * 1e3;
    let below = |bound: f64, median: f64| {
        let deviations = libm::log(bound / median) / behaviour.latency_spread;
        0.5 * libm::erfc(-deviations / std::f64::consts::SQRT_2)
    };
    let slow = behaviour.slow_ratio;
    let mut last = 0.0;
    let part = |bound: &f64| {
        let below = if bound.is_finite() {
            (1.0 - slow) * below(*bound, median) + slow * below(*bound, SLOW_FACTOR * median)
        } else {
            1.0
        };
        let part = below - last;
        last = below;
        part
    };
    LAYOUT.bounds().iter().map(part).collect()
}

/// One second of `rate` requests.
pub(super) fn draw(parts: &[f64], rate: f64, chance: &mut Chance) -> Latencies {
    let counts = parts.iter().map(|part| {
        if *part < PART_MIN {
            0
        } else {
            chance.poisson(rate * part)
        }
    });
    Latencies {
        histogram: LAYOUT.with_counts(counts.collect()).unwrap(),
        timeouts: 0,
    }
}

//! What latencies are drawn from.

use crate::chance::Alias;
use crate::traffic::{BUCKET_LOG, BUCKETS, bounds};

/// Distributions to draw buckets from.
pub(crate) struct Bodies {
    usual: Alias,
    tails: Vec<(f64, Alias)>,
    /// For each bucket, the one 500 ms later.
    pub(crate) hang: [usize; BUCKETS],
}

impl Bodies {
    pub(crate) fn new(tails: &[f64]) -> Self {
        let bounds = bounds();
        Self {
            usual: Alias::new(&mass(1.0)),
            tails: tails
                .iter()
                .map(|tail| (*tail, Alias::new(&mass(*tail))))
                .collect(),
            hang: std::array::from_fn(|index| {
                bounds
                    .partition_point(|bound| *bound < bounds[index] + 500.0)
                    .min(BUCKETS - 1)
            }),
        }
    }

    pub(crate) fn of(&self, tail: f64) -> &Alias {
        self.tails
            .iter()
            .find(|(known, _)| *known == tail)
            .map_or(&self.usual, |(_, alias)| alias)
    }
}

/// 97 % lognormal (median 80 ms, sigma 0.45) and 3 % lognormal (median 250 ms, sigma 0.55): p50 81 ms, p95 187 ms,
/// p99 330 ms. Above 187 ms latencies are stretched on the log scale, so that p99 is `tail` times as high.
fn mass(tail: f64) -> [f64; BUCKETS] {
    let mut mass = [0.0; BUCKETS];
    let steps = 200_000;
    for (weight, median, sigma) in [(0.97, 80.0_f64, 0.45), (0.03, 250.0, 0.55)] {
        for step in 0..steps {
            let z = -8.0 + 16.0 * (f64::from(step) + 0.5) / f64::from(steps);
            let ms = median * (sigma * z).exp();
            let density =
                (-0.5 * z * z).exp() * 16.0 / f64::from(steps) / (2.0 * std::f64::consts::PI).sqrt();
            let reach = ((ms / 187.0).ln() / (330.0_f64 / 187.0).ln()).max(0.0);
            mass[bucket(ms * tail.powf(reach))] += weight * density;
        }
    }
    mass
}

fn bucket(ms: f64) -> usize {
    let index = ((ms / 12.0).ln() / BUCKET_LOG).ceil() as isize - 1;
    index.clamp(0, BUCKETS as isize - 1) as usize
}

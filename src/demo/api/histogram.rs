//! Request durations by bucket.

use std::sync::LazyLock;
use std::time::Duration;

/// Upper bounds in whole microseconds, ascending: 1 ms to 10 s, each 5 % above the one before.
///
/// A comparison of latencies cannot see a change smaller than a bucket, and the smallest that is worth a
/// rollback by default is 5 %. The range holds all a healthy answer (8 ms) and one that grows ever slower take, with
/// 190 buckets: an exposition of some 14 kB.
static BOUNDS_US: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bounds = Vec::new();
    let mut bound = FIRST_BOUND_US;
    while bound < LAST_BOUND_US {
        bounds.push(whole_micros(bound));
        bound *= 1.05;
    }
    bounds.push(whole_micros(LAST_BOUND_US));
    bounds
});

const FIRST_BOUND_US: f64 = 1_000.0;
const LAST_BOUND_US: f64 = 10_000_000.0;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1,000 and 10,000,000"
)]
fn whole_micros(micros: f64) -> u64 {
    micros.round() as u64
}

/// Request durations by bucket.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    /// One for each bound, not cumulative, and one for everything above the last.
    counts: Vec<u64>,
    sum: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; BOUNDS_US.len() + 1],
            sum: Duration::ZERO,
        }
    }
}

impl Histogram {
    /// Counts one duration.
    pub(super) fn record(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_nanos().div_ceil(1_000)).unwrap_or(u64::MAX);
        let bucket = BOUNDS_US.partition_point(|bound| *bound < micros);
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += 1;
        }
        self.sum += took;
    }

    /// Upper bounds with the number of durations up to each, as Prometheus counts them; without `+Inf`.
    pub(super) fn cumulative(&self) -> impl Iterator<Item = (Duration, u64)> {
        BOUNDS_US
            .iter()
            .zip(&self.counts)
            .scan(0, |below, (bound, count)| {
                *below += count;
                Some((Duration::from_micros(*bound), *below))
            })
    }

    /// All durations.
    pub(super) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All durations added up.
    pub(super) fn sum(&self) -> Duration {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_at_most_five_percent_apart() {
        assert_eq!(
            (BOUNDS_US[0], BOUNDS_US[BOUNDS_US.len() - 1]),
            (1_000, 10_000_000)
        );
        for pair in BOUNDS_US.windows(2) {
            assert!(
                pair[0] < pair[1] && pair[1] as f64 / (pair[0] as f64) < 1.051,
                "{pair:?}"
            );
        }
        assert!(BOUNDS_US.len() < 200);
    }

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let mut histogram = Histogram::default();
        for micros in [1, 1_000, 1_001, 1_050, 20_000_000] {
            histogram.record(Duration::from_micros(micros));
        }
        let cumulative: Vec<u64> = histogram.cumulative().map(|(_, count)| count).collect();
        assert_eq!(cumulative[..2], [2, 4]);
        assert_eq!(cumulative.last(), Some(&4));
        assert_eq!(histogram.count(), 5);
        assert_eq!(histogram.sum(), Duration::from_micros(20_003_052));
    }
}

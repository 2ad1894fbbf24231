use std::sync::LazyLock;

use serin_judge::histogram::Histogram;

use super::{Digits, Durations};

/// Microseconds below which latencies are not told apart when they are judged.
const FINEST_US: u64 = 100;

/// From one bound to the next. Thresholds are rounded to bounds, so a tolerance of 1.05 is judged as one of at most 1.07.
/// All classes of an HDR histogram would be 18,000 bounds in each stored window.
const STEP_PERCENT: u64 = 2;

/// The bounds, ends of classes of three digits, so that no class lies across one; without requests.
static BOUNDS: LazyLock<(Vec<u64>, Histogram)> = LazyLock::new(|| {
    let longest = u64::try_from(super::LONGEST.as_micros()).unwrap_or(u64::MAX);
    let next = |end: &u64| {
        let further = *end + (*end * STEP_PERCENT).div_ceil(100);
        (*end < longest).then(|| Digits::Three.class_end(further))
    };
    let ends: Vec<u64> = std::iter::successors(Some(FINEST_US), next).collect();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let buckets = ends.iter().map(|end| (*end as f64 / 1000.0, 0)).collect();
    #[expect(clippy::expect_used, reason = "a thousand ascending bounds")]
    let empty = Histogram::new(buckets).expect("bounds ascend");
    (ends, empty)
});

/// For judging: exact counts between bounds that are the same for all windows, from 0.1 ms to 120 s, each 2 % above the
/// one before.
#[must_use]
pub(super) fn judged(durations: &Durations) -> Histogram {
    let (ends, empty) = &*BOUNDS;
    let mut counts = vec![0_u64; ends.len()];
    for (end, count) in durations.classes() {
        let bucket = ends.partition_point(|bound| *bound < end).min(ends.len() - 1);
        counts[bucket] += count;
    }
    // More than 10^12 requests in one window there are never.
    empty.with_counts(counts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bounds_are_ends_of_classes_two_percent_apart() {
        let (ends, _) = &*BOUNDS;
        assert!((600..800).contains(&ends.len()), "{}", ends.len());
        for pair in ends.windows(2) {
            assert_eq!(Digits::Three.class_end(pair[1]), pair[1]);
            let ratio = pair[1] as f64 / pair[0] as f64;
            assert!(ratio > 1.0 && ratio <= 1.031, "{pair:?}");
        }
        assert!(ends.last().is_some_and(|end| *end >= 120_000_000));
    }

    proptest! {
        #[test]
        fn every_count_is_exact_at_every_bound(all in prop::collection::vec(1..150_000_000_u64, 0..400)) {
            let mut durations = Durations::new(Digits::Three);
            for micros in &all {
                durations.record(Duration::from_micros(*micros));
            }
            let histogram = judged(&durations);
            prop_assert_eq!(histogram.total(), all.len() as u64);
            for (end, bound) in BOUNDS.0.iter().zip(histogram.bounds()) {
                let above = all.iter().filter(|micros| (**micros).min(120_000_000) > *end).count();
                prop_assert_eq!(histogram.above(*bound), above as u64);
            }
        }
    }
}

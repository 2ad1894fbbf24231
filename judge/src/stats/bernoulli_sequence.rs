//! Confidence sequence of one share of events: an interval that holds at every look together.
//!
//! `p` is inside while the beta-binomial mixture against it stays below `1/alpha` (Howard, Ramdas, McAuliffe and
//! Sekhon 2021; agrees with confseq's `bernoulli_confidence_interval`). The mixture grows with the distance of `p` from
//! the observed share, so each limit is one crossing.

use super::{beta_binomial::BetaBinomial, bisection};

/// Limits of the share after `events` among `count`, at level `1 - alpha`, tightest after `count_best`.
///
/// `None` for `count = 0`, more events than `count`, or an `alpha` or `count_best` outside (0, 1) and (0, infinity).
#[must_use]
pub fn limits(events: u64, count: u64, alpha: f64, count_best: f64, alpha_best: f64) -> Option<(f64, f64)> {
    let usable = alpha > 0.0 && alpha < 1.0 && BetaBinomial::of_share(0.5, count_best, alpha_best).is_some();
    if count == 0 || events > count || !usable {
        return None;
    }
    let (x, n) = (events as f64, count as f64);
    let threshold = -libm::log(alpha);
    // The very ends have no mixture; nothing observed short of certainty excludes what lies next to the estimate.
    let excluded = |p: f64| {
        BetaBinomial::of_share(p, count_best, alpha_best)
            .is_none_or(|mixture| mixture.log_e_of_share(x, n) >= threshold)
    };
    let estimate = x / n;
    let lower = if events == 0 {
        0.0
    } else {
        bisection::last_true(0.0, estimate.next_down(), excluded)
    };
    let upper = if events == count {
        1.0
    } else {
        bisection::last_true(estimate.next_up(), 1.0, |p| !excluded(p))
    };
    Some((lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    #[test]
    fn turning_events_around_turns_the_limits_around() {
        for (events, count) in [(0, 1), (0, 1200), (3, 50), (25, 50), (999, 1000), (7, 7)] {
            let (lower, upper) = limits(events, count, 0.05, 500.0, 0.05).unwrap();
            let (low, high) = limits(count - events, count, 0.05, 500.0, 0.05).unwrap();
            assert!((lower - (1.0 - high)).abs() < 1e-9 && (upper - (1.0 - low)).abs() < 1e-9);
            let estimate = events as f64 / count as f64;
            assert!(
                lower <= estimate && estimate <= upper,
                "{events}/{count}: {lower} {upper}"
            );
        }
    }

    #[test]
    fn holds_at_all_looks_together() {
        let (mut chance, p, mut missed) = (Chance::from_seed(5), 0.02, 0);
        for _ in 0..400 {
            let (mut events, mut count) = (0, 0);
            let missed_once = (0..60).any(|_| {
                events += chance.binomial(50, p);
                count += 50;
                let (lower, upper) = limits(events, count, 0.05, 1000.0, 0.05).unwrap();
                p < lower || p > upper
            });
            missed += u32::from(missed_once);
        }
        assert!(f64::from(missed) / 400.0 <= 0.05, "{missed} of 400");
    }

    #[test]
    fn bad_arguments_have_no_interval() {
        assert!(limits(0, 0, 0.05, 500.0, 0.05).is_none());
        assert!(limits(3, 2, 0.05, 500.0, 0.05).is_none());
        assert!(limits(1, 2, 0.0, 500.0, 0.05).is_none());
        assert!(limits(1, 2, f64::NAN, 500.0, 0.05).is_none());
        assert!(limits(1, 2, 0.05, f64::NAN, 0.05).is_none());
    }
}

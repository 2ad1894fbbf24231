//! The interval of a series that has become long.

use crate::stats::{asymptotic_sequence, newey_west};

/// Points from which the asymptotic confidence sequence may be shown: with 15 to 30 it missed twice as often as it should.
const POINTS_MIN: usize = 60;

/// Points at which it is tightest.
const BEST_AT: f64 = 120.0;

/// Points that are kept; a longer series is shown by sums alone.
const POINTS_MAX: usize = 10_000;

/// The differences of the run, on the log scale.
#[derive(Clone, Debug, Default)]
pub(super) struct LongSeries {
    differences: Vec<f64>,
    is_cut: bool,
}

impl LongSeries {
    pub(super) fn add(&mut self, difference: f64) {
        if self.differences.len() < POINTS_MAX {
            self.differences.push(difference);
        } else {
            self.is_cut = true;
        }
    }

    /// Limits of the mean difference at confidence `level`, with the long-run variance of the points (Newey and West
    /// 1987). `None` while there are few points or they do not differ, and when there were too many to be kept.
    pub(super) fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let count = self.differences.len();
        if count < POINTS_MIN || self.is_cut {
            return None;
        }
        let long_run = newey_west::long_run(&self.differences, newey_west::usual_lag(count))?;
        let (alpha, n) = (1.0 - level, count as f64);
        let sd = long_run.variance.max(0.0).sqrt();
        let radius =
            asymptotic_sequence::radius(n, sd, alpha, asymptotic_sequence::tightest_rho(BEST_AT, alpha));
        let mean = self.differences.iter().sum::<f64>() / n;
        (radius > 0.0).then_some((mean - radius, mean + radius))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    #[test]
    fn holds_from_sixty_points_on_and_says_nothing_before() {
        let (mut chance, mut missed) = (Chance::from_seed(12), 0);
        for _ in 0..400 {
            let (mut series, mut inside, mut state) = (LongSeries::default(), true, 0.0);
            for point in 1..=180 {
                state = 0.3 * state + chance.normal();
                series.add(0.2 + 0.1 * state);
                match series.interval(0.95) {
                    None => assert!(point < POINTS_MIN),
                    Some((lower, upper)) => inside &= lower <= 0.2 && 0.2 <= upper,
                }
            }
            missed += u32::from(!inside);
        }
        println!("asymptotic sequence, 60 to 180 points with a coefficient of 0.3: missed {missed} of 400");
        assert!(missed <= 32, "{missed}");
    }

    #[test]
    fn constant_and_endless_series_have_no_interval() {
        let mut series = LongSeries::default();
        (0..100).for_each(|_| series.add(0.5));
        assert_eq!(series.interval(0.95), None);
        (0..2 * POINTS_MAX).for_each(|point| series.add((point % 7) as f64));
        assert_eq!(
            (series.interval(0.95), series.differences.len()),
            (None, POINTS_MAX)
        );
    }
}

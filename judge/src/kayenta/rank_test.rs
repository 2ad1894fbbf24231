//! The Mann-Whitney interval of a shift, as the judge computes it.
//!
//! `z(mu)` is the tie-corrected rank score of `x - mu` against `y` with a continuity correction, a step function that falls
//! as `mu` grows. The limits are where it crosses the normal quantile and its negative, the estimate where it crosses 0,
//! between `min x - max y` and `max x - min y`; a score that has not reached the quantile at an end gives that end. There
//! is no exact small-sample form.

use super::root::root;

/// Limits and estimate of the shift of x against y.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shift {
    pub(super) lower: f64,
    pub(super) upper: f64,
    pub(super) estimate: f64,
}

/// Distinct values, ascending, each with its count.
fn distinct(sorted: &[f64]) -> Vec<(f64, f64)> {
    let mut groups: Vec<(f64, f64)> = Vec::with_capacity(sorted.len());
    for value in sorted {
        match groups.last_mut() {
            Some((last, count)) if last == value => *count += 1.0,
            _ => groups.push((*value, 1.0)),
        }
    }
    groups
}

/// Two series, ranked anew for every trial shift: both stay in order, so it is one pass over their distinct values.
pub(super) struct RankTest {
    x: Vec<(f64, f64)>,
    y: Vec<(f64, f64)>,
    x_count: f64,
    y_count: f64,
}

/// Rank statistic and its tie term `sum (t^3 - t)`.
struct Ranked {
    u: f64,
    ties: f64,
}

impl RankTest {
    /// Of ascending finite values, at least one a side.
    pub(super) fn new(x: &[f64], y: &[f64]) -> Self {
        Self {
            x: distinct(x),
            y: distinct(y),
            x_count: x.len() as f64,
            y_count: y.len() as f64,
        }
    }

    fn ranked(&self, shift: f64) -> Ranked {
        let (mut u, mut ties, mut below) = (0.0, 0.0, 0.0);
        let (mut xs, mut ys) = (self.x.iter().peekable(), self.y.iter().peekable());
        loop {
            let value = match (xs.peek(), ys.peek()) {
                (Some((x, _)), Some((y, _))) => (x - shift).min(*y),
                (Some((x, _)), None) => x - shift,
                (None, Some((y, _))) => *y,
                (None, None) => return Ranked { u, ties },
            };
            let (mut x_tied, mut y_tied) = (0.0, 0.0);
            // Distinct values can become equal by the rounding of the subtraction.
            while let Some((_, count)) = xs.next_if(|(x, _)| x - shift == value) {
                x_tied += count;
            }
            while let Some((_, count)) = ys.next_if(|(y, _)| *y == value) {
                y_tied += count;
            }
            u += x_tied * (below + 0.5 * y_tied);
            below += y_tied;
            let tied = x_tied + y_tied;
            ties += tied * (tied * tied - 1.0);
        }
    }

    /// The score of a trial shift; not a number when all values are tied.
    pub(super) fn z(&self, shift: f64) -> f64 {
        let Ranked { u, ties } = self.ranked(shift);
        let (n, m) = (self.x_count, self.y_count);
        let size = n + m;
        let distance = u - 0.5 * n * m;
        let correction = if distance == 0.0 {
            0.0
        } else {
            0.5_f64.copysign(distance)
        };
        let variance = n * m / 12.0 * (size + 1.0 - ties / (size * (size - 1.0)));
        (distance - correction) / variance.sqrt()
    }

    /// The common-language effect size, `P(X > Y) + P(X = Y)/2`.
    pub(super) fn effect(&self) -> f64 {
        self.ranked(0.0).u / (self.x_count * self.y_count)
    }

    /// The interval at the two-sided normal quantile `quantile`.
    pub(super) fn shift(&self, quantile: f64) -> Shift {
        let ends = |groups: &[(f64, f64)]| (groups[0].0, groups[groups.len() - 1].0);
        let ((x_min, x_max), (y_min, y_max)) = (ends(&self.x), ends(&self.y));
        let (low, high) = (x_min - y_max, x_max - y_min);
        let (at_low, at_high) = (self.z(low), self.z(high));
        let crossing = |target: f64| {
            root((low, at_low - target), (high, at_high - target), |shift| {
                self.z(shift) - target
            })
        };
        let limit = |target: f64| {
            if at_low - target <= 0.0 {
                low
            } else if at_high - target >= 0.0 {
                high
            } else {
                crossing(target)
            }
        };
        Shift {
            lower: limit(quantile),
            upper: limit(-quantile),
            estimate: crossing(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal;

    fn sorted(values: &[f64]) -> Vec<f64> {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values
    }

    fn counted(counts: &[(f64, usize)]) -> Vec<f64> {
        let values = counts
            .iter()
            .flat_map(|(value, count)| std::iter::repeat_n(*value, *count));
        sorted(&values.collect::<Vec<f64>>())
    }

    fn interval(x: &[f64], y: &[f64], confidence: f64) -> Shift {
        let quantile = normal::upper_quantile(0.5 * (1.0 - confidence));
        RankTest::new(&sorted(x), &sorted(y)).shift(quantile)
    }

    /// Kayenta's `MannWhitneySuite`, which has the second from R.
    #[test]
    fn intervals_of_the_original_suite() {
        let found = interval(&[10.0, 20.0, 30.0, 40.0], &[1.0, 2.0, 3.0, 4.0], 0.95);
        assert!(
            (found.lower - 6.0).abs() < 1e-6 && (found.upper - 39.0).abs() < 1e-6,
            "{found:?}"
        );
        assert!((found.estimate - 22.5).abs() < 1e-6, "{found:?}");
        let control = [
            (1.5, 2),
            (2.0, 16),
            (2.5, 18),
            (3.0, 16),
            (3.5, 10),
            (4.0, 8),
            (4.5, 4),
            (5.0, 6),
            (5.5, 2),
            (6.0, 5),
            (8.0, 1),
            (15.5, 1),
            (54.5, 1),
        ];
        let experiment = [
            (1.5, 9),
            (2.0, 16),
            (2.5, 22),
            (3.0, 17),
            (3.5, 9),
            (4.0, 5),
            (4.5, 1),
            (5.0, 3),
            (5.5, 1),
            (6.0, 2),
            (6.5, 2),
            (7.0, 1),
            (7.5, 1),
            (16.5, 1),
        ];
        let found = interval(&counted(&experiment), &counted(&control), 0.95);
        assert!((found.lower + 0.500_002_521_7).abs() < 1e-6, "{found:?}");
        assert!((found.upper + 3.486_287_506e-5).abs() < 1e-6, "{found:?}");
        assert!((found.estimate + 0.499_94).abs() < 1e-4, "{found:?}");
    }

    #[test]
    fn small_samples_are_clamped_to_their_range() {
        let found = interval(&[5.0, 6.0], &[1.0, 2.0], 0.98);
        assert_eq!((found.lower, found.upper), (3.0, 5.0));
        assert!((found.estimate - 4.0).abs() < 1e-3, "{found:?}");
        let e5_c5 = interval(&[20.0, 22.0, 21.0, 25.0, 30.0], &[1.0, 2.2, 1.1, 2.5, 3.0], 0.98);
        assert!(
            (e5_c5.lower - 17.0001).abs() < 1e-4 && (e5_c5.upper - 28.9999).abs() < 1e-4,
            "{e5_c5:?}"
        );
    }

    #[test]
    fn effect_size_of_large_samples_does_not_overflow() {
        let values: Vec<f64> = (0..40_000).map(|i| f64::from(i % 977)).collect();
        let effect = RankTest::new(&sorted(&values), &sorted(&values)).effect();
        assert!((effect - 0.5).abs() < 1e-12, "{effect}");
    }
}

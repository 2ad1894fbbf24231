//! Intervals of a quantile at one look, from the ranks of the values alone.
//!
//! The number of values up to the quantile of order `p` is binomial, so two order statistics enclose it whatever the
//! distribution: `X_(l)` with the largest `l` such that `P(B <= l-1) <= alpha/2`, and `X_(u)` with the smallest `u` such that
//! `P(B <= u-1) >= 1 - alpha/2`. A p99 needs 368 values before it has an upper end at 95 %.
//!
//! A ratio of two quantiles combines two such intervals: each at level `1 - alpha/2` (conservative, by Bonferroni), or by
//! the square-and-add method on the logarithms (MOVER, Zou and Donner 2008), which is approximate and narrower.

use super::{binomial, bisection};

/// Ranks from 1 among `count` ascending values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileRanks {
    /// Rank of the lower end; 0 when there are too few values for one.
    pub lower: u64,
    /// Rank of the upper end; `count + 1` when there are too few values for one.
    pub upper: u64,
    /// What the interval really covers, `P(lower <= B < upper)`, at least what was asked for.
    pub coverage: f64,
}

/// Ranks that enclose the quantile of order `p` in (0, 1) of `count >= 1` values at the two-sided level `confidence` in
/// (0, 1).
#[must_use]
pub fn ranks(count: u64, p: f64, confidence: f64) -> QuantileRanks {
    let tail = 0.5 * (1.0 - confidence);
    // P(B <= l-1) <= tail grows with l; P(B >= u) <= tail falls with u.
    let lower =
        bisection::last_true_count(0, count, |l| l == 0 || binomial::at_most(l - 1, count, p) <= tail);
    let upper =
        bisection::last_true_count(0, count + 1, |u| u == 0 || binomial::at_least(u, count, p) > tail) + 1;
    let upper = upper.min(count + 1);
    let missed = if lower == 0 {
        0.0
    } else {
        binomial::at_most(lower - 1, count, p)
    };
    QuantileRanks {
        lower,
        upper,
        coverage: 1.0 - missed - binomial::at_least(upper, count, p),
    }
}

/// Rank of the quantile of order `p` itself among `count >= 1` values: `ceil(count p)`, at least 1.
#[must_use]
pub fn rank(count: u64, p: f64) -> u64 {
    bisection::last_true_count(0, count, |k| (k as f64) < count as f64 * p)
        .saturating_add(1)
        .clamp(1, count)
}

/// A ratio of two quantiles with its limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileRatio {
    /// Quantile of x over quantile of y.
    pub estimate: f64,
    /// Lower limit, 0 when there are too few values for one.
    pub lower: f64,
    /// Upper limit, infinite when there are too few values for one.
    pub upper: f64,
}

/// How the two intervals are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combination {
    /// Covers at least what is asked for.
    Conservative,
    /// Covers approximately what is asked for.
    SquareAndAdd,
}

/// One population: how many values it has, at least 1, and the value at a rank from 1, positive, in one unit with the
/// other population (from a histogram, its bucket's bound).
pub type Ranked<'a> = (u64, &'a dyn Fn(u64) -> f64);

/// The ratio of the quantiles of order `p` in (0, 1) of x and y, at the two-sided level `confidence` in (0, 1).
#[must_use]
pub fn ratio(x: Ranked, y: Ranked, p: f64, confidence: f64, combination: Combination) -> QuantileRatio {
    let each = match combination {
        Combination::Conservative => 0.5 * (1.0 + confidence),
        Combination::SquareAndAdd => confidence,
    };
    let ends = |(count, value_at): Ranked| {
        let ranks = ranks(count, p, each);
        let lower = if ranks.lower == 0 {
            0.0
        } else {
            value_at(ranks.lower)
        };
        let upper = if ranks.upper > count {
            f64::INFINITY
        } else {
            value_at(ranks.upper)
        };
        (value_at(rank(count, p)), lower, upper)
    };
    let ((x, x_low, x_high), (y, y_low, y_high)) = (ends(x), ends(y));
    let estimate = x / y;
    let (lower, upper) = match combination {
        Combination::Conservative => (x_low / y_high, x_high / y_low),
        Combination::SquareAndAdd => {
            let distance = |a: f64, b: f64| libm::hypot(libm::log(a), libm::log(b));
            (
                estimate * libm::exp(-distance(x / x_low, y_high / y)),
                estimate * libm::exp(distance(x_high / x, y / y_low)),
            )
        }
    };
    // An open end over an open end says nothing.
    QuantileRatio {
        estimate,
        lower: if lower.is_nan() { 0.0 } else { lower },
        upper: if upper.is_nan() { f64::INFINITY } else { upper },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    #[test]
    fn ranks_are_the_tightest_that_cover() {
        for (count, p, confidence) in [
            (1, 0.5, 0.95),
            (10, 0.5, 0.9),
            (400, 0.99, 0.95),
            (100_000, 0.999, 0.99),
        ] {
            let found = ranks(count, p, confidence);
            let tail = 0.5 * (1.0 - confidence);
            assert!(found.coverage >= confidence, "{found:?}");
            assert!(
                binomial::at_most(found.lower, count, p) > tail,
                "a higher lower end would do: {found:?}"
            );
            assert!(
                found.upper == 0 || binomial::at_least(found.upper - 1, count, p) > tail,
                "{found:?}"
            );
        }
        // ln(0.025)/ln(0.99) = 367.04.
        assert_eq!(ranks(367, 0.99, 0.95).upper, 368);
        assert_eq!(ranks(368, 0.99, 0.95).upper, 368);
        assert_eq!(
            (rank(1, 0.5), rank(100, 0.5), rank(100, 0.999), rank(3, 1e-9)),
            (1, 50, 100, 1)
        );
    }

    #[test]
    fn ratio_covers_as_often_as_it_says() {
        let (mut chance, runs) = (Chance::from_seed(21), 400);
        for (combination, at_least) in [
            (Combination::Conservative, 0.95),
            (Combination::SquareAndAdd, 0.92),
        ] {
            let mut covered = 0;
            for _ in 0..runs {
                let mut draw = |scale: f64, count: u32| {
                    let mut values: Vec<f64> = (0..count)
                        .map(|_| scale * libm::exp(0.5 * chance.normal()))
                        .collect();
                    values.sort_by(f64::total_cmp);
                    values
                };
                let (x, y) = (draw(1.2, 300), draw(1.0, 900));
                let at = |values: &[f64], rank: u64| values[usize::try_from(rank - 1).unwrap()];
                let found = ratio(
                    (300, &|rank| at(&x, rank)),
                    (900, &|rank| at(&y, rank)),
                    0.9,
                    0.95,
                    combination,
                );
                assert!(found.lower <= found.estimate && found.estimate <= found.upper);
                covered += u32::from(found.lower <= 1.2 && 1.2 <= found.upper);
            }
            let share = f64::from(covered) / f64::from(runs);
            assert!(share >= at_least, "{combination:?}: {share}");
        }
    }

    #[test]
    fn too_few_values_have_open_ends() {
        let one = (1, &(|_| 5.0) as &dyn Fn(u64) -> f64);
        for combination in [Combination::Conservative, Combination::SquareAndAdd] {
            let found = ratio(one, one, 0.5, 0.95, combination);
            assert_eq!(
                (found.estimate, found.lower, found.upper),
                (1.0, 0.0, f64::INFINITY),
                "{combination:?}"
            );
        }
    }
}

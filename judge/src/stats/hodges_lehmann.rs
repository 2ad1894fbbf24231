//! By how much one population is shifted: the median of all pairwise differences, with its interval.
//!
//! The interval is two order statistics of the `nm` differences `x - y` (Hodges and Lehmann 1963): exact ranks from the
//! distribution of the Mann-Whitney U as R's `wilcox.test` takes them, or `k = floor(nm/2 - 1/2 - z sqrt(nm(n+m+1)/12))`
//! from below and from above. The differences are never listed: for sorted samples the number of them up to a bound is one pass
//! of two fingers, so each order statistic takes at most 64 passes. In histograms with logarithmic buckets the difference of two
//! buckets' places is the logarithm of a ratio, and the same method gives the factor between the populations.

use super::rank_distribution::RankDistribution;
use super::{Sample, bisection, normal};

/// A shift with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// The median of all pairwise differences `x - y` (or ratios `x / y`).
    pub estimate: f64,
    /// Lower limit; negative infinity (0 for ratios) when there are too few values for one.
    pub lower: f64,
    /// Upper limit; infinite when there are too few values for one.
    pub upper: f64,
}

/// The median of all pairwise differences `x - y`.
#[must_use]
pub fn estimate(x: &Sample, y: &Sample) -> f64 {
    let pairs = pairs(x, y);
    let upper = difference_at(x, y, pairs / 2);
    if pairs % 2 == 1 {
        upper
    } else {
        difference_at(x, y, pairs / 2 - 1).midpoint(upper)
    }
}

/// With the exact ranks and the level that they really have, which can be below `confidence` (two-sided, in (0, 1)) for
/// very small samples; `None` beyond [`super::rank_distribution::EXACT_PAIRS_MAX`] pairs. Meant for values without ties.
#[must_use]
pub fn exact(x: &Sample, y: &Sample, confidence: f64) -> Option<(Shift, f64)> {
    let distribution = RankDistribution::try_new([x.count() as u64, y.count() as u64])?;
    let rank = distribution.quantile(0.5 * (1.0 - confidence)).max(1);
    let achieved = 1.0 - 2.0 * distribution.at_most(rank as f64 - 1.0);
    let pairs = pairs(x, y);
    let shift = Shift {
        estimate: estimate(x, y),
        lower: difference_at(x, y, rank as u128 - 1),
        upper: difference_at(x, y, pairs - rank as u128),
    };
    Some((shift, achieved))
}

/// With the ranks of the normal approximation, at the two-sided level `confidence` in (0, 1).
#[must_use]
pub fn asymptotic(x: &Sample, y: &Sample, confidence: f64) -> Shift {
    let rank = asymptotic_rank(x.count() as f64, y.count() as f64, confidence);
    let (lower, upper) = rank.map_or((f64::NEG_INFINITY, f64::INFINITY), |rank| {
        let last = pairs(x, y) - 1;
        (difference_at(x, y, rank), difference_at(x, y, last - rank))
    });
    Shift {
        estimate: estimate(x, y),
        lower,
        upper,
    }
}

/// How many times larger x is than y, from two histograms over the same logarithmic buckets: each bucket reaches
/// `ratio_of_bounds` (above 1) times as far as the one before. The answer is exact to one bucket.
///
/// `None` when the layouts differ or one has no counts.
#[must_use]
pub fn ratio_of_histograms(x: &[u64], y: &[u64], ratio_of_bounds: f64, confidence: f64) -> Option<Shift> {
    let total = |counts: &[u64]| counts.iter().map(|count| u128::from(*count)).sum::<u128>();
    let (n, m) = (total(x), total(y));
    if x.len() != y.len() || n == 0 || m == 0 || n > u128::from(u64::MAX) || m > u128::from(u64::MAX) {
        return None;
    }
    let at = |rank: u128| {
        // The smallest k with more than `rank` pairs whose places differ by at most k, counted from -(B-1).
        let buckets = x.len() as u64;
        let place = if pairs_up_to(x, y, 1 - buckets.cast_signed()) > rank {
            0
        } else {
            let up_to = |place: u64| pairs_up_to(x, y, place.cast_signed() + 1 - buckets.cast_signed());
            bisection::last_true_count(0, 2 * buckets, |place| up_to(place) <= rank) + 1
        };
        libm::exp((place as f64 + 1.0 - buckets as f64) * libm::log(ratio_of_bounds))
    };
    let pairs = n * m;
    let upper_middle = at(pairs / 2);
    let estimate = if pairs % 2 == 1 {
        upper_middle
    } else {
        (at(pairs / 2 - 1) * upper_middle).sqrt()
    };
    let (lower, upper) = asymptotic_rank(n as f64, m as f64, confidence)
        .map_or((0.0, f64::INFINITY), |rank| (at(rank), at(pairs - 1 - rank)));
    Some(Shift {
        estimate,
        lower,
        upper,
    })
}

fn pairs(x: &Sample, y: &Sample) -> u128 {
    x.count() as u128 * y.count() as u128
}

/// `floor(nm/2 - 1/2 - z sqrt(nm(n+m+1)/12))`, from 0; `None` where it is negative.
#[must_use]
pub fn asymptotic_rank(n: f64, m: f64, confidence: f64) -> Option<u128> {
    let z = normal::upper_quantile(0.5 * (1.0 - confidence));
    let pairs = n * m;
    let rank = (0.5 * pairs - 0.5 - z * (pairs / 12.0 * (n + m + 1.0)).sqrt()).floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, at least 0 and below nm < 2^128"
    )]
    (rank >= 0.0).then_some(rank as u128)
}

/// Number of pairs with `x - y <= bound`: as x grows, the smallest y that is still close enough grows too.
fn differences_up_to(x: &Sample, y: &Sample, bound: f64) -> u128 {
    let (mut count, mut too_small) = (0, 0);
    for value in x.sorted() {
        while too_small < y.count() && value - y.sorted()[too_small] > bound {
            too_small += 1;
        }
        count += (y.count() - too_small) as u128;
    }
    count
}

/// The difference at `rank`, from 0, among all of them ascending.
fn difference_at(x: &Sample, y: &Sample, rank: u128) -> f64 {
    let (smallest, largest) = (x.min() - y.max(), x.max() - y.min());
    if differences_up_to(x, y, smallest) > rank {
        return smallest;
    }
    let below = bisection::last_true(smallest, largest, |bound| differences_up_to(x, y, bound) <= rank);
    below.next_up() + 0.0
}

/// Number of pairs whose buckets' places differ by at most `bound`, x minus y.
fn pairs_up_to(x: &[u64], y: &[u64], bound: i64) -> u128 {
    let (mut below, mut taken, mut count) = (0_u128, 0_usize, 0_u128);
    for (place, stable) in y.iter().enumerate() {
        while taken < x.len() && taken as i128 <= place as i128 + i128::from(bound) {
            below += u128::from(x[taken]);
            taken += 1;
        }
        count += below * u128::from(*stable);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    fn sample(values: &[f64]) -> Sample {
        Sample::try_new(values).unwrap()
    }

    #[test]
    fn every_order_statistic_of_the_listed_differences() {
        let mut chance = Chance::from_seed(9);
        for (n, m) in [(1, 1), (1, 6), (5, 4), (9, 9)] {
            let mut draw = |count: u32| {
                (0..count)
                    .map(|_| (chance.normal() * 3.0).round() / 4.0)
                    .collect::<Vec<f64>>()
            };
            let (x, y) = (draw(n), draw(m));
            let mut listed: Vec<f64> = x
                .iter()
                .flat_map(|a| y.iter().map(move |b| a - b + 0.0))
                .collect();
            listed.sort_by(f64::total_cmp);
            for (rank, expected) in listed.iter().enumerate() {
                assert_eq!(
                    difference_at(&sample(&x), &sample(&y), rank as u128),
                    *expected,
                    "{n} {m} {rank}"
                );
            }
        }
    }

    #[test]
    fn few_values_have_no_asymptotic_interval_and_constants_no_shift() {
        let two = asymptotic(&sample(&[1.0, 2.0]), &sample(&[5.0]), 0.95);
        assert_eq!(
            (two.lower, two.upper, two.estimate),
            (f64::NEG_INFINITY, f64::INFINITY, -3.5)
        );
        let constant = asymptotic(&sample(&[4.0; 20]), &sample(&[4.0; 30]), 0.95);
        assert_eq!(
            (constant.lower, constant.upper, constant.estimate),
            (0.0, 0.0, 0.0)
        );
        let huge = estimate(&sample(&[f64::MAX]), &sample(&[-f64::MAX]));
        assert!(huge.is_infinite(), "{huge}");
        assert!(exact(&sample(&[0.0; 60]), &sample(&[0.0; 60]), 0.95).is_none());
        let (single, achieved) = exact(&sample(&[3.0]), &sample(&[1.0]), 0.95).unwrap();
        assert_eq!((single.lower, single.upper, achieved), (2.0, 2.0, 0.0));
    }

    #[test]
    fn a_slower_population_in_logarithmic_buckets() {
        // Both have the same shape; x lies 10 buckets of 2 % higher.
        let shape: [u64; 9] = [3, 40, 500, 9000, 20_000, 7000, 800, 60, 2];
        let (mut x, mut y) = (vec![0; 120], vec![0; 120]);
        for (place, count) in shape.into_iter().enumerate() {
            y[place + 40] = count;
            x[place + 50] = count;
        }
        let shift = ratio_of_histograms(&x, &y, 1.02, 0.95).unwrap();
        assert!(
            (shift.estimate - libm::pow(1.02, 10.0)).abs() < 1e-12,
            "{shift:?}"
        );
        assert!(shift.lower <= shift.estimate && shift.estimate <= shift.upper);
        let back = ratio_of_histograms(&y, &x, 1.02, 0.95).unwrap();
        assert!((back.estimate * shift.estimate - 1.0).abs() < 1e-12);
        assert_eq!(ratio_of_histograms(&[0, 0], &[1, 0], 1.02, 0.95), None);
        assert_eq!(ratio_of_histograms(&[1], &[1, 0], 1.02, 0.95), None);
        let single = ratio_of_histograms(&[1, 0], &[0, 1], 2.0, 0.95).unwrap();
        assert_eq!(
            (single.estimate, single.lower, single.upper),
            (0.5, 0.0, f64::INFINITY)
        );
    }
}

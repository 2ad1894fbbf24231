//! By how much one population is shifted when values come with counts: the median of all pairwise differences, or ratios,
//! with its interval.
//!
//! The same order statistics of the `nm` differences as in `hodges_lehmann`, with the ranks of the normal approximation
//! (Hodges and Lehmann 1963). Counting the pairs up to a bound is one pass of two fingers over the distinct values, so a
//! hundred million pairs of requests cost what their buckets do. Ratios are differences of logarithms.

use super::bisection;
use super::hodges_lehmann::{Shift, asymptotic_rank};

/// Distinct values, ascending, and how often each came.
pub type Groups = [(f64, u64)];

/// The median of all pairwise differences `x - y` at the two-sided level `confidence` in (0, 1); `None` when one is empty.
#[must_use]
pub fn difference(x: &Groups, y: &Groups, confidence: f64) -> Option<Shift> {
    let (n, m) = (total(x), total(y));
    if n == 0 || m == 0 {
        return None;
    }
    let pairs = n * m;
    let at = |rank: u128| difference_at(x, y, rank);
    let upper_middle = at(pairs / 2);
    let estimate = if pairs % 2 == 1 {
        upper_middle
    } else {
        at(pairs / 2 - 1).midpoint(upper_middle)
    };
    let rank = asymptotic_rank(n as f64, m as f64, confidence);
    let (lower, upper) = rank.map_or((f64::NEG_INFINITY, f64::INFINITY), |rank| {
        (at(rank), at(pairs - 1 - rank))
    });
    Some(Shift {
        estimate,
        lower,
        upper,
    })
}

/// The median of all pairwise ratios `x / y`; `None` when one is empty or has a value that is not positive.
#[must_use]
pub fn ratio(x: &Groups, y: &Groups, confidence: f64) -> Option<Shift> {
    let logarithms = |groups: &Groups| -> Option<Vec<(f64, u64)>> {
        let positive = groups.iter().all(|(value, _)| *value > 0.0);
        positive.then(|| {
            groups
                .iter()
                .map(|(value, count)| (libm::log(*value), *count))
                .collect()
        })
    };
    let shift = difference(&logarithms(x)?, &logarithms(y)?, confidence)?;
    Some(Shift {
        estimate: libm::exp(shift.estimate),
        lower: libm::exp(shift.lower),
        upper: libm::exp(shift.upper),
    })
}

fn total(groups: &Groups) -> u128 {
    groups.iter().map(|(_, count)| u128::from(*count)).sum()
}

/// Number of pairs with `x - y <= bound`: as x grows, the smallest y that is still close enough grows too.
fn pairs_up_to(x: &Groups, y: &Groups, bound: f64) -> u128 {
    let (mut pairs, mut place, mut near_enough) = (0, 0, total(y));
    for (value, count) in x {
        while place < y.len() && value - y[place].0 > bound {
            near_enough -= u128::from(y[place].1);
            place += 1;
        }
        pairs += u128::from(*count) * near_enough;
    }
    pairs
}

/// The difference at `rank`, from 0, among all of them ascending.
fn difference_at(x: &Groups, y: &Groups, rank: u128) -> f64 {
    let smallest = x[0].0 - y[y.len() - 1].0;
    let largest = x[x.len() - 1].0 - y[0].0;
    if pairs_up_to(x, y, smallest) > rank {
        return smallest;
    }
    let below = bisection::last_true(smallest, largest, |bound| pairs_up_to(x, y, bound) <= rank);
    below.next_up() + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;
    use crate::stats::{Sample, hodges_lehmann};

    #[test]
    fn agrees_with_the_same_values_one_by_one() {
        let mut chance = Chance::from_seed(21);
        for _ in 0..30 {
            let mut draw = |most: usize| -> Vec<f64> {
                let count = 1 + chance.below(most);
                (0..count)
                    .map(|_| (30.0 * chance.uniform()).round() / 4.0 + 0.25)
                    .collect()
            };
            let (x, y) = (draw(40), draw(60));
            let sample = |values: &[f64]| Sample::try_new(values).unwrap();
            let groups = |values: &[f64]| -> Vec<(f64, u64)> {
                let sorted = sample(values).sorted().to_vec();
                sorted
                    .chunk_by(|a, b| a == b)
                    .map(|same| (same[0], same.len() as u64))
                    .collect()
            };
            let expected = hodges_lehmann::asymptotic(&sample(&x), &sample(&y), 0.95);
            assert_eq!(difference(&groups(&x), &groups(&y), 0.95), Some(expected));
            let logarithms =
                |values: &[f64]| values.iter().map(|value| libm::log(*value)).collect::<Vec<f64>>();
            let expected =
                hodges_lehmann::asymptotic(&sample(&logarithms(&x)), &sample(&logarithms(&y)), 0.95);
            let found = ratio(&groups(&x), &groups(&y), 0.95).unwrap();
            assert_eq!(found.estimate, libm::exp(expected.estimate));
        }
    }

    #[test]
    fn nothing_and_zeros_have_no_ratio() {
        assert_eq!(difference(&[], &[(1.0, 1)], 0.95), None);
        assert_eq!(ratio(&[(0.0, 1)], &[(1.0, 1)], 0.95), None);
        let one = difference(&[(3.0, 1)], &[(1.0, 1)], 0.95).unwrap();
        assert_eq!(
            (one.lower, one.estimate, one.upper),
            (f64::NEG_INFINITY, 2.0, f64::INFINITY)
        );
        let many = ratio(&[(3.0, 1 << 40)], &[(1.5, 1 << 40)], 0.95).unwrap();
        assert!(
            (many.lower - 2.0).abs() < 1e-12 && (many.upper - 2.0).abs() < 1e-12,
            "{many:?}"
        );
    }
}

//! Two populations together: how many of each there are at each distinct value.
//!
//! Every method that looks only at the order of the values needs no more than this, whether they come as samples or as
//! histograms with common buckets, and costs one pass over it.

use thiserror::Error;

use super::Sample;

/// Why two histograms cannot be pooled.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PooledError {
    /// Their buckets are not the same.
    #[error("the histograms have {x} and {y} buckets: both need the same bucket layout")]
    Layout {
        /// Buckets of the first.
        x: usize,
        /// Buckets of the second.
        y: usize,
    },
    /// One of them counts nothing.
    #[error("a histogram without a single count: there is nothing to compare")]
    Empty,
    /// More than arithmetic with `f64` counts exactly.
    #[error("more than 2^52 counts in one histogram: the ranks would not be exact any more")]
    TooMany,
}

/// Counts of both populations at the distinct values, ascending; each population has at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pooled {
    groups: Vec<[u64; 2]>,
    totals: [u64; 2],
}

/// The largest total of one population whose pooled ranks, halves included, are exact in an `f64`.
const TOTAL_MAX: u64 = 1 << 52;

impl Pooled {
    /// Of two samples.
    #[must_use]
    pub fn of_samples(x: &Sample, y: &Sample) -> Self {
        Self {
            groups: merged(x, y).collect(),
            totals: [x.count() as u64, y.count() as u64],
        }
    }

    /// Of two histograms with the same buckets, ascending. Values of one bucket count as tied.
    ///
    /// # Errors
    ///
    /// When the layouts differ, one has no count, or one has too many.
    pub fn of_histograms(x: &[u64], y: &[u64]) -> Result<Self, PooledError> {
        if x.len() != y.len() {
            return Err(PooledError::Layout {
                x: x.len(),
                y: y.len(),
            });
        }
        let total = |counts: &[u64]| {
            let sum = counts
                .iter()
                .try_fold(0_u64, |sum, count| sum.checked_add(*count));
            match sum {
                Some(0) => Err(PooledError::Empty),
                Some(sum) if sum <= TOTAL_MAX => Ok(sum),
                _ => Err(PooledError::TooMany),
            }
        };
        let totals = [total(x)?, total(y)?];
        let groups = x.iter().zip(y).filter(|(x, y)| **x + **y > 0);
        Ok(Self {
            groups: groups.map(|(x, y)| [*x, *y]).collect(),
            totals,
        })
    }

    /// Counts at each distinct value, ascending; no entry is all zero.
    #[must_use]
    pub fn groups(&self) -> &[[u64; 2]] {
        &self.groups
    }

    /// How many values each population has, at least 1.
    #[must_use]
    pub fn totals(&self) -> [u64; 2] {
        self.totals
    }
}

/// Counts of both samples at each distinct value, ascending, without keeping them.
pub(super) fn merged(x: &Sample, y: &Sample) -> impl Iterator<Item = [u64; 2]> {
    let (left, right) = (x.sorted(), y.sorted());
    let next = |values: &[f64], at: usize| values.get(at).copied().unwrap_or(f64::INFINITY);
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        let (a, b) = (next(left, i), next(right, j));
        let value = a.min(b);
        if value == f64::INFINITY {
            return None;
        }
        // Which side comes next is a coin toss: counted without a branch, which would be guessed wrong half the time.
        let (mut x_tied, mut y_tied) = (usize::from(a <= b), usize::from(b <= a));
        while next(left, i + x_tied) == value {
            x_tied += 1;
        }
        while next(right, j + y_tied) == value {
            y_tied += 1;
        }
        i += x_tied;
        j += y_tied;
        Some([x_tied as u64, y_tied as u64])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_and_their_histograms_pool_to_the_same() {
        let sample = |values: &[f64]| Sample::try_new(values).unwrap();
        let pooled = Pooled::of_samples(&sample(&[3.0, 1.0, 1.0]), &sample(&[1.0, 2.0, 9.0, 9.0]));
        assert_eq!(pooled.groups(), [[2, 1], [0, 1], [1, 0], [0, 2]]);
        assert_eq!(pooled.totals(), [3, 4]);
        let same = Pooled::of_histograms(&[0, 2, 0, 1, 0], &[0, 1, 1, 0, 2]).unwrap();
        assert_eq!(same, pooled);
    }

    #[test]
    fn histograms_that_cannot_be_compared() {
        assert_eq!(
            Pooled::of_histograms(&[1], &[1, 2]),
            Err(PooledError::Layout { x: 1, y: 2 })
        );
        assert_eq!(Pooled::of_histograms(&[0, 0], &[1, 2]), Err(PooledError::Empty));
        assert_eq!(Pooled::of_histograms(&[], &[]), Err(PooledError::Empty));
        assert_eq!(
            Pooled::of_histograms(&[u64::MAX, 1], &[1, 2]),
            Err(PooledError::TooMany)
        );
        assert_eq!(
            Pooled::of_histograms(&[TOTAL_MAX + 1], &[1]),
            Err(PooledError::TooMany)
        );
    }
}

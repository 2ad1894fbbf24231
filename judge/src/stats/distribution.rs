//! A population of any size in bounded memory: its values while they are few, then counts in narrow buckets.
//!
//! The first [`SAMPLES_MAX`] values are kept as they are, so that small populations are compared exactly. Beyond that each
//! power of two is divided into 512 buckets, at most 0.2 % wide, as HdrHistogram does with three digits. A bucket stands for
//! the mean of its own values, so a population of few distinct values stays exact even then. Smallest and largest value
//! are always exact.

mod bucket;
mod outline;

pub use outline::{Outline, OutlineError};

use thiserror::Error;

use super::Pooled;
use bucket::Buckets;

/// More values than this are kept as buckets. Half a megabyte, and rank tests of so many take milliseconds.
pub const SAMPLES_MAX: usize = 65_536;

/// The largest value: in milliseconds some thirty thousand years, which is no measured time.
pub const VALUE_MAX: f64 = 1e15;

/// More values than this have no exact ranks.
pub const COUNT_MAX: u64 = 1 << 52;

/// Why a value cannot belong to a population.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum ValueError {
    /// NaN or infinite.
    #[error("a value of {0}: only finite numbers can be compared")]
    NotFinite(f64),
    /// Below zero.
    #[error("a value of {0}: values are at least 0")]
    Negative(f64),
    /// Beyond [`VALUE_MAX`].
    #[error("a value of {0:e}: values are at most {VALUE_MAX:e}")]
    TooLarge(f64),
    /// More than [`COUNT_MAX`] values.
    #[error("more than 2^52 values: their ranks would not be exact any more")]
    TooMany,
}

/// Values from 0 to [`VALUE_MAX`] of one population.
#[derive(Clone, Debug, Default)]
pub struct Distribution {
    /// All values in the order they came, while they are few and [`Self::buckets`] is empty.
    values: Vec<f64>,
    buckets: Buckets,
    count: u64,
    sum: f64,
    ends: Option<(f64, f64)>,
}

impl Distribution {
    /// Takes in a value.
    ///
    /// # Errors
    /// When it cannot belong to a population; nothing has changed then.
    pub fn record(&mut self, value: f64) -> Result<(), ValueError> {
        self.record_many(value, 1)
    }

    /// Takes in the same value `count` times.
    ///
    /// # Errors
    /// When it cannot belong to a population; nothing has changed then.
    pub fn record_many(&mut self, value: f64, count: u64) -> Result<(), ValueError> {
        check(value)?;
        let total = self.count.checked_add(count).filter(|total| *total <= COUNT_MAX);
        self.count = total.ok_or(ValueError::TooMany)?;
        if count == 0 {
            return Ok(());
        }
        // No negative zero, so that equal values are equal bits.
        let value = value + 0.0;
        self.sum += value * count as f64;
        let (min, max) = self.ends.unwrap_or((value, value));
        self.ends = Some((min.min(value), max.max(value)));
        let few = usize::try_from(self.count).is_ok_and(|count| count <= SAMPLES_MAX);
        if few && self.buckets.is_empty() {
            self.values.extend((0..count).map(|_| value));
            return Ok(());
        }
        for value in std::mem::take(&mut self.values) {
            self.buckets.add(value, 1);
        }
        self.buckets.add(value, count);
        Ok(())
    }

    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Mean of all values; `None` without any.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let (min, max) = self.ends?;
        Some((self.sum / self.count as f64).clamp(min, max))
    }

    /// Smallest and largest value; `None` without any.
    #[must_use]
    pub fn ends(&self) -> Option<(f64, f64)> {
        self.ends
    }

    /// All values are known as they came, none stands for a bucket.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Distinct values and how often each came, ascending; values of a bucket count as one.
    #[must_use]
    pub fn groups(&self) -> Vec<(f64, u64)> {
        if !self.is_exact() {
            return self.buckets.groups(self.ends.unwrap_or_default());
        }
        let mut sorted = self.values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let same = sorted.chunk_by(|a, b| a == b);
        same.map(|values| (values[0], values.len() as u64)).collect()
    }

    /// Both populations together; `None` while one is empty. Values that share a bucket count as tied, in both alike.
    #[must_use]
    pub fn pooled(x: &Self, y: &Self) -> Option<Pooled> {
        let (x_counts, y_counts) = if x.is_exact() && y.is_exact() {
            aligned(&x.groups(), &y.groups())
        } else {
            Buckets::aligned(&x.bucketed(), &y.bucketed())
        };
        Pooled::of_histograms(&x_counts, &y_counts).ok()
    }

    fn bucketed(&self) -> Buckets {
        let mut buckets = self.buckets.clone();
        for value in &self.values {
            buckets.add(*value, 1);
        }
        buckets
    }
}

fn check(value: f64) -> Result<(), ValueError> {
    match value {
        value if !value.is_finite() => Err(ValueError::NotFinite(value)),
        value if value < 0.0 => Err(ValueError::Negative(value)),
        value if value > VALUE_MAX => Err(ValueError::TooLarge(value)),
        _ => Ok(()),
    }
}

/// Counts of both at every value that one of them has, ascending.
fn aligned(x: &[(f64, u64)], y: &[(f64, u64)]) -> (Vec<u64>, Vec<u64>) {
    let mut all: Vec<(f64, u64, u64)> = x.iter().map(|(value, count)| (*value, *count, 0)).collect();
    all.extend(y.iter().map(|(value, count)| (*value, 0, *count)));
    all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let same = all.chunk_by(|a, b| a.0 == b.0);
    same.map(|rows| {
        rows.iter()
            .fold((0, 0), |sum, row| (sum.0 + row.1, sum.1 + row.2))
    })
    .unzip()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;
    use crate::stats::mann_whitney::MannWhitney;
    use crate::stats::order_statistics;

    fn of(values: impl IntoIterator<Item = f64>) -> Distribution {
        let mut distribution = Distribution::default();
        for value in values {
            distribution.record(value).unwrap();
        }
        distribution
    }

    fn at(groups: &[(f64, u64)], rank: u64) -> f64 {
        let mut below = 0;
        for (value, count) in groups {
            below += count;
            if below >= rank {
                return *value;
            }
        }
        f64::NAN
    }

    #[test]
    fn many_values_keep_their_quantiles_and_ranks_within_a_bucket() {
        let mut chance = Chance::from_seed(5);
        let mut draw = |factor: f64| -> Vec<f64> {
            (0..100_000)
                .map(|_| factor * 80.0 * libm::exp(0.45 * chance.normal()))
                .collect()
        };
        let (x, y) = (draw(1.02), draw(1.0));
        let (a, b) = (of(x.iter().copied()), of(y.iter().copied()));
        assert!(!a.is_exact() && a.groups().len() < 5000);
        let mut sorted = x.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        for p in [0.001, 0.5, 0.9, 0.999] {
            let rank = order_statistics::rank(a.count(), p);
            let (exact, found) = (sorted[usize::try_from(rank).unwrap() - 1], at(&a.groups(), rank));
            assert!((found / exact - 1.0).abs() < 0.002, "{p}: {found} {exact}");
        }
        assert_eq!(a.ends(), Some((sorted[0], sorted[sorted.len() - 1])));
        let sample = |values: &[f64]| crate::stats::Sample::try_new(values).unwrap();
        let exact = MannWhitney::of_samples(&sample(&x), &sample(&y)).effect();
        let found = MannWhitney::new(&Distribution::pooled(&a, &b).unwrap()).effect();
        assert!((found - exact).abs() < 1e-4, "{found} {exact}");
    }

    #[test]
    fn few_values_are_exact_and_so_are_few_distinct_ones() {
        let few = of([3.0, 1.0, -0.0, 3.0, 0.0]);
        assert!(few.is_exact());
        assert_eq!(few.groups(), [(0.0, 2), (1.0, 1), (3.0, 2)]);
        assert_eq!((few.mean(), few.ends()), (Some(1.4), Some((0.0, 3.0))));
        let mut many = Distribution::default();
        for value in [0.1, 17.3, 0.0, VALUE_MAX] {
            many.record_many(value, 1 << 40).unwrap();
        }
        let values: Vec<f64> = many.groups().iter().map(|(value, _)| *value).collect();
        assert_eq!(values, [0.0, 0.1, 17.3, VALUE_MAX]);
        // A population that is exact and one that is not meet in the same buckets.
        let pooled = Distribution::pooled(&of([17.3]), &many).unwrap();
        assert_eq!(MannWhitney::new(&pooled).effect(), 0.625);
        assert_eq!(Distribution::pooled(&of([1.0]), &Distribution::default()), None);
    }

    #[test]
    fn values_that_no_population_has_change_nothing() {
        let mut distribution = of([5.0]);
        for value in [f64::NAN, f64::INFINITY, -1.0, -f64::MIN_POSITIVE, 1e16, f64::MAX] {
            assert!(distribution.record(value).is_err(), "{value}");
        }
        assert_eq!(distribution.record_many(5.0, COUNT_MAX), Err(ValueError::TooMany));
        assert_eq!((distribution.count(), distribution.groups()), (1, vec![(5.0, 1)]));
        distribution.record(f64::MIN_POSITIVE).unwrap();
        assert_eq!(distribution.count(), 2);
    }
}

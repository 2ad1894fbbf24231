//! Latency histograms: how many requests took how long.

mod bound;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use bound::Bound;

/// More buckets than this are no histogram but a list of samples.
pub const BUCKETS_MAX: usize = 65_536;

/// More requests than this in one histogram are no count of requests: sums of many have to stay exact in an `f64`.
pub const REQUESTS_MAX: u64 = 1_000_000_000_000;

/// Counts per bucket, not cumulative: `(upper bound in milliseconds, requests)`, bounds ascending. The last bound may
/// be infinite. A bucket reaches from the bound before it (exclusive) to its own (inclusive).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(Bound, u64)>", into = "Vec<(Bound, u64)>")]
pub struct Histogram {
    /// Shared between windows of one layout, so that most comparisons of layouts look at one pointer.
    bounds: Arc<[f64]>,
    /// Shared between copies until one of them changes.
    counts: Arc<Vec<u64>>,
    /// Of all counts.
    total: u64,
}

/// Why buckets are no histogram.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistogramError {
    /// A bound that is no upper bound of a latency.
    #[error("an upper bound of {0} ms; latencies are above 0")]
    Bound(String),
    /// Bounds that do not ascend.
    #[error("an upper bound of {0} ms after one of {1} ms; bounds ascend, each given once")]
    Order(String, String),
    /// Too many buckets.
    #[error("{0} buckets; at most {BUCKETS_MAX} are taken")]
    Buckets(usize),
    /// Absurdly many requests.
    #[error("more than {REQUESTS_MAX} requests in one histogram")]
    Requests,
}

impl Histogram {
    /// A histogram of these buckets.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn new(buckets: Vec<(f64, u64)>) -> Result<Self, HistogramError> {
        if buckets.len() > BUCKETS_MAX {
            return Err(HistogramError::Buckets(buckets.len()));
        }
        let mut last = 0.0;
        for (bound, _) in &buckets {
            if bound.is_nan() || *bound <= 0.0 {
                return Err(HistogramError::Bound(bound.to_string()));
            }
            if *bound <= last {
                return Err(HistogramError::Order(bound.to_string(), last.to_string()));
            }
            last = *bound;
        }
        let (bounds, counts): (Vec<f64>, Vec<u64>) = buckets.into_iter().unzip();
        Self::of_counts(bounds.into(), counts)
    }

    /// Other counts in the same buckets. Missing counts are 0, those beyond the last bucket are left out.
    ///
    /// # Errors
    /// When there are absurdly many requests.
    pub fn with_counts(&self, mut counts: Vec<u64>) -> Result<Self, HistogramError> {
        counts.resize(self.bounds.len(), 0);
        Self::of_counts(Arc::clone(&self.bounds), counts)
    }

    fn of_counts(bounds: Arc<[f64]>, counts: Vec<u64>) -> Result<Self, HistogramError> {
        // So many buckets of so many requests cannot overflow.
        let total = sum(&counts);
        if counts.iter().any(|count| *count > REQUESTS_MAX) || total > REQUESTS_MAX {
            return Err(HistogramError::Requests);
        }
        Ok(Self {
            bounds,
            counts: Arc::new(counts),
            total,
        })
    }

    /// Upper bounds in milliseconds, ascending.
    #[must_use]
    pub fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// The same bounds, bit for bit.
    #[must_use]
    pub fn has_bounds(&self, bounds: &Arc<[f64]>) -> bool {
        Arc::ptr_eq(&self.bounds, bounds) || self.bounds == *bounds
    }

    /// The bounds for others to share.
    #[must_use]
    pub fn shared_bounds(&self) -> &Arc<[f64]> {
        &self.bounds
    }

    /// Takes these for its own when they are the same.
    pub fn share_bounds(&mut self, bounds: &Arc<[f64]>) {
        if self.bounds == *bounds {
            self.bounds = Arc::clone(bounds);
        }
    }

    /// Requests in all buckets.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Requests that took longer than `threshold` milliseconds, which has to be one of the layout's bounds to be exact.
    #[must_use]
    pub fn above(&self, threshold: f64) -> u64 {
        let first = self.bounds.partition_point(|bound| *bound <= threshold);
        let (below, above) = self.counts.split_at(first);
        if below.len() < above.len() {
            self.total.wrapping_sub(sum(below))
        } else {
            sum(above)
        }
    }

    /// Adds the buckets of another. Bounds that only one of them has are kept.
    pub fn merge(&mut self, other: &Self) {
        if self.bounds.is_empty() {
            self.clone_from(other);
            return;
        }
        self.total = self.total.saturating_add(other.total);
        if self.has_bounds(&other.bounds) {
            // No count is larger than the total, which would take millions of the largest histograms to overflow.
            for (sum, more) in Arc::make_mut(&mut self.counts).iter_mut().zip(&*other.counts) {
                *sum = sum.wrapping_add(*more);
            }
            return;
        }
        self.add_bounds(other);
        let counts = Arc::make_mut(&mut self.counts);
        let mut place = 0;
        for (bound, more) in other.buckets() {
            while self.bounds[place] < bound {
                place += 1;
            }
            counts[place] = counts[place].saturating_add(more);
        }
    }

    /// Takes in the bounds of another, with no requests in the new ones.
    pub fn add_bounds(&mut self, other: &Self) {
        let is_known = |bound: &f64| self.bounds.binary_search_by(|own| own.total_cmp(bound)).is_ok();
        if self.has_bounds(&other.bounds) || other.bounds.iter().all(is_known) {
            return;
        }
        if self.bounds.is_empty() {
            self.bounds = Arc::clone(&other.bounds);
            self.counts = Arc::new(vec![0; self.bounds.len()]);
            return;
        }
        let mut merged: Vec<(f64, u64)> = self.buckets().collect();
        merged.extend(other.bounds.iter().map(|bound| (*bound, 0)));
        merged.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        merged.dedup_by(|later, kept| later.0 == kept.0);
        let (bounds, counts): (Vec<f64>, Vec<u64>) = merged.into_iter().unzip();
        self.bounds = bounds.into();
        self.counts = Arc::new(counts);
    }

    /// `(upper bound in milliseconds, requests)`, ascending.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        self.bounds.iter().copied().zip(self.counts.iter().copied())
    }
}

/// Plain sums are several times as fast as those that look for an overflow.
fn sum(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum: u64, count| sum.wrapping_add(*count))
}

impl TryFrom<Vec<(Bound, u64)>> for Histogram {
    type Error = HistogramError;

    fn try_from(buckets: Vec<(Bound, u64)>) -> Result<Self, HistogramError> {
        Self::new(
            buckets
                .into_iter()
                .map(|(bound, count)| (bound.0, count))
                .collect(),
        )
    }
}

impl From<Histogram> for Vec<(Bound, u64)> {
    fn from(histogram: Histogram) -> Self {
        let buckets = histogram.buckets();
        buckets.map(|(upper, count)| (Bound(upper), count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(buckets: &[(f64, u64)]) -> Histogram {
        Histogram::new(buckets.to_vec()).unwrap()
    }

    #[test]
    fn merging_adds_buckets_and_keeps_all_bounds() {
        let mut sum = of(&[(10.0, 3), (20.0, 0), (40.0, 1)]);
        sum.merge(&of(&[(10.0, 1), (40.0, 2)]));
        assert_eq!(sum, of(&[(10.0, 4), (20.0, 0), (40.0, 3)]));
        sum.merge(&of(&[(5.0, 7), (30.0, 1), (f64::INFINITY, 2)]));
        assert_eq!(
            sum,
            of(&[
                (5.0, 7),
                (10.0, 4),
                (20.0, 0),
                (30.0, 1),
                (40.0, 3),
                (f64::INFINITY, 2)
            ])
        );
        assert_eq!(
            (sum.total(), sum.above(20.0), sum.above(f64::INFINITY)),
            (17, 6, 0)
        );
        let mut empty = Histogram::default();
        empty.merge(&sum);
        assert_eq!(empty, sum);
    }

    #[test]
    fn above_is_what_the_buckets_say_at_every_bound() {
        let histogram = of(&[(1.0, 5), (2.0, 0), (4.0, 7), (8.0, 11), (f64::INFINITY, 2)]);
        for threshold in [0.5, 1.0, 1.5, 2.0, 4.0, 7.0, 8.0, 1e9, f64::INFINITY] {
            let buckets = histogram.buckets().filter(|(bound, _)| *bound > threshold);
            let expected: u64 = buckets.map(|(_, count)| count).sum();
            assert_eq!(histogram.above(threshold), expected, "{threshold}");
        }
    }

    #[test]
    fn json_knows_the_overflow_bucket() {
        let histogram = of(&[(2.5, 1), (f64::INFINITY, 3)]);
        let text = serde_json::to_string(&histogram).unwrap();
        assert_eq!(text, r#"[[2.5,1],["+Inf",3]]"#);
        assert_eq!(serde_json::from_str::<Histogram>(&text).unwrap(), histogram);
        assert!(serde_json::from_str::<Histogram>(r#"[["much",3]]"#).is_err());
    }

    #[test]
    fn what_is_no_histogram_is_refused() {
        for buckets in [
            vec![(f64::NAN, 1)],
            vec![(0.0, 1)],
            vec![(-5.0, 1)],
            vec![(10.0, 1), (10.0, 1)],
            vec![(10.0, 1), (5.0, 1)],
            vec![(10.0, u64::MAX)],
            vec![(1.0, REQUESTS_MAX), (2.0, 1)],
            // A sum of these would come to nothing.
            vec![(1.0, 1 << 63), (2.0, 1 << 63)],
        ] {
            assert!(Histogram::new(buckets.clone()).is_err(), "{buckets:?}");
        }
    }
}

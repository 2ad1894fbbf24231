//! Buckets of histograms: checked as they are read, and what they added brought to one layout.
//!
//! A classic histogram has a counter for each upper bound, of all that took at most so long. Counters of one read are
//! of one instant, so what they added from one read to the next is a histogram too. Histograms of different bounds
//! cannot be compared, nor added up, but at the bounds that all of them have, where each is exact.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::native;
use super::series::Series;
use crate::time::Timestamp;

/// The label of a bucket's upper bound.
pub(super) const BOUND_LABEL: &str = "le";

/// What one bucket added from one read to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Increment {
    /// Of the bucket.
    pub series: Arc<Series>,
    /// When it was read.
    pub at: Timestamp,
    /// As the bucket counts.
    pub added: u64,
}

/// Why buckets are no histogram.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BucketsError {
    /// A bound that is no number.
    #[error("series {0}: the label `le` is no upper bound")]
    Bound(Box<Series>),
    /// The same bound, written in two ways.
    #[error("histogram {0} has two buckets up to {1}")]
    Twice(Box<Series>, String),
    /// Without it nobody knows how many there were.
    #[error("histogram {0} has no bucket `le=\"+Inf\"`")]
    Overflow(Box<Series>),
    /// Buckets count all that was as fast, so they never get smaller with larger bounds.
    #[error("histogram {series}: the bucket up to {bound} has {count}, less than a smaller one")]
    Falling {
        /// Without the bound.
        series: Box<Series>,
        /// Of the bucket at fault.
        bound: String,
        /// In it.
        count: u64,
    },
}

/// Whether the classic buckets of one read are histograms.
pub(super) fn check<'r>(buckets: impl Iterator<Item = (&'r Series, u64)>) -> Result<(), BucketsError> {
    let mut histograms: BTreeMap<Series, Vec<(f64, u64)>> = BTreeMap::new();
    for (series, count) in buckets.filter(|(series, _)| !native::is_native(series)) {
        let bound = bound(series).ok_or_else(|| BucketsError::Bound(Box::new(series.clone())))?;
        histograms
            .entry(series.without(BOUND_LABEL))
            .or_default()
            .push((bound, count));
    }
    for (series, mut buckets) in histograms {
        buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
        for [(smaller, below), (bound, count)] in buckets.array_windows() {
            if smaller == bound {
                return Err(BucketsError::Twice(Box::new(series), bound.to_string()));
            }
            if count < below {
                return Err(BucketsError::Falling {
                    series: Box::new(series),
                    bound: bound.to_string(),
                    count: *count,
                });
            }
        }
        if buckets.last().is_none_or(|(bound, _)| bound.is_finite()) {
            return Err(BucketsError::Overflow(Box::new(series)));
        }
    }
    Ok(())
}

/// The upper bound of a bucket, in the histogram's own unit.
fn bound(series: &Series) -> Option<f64> {
    series
        .get(BOUND_LABEL)
        .parse()
        .ok()
        .filter(|bound: &f64| !bound.is_nan())
}

/// Histograms between two reads each, at their own bounds.
#[derive(Clone, Debug, Default)]
pub struct Buckets(pub(super) Vec<Piece>);

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    /// Finite upper bounds above 0 in milliseconds, ascending.
    bounds: Vec<f64>,
    /// Up to each bound.
    counts: Vec<u64>,
    /// Those beyond the last bound included.
    pub(super) total: u64,
    pub(super) form: Form,
}

/// How a histogram is told. Some targets tell theirs in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Native,
    Classic,
}

impl Buckets {
    /// From what buckets have added; `milliseconds` are in one of their units.
    #[must_use]
    pub fn new(increments: &[Increment], milliseconds: f64) -> Self {
        let mut histograms: BTreeMap<(Timestamp, Series), Vec<&Increment>> = BTreeMap::new();
        for increment in increments {
            let key = (increment.at, increment.series.without(BOUND_LABEL));
            histograms.entry(key).or_default().push(increment);
        }
        let pieces = histograms.into_iter().filter_map(|((_, series), increments)| {
            let buckets = increments
                .iter()
                .map(|increment| (&*increment.series, increment.added));
            if !native::is_native(&series) {
                return Some(Piece::classic(buckets, milliseconds));
            }
            let (bounds, counts, total) =
                native::cumulative(native::resolution(&series)?, milliseconds, buckets);
            Some(Piece {
                bounds,
                counts,
                total,
                form: Form::Native,
            })
        });
        Self(pieces.collect())
    }

    /// What the histograms of this form have in common, and whether one of them had others.
    pub(super) fn common(&self, form: Form) -> Option<(Vec<f64>, bool)> {
        let mut pieces = self.0.iter().filter(|piece| piece.form == form);
        let mut common = pieces.next()?.bounds.clone();
        let mut differs = false;
        for piece in pieces {
            differs |= keep_common(&mut common, &piece.bounds);
        }
        Some((common, differs))
    }
}

impl Piece {
    fn classic<'i>(buckets: impl Iterator<Item = (&'i Series, u64)>, milliseconds: f64) -> Self {
        let mut buckets: Vec<(f64, u64)> = buckets
            .filter_map(|(series, count)| Some((bound(series)?, count)))
            .collect();
        buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
        // Some libraries count one bucket after the other while they are read, so one may be a request behind.
        let mut most = 0;
        for (_, count) in &mut buckets {
            most = most.max(*count);
            *count = most;
        }
        let finite = buckets
            .into_iter()
            .filter(|(bound, _)| bound.is_finite() && *bound > 0.0);
        let (bounds, counts) = finite
            .map(|(bound, count)| (in_milliseconds(bound, milliseconds), count))
            .unzip();
        Self {
            bounds,
            counts,
            total: most,
            form: Form::Classic,
        }
    }

    /// Up to a bound of the layout; `None` when this histogram does not have it.
    pub(super) fn up_to(&self, bound: f64) -> Option<u64> {
        let place = self.bounds.binary_search_by(|own| own.total_cmp(&bound)).ok()?;
        self.counts.get(place).copied()
    }
}

/// Without the last digit or two, which a change of the unit gets wrong: 52.5 and not 52.49999999999999.
pub(super) fn in_milliseconds(bound: f64, milliseconds: f64) -> f64 {
    let exact = bound * milliseconds;
    format!("{exact:.12e}").parse().unwrap_or(exact)
}

/// True when one of them had others.
pub(super) fn keep_common(common: &mut Vec<f64>, other: &[f64]) -> bool {
    let before = common.len();
    common.retain(|bound| other.binary_search_by(|own| own.total_cmp(bound)).is_ok());
    common.len() != before || common.len() != other.len()
}

#[cfg(test)]
mod tests;

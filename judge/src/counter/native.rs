//! Native histograms of Prometheus: exponential buckets, of which only those with something in them are told.
//!
//! A histogram of schema `s` has the upper bounds `2^(k / 2^s)` for all whole `k` (Prometheus' documentation, "Native
//! Histograms", bucket boundaries). So the bounds of a coarser schema are among those of every finer one, and buckets can
//! be merged exactly. Here each bucket becomes a counter with the labels of the histogram, its resolution and its
//! place, finer ones than needed merged.

use super::buckets::{BOUND_LABEL, in_milliseconds};
use super::series::Series;

/// The label of a counter's resolution: the schema.
const RESOLUTION_LABEL: &str = "__schema__";
/// Of a histogram that has nothing in it yet.
const UNKNOWN: &str = "unknown";
/// The bound of all.
const OVERFLOW: &str = "+Inf";
/// Buckets of this schema are 2.2 % wide: finer ones say nothing more about a slow-down of 5 %.
const SCHEMA_MAX: i32 = 5;
/// Places of a doubling at the finest schema.
const PLACES: i32 = 1 << SCHEMA_MAX;
/// Coarsest schema.
const SCHEMA_MIN: i32 = -4;
/// From 2^-10 milliseconds on, this many doublings are told apart: a microsecond to more than half an hour.
const LOWEST_EXPONENT_MS: f64 = -10.0;
const DOUBLINGS: i32 = 32;

/// One native histogram as Prometheus tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct NativeBuckets {
    /// All observations.
    pub count: f64,
    /// Lower and upper bound, and observations between them.
    pub buckets: Vec<(f64, f64, f64)>,
}

/// Why a native histogram is none of durations.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NativeError {
    /// Durations are above 0.
    #[error("native histogram {0} has observations below 0, which are no durations")]
    Negative(Box<Series>),
    /// The buckets are not exponential ones.
    #[error(
        "native histogram {0} has a bucket from {1} to {2}, which is none of Prometheus' exponential schemas"
    )]
    Bucket(Box<Series>, String, String),
}

/// True for a counter that was made of a native bucket.
pub(super) fn is_native(series: &Series) -> bool {
    !series.get(RESOLUTION_LABEL).is_empty()
}

/// The schema of such a counter; `None` while it is unknown.
pub(super) fn resolution(series: &Series) -> Option<i32> {
    series.get(RESOLUTION_LABEL).parse().ok()
}

impl NativeBuckets {
    /// The schema: the finest one that has all of the bounds. `None` when no bucket tells.
    ///
    /// # Errors
    /// When the buckets are none of durations.
    pub fn schema(&self, series: &Series) -> Result<Option<i32>, NativeError> {
        let mut schema = None;
        for (lower, upper, count) in self.buckets.iter().filter(|(.., count)| *count > 0.0) {
            let strange = || {
                let [lower, upper] = [lower, upper].map(ToString::to_string);
                NativeError::Bucket(Box::new(series.clone()), lower, upper)
            };
            if !(count.is_finite() && lower.is_finite() && *upper > 0.0) {
                return Err(if *upper <= 0.0 {
                    NativeError::Negative(Box::new(series.clone()))
                } else {
                    strange()
                });
            }
            // Around 0 there is a bucket of its own.
            if *lower <= 0.0 || upper.is_infinite() {
                continue;
            }
            // Bounds of schema `s` are 2^(2^-s) apart.
            let doublings = libm::log2(upper / lower);
            let own = -libm::log2(doublings).round();
            let expected = libm::exp2(-own);
            if !(f64::from(SCHEMA_MIN)..=8.0).contains(&own) || (doublings / expected - 1.0).abs() > 1e-6 {
                return Err(strange());
            }
            #[expect(clippy::cast_possible_truncation, reason = "a whole number from -4 to 8")]
            let own = own as i32;
            schema = Some(schema.map_or(own, |schema: i32| schema.min(own)));
        }
        Ok(schema)
    }

    /// A counter for each bucket, and one for all; `schema` is the histogram's own. While nothing tells it, there is a
    /// counter of all only, which has no part in any layout.
    #[must_use]
    pub fn counters(&self, series: &Series, schema: Option<i32>) -> Vec<(Series, f64)> {
        let Some(schema) = schema.map(|schema| schema.min(SCHEMA_MAX)) else {
            let labels = series
                .labels()
                .chain([(RESOLUTION_LABEL, UNKNOWN), (BOUND_LABEL, OVERFLOW)]);
            return vec![(Series::new(labels), self.count)];
        };
        let step = step(schema);
        let mut places = std::collections::BTreeMap::<i32, f64>::new();
        for (_, upper, count) in self.buckets.iter().filter(|(.., count)| *count > 0.0) {
            let place = (libm::log2(*upper) * f64::from(PLACES) - 1e-3) / f64::from(step);
            #[expect(clippy::cast_possible_truncation, reason = "the conversion saturates")]
            let place = (place.ceil() as i32).saturating_mul(step);
            *places.entry(place).or_default() += count;
        }
        let counter = |bound: String, count: f64| {
            let schema = schema.to_string();
            let labels = series
                .labels()
                .chain([(RESOLUTION_LABEL, &*schema), (BOUND_LABEL, &*bound)]);
            (Series::new(labels), count)
        };
        let overflow = counter(OVERFLOW.to_owned(), self.count);
        let each = places
            .into_iter()
            .map(|(place, count)| counter(place.to_string(), count));
        each.chain([overflow]).collect()
    }
}

/// True for the counter of all observations.
pub(super) fn is_overflow(series: &Series) -> bool {
    series.get(BOUND_LABEL) == OVERFLOW
}

/// Places between two bounds of a schema.
fn step(schema: i32) -> i32 {
    let finer = SCHEMA_MAX - schema.clamp(SCHEMA_MIN, SCHEMA_MAX);
    1 << finer
}

/// What counters of native buckets have added, as the buckets that every histogram of this schema has: finite bounds in
/// milliseconds, requests up to each, and all.
pub(super) fn cumulative<'i>(
    schema: i32,
    milliseconds: f64,
    buckets: impl Iterator<Item = (&'i Series, u64)>,
) -> (Vec<f64>, Vec<u64>, u64) {
    let step = step(schema);
    #[expect(clippy::cast_possible_truncation, reason = "a few dozen at most")]
    let lowest = (LOWEST_EXPONENT_MS - libm::log2(milliseconds)).floor() as i32 * PLACES;
    let first = lowest.div_euclid(step) * step;
    let places: Vec<i32> = (0..=DOUBLINGS * PLACES / step)
        .map(|index| first + index * step)
        .collect();
    let bounds = places
        .iter()
        .map(|place| libm::exp2(f64::from(*place) / f64::from(PLACES)));
    let bounds: Vec<f64> = bounds.map(|bound| in_milliseconds(bound, milliseconds)).collect();
    let mut counts = vec![0_u64; bounds.len()];
    let (mut all, mut placed) = (0, 0);
    for (series, added) in buckets {
        if is_overflow(series) {
            all = added;
            continue;
        }
        let Ok(place) = series.get(BOUND_LABEL).parse::<i32>() else {
            continue;
        };
        placed += added;
        let index = places.partition_point(|own| *own < place);
        if let Some(count) = counts.get_mut(index) {
            *count += added;
        }
    }
    let mut below = 0;
    for count in &mut counts {
        below += *count;
        *count = below;
    }
    (bounds, counts, all.max(placed))
}

#[cfg(test)]
mod tests;

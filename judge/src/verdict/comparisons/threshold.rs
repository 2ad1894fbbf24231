//! Thresholds for latencies out of buckets.

use std::sync::Arc;

use crate::histogram::{BUCKETS_MAX, Histogram};
use crate::verdict::Latencies;

/// Stable requests above a threshold without which it is nothing to go by.
pub(super) const REQUESTS_ABOVE_MIN: f64 = 5.0;

/// The next bound may be this much beyond the multiple that was asked for.
const COARSE_PART: f64 = 1.15;

/// Bounds that differ by less than this part are one.
const SAME_PART: f64 = 1e-9;

/// Times in a row that a side has to list the same bounds until they are its layout.
const LISTS_FOR_LAYOUT: u32 = 3;

/// A quantile of stable's past, and its multiple in the layout's bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Threshold {
    /// A bound of the layout.
    pub(super) stable_ms: f64,
    /// The smallest bound of at least the multiple; `None` when it is far beyond.
    pub(super) multiple_up_ms: Option<f64>,
    /// The largest bound of at most the multiple, above `stable_ms`; `None` without such.
    pub(super) multiple_down_ms: Option<f64>,
}

/// `multiple` times a quantile of stable's past that has `above` requests beyond it on average. `None` while too little is
/// known, or when the quantile lies beyond the last finite bound.
pub(super) fn of(stable_ms: Option<f64>, above: f64, multiple: f64, layouts: &Layouts) -> Option<Threshold> {
    let stable_ms = stable_ms.filter(|ms| ms.is_finite() && above >= REQUESTS_ABOVE_MIN)?;
    let wanted = stable_ms * multiple;
    let bounds = layouts.all.bounds();
    let up = bounds.partition_point(|bound| *bound < wanted * (1.0 - SAME_PART));
    let down = bounds.partition_point(|bound| *bound <= wanted * (1.0 + SAME_PART));
    let below = down.checked_sub(1).and_then(|place| bounds.get(place));
    Some(Threshold {
        stable_ms,
        multiple_up_ms: bounds
            .get(up)
            .copied()
            .filter(|bound| *bound <= wanted * COARSE_PART),
        multiple_down_ms: below
            .copied()
            .filter(|bound| *bound > stable_ms && *bound >= wanted / COARSE_PART),
    })
}

/// The smallest bound that at least `part` (0..1) of the requests did not exceed; infinite when there is none, `None`
/// without requests.
pub(super) fn quantile(latencies: &Latencies, part: f64) -> Option<f64> {
    quantiles(latencies, [part])[0]
}

/// [`quantile`] of several parts, in ascending order.
pub(super) fn quantiles<const N: usize>(latencies: &Latencies, parts: [f64; N]) -> [Option<f64>; N] {
    let total = latencies.total();
    if total == 0 {
        return [None; N];
    }
    let wanted = parts.map(|part| requests_up_to(part, total));
    let mut found = [Some(f64::INFINITY); N];
    let (mut next, mut sum) = (0, 0_u64);
    for (bound, count) in latencies.histogram.buckets() {
        sum = sum.saturating_add(count);
        while next < N && sum >= wanted[next] {
            found[next] = Some(bound);
            next += 1;
        }
        if next == N {
            break;
        }
    }
    found
}

/// The least whole number of requests that is at least this part of all.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of a count, rounded up; the conversion saturates"
)]
fn requests_up_to(part: f64, total: u64) -> u64 {
    (part * total as f64).ceil() as u64
}

/// The bounds in use. Sides may leave out empty buckets, so the layout is what all windows so far name together; a side
/// that names the same bounds again and again has told its layout.
#[derive(Clone, Debug, Default)]
pub(super) struct Layouts {
    /// Every bound so far, with no requests.
    all: Histogram,
    canary: Listed,
    stable: Listed,
}

/// What one side lists.
#[derive(Clone, Debug, Default)]
struct Listed {
    bounds: Arc<[f64]>,
    times: u32,
}

impl Listed {
    /// The side's layout, once told.
    fn layout(&self) -> Option<&Arc<[f64]>> {
        (self.times >= LISTS_FOR_LAYOUT).then_some(&self.bounds)
    }

    fn take(&mut self, histogram: &Histogram) {
        if self.layout().is_some() {
            return;
        }
        if histogram.has_bounds(&self.bounds) {
            self.times += 1;
        } else {
            self.bounds = Arc::clone(histogram.shared_bounds());
            self.times = 1;
        }
    }

    /// A window may leave out bounds of a layout that was told, not name others.
    fn fits(&self, histogram: &Histogram) -> bool {
        self.layout().is_none_or(|layout| {
            let is_known = |bound: &f64| layout.binary_search_by(|own| own.total_cmp(bound)).is_ok();
            histogram.has_bounds(layout) || histogram.bounds().iter().all(is_known)
        })
    }
}

impl Layouts {
    /// False when a window's bounds contradict what is known: counts of different buckets cannot be compared.
    pub(super) fn accept(&mut self, canary: Option<&Histogram>, stable: Option<&Histogram>) -> bool {
        for (listed, histogram) in [(&mut self.canary, canary), (&mut self.stable, stable)] {
            let Some(histogram) = histogram else { continue };
            if !listed.fits(histogram) {
                return false;
            }
            listed.take(histogram);
        }
        let both = self.canary.layout().zip(self.stable.layout());
        both.is_none_or(|(canary, stable)| Arc::ptr_eq(canary, stable) || finite(canary) == finite(stable))
            && self.all.bounds().len() < BUCKETS_MAX
    }

    /// Takes in the bounds of a window that was accepted, for those to come.
    pub(super) fn add(&mut self, histogram: &Histogram) {
        self.all.add_bounds(histogram);
    }
}

fn finite(bounds: &[f64]) -> &[f64] {
    match bounds.split_last() {
        Some((last, rest)) if last.is_infinite() => rest,
        _ => bounds,
    }
}

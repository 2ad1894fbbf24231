//! Which part of stable's requests takes longer than any time, from a histogram.

use crate::histogram::Histogram;
use crate::stats::normal;
use crate::verdict::Latencies;

/// Buckets of 2 % in which latencies are taken to be counted where no window has told the service's own.
const FINE_PART: f64 = 0.02;

/// The median of latencies of which only the shape is known: any number will do, since nothing but ratios counts.
const MEDIAN_MS: f64 = 100.0;

/// So many times the median and so small a part of it have buckets.
const RANGE: f64 = 1000.0;

/// Requests of such a histogram.
const REQUESTS: f64 = 1e9;

/// Stable's latencies as a curve: inside a bucket straight lines on logarithmic scales.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    /// Logarithms of the finite bounds, ascending.
    log_bounds: Vec<f64>,
    /// The part of the requests above each.
    above: Vec<f64>,
}

impl Shape {
    /// Of requests that were seen.
    pub(super) fn of(latencies: &Latencies) -> Self {
        let total = latencies.total().max(1) as f64;
        let (mut log_bounds, mut above) = (Vec::new(), Vec::new());
        let mut below = 0_u64;
        for (bound, count) in latencies.histogram.buckets() {
            below = below.saturating_add(count);
            if bound.is_finite() {
                log_bounds.push(libm::log(bound));
                above.push(1.0 - below as f64 / total);
            }
        }
        Self { log_bounds, above }
    }

    /// The part of the requests above `ms`. Nothing is known below the first bound, where the first bucket is taken to begin
    /// at half of it, and beyond the last, where all that is slower is taken to stay so.
    pub(super) fn above(&self, ms: f64) -> f64 {
        let at = libm::log(ms);
        let place = self.log_bounds.partition_point(|bound| *bound < at);
        let Some((high, above_high)) = self.log_bounds.get(place).zip(self.above.get(place)) else {
            return self.above.last().copied().unwrap_or(0.0);
        };
        let (low, above_low) = match place.checked_sub(1) {
            Some(before) => (self.log_bounds[before], self.above[before]),
            None => (high - std::f64::consts::LN_2, 1.0),
        };
        let part = ((at - low) / (high - low)).clamp(0.0, 1.0);
        if *above_high > 0.0 {
            libm::exp((1.0 - part) * libm::log(above_low) + part * libm::log(*above_high))
        } else {
            (1.0 - part) * above_low
        }
    }
}

/// Latencies whose 99th percentile is `tail` (above 1) times their median, finely counted.
pub(super) fn lognormal(tail: f64) -> Latencies {
    let sigma = libm::log(tail) / normal::upper_quantile(0.01);
    let (mut buckets, mut below) = (Vec::new(), 0_u64);
    let mut log_ratio = -libm::log(RANGE);
    while log_ratio <= libm::log(RANGE) {
        let up_to = whole(REQUESTS * normal::cdf(log_ratio / sigma));
        buckets.push((MEDIAN_MS * libm::exp(log_ratio), up_to.saturating_sub(below)));
        below = below.max(up_to);
        log_ratio += FINE_PART;
    }
    Latencies {
        histogram: Histogram::new(buckets).unwrap_or_default(),
        timeouts: whole(REQUESTS).saturating_sub(below),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of requests from 0 to REQUESTS"
)]
fn whole(requests: f64) -> u64 {
    requests.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lognormal_shape_is_that_of_its_quantiles() {
        let shape = Shape::of(&lognormal(4.0));
        for (ms, above) in [(MEDIAN_MS, 0.5), (4.0 * MEDIAN_MS, 0.01)] {
            assert!(
                (shape.above(ms) / above - 1.0).abs() < 1e-3,
                "{ms}: {}",
                shape.above(ms)
            );
        }
        assert!(shape.above(1e-9) > 0.999_999 && shape.above(1e9) < 1e-8);
    }

    #[test]
    fn between_coarse_bounds_it_falls_and_beyond_them_it_stays() {
        let histogram = Histogram::new(vec![(10.0, 40), (100.0, 50), (f64::INFINITY, 6)]).unwrap();
        let shape = Shape::of(&Latencies {
            histogram,
            timeouts: 4,
        });
        assert!((shape.above(10.0) - 0.6).abs() < 1e-12 && (shape.above(100.0) - 0.1).abs() < 1e-12);
        assert_eq!(shape.above(1.0), 1.0);
        assert!((shape.above(1e6) - 0.1).abs() < 1e-12);
        let falling: Vec<f64> = (0..60)
            .map(|step| shape.above(4.0 * libm::pow(1.06, f64::from(step))))
            .collect();
        assert!(falling.is_sorted_by(|a, b| a >= b), "{falling:?}");
        assert_eq!(Shape::of(&Latencies::default()).above(5.0), 0.0);
    }
}

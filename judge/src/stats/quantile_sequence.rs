//! A quantile at every look: one population's interval, and a test of two.
//!
//! `x` may be the quantile of order `p` while the count of values up to it is compatible with the share `p`, judged by
//! the beta-binomial mixture (Howard and Ramdas 2022). Where several values are equal to `x` the count may be anything
//! between those below and those up to it, and the most compatible one counts. Two populations have a common quantile
//! only if some `x` can be both, so the smallest product of both mixtures over `x` is evidence against that; the result
//! agrees with confseq's `QuantileABTest`. Both assume values that are independent over time: unlike the stratified
//! tests they are *not* protected against what hits both populations at once.

use super::{Pooled, beta_binomial::BetaBinomial, bisection};

/// What a quantile sequence is made for.
#[derive(Clone, Copy, Debug)]
pub struct QuantileSequence {
    p: f64,
    mixture: BetaBinomial,
}

impl QuantileSequence {
    /// For the quantile of order `p` in (0, 1), tightest after `count_best` values at level `alpha_best`; `None` when
    /// one of them is out of range.
    #[must_use]
    pub fn try_new(p: f64, count_best: f64, alpha_best: f64) -> Option<Self> {
        let mixture = BetaBinomial::of_share(p, count_best, alpha_best)?;
        Some(Self { p, mixture })
    }

    /// Ranks of the interval among `count >= 1` ascending values, from 1: the quantile lies between `X_(lower)` and
    /// `X_(upper)` at all looks together with probability `1 - alpha`, `alpha` in (0, 1). A rank of 0 or of
    /// `count + 1` says that the interval has no end on that side.
    #[must_use]
    pub fn ranks(&self, count: u64, alpha: f64) -> (u64, u64) {
        let (n, threshold) = (count as f64, -libm::log(alpha));
        let excluded = |below: u64| self.mixture.log_e_of_share(below as f64, n) >= threshold;
        // The counts next to the expected one carry no evidence; from there it grows in both directions.
        let centre = bisection::last_true_count(0, count, |k| k as f64 <= n * self.p);
        let lower = if excluded(0) {
            bisection::last_true_count(0, centre, excluded) + 1
        } else {
            0
        };
        let upper = bisection::last_true_count(centre, count, |k| !excluded(k)) + 1;
        (lower, upper)
    }

    /// Log evidence against "both populations have the same quantile"; also negative, while they look alike.
    #[must_use]
    pub fn log_e(&self, pooled: &Pooled) -> f64 {
        let totals = pooled.totals();
        let mut below = [0_u64; 2];
        let mut smallest = f64::INFINITY;
        for group in pooled.groups() {
            let evidence: f64 = (0..2)
                .map(|side| {
                    let count = totals[side] as f64;
                    let (least, most) = (below[side] as f64, (below[side] + group[side]) as f64);
                    let nearest = (count * self.p).clamp(least, most);
                    self.mixture.log_e_of_share(nearest, count)
                })
                .sum();
            smallest = smallest.min(evidence);
            for side in 0..2 {
                below[side] += group[side];
            }
        }
        smallest
    }

    /// The p-value that belongs to [`Self::log_e`], valid at every look: `min(1, 1/E)`.
    #[must_use]
    pub fn p_value(&self, pooled: &Pooled) -> f64 {
        libm::exp(-self.log_e(pooled)).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Sample;
    use crate::stats::chance::Chance;

    #[test]
    fn ranks_enclose_the_quantile_and_mirror() {
        for (count, p) in [(1, 0.5), (10, 0.9), (2000, 0.5), (2000, 0.99), (1_000_000, 0.999)] {
            let (lower, upper) = QuantileSequence::try_new(p, 1000.0, 0.05)
                .unwrap()
                .ranks(count, 0.05);
            assert!((lower as f64) <= count as f64 * p && upper as f64 >= count as f64 * p);
            let mirrored = QuantileSequence::try_new(1.0 - p, 1000.0, 0.05)
                .unwrap()
                .ranks(count, 0.05);
            assert_eq!((count + 1 - upper, count + 1 - lower), mirrored, "{count} {p}");
        }
        let early = QuantileSequence::try_new(0.99, 1000.0, 0.05)
            .unwrap()
            .ranks(200, 0.05);
        assert_eq!(early.1, 201, "p99 of 200 values has no upper end");
    }

    #[test]
    fn holds_at_all_looks_together() {
        let sequence = QuantileSequence::try_new(0.9, 1000.0, 0.05).unwrap();
        let (mut chance, mut missed) = (Chance::from_seed(8), 0);
        for _ in 0..300 {
            let (mut below, mut count) = (0, 0);
            let missed_once = (0..50).any(|_| {
                below += chance.binomial(40, 0.9);
                count += 40;
                let (lower, upper) = sequence.ranks(count, 0.05);
                // The true quantile lies above exactly `below` of the values.
                below < lower || below >= upper
            });
            missed += u32::from(missed_once);
        }
        assert!(f64::from(missed) / 300.0 <= 0.05, "{missed} of 300");
    }

    #[test]
    fn order_of_the_populations_does_not_matter_and_equal_ones_are_no_evidence() {
        let sample =
            |from: u32| Sample::try_new(&(from..from + 500).map(f64::from).collect::<Vec<f64>>()).unwrap();
        let (x, y) = (sample(0), sample(200));
        let sequence = QuantileSequence::try_new(0.5, 1000.0, 0.05).unwrap();
        let one = sequence.log_e(&Pooled::of_samples(&x, &y));
        assert_eq!(one, sequence.log_e(&Pooled::of_samples(&y, &x)));
        assert!(one > 20.0, "{one}");
        assert_eq!(sequence.p_value(&Pooled::of_samples(&x, &x)), 1.0);
    }
}

//! The Mann-Whitney rank test of two populations, from samples or histograms alike.
//!
//! ```text
//! U = sum over x of (values of y below + half of those equal)            U/(nm) = P(X > Y) + P(X = Y)/2
//! Var = (nm/12) [ (N+1) - sum_t (t^3 - t)/(N(N-1)) ]                     t: sizes of the tied groups
//! ```
//!
//! (Mann and Whitney 1947; tie correction of Kruskal and Wallis 1952.) One pass over the distinct values, so a pair of
//! histograms costs its number of buckets whatever the counts. Without ties the exact distribution is known.
//!
//! statrs' `mannwhitneyu` agrees where both can go. It is not used: its exact p-value enumerates every one of the
//! `C(n+m, n)` arrangements, it takes no histograms, and its logarithms are the platform's.

use super::{
    Pooled, Sample, alternative::Alternative, normal, pooled::merged, rank_distribution::RankDistribution,
};

/// The rank statistic of x against y.
#[derive(Clone, Debug, PartialEq)]
pub struct MannWhitney {
    /// Pairs in which x is larger, plus half of those that are tied.
    pub u: f64,
    /// Variance of `u` when both populations are alike; 0 when all values are equal.
    pub variance: f64,
    totals: [u64; 2],
    has_no_ties: bool,
}

impl MannWhitney {
    /// Ranks two pooled populations.
    #[must_use]
    pub fn new(pooled: &Pooled) -> Self {
        Self::of_groups(pooled.groups().iter().copied(), pooled.totals())
    }

    /// Ranks two samples; the same as of their pool, which need not be kept for it.
    #[must_use]
    pub fn of_samples(x: &Sample, y: &Sample) -> Self {
        Self::of_groups(merged(x, y), [x.count() as u64, y.count() as u64])
    }

    fn of_groups(groups: impl Iterator<Item = [u64; 2]>, totals: [u64; 2]) -> Self {
        let [n, m] = totals.map(|total| total as f64);
        let size = n + m;
        let (mut u, mut below, mut ties, mut distinct) = (0.0, 0.0, 0.0, 0_u64);
        for [x, y] in groups {
            let (x, y) = (x as f64, y as f64);
            let tied = x + y;
            u += x * (below + 0.5 * y);
            below += y;
            distinct += 1;
            if tied > 1.0 {
                // (t^3 - t)/(N(N-1)) in an order that neither overflows nor cancels.
                ties += tied * ((tied - 1.0) / size) * ((tied + 1.0) / (size - 1.0));
            }
        }
        let variance = if distinct == 1 {
            0.0
        } else {
            n * m / 12.0 * (size + 1.0 - ties).max(0.0)
        };
        let has_no_ties = distinct == totals[0] + totals[1];
        Self {
            u,
            variance,
            totals,
            has_no_ties,
        }
    }

    /// `n m`.
    #[must_use]
    pub fn pairs(&self) -> f64 {
        self.totals[0] as f64 * self.totals[1] as f64
    }

    /// The common-language effect size `P(X > Y) + P(X = Y)/2`, in [0, 1].
    #[must_use]
    pub fn effect(&self) -> f64 {
        self.u / self.pairs()
    }

    /// The normal score; with `continuity` its distance from 0 shrinks by half a pair. 0 when all values are equal.
    #[must_use]
    pub fn z(&self, continuity: bool) -> f64 {
        let distance = self.u - 0.5 * self.pairs();
        let correction = if continuity && distance != 0.0 {
            0.5_f64.copysign(distance)
        } else {
            0.0
        };
        if self.variance > 0.0 {
            (distance - correction) / self.variance.sqrt()
        } else {
            0.0
        }
    }

    /// The p-value of the normal approximation, scipy's convention: the continuity correction always counts against
    /// the alternative. 1 when all values are equal.
    #[must_use]
    pub fn p_value(&self, alternative: Alternative, continuity: bool) -> f64 {
        if self.variance <= 0.0 {
            return 1.0;
        }
        let (u, sides) = self.directed(alternative);
        let correction = if continuity { 0.5 } else { 0.0 };
        let z = (u - 0.5 * self.pairs() - correction) / self.variance.sqrt();
        (sides * normal::survival(z)).min(1.0)
    }

    /// The exact p-value; `None` with ties or more than [`super::rank_distribution::EXACT_PAIRS_MAX`] pairs.
    #[must_use]
    pub fn exact_p_value(&self, alternative: Alternative) -> Option<f64> {
        if !self.has_no_ties {
            return None;
        }
        let distribution = RankDistribution::try_new(self.totals)?;
        let (u, sides) = self.directed(alternative);
        // U is whole without ties, and its distribution is symmetric: P(U >= u) = P(U <= nm - u).
        Some((sides * distribution.at_most(self.pairs() - u)).min(1.0))
    }

    fn directed(&self, alternative: Alternative) -> (f64, f64) {
        let other = self.pairs() - self.u;
        match alternative {
            Alternative::TwoSided => (self.u.max(other), 2.0),
            Alternative::Greater => (self.u, 1.0),
            Alternative::Less => (other, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    fn test(x: &[f64], y: &[f64]) -> MannWhitney {
        let sample = |values: &[f64]| Sample::try_new(values).unwrap();
        let (x, y) = (sample(x), sample(y));
        let found = MannWhitney::of_samples(&x, &y);
        assert_eq!(found, MannWhitney::new(&Pooled::of_samples(&x, &y)));
        found
    }

    #[test]
    fn swapping_and_shifting() {
        let mut chance = Chance::from_seed(4);
        for _ in 0..50 {
            let mut draw = |count: u32| {
                (0..count)
                    .map(|_| (chance.normal() * 4.0).round())
                    .collect::<Vec<f64>>()
            };
            let (x, y) = (draw(17), draw(9));
            let (one, other) = (test(&x, &y), test(&y, &x));
            assert_eq!(one.u + other.u, one.pairs());
            assert!((one.z(true) + other.z(true)).abs() < 1e-12);
            assert_eq!(
                one.p_value(Alternative::Greater, true),
                other.p_value(Alternative::Less, true)
            );
            let brute: f64 = x
                .iter()
                .flat_map(|a| {
                    y.iter().map(move |b| {
                        if a > b {
                            1.0
                        } else if a == b {
                            0.5
                        } else {
                            0.0
                        }
                    })
                })
                .sum();
            assert_eq!(one.u, brute);
        }
    }

    #[test]
    fn degenerate_populations() {
        let constant = test(&[5.0, 5.0], &[5.0, 5.0, 5.0]);
        assert_eq!(
            (constant.variance, constant.z(true), constant.effect()),
            (0.0, 0.0, 0.5)
        );
        assert_eq!(constant.p_value(Alternative::TwoSided, true), 1.0);
        assert_eq!(constant.exact_p_value(Alternative::TwoSided), None);
        let single = test(&[2.0], &[1.0]);
        assert_eq!(single.exact_p_value(Alternative::Greater), Some(0.5));
        let apart = test(&[f64::MAX, 1e300], &[-f64::MAX, 0.0]);
        assert_eq!(apart.effect(), 1.0);
    }

    #[test]
    fn histograms_of_any_size_stay_finite() {
        let big = 1_u64 << 50;
        let pooled = Pooled::of_histograms(&[big, big, 1], &[big, 0, big]).unwrap();
        let found = MannWhitney::new(&pooled);
        assert!(
            found.z(true).is_finite() && found.variance > 0.0 && found.effect() < 0.5,
            "{found:?}"
        );
    }
}

//! The Kolmogorov-Smirnov test: the largest distance between two distribution functions.
//!
//! From histograms the distance is taken at bucket edges and is too small by at most the largest bucket's share. Exact
//! p-values follow a random arrangement of all values as a path over the grid of (x seen, y seen) and sum up the
//! probability of its first touching the observed distance (Hodges 1957), so a small p-value is never a difference of two
//! numbers next to 1. It sees the body of a distribution and hardly its tail: a doubled p99.9 moves it by 0.001.
//!
//! statrs' `ks_twosample` agrees two-sided. It is not used: no exact one-sided p-value, at most 10,000 pairs exactly, its
//! distance adds `1/n` up with rounding (ties at the boundary then flip), and its logarithms are the platform's.

use super::{Pooled, alternative::Alternative, kolmogorov};

/// The exact p-value takes a step a pair; this many take some 20 ms.
pub const EXACT_PAIRS_MAX: u64 = 10_000_000;

/// Largest distances between the distribution functions of x and y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KolmogorovSmirnov {
    /// Largest `F_x - F_y`, times `nm`.
    above: u128,
    /// Largest `F_y - F_x`, times `nm`: evidence that x is larger.
    below: u128,
    totals: [u64; 2],
}

impl KolmogorovSmirnov {
    /// Of two pooled populations.
    #[must_use]
    pub fn new(pooled: &Pooled) -> Self {
        let totals = pooled.totals();
        let [n, m] = totals.map(i128::from);
        let (mut distance, mut above, mut below) = (0_i128, 0_i128, 0_i128);
        for [x, y] in pooled.groups() {
            distance += i128::from(*x) * m - i128::from(*y) * n;
            above = above.max(distance);
            below = below.max(-distance);
        }
        Self {
            above: above.cast_unsigned(),
            below: below.cast_unsigned(),
            totals,
        }
    }

    fn pairs(&self) -> f64 {
        self.totals[0] as f64 * self.totals[1] as f64
    }

    fn directed(&self, alternative: Alternative) -> u128 {
        match alternative {
            Alternative::TwoSided => self.above.max(self.below),
            Alternative::Greater => self.below,
            Alternative::Less => self.above,
        }
    }

    /// The distance in the direction asked for, in [0, 1]: for [`Alternative::Greater`] (x is larger) the largest
    /// `F_y - F_x`.
    #[must_use]
    pub fn distance(&self, alternative: Alternative) -> f64 {
        self.directed(alternative) as f64 / self.pairs()
    }

    /// The p-value from the distribution of a one-sample statistic (two-sided) or Hodges' expansion (one-sided,
    /// equation 5.3 of his paper), as scipy's `asymp`.
    #[must_use]
    pub fn asymptotic_p_value(&self, alternative: Alternative) -> f64 {
        let [n, m] = self.totals.map(|total| total as f64);
        let (few, many) = (n.min(m), n.max(m));
        let (distance, size) = (self.distance(alternative), few / (few + many) * many);
        if alternative == Alternative::TwoSided {
            return kolmogorov::survival(size.round_ties_even().max(1.0), distance);
        }
        let z = size.sqrt() * distance;
        let correction = 2.0 * z * (many + 2.0 * few) / (few * many * (few + many)).sqrt() / 3.0;
        libm::exp(-2.0 * z * z - correction).min(1.0)
    }

    /// The exact p-value for values without ties (with ties it is on the safe side); `None` beyond
    /// [`EXACT_PAIRS_MAX`] pairs.
    #[must_use]
    pub fn exact_p_value(&self, alternative: Alternative) -> Option<f64> {
        let [n, m] = self.totals;
        n.checked_mul(m).filter(|pairs| *pairs <= EXACT_PAIRS_MAX)?;
        let limit = i128::try_from(self.directed(alternative)).ok()?;
        if limit == 0 {
            return Some(1.0);
        }
        let (n, m) = (i128::from(n), i128::from(m));
        let touches = |x: i128, y: i128| {
            let distance = x * m - y * n;
            match alternative {
                Alternative::TwoSided => distance.abs() >= limit,
                Alternative::Greater => -distance >= limit,
                Alternative::Less => distance >= limit,
            }
        };
        // `row[y]` is the probability of being at (x, y) without having touched the limit.
        let mut row = vec![0.0; usize::try_from(m).ok()? + 1];
        row[0] = 1.0;
        let mut touched = 0.0;
        for x in 0..=n {
            for y in 0..=m {
                let place = usize::try_from(y).ok()?;
                let mut here = if x == 0 {
                    0.0
                } else {
                    row[place] * (n - x + 1) as f64 / (n - x + 1 + m - y) as f64
                };
                if x == 0 && y == 0 {
                    here = 1.0;
                }
                if y > 0 {
                    here += row[place - 1] * (m - y + 1) as f64 / (n - x + m - y + 1) as f64;
                }
                if touches(x, y) {
                    touched += here;
                    here = 0.0;
                }
                row[place] = here;
            }
        }
        Some(touched.min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_order(order: &[bool]) -> KolmogorovSmirnov {
        let counts = |wanted: bool| {
            order
                .iter()
                .map(|is_x| u64::from(*is_x == wanted))
                .collect::<Vec<u64>>()
        };
        KolmogorovSmirnov::new(&Pooled::of_histograms(&counts(true), &counts(false)).unwrap())
    }

    #[test]
    fn exact_p_values_count_every_arrangement() {
        let arrangements: Vec<KolmogorovSmirnov> = (0_u32..1 << 9)
            .filter(|mask| mask.count_ones() == 4)
            .map(|mask| of_order(&(0..9).map(|bit| mask >> bit & 1 == 1).collect::<Vec<bool>>()))
            .collect();
        for alternative in [Alternative::TwoSided, Alternative::Greater, Alternative::Less] {
            for one in &arrangements {
                let as_far =
                    |other: &&KolmogorovSmirnov| other.directed(alternative) >= one.directed(alternative);
                let expected = arrangements.iter().filter(as_far).count() as f64 / arrangements.len() as f64;
                let got = one.exact_p_value(alternative).unwrap();
                assert!(
                    (got - expected).abs() < 1e-12,
                    "{alternative:?} {one:?}: {got} {expected}"
                );
            }
        }
    }

    #[test]
    fn far_apart_and_alike() {
        let apart = KolmogorovSmirnov::new(&Pooled::of_histograms(&[300, 0], &[0, 300]).unwrap());
        assert_eq!(apart.distance(Alternative::TwoSided), 1.0);
        assert_eq!(
            (
                apart.distance(Alternative::Less),
                apart.distance(Alternative::Greater)
            ),
            (1.0, 0.0)
        );
        let p = apart.exact_p_value(Alternative::TwoSided).unwrap();
        // Two of C(600, 300) arrangements.
        let expected = libm::log(2.0) - (libm::lgamma(601.0) - 2.0 * libm::lgamma(301.0));
        assert!((libm::log(p) - expected).abs() < 1e-9, "{p}");
        let alike = KolmogorovSmirnov::new(&Pooled::of_histograms(&[5, 5], &[7, 7]).unwrap());
        assert_eq!(alike.exact_p_value(Alternative::TwoSided), Some(1.0));
        assert_eq!(alike.asymptotic_p_value(Alternative::TwoSided), 1.0);
        let huge =
            KolmogorovSmirnov::new(&Pooled::of_histograms(&[1 << 51, 1 << 50], &[1 << 50, 1 << 50]).unwrap());
        assert_eq!(huge.exact_p_value(Alternative::TwoSided), None);
        assert_eq!(huge.asymptotic_p_value(Alternative::TwoSided), 0.0);
    }
}

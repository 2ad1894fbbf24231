//! The exact distribution of the Mann-Whitney U: how many arrangements of two populations have each value.
//!
//! The numbers of arrangements are the coefficients of the Gaussian binomial `prod_i (1 - q^(m+i)) / (1 - q^i)` (Mann and
//! Whitney 1947 give the recursion that it solves), computed in whole numbers.

/// The exact distribution is offered up to this many pairs `nm`: beyond it the normal one is as good, and up to it every
/// count of arrangements fits in 128 bits.
pub const EXACT_PAIRS_MAX: u64 = 2500;

/// The distribution of the Mann-Whitney U over all arrangements of `n + m` distinct values.
#[derive(Clone, Debug)]
pub struct RankDistribution {
    /// Probability of each value of U, from 0 to `nm`.
    masses: Vec<f64>,
}

impl RankDistribution {
    /// Of populations of `n` and `m`; `None` beyond [`EXACT_PAIRS_MAX`] pairs.
    #[must_use]
    pub fn try_new([n, m]: [u64; 2]) -> Option<Self> {
        let pairs = n.checked_mul(m).filter(|pairs| *pairs <= EXACT_PAIRS_MAX)?;
        let (pairs, n, m) = (
            usize::try_from(pairs).ok()?,
            usize::try_from(n).ok()?,
            usize::try_from(m).ok()?,
        );
        let (few, many) = (n.min(m), n.max(m));
        // prod_i (1 - q^(many+i)) / (1 - q^i). Steps in between may wrap; the coefficients are exact in the end,
        // since the largest, C(100, 50), has 97 bits.
        let mut counts = vec![0_u128; pairs + 1];
        counts[0] = 1;
        for factor in 1..=few {
            for u in (many + factor..=pairs).rev() {
                counts[u] = counts[u].wrapping_sub(counts[u - many - factor]);
            }
            for u in factor..=pairs {
                counts[u] = counts[u].wrapping_add(counts[u - factor]);
            }
        }
        let whole = counts.iter().sum::<u128>() as f64;
        Some(Self {
            masses: counts.into_iter().map(|count| count as f64 / whole).collect(),
        })
    }

    /// `P(U <= u)`.
    #[must_use]
    pub fn at_most(&self, u: f64) -> f64 {
        let within = self
            .masses
            .iter()
            .enumerate()
            .take_while(|(value, _)| *value as f64 <= u);
        within.map(|(_, mass)| mass).sum()
    }

    /// The smallest `u` with `P(U <= u) >= p`.
    #[must_use]
    pub fn quantile(&self, p: f64) -> usize {
        let mut sum = 0.0;
        let reached = self.masses.iter().position(|mass| {
            sum += mass;
            sum >= p
        });
        reached.unwrap_or(self.masses.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_distribution_counts_every_arrangement() {
        // All C(7, 3) ways to choose the ranks of x.
        let distribution = RankDistribution::try_new([3, 4]).unwrap();
        let mut counts = vec![0.0; 13];
        for mask in 0_u32..1 << 7 {
            if mask.count_ones() == 3 {
                let ranks = (0..7).filter(|bit| mask >> bit & 1 == 1).enumerate();
                counts[ranks.map(|(place, bit)| bit - place).sum::<usize>()] += 1.0 / 35.0;
            }
        }
        for (got, expected) in distribution.masses.iter().zip(&counts) {
            assert!((got - expected).abs() < 1e-15);
        }
        assert!((RankDistribution::try_new([50, 50]).unwrap().at_most(1249.5) - 0.5).abs() < 1e-2);
        assert!(
            RankDistribution::try_new([51, 50]).is_none()
                && RankDistribution::try_new([u64::MAX, 2]).is_none()
        );
    }
}

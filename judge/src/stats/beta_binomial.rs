//! The beta-binomial mixture: evidence about the mean of bounded outcomes at any number of looks.
//!
//! Outcomes lie in `[-g, h]` around the mean of the null. With `S` the sum of deviations and `V` their accumulated
//! variance bound, both running,
//!
//! ```text
//! ln M = V/(gh) ln(g+h) - (V+hS)/(h(g+h)) ln g - (V-gS)/(g(g+h)) ln h
//!        + ln B(A(S,V), C(S,V)) - ln B(A(0,0), C(0,0))
//! A = (r + V - gS)/(g(g+h)),   C = (r + V + hS)/(h(g+h)),   r = max(rho - gh, gh/1000)
//! ```
//!
//! is the logarithm of a supermartingale that starts at 1 (Howard, Ramdas, McAuliffe and Sekhon 2021, proposition 7;
//! form and constants as in their library confseq, with whose published values it agrees). One-sided, each `B` is the
//! incomplete beta function at `h/(g+h)`. `rho` sets the variance at which the boundary is tightest.

use super::beta;

/// `rho` at which the two-sided normal mixture is tightest when the variance is `variance_best`, at level `alpha`:
/// `v / (2 ln(1/alpha) + ln(1 + 2 ln(1/alpha)))`.
fn tightest_rho(variance_best: f64, alpha: f64) -> f64 {
    let twice_log = -2.0 * libm::log(alpha);
    variance_best / (twice_log + libm::log1p(twice_log))
}

/// Whether deviations in both directions count, or only upward ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Evidence against "the mean is this".
    Two,
    /// Evidence against "the mean is at most this".
    One,
}

/// A mixture for outcomes of one range.
#[derive(Clone, Copy, Debug)]
pub struct BetaBinomial {
    /// Distance from the mean down to the smallest outcome, positive.
    below: f64,
    /// Distance from the mean up to the largest outcome, positive.
    above: f64,
    r: f64,
    sides: Sides,
    log_start: f64,
}

impl BetaBinomial {
    /// For outcomes in `[mean - below, mean + above]`, tightest when the accumulated variance is `variance_best`, at
    /// level `alpha_best` in (0, 1). `None` unless all of these are positive and finite.
    #[must_use]
    pub fn try_new(
        below: f64,
        above: f64,
        variance_best: f64,
        alpha_best: f64,
        sides: Sides,
    ) -> Option<Self> {
        let usable = |value: f64| value.is_finite() && value > 0.0;
        if ![below, above, variance_best, alpha_best].into_iter().all(usable) || alpha_best >= 1.0 {
            return None;
        }
        let alpha = match sides {
            Sides::Two => alpha_best,
            Sides::One => (2.0 * alpha_best).min(1.0 - f64::EPSILON),
        };
        let product = below * above;
        let mut mixture = Self {
            below,
            above,
            r: (tightest_rho(variance_best, alpha) - product).max(1e-3 * product),
            sides,
            log_start: 0.0,
        };
        mixture.log_start = mixture.log_normaliser(0.0, 0.0);
        Some(mixture)
    }

    /// For shares of events around `p` in (0, 1): outcomes 0 and 1, variance `t p (1-p)` after `t` of them, tightest
    /// after `count_best`.
    #[must_use]
    pub fn of_share(p: f64, count_best: f64, alpha_best: f64) -> Option<Self> {
        Self::try_new(p, 1.0 - p, count_best * p * (1.0 - p), alpha_best, Sides::Two)
    }

    fn log_normaliser(&self, sum: f64, variance: f64) -> f64 {
        let Self {
            below: g,
            above: h,
            r,
            ..
        } = *self;
        let width = g + h;
        let a = (r + variance - g * sum) / (g * width);
        let b = (r + variance + h * sum) / (h * width);
        beta::log_beta(a, b)
            + match self.sides {
                Sides::Two => 0.0,
                Sides::One => beta::log_cdf(a, b, h / width),
            }
    }

    /// Log evidence after deviations that sum to `sum`, in `[-variance/above, variance/below]`, with the accumulated
    /// `variance`, at least 0.
    #[must_use]
    pub fn log_e(&self, sum: f64, variance: f64) -> f64 {
        let Self {
            below: g, above: h, ..
        } = *self;
        let width = g + h;
        variance / (g * h) * libm::log(width)
            - (variance + h * sum) / (h * width) * libm::log(g)
            - (variance - g * sum) / (g * width) * libm::log(h)
            + self.log_normaliser(sum, variance)
            - self.log_start
    }

    /// Log evidence against the share that this mixture was made for ([`Self::of_share`]) after `events`, at least 0
    /// and not necessarily whole, among `count`.
    #[must_use]
    pub fn log_e_of_share(&self, events: f64, count: f64) -> f64 {
        let share = self.below;
        self.log_e(events - count * share, count * share * (1.0 - share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectation_under_the_null_is_one() {
        // Over every outcome of 30 Bernoulli draws.
        let (p, n) = (0.2, 30_u32);
        let mixture = BetaBinomial::of_share(p, 50.0, 0.05).unwrap();
        let mut probability = libm::pow(1.0 - p, f64::from(n));
        let mut expectation = 0.0;
        for k in 0..=n {
            expectation += probability * libm::exp(mixture.log_e_of_share(f64::from(k), f64::from(n)));
            probability *= f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p);
        }
        assert!((expectation - 1.0).abs() < 1e-10, "{expectation}");
    }

    #[test]
    fn nothing_seen_is_no_evidence_and_bad_ranges_have_no_mixture() {
        let mixture = BetaBinomial::of_share(0.01, 500.0, 0.05).unwrap();
        assert_eq!(mixture.log_e(0.0, 0.0), 0.0);
        for (share, best, alpha) in [
            (0.0, 100.0, 0.05),
            (1.0, 100.0, 0.05),
            (f64::NAN, 100.0, 0.05),
            (0.5, 0.0, 0.05),
            (0.5, f64::INFINITY, 0.05),
            (0.5, 100.0, 0.0),
            (0.5, 100.0, 1.0),
        ] {
            assert!(
                BetaBinomial::of_share(share, best, alpha).is_none(),
                "{share} {best} {alpha}"
            );
        }
    }
}

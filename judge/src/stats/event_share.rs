//! Evidence about constant shares of events: is traffic split as it should be?
//!
//! Of `m` events the canary had `x`. Against the share `rho`, with a Beta(a, b) prior on the true one,
//!
//! ```text
//! ln E = ln B(a+x, b+m-x) - ln B(a, b) - x ln rho - (m-x) ln(1-rho)
//! ```
//!
//! is a martingale under the null (Lindon and Malek 2022); truncating the prior to shares above `rho` makes it
//! one-sided. Over more than two shares the prior is a Dirichlet distribution. Only for shares that are constant
//! while it runs: a ramp of the traffic weight starts a new one.

use super::beta;

/// Log evidence against a canary share of `rho`, in both directions: `canary` of `total` events, both whole and
/// `canary <= total`; `rho` in (0, 1); prior parameters `a, b > 0`.
#[must_use]
pub fn log_e(canary: f64, total: f64, rho: f64, (a, b): (f64, f64)) -> f64 {
    beta::log_beta(a + canary, b + total - canary)
        - beta::log_beta(a, b)
        - canary * libm::log(rho)
        - (total - canary) * libm::log1p(-rho)
}

/// Log evidence against a canary share of at most `rho`: the prior is cut off at `rho`. Arguments as of [`log_e`].
#[must_use]
pub fn log_e_above(canary: f64, total: f64, rho: f64, (a, b): (f64, f64)) -> f64 {
    log_e(canary, total, rho, (a, b)) + beta::log_cdf(b + total - canary, a + canary, 1.0 - rho)
        - beta::log_cdf(b, a, 1.0 - rho)
}

/// Log evidence against `shares` (positive, any scale) of more than two kinds of event, in every direction:
///
/// ```text
/// ln E = ln [ Gamma(A)/Gamma(A+n) prod Gamma(a_i+x_i)/Gamma(a_i) ] - sum x_i ln theta_i
/// ```
///
/// computed as a chain of beta mixtures (each kind against all that follow), which is the same number without
/// differences of large log-gammas. The slices have the same length; `counts` are whole, `prior` positive.
#[must_use]
pub fn dirichlet_log_e(counts: &[f64], shares: &[f64], prior: &[f64]) -> f64 {
    let after = |values: &[f64], kind: usize| values[kind + 1..].iter().sum::<f64>();
    (0..counts.len().saturating_sub(1))
        .map(|kind| {
            log_e(
                counts[kind],
                counts[kind] + after(counts, kind),
                shares[kind] / (shares[kind] + after(shares, kind)),
                (prior[kind], after(prior, kind)),
            )
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectation_under_the_null_is_one() {
        let (total, rho) = (25_u32, 0.3);
        let mut probability = libm::pow(1.0 - rho, f64::from(total));
        let (mut both, mut above) = (0.0, 0.0);
        for canary in 0..=total {
            let at = (f64::from(canary), f64::from(total));
            both += probability * libm::exp(log_e(at.0, at.1, rho, (3.0, 7.0)));
            above += probability * libm::exp(log_e_above(at.0, at.1, rho, (3.0, 7.0)));
            probability *= f64::from(total - canary) / f64::from(canary + 1) * rho / (1.0 - rho);
        }
        assert!(
            (both - 1.0).abs() < 1e-10 && (above - 1.0).abs() < 1e-10,
            "{both} {above}"
        );
    }

    #[test]
    fn the_order_of_the_kinds_does_not_matter() {
        let one = dirichlet_log_e(&[10.0, 30.0, 60.0], &[0.2, 0.3, 0.5], &[1.0, 2.0, 3.0]);
        let other = dirichlet_log_e(&[60.0, 10.0, 30.0], &[0.5, 0.2, 0.3], &[3.0, 1.0, 2.0]);
        assert!((one - other).abs() < 1e-10, "{one} {other}");
        assert_eq!(dirichlet_log_e(&[5.0], &[1.0], &[1.0]), 0.0);
        assert_eq!(dirichlet_log_e(&[], &[], &[]), 0.0);
    }

    #[test]
    fn a_billion_events_are_no_problem() {
        let balanced = log_e(5e7, 1e9, 0.05, (5.0, 95.0));
        let shifted = log_e(5.01e7, 1e9, 0.05, (5.0, 95.0));
        assert!(balanced < 0.0 && balanced > -20.0, "{balanced}");
        assert!(shifted > 90.0 && shifted < 130.0, "{shifted}");
    }
}

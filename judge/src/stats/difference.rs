//! The stratified rate-difference e-process: is the canary's event rate more than `delta` above stable's?
//!
//! A ratio says nothing about services that hardly ever fail; a difference does. Fix `A > 0` and put
//! `kappa = n_c/n_s`, `b = 1 - kappa (A - 1) >= 0`. With every canary event worth `A`, every stable event worth `b`
//! and a constant for the difference,
//!
//! ```text
//! ln E_w = x_c ln A + x_s ln1p( kappa (1 - A) ) + n_c (1 - A) delta
//! ```
//!
//! independence inside the window and `1 + u <= e^u` give
//!
//! ```text
//! E[E_w] <= exp( n_c (A-1) p_c - n_s kappa (A-1) p_s - n_c (A-1) delta ) = exp( n_c (A-1)(p_c - p_s - delta) )
//! ```
//!
//! which is at most 1 for `p_c <= p_s + delta` when `A > 1` (regression) and for `p_c >= p_s + delta` when `A < 1`
//! (non-inferiority), whatever the common rate does from window to window.
//!
//! `A` is chosen as the canary factor of the ratio form at null ratio 1, `A = g (n_c + n_s)/(n_c g + n_s)`; then
//! `b = (n_c + n_s)/(n_c g + n_s) > 0` for every split, and the increment is the ratio's increment less a toll:
//!
//! ```text
//! l = x_c ln g - m ln1p( n_c (g-1)/(n_c + n_s) ) - delta (g-1) n_c n_s/(n_c g + n_s)
//! ```

use super::{Stratum, rate_ratio};

/// Log evidence of one window against "the difference of the rates is `difference`" in the direction of
/// `multiplier` (above 1: larger; below 1: smaller); 0 when one side had no requests.
#[must_use]
pub fn log_increment(stratum: &Stratum, difference: f64, multiplier: f64) -> f64 {
    if !stratum.is_comparable() {
        return 0.0;
    }
    let spread = stratum.canary_total * multiplier + stratum.stable_total;
    let toll = difference * (multiplier - 1.0) * stratum.canary_total * (stratum.stable_total / spread);
    rate_ratio::log_increment(stratum, 1.0, multiplier) - toll
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;
    use crate::stats::log_sum::log_mean_exp;

    /// Mostly nearly "no event at all", the case that this form is for.
    const NON_INFERIORITY_GRID: [f64; 8] = [
        1.0 / 25.0,
        1.0 / 25.0,
        1.0 / 25.0,
        1.0 / 25.0,
        1.0 / 6.0,
        1.0 / 3.0,
        1.0 / 1.8,
        1.0 / 1.3,
    ];

    /// The definition with `A` and `kappa` spelled out.
    fn by_definition(stratum: &Stratum, delta: f64, a: f64) -> f64 {
        let kappa = stratum.canary_total / stratum.stable_total;
        stratum.canary_events * libm::log(a)
            + stratum.stable_events * libm::log1p(kappa * (1.0 - a))
            + stratum.canary_total * (1.0 - a) * delta
    }

    #[test]
    fn equals_its_definition() {
        let stratum = Stratum::from_counts(100, 1900, 2, 9);
        for g in [0.05, 0.5, 1.5, 30.0] {
            let a = g * stratum.total() / (stratum.canary_total * g + stratum.stable_total);
            let got = log_increment(&stratum, 0.002, g);
            assert!((got - by_definition(&stratum, 0.002, a)).abs() < 1e-12, "{g}");
        }
    }

    #[test]
    fn expectation_at_the_margin_is_at_most_one() {
        for (nc, ns, ps, delta) in [
            (100.0, 1900.0, 0.0, 0.002),
            (50.0, 50.0, 0.01, 0.01),
            (900.0, 100.0, 0.2, 0.05),
        ] {
            for g in [0.04, 0.3, 0.9, 1.5, 3.0, 8.0, 30.0] {
                let spread = nc * g + ns;
                let (a, b) = (g * (nc + ns) / spread, (nc + ns) / spread);
                let log_expectation = nc * libm::log1p((ps + delta) * (a - 1.0))
                    + ns * libm::log1p(ps * (b - 1.0))
                    - nc * (a - 1.0) * delta;
                assert!(log_expectation <= 1e-12, "{nc} {ns} {ps} {g}: {log_expectation}");
            }
        }
    }

    #[test]
    fn level_holds_by_simulation_at_the_margin() {
        let mut chance = Chance::from_seed(7);
        let runs = 4000;
        let mut false_promotions = 0;
        for _ in 0..runs {
            let mut sums = [0.0; NON_INFERIORITY_GRID.len()];
            let crossed = (0..120).any(|_| {
                let stratum = Stratum::from_counts(
                    100,
                    1900,
                    chance.binomial(100, 0.0025),
                    chance.binomial(1900, 0.0005),
                );
                for (sum, g) in sums.iter_mut().zip(NON_INFERIORITY_GRID) {
                    *sum += log_increment(&stratum, 0.002, g);
                }
                log_mean_exp(&sums) >= libm::log(20.0)
            });
            false_promotions += i32::from(crossed);
        }
        let level = f64::from(false_promotions) / f64::from(runs);
        println!("difference e-process at its margin: crossed 1/0.05 in {level:.4} of {runs} runs");
        assert!(level <= 0.05 + 3.0 * (0.05_f64 * 0.95 / f64::from(runs)).sqrt());
    }
}

//! The stratified rate-ratio e-process: is the canary's event rate more than `r0` times stable's?
//!
//! Per window, with `rho(u) = n_c u / (n_c u + n_s)` and `theta = g r0`, the log likelihood ratio of "the canary's
//! share of the events is `rho(theta)`" against "`rho(r0)`" is
//!
//! ```text
//! l = x_c ln g - m ln1p( n_c r0 (g - 1) / (n_c r0 + n_s) )
//! ```
//!
//! written without a subtraction of close numbers. Each window compares the sides only with each other, so
//! whatever hits both sides of one window cancels, and the common rate may change from window to window.
//!
//! Why it is an e-process for Bernoulli requests too: with `a = rho(theta)/rho(r0)` per canary event and
//! `b = (1-rho(theta))/(1-rho(r0)) = 1 - (r0 n_c/n_s)(a - 1)` per stable event, `1 + u <= e^u` gives
//! `E[exp l] <= exp(n_c (a - 1)(p_c - r0 p_s)) <= 1` for `p_c <= r0 p_s` when `g > 1`, and for `p_c >= r0 p_s` when
//! `g < 1`. Two-Poisson share test: Lindon and Malek (2022); supermartingales: Howard et al. (2021).

use super::Stratum;

/// Multipliers of the tolerated ratio for regressions. The best multiplier is what the regression is beyond the tolerated
/// ratio, so 2.7 is for errors that triple.
pub const REGRESSION_GRID: [f64; 4] = [1.4, 2.7, 8.0, 30.0];

/// Their weights where errors are compared: where speed counts, around three times as many. A weak regression takes
/// long anyhow, and a violent one is found at once.
pub const REGRESSION_WEIGHTS: [f64; 4] = [0.07, 0.73, 0.15, 0.05];

/// Log evidence of one window for a ratio of `multiplier * null_ratio` against `null_ratio`, both positive;
/// 0 when one side had no requests.
#[must_use]
pub fn log_increment(stratum: &Stratum, null_ratio: f64, multiplier: f64) -> f64 {
    if !stratum.is_comparable() {
        return 0.0;
    }
    let canary = stratum.canary_total * null_ratio;
    let shift = canary * (multiplier - 1.0) / (canary + stratum.stable_total);
    stratum.canary_events * libm::log(multiplier) - stratum.events() * libm::log1p(shift)
}

/// Exact expectation of `exp(log_increment)` when every request of both sides fails independently with
/// probability `rate` and `null_ratio` is 1: `(1 + p(a-1))^n_c (1 + p(b-1))^n_s`, at most 1.
#[must_use]
pub fn null_expectation(canary_total: f64, stable_total: f64, rate: f64, multiplier: f64) -> f64 {
    let total = canary_total + stable_total;
    let spread = canary_total * multiplier + stable_total;
    let canary_factor = multiplier * total / spread;
    let stable_factor = total / spread;
    libm::exp(
        canary_total * libm::log1p(rate * (canary_factor - 1.0))
            + stable_total * libm::log1p(rate * (stable_factor - 1.0)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;
    use crate::stats::log_sum::log_mean_exp;

    #[test]
    fn four_windows_of_the_reference_table() {
        let windows = [
            (100, 1900, 2, 9),
            (110, 1890, 1, 10),
            (95, 1905, 4, 8),
            (102, 1898, 3, 11),
        ];
        let sums = [1.5, 3.0, 8.0, 30.0].map(|g| {
            windows
                .iter()
                .map(|(nc, ns, xc, xs)| log_increment(&Stratum::from_counts(*nc, *ns, *xc, *xs), 1.1, g))
                .sum::<f64>()
        });
        assert!((libm::exp(log_mean_exp(&sums)) - 135.182_491_006_020_85).abs() < 1e-9);
    }

    #[test]
    fn a_side_without_requests_says_nothing() {
        assert_eq!(log_increment(&Stratum::from_counts(0, 10, 0, 3), 1.0, 3.0), 0.0);
        assert_eq!(log_increment(&Stratum::from_counts(10, 0, 3, 0), 1.0, 3.0), 0.0);
    }

    #[test]
    fn swapping_the_sides_turns_the_ratio_over() {
        let there = Stratum::from_counts(120, 900, 7, 31);
        let back = Stratum::from_counts(900, 120, 31, 7);
        for g in REGRESSION_GRID {
            let difference = log_increment(&there, 1.3, g) - log_increment(&back, 1.0 / 1.3, 1.0 / g);
            assert!(difference.abs() < 1e-10, "{g}: {difference}");
        }
    }

    #[test]
    fn a_common_factor_of_both_sides_changes_nothing() {
        let plain = Stratum::from_counts(120, 900, 7, 31);
        let doubled = Stratum::from_counts(240, 1800, 7, 31);
        assert_eq!(log_increment(&plain, 1.1, 3.0), log_increment(&doubled, 1.1, 3.0));
    }

    #[test]
    fn merging_in_any_order_gives_the_same_sum() {
        let windows: Vec<Stratum> = (0..40)
            .map(|w| Stratum::from_counts(90 + w, 1900 - w, w % 5, 3 + w % 11))
            .collect();
        let sum = |strata: &mut dyn Iterator<Item = &Stratum>| -> f64 {
            strata.map(|stratum| log_increment(stratum, 1.1, 3.0)).sum()
        };
        let (forwards, backwards) = (sum(&mut windows.iter()), sum(&mut windows.iter().rev()));
        let shards = sum(&mut windows.iter().step_by(2)) + sum(&mut windows.iter().skip(1).step_by(2));
        assert!((forwards - backwards).abs() < 1e-11 && (forwards - shards).abs() < 1e-11);
    }

    #[test]
    fn bernoulli_expectation_is_at_most_one() {
        for rate in [1e-6, 0.001, 0.05, 0.3, 0.9] {
            for (nc, ns) in [(10.0, 190.0), (50.0, 50.0), (900.0, 100.0)] {
                for g in REGRESSION_GRID
                    .iter()
                    .chain(&[1.0 / 1.1, 1.0 / 1.5, 1.0 / 2.1, 1.0 / 6.0])
                {
                    assert!(
                        null_expectation(nc, ns, rate, *g) <= 1.0 + 1e-12,
                        "{rate} {nc} {ns} {g}"
                    );
                }
            }
        }
    }

    #[test]
    fn ten_thousand_null_streams_with_a_look_per_window() {
        let mut chance = Chance::from_seed(1);
        let (runs, alpha) = (10_000, 0.01);
        let mut crossed = 0;
        for _ in 0..runs {
            let mut sums = [0.0; REGRESSION_GRID.len()];
            crossed += i32::from((0..90).any(|_| {
                // The common rate moves by a factor of up to 4 from window to window.
                let rate = 0.004 * libm::exp(1.4 * (chance.uniform() - 0.5));
                let stratum =
                    Stratum::from_counts(100, 900, chance.binomial(100, rate), chance.binomial(900, rate));
                for (sum, g) in sums.iter_mut().zip(REGRESSION_GRID) {
                    *sum += log_increment(&stratum, 1.0, g);
                }
                log_mean_exp(&sums) >= -libm::log(alpha)
            }));
        }
        let level = f64::from(crossed) / f64::from(runs);
        println!(
            "rate-ratio e-process, zero tolerance: crossed 1/{alpha} in {level:.4} of {runs} null streams"
        );
        assert!(
            level <= alpha + 3.0 * (alpha * (1.0 - alpha) / f64::from(runs)).sqrt(),
            "{level}"
        );
    }
}

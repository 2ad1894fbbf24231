//! The beta function and the beta distribution, in logarithms and accurate into both tails.
//!
//! `ln B(a, b)` is the sum and difference of three log-gammas, each of which may be 1e10 where the result is 10. From
//! 10 on the leading terms of Stirling's series are therefore cancelled on paper and only its small corrections are
//! computed (DiDonato and Morris 1992, TOMS 708). The incomplete beta function is the continued fraction of
//! Numerical Recipes 6.4, evaluated by Lentz's method on the side where it converges quickly.
//!
//! Written here rather than taken from `statrs`, whose logarithms are the platform's: the same counts have to give the
//! same bits on any machine.

use std::f64::consts::PI;

use super::bisection;

/// From here on five terms of Stirling's series are exact to the last bits of an `f64`.
const STIRLING_FROM: f64 = 10.0;

/// The fraction needs about `sqrt(max(a, b))` steps; this is enough for parameters of 1e10.
const FRACTION_STEPS: u32 = 200_000;

/// `ln Gamma(x) - [(x - 1/2) ln x - x + ln(2 pi)/2]` for `x >= 10`.
fn stirling_correction(x: f64) -> f64 {
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    inverse
        * (1.0 / 12.0
            - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0))))
}

/// `ln B(a, b)` for `a, b > 0`.
#[must_use]
pub fn log_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a <= b { (a, b) } else { (b, a) };
    let sum = small + large;
    if large < STIRLING_FROM {
        return libm::lgamma(small) + libm::lgamma(large) - libm::lgamma(sum);
    }
    if small < STIRLING_FROM {
        let difference = (0.5 - large) * libm::log1p(small / large) - small * libm::log(sum) + small;
        return libm::lgamma(small) + difference + stirling_correction(large) - stirling_correction(sum);
    }
    let corrections = stirling_correction(small) + stirling_correction(large) - stirling_correction(sum);
    (small - 0.5) * libm::log(small / sum) - large * libm::log1p(small / large) - 0.5 * libm::log(large)
        + 0.5 * libm::log(2.0 * PI)
        + corrections
}

/// The continued fraction of `I_x(a, b) a B(a, b) / (x^a (1-x)^b)`, for `x` below `(a+1)/(a+b+2)`.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for step in 1..=FRACTION_STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let factor = d * c;
        result *= factor;
        if (factor - 1.0).abs() < 1e-15 {
            break;
        }
    }
    result
}

/// `ln I_x(a, b)` computed directly, accurate where `I` is at most about a half.
fn log_lower(a: f64, b: f64, x: f64) -> f64 {
    a * libm::log(x) + b * libm::log1p(-x) - log_beta(a, b) - libm::log(a) + libm::log(fraction(a, b, x))
}

/// `ln P(X <= x)` for `X ~ Beta(a, b)`, the regularised incomplete beta function; `a, b > 0`, `x` outside `[0, 1]`
/// counts as the nearer end. Does not underflow.
#[must_use]
pub fn log_cdf(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if x >= 1.0 {
        return 0.0;
    }
    if x <= (a + 1.0) / (a + b + 2.0) {
        log_lower(a, b, x).min(0.0)
    } else {
        libm::log1p(-libm::exp(log_lower(b, a, 1.0 - x)).min(1.0))
    }
}

/// `P(X <= x)` for `X ~ Beta(a, b)`.
#[must_use]
pub fn cdf(a: f64, b: f64, x: f64) -> f64 {
    libm::exp(log_cdf(a, b, x))
}

/// `P(X >= x)` for `X ~ Beta(a, b)`.
#[must_use]
pub fn survival(a: f64, b: f64, x: f64) -> f64 {
    libm::exp(log_cdf(b, a, 1.0 - x))
}

/// The `x` with `P(X <= x) = p`, to the last bits: 0 for `p <= 0`, 1 for `p >= 1`.
#[must_use]
pub fn quantile(a: f64, b: f64, p: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    bisection::last_true(0.0, 1.0, |x| cdf(a, b, x) < p)
}

/// The `x` with `P(X >= x) = p`, to the last bits: 1 for `p <= 0`, 0 for `p >= 1`.
#[must_use]
pub fn upper_quantile(a: f64, b: f64, p: f64) -> f64 {
    if p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    bisection::last_true(0.0, 1.0, |x| survival(a, b, x) > p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beta_function_of_whole_numbers_is_a_ratio_of_factorials() {
        // B(a, b) = (a-1)! (b-1)! / (a+b-1)!, over both sides of the change to Stirling's series.
        for (a, b) in [
            (1_u32, 1_u32),
            (3, 4),
            (9, 10),
            (10, 10),
            (9, 30),
            (30, 9),
            (40, 60),
        ] {
            let sum: f64 = (1..b).map(|k| libm::log(f64::from(k) / f64::from(a + k))).sum();
            let expected = sum - libm::log(f64::from(a));
            let got = log_beta(f64::from(a), f64::from(b));
            assert!(
                (got - expected).abs() < 1e-12 * expected.abs().max(1.0),
                "{a} {b}: {got}"
            );
        }
        // B(a, 1) = 1/a even where the log-gammas are 1e13.
        assert!((log_beta(1e12, 1.0) + libm::log(1e12)).abs() < 1e-9);
    }

    #[test]
    fn distribution_of_whole_parameters_is_a_binomial_tail() {
        // I_x(k, n-k+1) = P(Bin(n, x) >= k).
        let (n, x) = (20_u32, 0.3);
        let mut probability = libm::pow(1.0 - x, f64::from(n));
        let mut below = 0.0;
        for k in 0..=n {
            if k > 0 {
                let got = cdf(f64::from(k), f64::from(n - k + 1), x);
                assert!((got - (1.0 - below)).abs() < 1e-13, "{k}: {got}");
            }
            below += probability;
            probability *= f64::from(n - k) / f64::from(k + 1) * x / (1.0 - x);
        }
    }

    #[test]
    fn tails_far_below_the_smallest_float_have_a_logarithm() {
        // I_x(a, 1) = x^a.
        let got = log_cdf(5000.0, 1.0, 0.01);
        assert!((got / (5000.0 * libm::log(0.01)) - 1.0).abs() < 1e-12, "{got}");
        assert_eq!(cdf(5000.0, 1.0, 0.01), 0.0);
        assert_eq!((cdf(2.0, 3.0, -1.0), cdf(2.0, 3.0, 2.0)), (0.0, 1.0));
    }

    #[test]
    fn quantiles_invert_both_tails() {
        // An upper quantile next to 1 cannot be told from 1, so both parameters are at least 1.
        for (a, b) in [(1.5, 1.0), (1.0, 1200.0), (50.0, 951.0), (3e5, 7e5), (2e8, 1e9)] {
            for p in [1e-9, 0.025, 0.5, 0.9] {
                let (low, high) = (quantile(a, b, p), upper_quantile(a, b, p));
                assert!((cdf(a, b, low) / p - 1.0).abs() < 1e-5, "{a} {b} {p}: {low}");
                assert!(
                    (survival(a, b, high) / p - 1.0).abs() < 1e-5,
                    "{a} {b} {p}: {high}"
                );
            }
        }
        assert_eq!((quantile(2.0, 3.0, 0.0), quantile(2.0, 3.0, 1.0)), (0.0, 1.0));
        assert_eq!(
            (upper_quantile(2.0, 3.0, 0.0), upper_quantile(2.0, 3.0, 1.0)),
            (1.0, 0.0)
        );
    }
}

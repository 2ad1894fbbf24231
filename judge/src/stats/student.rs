//! Student's t distribution, as a beta distribution: `t^2/(df + t^2)` is Beta(1/2, df/2).

use super::beta;

/// `P(T >= t)` with `df > 0` degrees of freedom.
#[must_use]
pub fn survival(t: f64, df: f64) -> f64 {
    if t.is_infinite() {
        return if t > 0.0 { 0.0 } else { 1.0 };
    }
    let square = t * t;
    // Beyond 1e154 the square overflows, and the fraction is 0.
    let tail = 0.5
        * beta::cdf(
            0.5 * df,
            0.5,
            if square.is_finite() {
                df / (df + square)
            } else {
                0.0
            },
        );
    if t >= 0.0 { tail } else { 1.0 - tail }
}

/// The `t` with `P(T >= t) = p`, for `p` in (0, 1).
#[must_use]
pub fn upper_quantile(p: f64, df: f64) -> f64 {
    if p > 0.5 {
        return -upper_quantile(1.0 - p, df);
    }
    // Of `t^2/(df+t^2)` and its complement the smaller one has all its digits.
    let near = beta::upper_quantile(0.5, 0.5 * df, 2.0 * p);
    if near <= 0.5 {
        (df * near / (1.0 - near)).sqrt()
    } else {
        let far = beta::quantile(0.5 * df, 0.5, 2.0 * p);
        (df * (1.0 - far) / far).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal;

    #[test]
    fn special_cases_and_inverse() {
        for t in [-3.0, -0.1, 0.0, 0.5, 2.0, 1e6] {
            // One degree of freedom is Cauchy's distribution; two have a closed form.
            let cauchy = 0.5 - libm::atan(t) / std::f64::consts::PI;
            assert!((survival(t, 1.0) - cauchy).abs() < 1e-12, "{t}");
            let two = 0.5 - 0.5 * t / (2.0 + t * t).sqrt();
            assert!((survival(t, 2.0) - two).abs() < 1e-12, "{t}");
        }
        assert!((survival(1.5, 1e9) - normal::survival(1.5)).abs() < 1e-8);
        for df in [0.7, 1.0, 5.5, 300.0] {
            for p in [1e-10, 0.01, 0.025, 0.4, 0.5, 0.9] {
                let t = upper_quantile(p, df);
                assert!((survival(t, df) / p - 1.0).abs() < 1e-7, "{df} {p}: {t}");
            }
        }
        assert_eq!(
            (survival(f64::INFINITY, 3.0), survival(f64::NEG_INFINITY, 3.0)),
            (0.0, 1.0)
        );
        assert_eq!(survival(1e200, 3.0), 0.0);
    }
}

//! The standard normal distribution, accurate into both tails.

use std::f64::consts::{PI, SQRT_2};

/// `P(Z >= z)`.
#[must_use]
pub fn survival(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

/// `P(Z <= z)`.
#[must_use]
pub fn cdf(z: f64) -> f64 {
    survival(-z)
}

/// Density at `z`.
#[must_use]
pub fn density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt()
}

/// The `z` with `P(Z >= z) = p`; infinite for `p` of 0 or 1 and beyond, NaN for NaN.
///
/// Starts from Abramowitz and Stegun 26.2.23 (error below 4.5e-4) and takes three Halley steps on the exact tail,
/// each of which triples the number of correct digits.
#[must_use]
pub fn upper_quantile(p: f64) -> f64 {
    if p.is_nan() {
        return p;
    }
    if p <= 0.0 {
        return f64::INFINITY;
    }
    if p >= 1.0 {
        return f64::NEG_INFINITY;
    }
    if p > 0.5 {
        return -upper_quantile(1.0 - p);
    }
    let t = (-2.0 * libm::log(p)).sqrt();
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = t - numerator / denominator;
    for _ in 0..3 {
        let step = (survival(z) - p) / density(z);
        z += step / (1.0 - 0.5 * step * z);
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_quantiles() {
        for (p, z) in [
            (0.5, 0.0),
            (0.025, 1.959_963_984_540_054),
            (0.01, 2.326_347_874_040_841),
            (0.001, 3.090_232_306_167_813_5),
            (1e-9, 5.997_807_015_007_687),
            (0.975, -1.959_963_984_540_054),
        ] {
            assert!((upper_quantile(p) - z).abs() < 1e-12, "{p}");
        }
        assert_eq!(upper_quantile(0.0), f64::INFINITY);
    }

    #[test]
    fn quantile_inverts_the_tail() {
        for exponent in 1..250 {
            let p = 0.3 * libm::pow(10.0, -f64::from(exponent));
            let back = survival(upper_quantile(p));
            assert!((back / p - 1.0).abs() < 1e-11, "{p}: {back}");
        }
    }
}

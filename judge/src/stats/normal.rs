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

/// Below this the tail comes from its asymptotic series: `erfc` underflows at -38, and the series is exact to the last
/// bits from here on.
const FAR_BELOW: f64 = -30.0;

/// `ln P(Z <= z)`, also where the probability itself underflows. Far below (Abramowitz and Stegun 26.2.12):
/// `-z^2/2 - ln(-z) - ln(2 pi)/2 + ln(1 - 1/z^2 + 3/z^4 - 15/z^6)`.
#[must_use]
pub fn log_cdf(z: f64) -> f64 {
    if z >= FAR_BELOW {
        return libm::log(cdf(z));
    }
    let inverse = 1.0 / (z * z);
    let series = -inverse * (1.0 - inverse * (3.0 - 15.0 * inverse));
    -0.5 * z * z - libm::log(-z) - 0.5 * libm::log(2.0 * PI) + libm::log1p(series)
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
    fn log_of_a_tail_that_underflows() {
        // mpmath: log(ncdf(-30)), log(ncdf(-100)).
        for (z, expected) in [(-30.0, -454.321_243_956_343_15), (-100.0, -5_005.524_208_694_205)] {
            assert!((log_cdf(z) - expected).abs() < 1e-9, "{z}: {}", log_cdf(z));
        }
        assert!((log_cdf(FAR_BELOW.next_down()) - log_cdf(FAR_BELOW)).abs() < 1e-9);
        assert_eq!(log_cdf(50.0), 0.0);
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

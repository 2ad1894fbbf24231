//! The distribution of the one-sample Kolmogorov statistic, which the two-sample test approximates with.
//!
//! `P(D_n >= d)` is computed three ways, as Simard and L'Ecuyer (2011) choose among them:
//!
//! * Far out, twice the one-sided probability (Miller 1956), a sum of positive terms (Birnbaum and Tingey 1951).
//! * For `n` up to [`MATRIX_SIZE_MAX`], one minus the exact distribution as a power of a matrix (Durbin 1973; Marsaglia, Tsang
//!   and Wang 2003).
//! * Beyond, one minus the expansion of Pelz and Good (1976).

use std::f64::consts::PI;

use super::binomial::log_choose;

/// From here on the matrix is slower than the expansion and hardly more accurate: both agree to seven digits.
const MATRIX_SIZE_MAX: f64 = 1000.0;

/// The one-sided sum takes at most this many terms.
const SUM_TERMS: f64 = 4096.0;

/// `P(D_n >= d)` for `n >= 1` observations.
#[must_use]
pub fn survival(n: f64, d: f64) -> f64 {
    if d.is_nan() || n.is_nan() || n < 1.0 {
        return f64::NAN;
    }
    if d <= 0.5 / n {
        return 1.0;
    }
    if d >= 1.0 {
        return 0.0;
    }
    let spread = n * d * d;
    let far_out = if n <= 140.0 { 4.0 } else { 2.2 };
    if d >= 0.5 || spread >= far_out {
        return (2.0 * one_sided(n, d)).min(1.0);
    }
    let below = if n <= MATRIX_SIZE_MAX {
        matrix(n, d)
    } else {
        pelz_good(n, d)
    };
    (1.0 - below).clamp(0.0, 1.0)
}

/// `d sum_j C(n,j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j)` over `j <= n(1-d)`.
///
/// With many terms every k-th stands for its neighbours: they follow a smooth curve that vanishes at both ends with all its
/// derivatives, for which the trapezoidal rule is exact to rounding.
fn one_sided(n: f64, d: f64) -> f64 {
    let stride = (n / SUM_TERMS).ceil();
    let (mut sum, mut j) = (0.0, 0.0);
    while j <= n * (1.0 - d) {
        let (up, down) = (d + j / n, 1.0 - d - j / n);
        let last = if j == n {
            0.0
        } else if down <= 0.0 {
            f64::NEG_INFINITY
        } else {
            (n - j) * libm::log(down)
        };
        sum += libm::exp(log_choose(n, j) + (j - 1.0) * libm::log(up) + last);
        j += stride;
    }
    (d * sum * stride).min(1.0)
}

type Matrix = Vec<Vec<f64>>;

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let cell =
        |row: &Vec<f64>, column: usize| row.iter().zip(b).map(|(left, right)| left * right[column]).sum();
    a.iter()
        .map(|row| (0..b.len()).map(|column| cell(row, column)).collect())
        .collect()
}

/// `P(D_n < d)`: with `n d = k - h`, `h` in [0, 1), an entry of the `n`-th power of a `(2k-1)`-square matrix times `n!/n^n`.
fn matrix(n: f64, d: f64) -> f64 {
    let k = (n * d).floor() + 1.0;
    let h = k - n * d;
    let mut rows = 0;
    while f64::from(rows) < 2.0 * k - 1.0 {
        rows += 1;
    }
    let factorial = |size: i32| libm::tgamma(f64::from(size) + 1.0);
    let power = |exponent: i32| libm::pow(h, f64::from(exponent));
    let entry = |row: i32, column: i32| {
        let distance = row - column + 1;
        if distance < 0 {
            return 0.0;
        }
        let mut value = 1.0;
        if column == 0 {
            value -= power(row + 1);
        }
        if row == rows - 1 {
            value -= power(rows - column);
        }
        if row == rows - 1 && column == 0 {
            value += libm::pow((2.0 * h - 1.0).max(0.0), f64::from(rows));
        }
        value / factorial(distance)
    };
    let mut base: Matrix = (0..rows)
        .map(|row| (0..rows).map(|column| entry(row, column)).collect())
        .collect();
    let mut result: Matrix = (0..rows)
        .map(|row| {
            (0..rows)
                .map(|column| f64::from(u8::from(row == column)))
                .collect()
        })
        .collect();
    // The entries grow like n^n/n!; powers of ten are carried outside.
    let (mut base_log, mut result_log, mut left) = (0.0, 0.0, n);
    while left >= 1.0 {
        if left % 2.0 == 1.0 {
            result = product(&result, &base);
            result_log += base_log + rescale(&mut result);
        }
        base = product(&base, &base);
        base_log = 2.0 * base_log + rescale(&mut base);
        left = (left / 2.0).floor();
    }
    let centre = result.len() / 2;
    let log = result_log + libm::lgamma(n + 1.0) - n * libm::log(n);
    (result[centre][centre] * libm::exp(log)).clamp(0.0, 1.0)
}

/// Divides by the largest entry and gives its logarithm.
fn rescale(matrix: &mut Matrix) -> f64 {
    let largest = matrix.iter().flatten().copied().fold(f64::MIN_POSITIVE, f64::max);
    matrix.iter_mut().flatten().for_each(|entry| *entry /= largest);
    libm::log(largest)
}

/// `P(D_n < d)` as a series in `1/sqrt(n)` up to `n^(-3/2)`.
fn pelz_good(n: f64, d: f64) -> f64 {
    let root = n.sqrt();
    let z = root * d;
    let (z2, pi2) = (z * z, PI * PI);
    let (z4, pi4) = (z2 * z2, pi2 * pi2);
    let (z6, pi6) = (z4 * z2, pi4 * pi2);
    // Sums over all whole k, folded to k >= 0; the terms fall like exp(-k^2).
    let (mut k0, mut k1, mut k2, mut k3, mut even2, mut even3) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for k in 0..=20 {
        let half = (f64::from(k) + 0.5) * (f64::from(k) + 0.5);
        let weight = 2.0 * libm::exp(-pi2 * half / (2.0 * z2));
        k0 += weight;
        k1 += weight * (pi2 * half - z2);
        k2 += weight
            * (6.0 * z6
                + 2.0 * z4
                + pi2 * (2.0 * z4 - 5.0 * z2) * half
                + pi4 * (1.0 - 2.0 * z2) * half * half);
        k3 += weight
            * (pi6 * half * half * half * (5.0 - 30.0 * z2)
                + pi4 * half * half * (-60.0 * z2 + 212.0 * z4)
                + pi2 * half * (135.0 * z4 - 96.0 * z6)
                - (30.0 * z6 + 90.0 * z4 * z4));
        let whole = f64::from(k) * f64::from(k);
        let weight = 2.0 * libm::exp(-pi2 * whole / (2.0 * z2));
        even2 += weight * pi2 * whole;
        even3 += weight * (3.0 * pi2 * whole * z2 - pi4 * whole * whole);
    }
    let half_pi_root = (0.5 * PI).sqrt();
    let first = half_pi_root * k0 / z;
    let second = half_pi_root * k1 / (6.0 * z4);
    let third = half_pi_root * (k2 / (72.0 * z6 * z) - even2 / (36.0 * z2 * z));
    let fourth = half_pi_root * (k3 / (6480.0 * z6 * z4) + even3 / (216.0 * z6));
    first + second / root + third / n + fourth / (n * root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // Marsaglia, Tsang and Wang (2003): P(D_10 < 0.274) = 0.6284796154565.
        assert!((matrix(10.0, 0.274) - 0.628_479_615_456_5).abs() < 1e-12);
        // P(D_1 >= d) = 2(1 - d) for d >= 1/2.
        assert!((survival(1.0, 0.7) - 0.6).abs() < 1e-14);
        assert_eq!((survival(5.0, 0.1), survival(5.0, 1.0)), (1.0, 0.0));
        assert!(survival(0.0, 0.3).is_nan());
    }

    #[test]
    fn the_three_ways_meet() {
        for z in [0.5, 0.8, 1.1, 1.4] {
            let d = z / 1000.0_f64.sqrt();
            let (exact, series) = (matrix(1000.0, d), pelz_good(1000.0, d));
            assert!((exact - series).abs() < 1e-7, "{z}: {exact} {series}");
        }
        for (n, spread) in [(140.0_f64, 3.9_f64), (900.0, 2.3)] {
            let d = (spread / n).sqrt();
            let (far, near) = (2.0 * one_sided(n, d), 1.0 - matrix(n, d));
            assert!((far / near - 1.0).abs() < 1e-6, "{n}: {far} {near}");
        }
        // The strided sum continues the whole one, and goes over to exp(-2 n d^2) (Smirnov 1944).
        let (whole, strided) = (one_sided(SUM_TERMS, 0.03), one_sided(SUM_TERMS + 1.0, 0.03));
        assert!((whole / strided - 1.0).abs() < 3e-3, "{whole} {strided}");
        for (n, spread) in [(1e6_f64, 2.2_f64), (1e9, 5.0), (1e12, 30.0)] {
            let ratio = one_sided(n, (spread / n).sqrt()) / libm::exp(-2.0 * spread);
            assert!((ratio - 1.0).abs() < 20.0 / n.sqrt() + 1e-3, "{n}: {ratio}");
        }
    }
}

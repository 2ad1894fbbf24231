//! The binomial distribution: tails, the exact test of a share, and its interval.
//!
//! Tails are incomplete beta functions, `P(X >= k) = I_p(k, n-k+1)`, so they cost the same for ten trials and for ten
//! billion and stay accurate however small they are.

use super::{beta, bisection};

/// Probabilities this close (relatively) to the observed one count as equal to it in a two-sided test: rounding must
/// not tell mirror images apart. The convention of R's `binom.test` and of scipy.
pub(super) const ALIKE: f64 = 1e-7;

/// `ln C(n, k)` for `0 <= k <= n`.
#[must_use]
pub fn log_choose(n: f64, k: f64) -> f64 {
    -libm::log1p(n) - beta::log_beta(n - k + 1.0, k + 1.0)
}

/// `ln P(X = k)` for `n` trials of probability `p` in (0, 1).
#[must_use]
pub fn log_mass(k: u64, n: u64, p: f64) -> f64 {
    let (k, n) = (k as f64, n as f64);
    log_choose(n, k) + k * libm::log(p) + (n - k) * libm::log1p(-p)
}

/// `P(X >= k)`.
#[must_use]
pub fn at_least(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 {
        1.0
    } else if k > n {
        0.0
    } else {
        beta::cdf(k as f64, (n - k) as f64 + 1.0, p)
    }
}

/// `P(X <= k)`.
#[must_use]
pub fn at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        1.0
    } else {
        beta::survival(k as f64 + 1.0, (n - k) as f64, p)
    }
}

/// Two-sided p-value of `k` among `n` against the share `p` in (0, 1): the sum of all probabilities that are not
/// larger than the observed one.
#[must_use]
pub fn two_sided(k: u64, n: u64, p: f64) -> f64 {
    let limit = log_mass(k, n, p) + libm::log1p(ALIKE);
    let mean = n as f64 * p;
    let smaller = |other: u64| log_mass(other, n, p) <= limit;
    if k as f64 == mean {
        return 1.0;
    }
    let near = bisection::last_true_count(0, n, |other| other as f64 <= mean);
    if (k as f64) < mean {
        // On the far side the probabilities fall from the mean on.
        let first = near + 1;
        if smaller(first) {
            return (at_most(k, n, p) + at_least(first, n, p)).min(1.0);
        }
        let last_larger = bisection::last_true_count(first, n, |other| !smaller(other));
        (at_most(k, n, p) + at_least(last_larger + 1, n, p)).min(1.0)
    } else {
        let far = if smaller(0) {
            let last = bisection::last_true_count(0, near, smaller);
            at_most(last, n, p)
        } else {
            0.0
        };
        (at_least(k, n, p) + far).min(1.0)
    }
}

/// The exact interval of the share after `k` among `n >= 1`, at the two-sided level `confidence` in (0, 1) (Clopper and
/// Pearson 1934).
#[must_use]
pub fn clopper_pearson(k: u64, n: u64, confidence: f64) -> (f64, f64) {
    let (x, rest, tail) = (k as f64, (n - k.min(n)) as f64, 0.5 * (1.0 - confidence));
    let lower = if k == 0 {
        0.0
    } else {
        beta::quantile(x, rest + 1.0, tail)
    };
    let upper = if k >= n {
        1.0
    } else {
        beta::upper_quantile(x + 1.0, rest, tail)
    };
    (lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enumerated(k: u64, n: u64, p: f64) -> f64 {
        let limit = log_mass(k, n, p) + libm::log1p(ALIKE);
        let masses = (0..=n).map(|other| log_mass(other, n, p));
        masses.filter(|mass| *mass <= limit).map(libm::exp).sum()
    }

    #[test]
    fn two_sided_is_the_sum_of_all_that_is_as_unlikely() {
        for n in [1, 2, 7, 20, 45] {
            for p in [0.05, 0.3, 0.5, 0.9] {
                for k in 0..=n {
                    let (got, expected) = (two_sided(k, n, p), enumerated(k, n, p));
                    assert!(
                        (got - expected.min(1.0)).abs() < 1e-10,
                        "{k} {n} {p}: {got} {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_interval_is_where_the_tails_are() {
        for (k, n) in [
            (0, 1),
            (1, 1),
            (3, 50),
            (45, 50),
            (0, 10_000),
            (123_456, 10_000_000),
        ] {
            let (lower, upper) = clopper_pearson(k, n, 0.95);
            assert!(k == 0 && lower == 0.0 || (at_least(k, n, lower) / 0.025 - 1.0).abs() < 1e-6);
            assert!(k == n && upper == 1.0 || (at_most(k, n, upper) / 0.025 - 1.0).abs() < 1e-6);
        }
    }
}

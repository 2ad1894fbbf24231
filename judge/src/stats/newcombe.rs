//! Interval of a difference of shares from the Wilson intervals of each (Newcombe 1998, method 10).
//!
//! With Wilson limits `(l, u)` of each share: `lower = d - sqrt((p_c-l_c)^2 + (u_s-p_s)^2)` and
//! `upper = d + sqrt((u_c-p_c)^2 + (p_s-l_s)^2)`. Closed form, inside [-1, 1], and of use without any event.

use super::{Stratum, normal};

/// Limits of one share after `events` among `total > 0`, at the two-sided level `confidence` (Wilson 1927).
#[must_use]
pub fn wilson(events: f64, total: f64, confidence: f64) -> (f64, f64) {
    let z = normal::upper_quantile(0.5 * (1.0 - confidence));
    let (share, square) = (events / total, z * z);
    let middle = events + 0.5 * square;
    let half = z * (events * (1.0 - share) + 0.25 * square).sqrt();
    let scale = total + square;
    // At the ends the closed form is off by a rounding error.
    let lower = if events <= 0.0 {
        0.0
    } else {
        (middle - half) / scale
    };
    let upper = if events >= total {
        1.0
    } else {
        (middle + half) / scale
    };
    (lower, upper)
}

/// Limits of the canary's share minus stable's; -1 and 1 when one side has no requests.
#[must_use]
pub fn difference(stratum: &Stratum, confidence: f64) -> (f64, f64) {
    if !stratum.is_comparable() {
        return (-1.0, 1.0);
    }
    let canary = stratum.canary_events / stratum.canary_total;
    let stable = stratum.stable_events / stratum.stable_total;
    let (canary_low, canary_high) = wilson(stratum.canary_events, stratum.canary_total, confidence);
    let (stable_low, stable_high) = wilson(stratum.stable_events, stratum.stable_total, confidence);
    let difference = canary - stable;
    (
        difference - libm::hypot(canary - canary_low, stable_high - stable),
        difference + libm::hypot(canary_high - canary, stable - stable_low),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_within_bounds_and_turns_around() {
        for (nc, ns, xc, xs) in [
            (1, 1, 0, 0),
            (1, 1, 1, 0),
            (10, 10, 10, 0),
            (200, 300, 0, 0),
            (50, 9999, 3, 10),
        ] {
            let (lower, upper) = difference(&Stratum::from_counts(nc, ns, xc, xs), 0.95);
            let (low, high) = difference(&Stratum::from_counts(ns, nc, xs, xc), 0.95);
            assert!((-1.0..=1.0).contains(&lower) && (-1.0..=1.0).contains(&upper) && lower < upper);
            assert!((lower + high).abs() < 1e-12 && (upper + low).abs() < 1e-12);
        }
        assert_eq!(difference(&Stratum::from_counts(0, 5, 0, 1), 0.95), (-1.0, 1.0));
    }
}

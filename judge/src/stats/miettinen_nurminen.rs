//! Score intervals of a difference and of a ratio of two shares (Miettinen and Nurminen 1985).
//!
//! The interval holds every `delta` (or ratio `r`) whose score is within the normal quantile:
//!
//! ```text
//! difference  z = (p_c - p_s - delta)  / sqrt( [ P_c(1-P_c)/n_c +     P_s(1-P_s)/n_s ] N/(N-1) )
//! ratio       z = (p_c - r p_s)        / sqrt( [ P_c(1-P_c)/n_c + r^2 P_s(1-P_s)/n_s ] N/(N-1) )
//! ```
//!
//! where `P_c, P_s` maximise the likelihood under `P_c = P_s + delta` (or `r P_s`). The likelihood is concave, so its
//! maximum is one crossing of its slope. The usual closed form (a cubic's trigonometric root) loses half its digits
//! where the root is double, which is just where there are no events. Agrees with the table of Newcombe (1998); the
//! difference in statsmodels 0.15 does not (a wrong coefficient in the cubic).

use super::{Stratum, bisection, normal};

/// `x/p`, where no events have no slope. At the ends of the range rounding must not make `p` negative.
fn slope(x: f64, p: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x / p.max(0.0) }
}

/// Where the score of `null` crosses `limit`: it falls as `null` grows.
fn crossing(low: f64, high: f64, limit: f64, score: impl Fn(f64) -> f64) -> f64 {
    bisection::last_true(low, high, |null| score(null) >= limit)
}

/// `scaled` is `P_s` in a difference and `r^2 P_s` in a ratio.
fn score(stratum: &Stratum, distance: f64, canary: f64, stable: f64, scaled: f64) -> f64 {
    let total = stratum.total();
    let variance = (canary * (1.0 - canary) / stratum.canary_total
        + scaled * (1.0 - stable) / stratum.stable_total)
        * (total / (total - 1.0));
    if distance == 0.0 {
        0.0
    } else {
        distance / variance.max(0.0).sqrt()
    }
}

fn difference_score(stratum: &Stratum, delta: f64) -> f64 {
    let Stratum {
        canary_total: nc,
        canary_events: xc,
        stable_total: ns,
        stable_events: xs,
    } = *stratum;
    let stable = bisection::last_true((-delta).max(0.0), (1.0 - delta).min(1.0), |p| {
        slope(xc, p + delta) - slope(nc - xc, 1.0 - p - delta) + slope(xs, p) - slope(ns - xs, 1.0 - p) >= 0.0
    });
    let canary = (stable + delta).clamp(0.0, 1.0);
    score(stratum, xc / nc - xs / ns - delta, canary, stable, stable)
}

fn ratio_score(stratum: &Stratum, ratio: f64) -> f64 {
    let Stratum {
        canary_total: nc,
        canary_events: xc,
        stable_total: ns,
        stable_events: xs,
    } = *stratum;
    let stable = bisection::last_true(0.0, (1.0 / ratio).min(1.0), |p| {
        slope(xc + xs, p) - ratio * slope(nc - xc, 1.0 - ratio * p) - slope(ns - xs, 1.0 - p) >= 0.0
    });
    let canary = (ratio * stable).min(1.0);
    // r^2 P_s as r P_c: the square of a ratio overflows.
    score(
        stratum,
        xc / nc - ratio * (xs / ns),
        canary,
        stable,
        ratio * canary,
    )
}

/// Limits of the canary's share minus stable's, at the two-sided level `confidence` in (0, 1); -1 and 1 when one side
/// has no requests. About 10,000 evaluations of the slope.
#[must_use]
pub fn difference(stratum: &Stratum, confidence: f64) -> (f64, f64) {
    if !stratum.is_comparable() {
        return (-1.0, 1.0);
    }
    let z = normal::upper_quantile(0.5 * (1.0 - confidence));
    let estimate =
        stratum.canary_events / stratum.canary_total - stratum.stable_events / stratum.stable_total;
    (
        crossing(-1.0, estimate, z, |delta| difference_score(stratum, delta)),
        crossing(estimate, 1.0, -z, |delta| difference_score(stratum, delta)),
    )
}

/// Limits of the canary's share over stable's; 0 where the canary has no events, infinite where stable has none, both
/// when one side has no requests.
#[must_use]
pub fn ratio(stratum: &Stratum, confidence: f64) -> (f64, f64) {
    if !stratum.is_comparable() {
        return (0.0, f64::INFINITY);
    }
    let z = normal::upper_quantile(0.5 * (1.0 - confidence));
    let canary = stratum.canary_events / stratum.canary_total;
    let stable = stratum.stable_events / stratum.stable_total;
    let score = |ratio: f64| ratio_score(stratum, ratio);
    let estimate = if stable > 0.0 { canary / stable } else { f64::MAX };
    let lower = if canary > 0.0 {
        crossing(f64::MIN_POSITIVE, estimate, z, score)
    } else {
        0.0
    };
    let upper = if stable > 0.0 {
        crossing(estimate.max(f64::MIN_POSITIVE), f64::MAX, -z, score)
    } else {
        f64::INFINITY
    };
    (lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_table() {
        // Newcombe 1998, table II, method 5 (with the factor N/(N-1) method 6): 56/70 against 48/80.
        let (lower, upper) = difference(&Stratum::from_counts(70, 80, 56, 48), 0.95);
        assert!(
            (lower - 0.0528).abs() < 5e-5 && (upper - 0.3382).abs() < 5e-5,
            "{lower} {upper}"
        );
    }

    #[test]
    fn swapping_the_sides_turns_the_limits_around() {
        for (nc, ns, xc, xs) in [
            (1, 1, 0, 0),
            (1, 1, 1, 0),
            (10, 10, 10, 0),
            (200, 300, 0, 0),
            (50, 9999, 3, 10),
            (9, 9, 9, 9),
        ] {
            let (one, other) = (
                Stratum::from_counts(nc, ns, xc, xs),
                Stratum::from_counts(ns, nc, xs, xc),
            );
            let ((lower, upper), (low, high)) = (difference(&one, 0.95), difference(&other, 0.95));
            assert!(
                lower < upper && (-1.0..=1.0).contains(&lower) && (-1.0..=1.0).contains(&upper),
                "{one:?}"
            );
            assert!(
                (lower + high).abs() < 1e-9 && (upper + low).abs() < 1e-9,
                "{one:?}: {lower} {high}"
            );
            let ((lower, upper), (low, high)) = (ratio(&one, 0.95), ratio(&other, 0.95));
            assert!(lower < upper, "{one:?}: {lower} {upper}");
            assert!(
                (lower * high - 1.0).abs() < 1e-9 || lower == 0.0 || high.is_infinite(),
                "{one:?}: {lower} {high}"
            );
            assert!(
                (upper * low - 1.0).abs() < 1e-9 || low == 0.0 || upper.is_infinite(),
                "{one:?}: {upper} {low}"
            );
        }
    }

    #[test]
    fn sides_without_events_have_open_ends() {
        assert_eq!(
            ratio(&Stratum::from_counts(100, 100, 0, 0), 0.95),
            (0.0, f64::INFINITY)
        );
        let (lower, upper) = ratio(&Stratum::from_counts(100, 100, 5, 0), 0.95);
        assert!(lower > 0.5 && upper.is_infinite(), "{lower}");
        assert_eq!(
            ratio(&Stratum::from_counts(0, 100, 0, 0), 0.95),
            (0.0, f64::INFINITY)
        );
    }
}

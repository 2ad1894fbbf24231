//! Exact comparison of two event rates by their exposures, at one look.
//!
//! Given `m = x_c + x_s` events in all, the canary's are binomial with the share `t_c/(t_c + t_s)` when both rates are
//! equal. The interval of that share (Clopper and Pearson 1934) becomes the interval of the ratio by
//! `r = q/(1-q) t_s/t_c`.

use super::binomial;

/// What two counts say about the ratio of their rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoissonRates {
    /// The canary's rate over stable's; infinite without stable events, NaN without any.
    pub ratio: f64,
    /// p-value of "both rates are equal".
    pub two_sided: f64,
    /// p-value of "the canary's rate is not larger".
    pub greater: f64,
    /// Lower limit of the ratio, 0 without canary events.
    pub lower: f64,
    /// Upper limit of the ratio, infinite without stable events.
    pub upper: f64,
}

/// Compares `(events, exposure)` of the canary and of stable; exposures positive, in the same unit, such as seconds
/// times instances; `confidence` two-sided, in (0, 1).
#[must_use]
pub fn compare(canary: (u64, f64), stable: (u64, f64), confidence: f64) -> PoissonRates {
    let ((xc, tc), (xs, ts)) = (canary, stable);
    let (events, exposures) = (xc + xs, ts / tc);
    if events == 0 {
        let (ratio, upper) = (f64::NAN, f64::INFINITY);
        return PoissonRates {
            ratio,
            two_sided: 1.0,
            greater: 1.0,
            lower: 0.0,
            upper,
        };
    }
    let share = tc / (tc + ts);
    let (low, high) = binomial::clopper_pearson(xc, events, confidence);
    let ratio_of = |share: f64| share / (1.0 - share) * exposures;
    PoissonRates {
        ratio: xc as f64 / xs as f64 * exposures,
        two_sided: binomial::two_sided(xc, events, share),
        greater: binomial::at_least(xc, events, share),
        lower: ratio_of(low),
        upper: ratio_of(high),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_events_leave_an_end_open() {
        let none = compare((0, 10.0), (0, 100.0), 0.95);
        assert!(none.ratio.is_nan());
        assert_eq!(
            (none.two_sided, none.lower, none.upper),
            (1.0, 0.0, f64::INFINITY)
        );
        let no_stable = compare((7, 10.0), (0, 10.0), 0.95);
        assert!(
            no_stable.upper.is_infinite() && no_stable.lower > 1.0,
            "{no_stable:?}"
        );
        let no_canary = compare((0, 10.0), (7, 10.0), 0.95);
        assert!(no_canary.lower == 0.0 && no_canary.upper < 1.0, "{no_canary:?}");
    }

    #[test]
    fn swapping_the_sides_inverts_the_limits() {
        let (one, other) = (
            compare((15, 1e3), (50, 1e4), 0.9),
            compare((50, 1e4), (15, 1e3), 0.9),
        );
        assert!((one.lower * other.upper - 1.0).abs() < 1e-9 && (one.upper * other.lower - 1.0).abs() < 1e-9);
        assert!((one.two_sided / other.two_sided - 1.0).abs() < 1e-9);
    }
}

//! Mean and variance of one window's log evidence.

use crate::stats::{Margin, Stratum, hypergeometric};

/// Canary requests that a stratum has at least when exact evidence is computed of it: expected counts are no whole numbers,
/// and rounded among many they say the same.
const CANARY_REQUESTS_MIN: f64 = 500.0;

/// Mean and variance of the log evidence of a window with these expected counts. Where a window counts for the smaller of two
/// forms, both vary alike and the smaller mean is that of the window.
pub(super) fn moments(margin: Margin, window: &Stratum, multiplier: f64) -> (f64, f64) {
    if !window.is_comparable() {
        return (0.0, 0.0);
    }
    let exact = match margin {
        Margin::Odds { odds } if window.total() <= hypergeometric::REQUESTS_MAX => Some(odds),
        _ => None,
    };
    let windows = match exact {
        Some(_) => (CANARY_REQUESTS_MIN / window.canary_total).ceil().max(1.0),
        None => 1.0,
    };
    let several = scaled(window, windows);
    let log_evidence = |stratum: &Stratum| match exact {
        Some(odds) => conditional(stratum, odds, multiplier),
        None => margin.expected_log_increment(stratum, multiplier),
    };
    let all = log_evidence(&several);
    // The increments are next to linear in the events of each side.
    let more = |canary: f64, stable: f64| {
        log_evidence(&Stratum {
            canary_events: several.canary_events + canary,
            stable_events: several.stable_events + stable,
            ..several
        }) - all
    };
    let (of_canary, of_stable) = (more(1.0, 0.0), more(0.0, 1.0));
    let variance = of_canary * of_canary * binomial_variance(window.canary_events, window.canary_total)
        + of_stable * of_stable * binomial_variance(window.stable_events, window.stable_total);
    (all / windows, variance)
}

/// Variance of a number of events of which this many are expected.
pub(super) fn binomial_variance(events: f64, total: f64) -> f64 {
    events * (1.0 - events / total).max(0.0)
}

fn scaled(window: &Stratum, windows: f64) -> Stratum {
    Stratum {
        canary_total: windows * window.canary_total,
        canary_events: windows * window.canary_events,
        stable_total: windows * window.stable_total,
        stable_events: windows * window.stable_events,
    }
}

/// The exact form with totals rounded, on the straight line between the whole numbers of events beside the expected one.
fn conditional(stratum: &Stratum, odds: f64, multiplier: f64) -> f64 {
    let (canary_total, stable_total) = (
        stratum.canary_total.round(),
        stratum.stable_total.round().max(1.0),
    );
    let below = stratum.events().floor();
    let part = stratum.events() - below;
    let at = |events: f64| {
        let events = events.min(canary_total + stable_total);
        let whole = Stratum {
            canary_total,
            stable_total,
            canary_events: stratum.canary_events,
            stable_events: events - stratum.canary_events,
        };
        hypergeometric::log_increments(&whole, odds, &[multiplier])[0]
    };
    (1.0 - part) * at(below) + part * at(below + 1.0)
}

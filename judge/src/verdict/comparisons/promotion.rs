//! Evidence that the canary is good enough.
//!
//! The margin is composite: the canary is good enough when its rate is below `promote` times stable's *or* below
//! stable's plus `promoteAbsolute`. So the null is "at or above both", and a window may be tested against either of
//! the two; which one is chosen from past windows, where the larger of the two is predicted. The product over the
//! windows is an e-process, because both nulls hold in every window. The difference is what lets a service promote
//! that hardly ever fails, where no ratio can be shown.

use crate::analysis::plan::Tolerance;
use crate::stats::log_sum::log_mean_exp;
use crate::stats::rate_ratio::NON_INFERIORITY_GRID as RATIO_GRID;
use crate::stats::{Margin, Stratum, difference};

/// Alternatives, with uniform weights.
const ALTERNATIVES: usize = RATIO_GRID.len();

/// What every alternative multiplies the margin by where a difference is tested.
const DIFFERENCE_GRID: [f64; ALTERNATIVES] = difference::NON_INFERIORITY_GRID;

/// Log evidence per alternative.
#[derive(Clone, Debug, Default)]
pub(super) struct Promotion {
    sums: [f64; ALTERNATIVES],
}

impl Promotion {
    /// Adds a window judged against `margin`, its log evidence divided by the dispersion factor.
    pub(super) fn add(&mut self, stratum: &Stratum, margin: Margin, dispersion: f64) {
        let increments = margin.log_increments(stratum, &alternatives(margin));
        for (sum, increment) in self.sums.iter_mut().zip(increments) {
            *sum += increment / dispersion;
        }
    }

    /// What was gathered for the canary does not count any more; what was gathered against it does. At a time that
    /// the past tells, an e-process that is lowered to 1 at most stays one.
    pub(super) fn cut_back(&mut self) {
        for sum in &mut self.sums {
            *sum = sum.min(0.0);
        }
    }

    pub(super) fn log_e(&self) -> f64 {
        log_mean_exp(&self.sums)
    }
}

/// The alternatives against a margin.
pub(super) fn alternatives(margin: Margin) -> [f64; ALTERNATIVES] {
    match margin {
        Margin::Difference { .. } => DIFFERENCE_GRID,
        Margin::Ratio(_) | Margin::Larger { .. } | Margin::Odds { .. } => RATIO_GRID,
    }
}

/// What a window is tested against, from stable's rate in past windows. For common events the ratio is taken as one
/// of odds, which is never smaller than the ratio of rates, so that its null holds whenever the ratio's does.
pub(super) fn margin(tolerance: Tolerance, predicted: Option<f64>, is_common: bool) -> Margin {
    let (ratio, difference) = (tolerance.promote, tolerance.promote_absolute);
    match predicted {
        Some(stable_rate) if difference > (ratio - 1.0) * stable_rate => Margin::Difference { difference },
        _ if is_common => Margin::Odds { odds: ratio },
        _ => Margin::Ratio(ratio),
    }
}

//! Evidence that the canary is good enough.
//!
//! The margin is composite: the canary is good enough when its rate is below `promote` times stable's *or* below
//! stable's plus `promoteAbsolute`. So the null is "at or above both", and a window may be tested against either of
//! the two; which one is chosen from past windows, where the larger of the two is predicted. The product over the
//! windows is an e-process, because both nulls hold in every window. The difference is what lets a service promote
//! that hardly ever fails, where no ratio can be shown.
//!
//! Most releases change nothing, so half of the prior is on just that: the multiplier of the margin at which canary and
//! stable are alike. What it is follows from the margin and from stable's past (a predictable plug-in), so it is fixed
//! before the window is seen. The rest is spread over canaries that are somewhat worse or better.

use crate::analysis::plan::Tolerance;
use crate::stats::log_sum::log_weighted_sum_exp;
use crate::stats::{Margin, Stratum};

/// Alternatives, that of no difference first.
const ALTERNATIVES: usize = 8;

/// The prior of no difference.
const NO_DIFFERENCE: f64 = 0.5;

/// The prior of each of the others.
const OTHER: f64 = (1.0 - NO_DIFFERENCE) / (ALTERNATIVES - 1) as f64;

/// What the others multiply a ratio by.
const RATIO_GRID: [f64; ALTERNATIVES - 1] = [
    1.0 / 1.1,
    1.0 / 1.2,
    1.0 / 1.35,
    1.0 / 1.75,
    1.0 / 2.1,
    1.0 / 3.0,
    1.0 / 6.0,
];

/// What the others multiply a margin by where a difference is tested: down to nearly "no event at all", which is the case
/// that this form is for.
const DIFFERENCE_GRID: [f64; ALTERNATIVES - 1] = [
    1.0 / 25.0,
    1.0 / 25.0,
    1.0 / 12.0,
    1.0 / 6.0,
    1.0 / 3.0,
    1.0 / 1.8,
    1.0 / 1.3,
];

/// Multipliers beyond these are no alternatives: the first is no event at all, the second is hardly better than the margin.
const MULTIPLIER_RANGE: (f64, f64) = (1.0 / 25.0, 1.0 / 1.05);

/// What a window is tested against, and what to expect of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) margin: Margin,
    /// What a canary that is like stable makes of the margin, from past windows.
    alike: f64,
}

impl Target {
    pub(super) fn new(margin: Margin, alike: f64) -> Self {
        let (smallest, largest) = MULTIPLIER_RANGE;
        Self {
            margin,
            // A NaN becomes the smallest.
            alike: alike.max(smallest).min(largest),
        }
    }

    /// What the margin is multiplied by.
    pub(super) fn alternatives(&self) -> [f64; ALTERNATIVES] {
        let others = match self.margin {
            Margin::Difference { .. } => DIFFERENCE_GRID,
            Margin::Ratio(_) | Margin::Larger { .. } | Margin::Odds { .. } => RATIO_GRID,
        };
        let mut all = [self.alike; ALTERNATIVES];
        all[1..].copy_from_slice(&others);
        all
    }
}

/// The prior of an alternative by its place.
pub(super) fn prior(place: usize) -> f64 {
    if place == 0 { NO_DIFFERENCE } else { OTHER }
}

/// Log evidence per alternative.
#[derive(Clone, Debug, Default)]
pub(super) struct Promotion {
    sums: [f64; ALTERNATIVES],
}

impl Promotion {
    /// Adds a window judged against `target`, its log evidence divided by the dispersion factor.
    pub(super) fn add(&mut self, stratum: &Stratum, target: &Target, dispersion: f64) {
        let increments = target.margin.log_increments(stratum, &target.alternatives());
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
        let terms = self.sums.iter().enumerate();
        log_weighted_sum_exp(terms.map(|(place, sum)| (prior(place), *sum)))
    }
}

/// What a window of rates is tested against, from stable's rate in past windows. For common events the ratio is taken as
/// one of odds, which is never smaller than the ratio of rates, so that its null holds whenever the ratio's does.
///
/// Alike is the reciprocal of a ratio. Against a difference `d` at stable's rate `p` it is `p/(p + d)`, the multiplier
/// with the fastest growth when both sides fail at `p` and stable has most of the requests.
pub(super) fn of_rates(tolerance: Tolerance, predicted: Option<f64>, is_common: bool) -> Target {
    let (ratio, difference) = (tolerance.promote, tolerance.promote_absolute);
    match predicted {
        Some(rate) if difference > (ratio - 1.0) * rate => {
            Target::new(Margin::Difference { difference }, rate / (rate + difference))
        }
        _ if is_common => Target::new(Margin::Odds { odds: ratio }, 1.0 / ratio),
        _ => Target::new(Margin::Ratio(ratio), 1.0 / ratio),
    }
}

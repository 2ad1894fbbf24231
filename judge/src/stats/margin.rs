//! The null hypothesis of one window: how much worse the canary may be.

use super::{Stratum, difference, hypergeometric, rate_ratio};

/// What a window is tested against. It has to be chosen before the window is seen (from past windows), then the
/// product of the windows' evidence is an e-process even when the margin changes from window to window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Margin {
    /// The canary's rate is this many times stable's; positive.
    Ratio(f64),
    /// The canary's rate is this much above stable's.
    Difference {
        /// Difference of the rates, in [0, 1].
        difference: f64,
    },
    /// The canary's rate is the larger of `ratio` times stable's and `difference` above stable's, for tests of a
    /// worse canary: a union of two nulls.
    Larger {
        /// Ratio of the rates, at least 1.
        ratio: f64,
        /// Difference of the rates, in [0, 1].
        difference: f64,
    },
    /// The canary's odds are this many times stable's: for common events.
    Odds {
        /// Ratio of the odds; positive.
        odds: f64,
    },
}

impl Margin {
    /// Log evidence of an observed window in the direction of each of `multipliers` (above 1: worse than the margin).
    #[must_use]
    pub fn log_increments(self, stratum: &Stratum, multipliers: &[f64]) -> Vec<f64> {
        match self {
            Self::Odds { odds } if stratum.total() <= hypergeometric::REQUESTS_MAX => {
                hypergeometric::log_increments(stratum, odds, multipliers)
            }
            _ => multipliers
                .iter()
                .map(|multiplier| self.expected_log_increment(stratum, *multiplier))
                .collect(),
        }
    }

    /// Log evidence in the forms that are linear in the counts, so that expected counts give expected evidence.
    #[must_use]
    pub fn expected_log_increment(self, stratum: &Stratum, multiplier: f64) -> f64 {
        match self {
            Self::Ratio(ratio) | Self::Odds { odds: ratio } => {
                rate_ratio::log_increment(stratum, ratio, multiplier)
            }
            Self::Difference { difference } => difference::log_increment(stratum, difference, multiplier),
            // One of the two has expectation at most 1, whichever null holds in this window; so has the smaller.
            Self::Larger { ratio, difference } => rate_ratio::log_increment(stratum, ratio, multiplier)
                .min(difference::log_increment(stratum, difference, multiplier)),
        }
    }
}

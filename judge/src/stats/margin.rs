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
        /// The ratio that the difference comes to at the predicted stable rate, for tests that need a ratio.
        ratio: f64,
    },
    /// The canary's odds are this many times stable's: for common events.
    Odds {
        /// Ratio of the odds; positive.
        odds: f64,
        /// The ratio of the rates it stands for, for tests that need a ratio.
        ratio: f64,
    },
}

impl Margin {
    /// The margin as a ratio of rates.
    #[must_use]
    pub fn ratio(self) -> f64 {
        match self {
            Self::Ratio(ratio) | Self::Difference { ratio, .. } | Self::Odds { ratio, .. } => ratio,
        }
    }

    /// Log evidence of an observed window in the direction of `multiplier` (above 1: worse than the margin).
    #[must_use]
    pub fn log_increment(self, stratum: &Stratum, multiplier: f64) -> f64 {
        match self {
            Self::Odds { odds, .. } if stratum.total() <= hypergeometric::REQUESTS_MAX => {
                hypergeometric::log_increment(stratum, odds, multiplier)
            }
            _ => self.expected_log_increment(stratum, multiplier),
        }
    }

    /// Log evidence in the forms that are linear in the counts, so that expected counts give expected evidence.
    #[must_use]
    pub fn expected_log_increment(self, stratum: &Stratum, multiplier: f64) -> f64 {
        match self {
            Self::Ratio(ratio) | Self::Odds { ratio, .. } => {
                rate_ratio::log_increment(stratum, ratio, multiplier)
            }
            Self::Difference { difference, .. } => difference::log_increment(stratum, difference, multiplier),
        }
    }
}

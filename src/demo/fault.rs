//! What goes wrong with the sample release.

use super::behaviour::Behaviour;
use serin_judge::verdict::Side;

/// What goes wrong with the sample release, from the moment it is applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: both sides work alike.
    #[default]
    None,
    /// The canary answers 3 % of its requests with an error: a bad release.
    Errors,
    /// Both sides answer 30 % of their requests with an error and everything takes four times as long: what
    /// both depend on is down, and the release is not to blame.
    Shared,
}

const CANARY_ERROR_RATIO: f64 = 0.03;
const SHARED_ERROR_RATIO: f64 = 0.30;
const SHARED_SLOWNESS: u32 = 4;

impl Fault {
    /// How `side` works under this fault when it works like `baseline` without one.
    #[must_use]
    pub fn behaviour(self, side: Side, baseline: Behaviour) -> Behaviour {
        match (self, side) {
            (Self::None, _) | (Self::Errors, Side::Stable) => baseline,
            (Self::Errors, Side::Canary) => Behaviour {
                error_ratio: CANARY_ERROR_RATIO,
                ..baseline
            },
            (Self::Shared, _) => Behaviour {
                error_ratio: SHARED_ERROR_RATIO,
                latency_median: baseline.latency_median.saturating_mul(SHARED_SLOWNESS),
                ..baseline
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_fault_changes_what_it_says() {
        let median = Behaviour::HEALTHY.latency_median;
        for (fault, side, error_ratio, latency_median) in [
            (Fault::None, Side::Stable, 0.005, median),
            (Fault::None, Side::Canary, 0.005, median),
            (Fault::Errors, Side::Stable, 0.005, median),
            (Fault::Errors, Side::Canary, 0.03, median),
            (Fault::Shared, Side::Stable, 0.3, Duration::from_millis(32)),
            (Fault::Shared, Side::Canary, 0.3, Duration::from_millis(32)),
        ] {
            let expected = Behaviour {
                error_ratio,
                latency_median,
                ..Behaviour::HEALTHY
            };
            assert_eq!(
                fault.behaviour(side, Behaviour::HEALTHY),
                expected,
                "{fault:?} {side}"
            );
        }
    }
}

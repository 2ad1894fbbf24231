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
    /// The canary takes 1.3 times as long.
    Latency,
    /// The canary's slowest answers are slower: its p99 doubles.
    Tail,
    /// The canary gets slower and slower: by 2 % of what it was, each second.
    Leak,
    /// Both sides answer 30 % of their requests with an error and everything takes four times as long: what
    /// both depend on is down, and the release is not to blame.
    Shared,
}

const CANARY_ERROR_RATIO: f64 = 0.03;
const CANARY_SLOWNESS: f64 = 1.3;
/// So many answers that take six times as long make the p99 of a lognormal latency of this spread twice as long.
const CANARY_SLOW_RATIO: f64 = 0.015;
const CANARY_GROWTH: f64 = 0.02;
const SHARED_ERROR_RATIO: f64 = 0.30;
const SHARED_SLOWNESS: u32 = 4;

impl Fault {
    /// How `side` works under this fault when it works like `baseline` without one.
    #[must_use]
    pub fn behaviour(self, side: Side, baseline: Behaviour) -> Behaviour {
        match (self, side) {
            (Self::None, _) | (Self::Errors | Self::Latency | Self::Tail | Self::Leak, Side::Stable) => {
                baseline
            }
            (Self::Errors, Side::Canary) => Behaviour {
                error_ratio: CANARY_ERROR_RATIO,
                ..baseline
            },
            (Self::Latency, Side::Canary) => Behaviour {
                latency_median: baseline.latency_median.mul_f64(CANARY_SLOWNESS),
                ..baseline
            },
            (Self::Tail, Side::Canary) => Behaviour {
                slow_ratio: CANARY_SLOW_RATIO,
                ..baseline
            },
            (Self::Leak, Side::Canary) => Behaviour {
                growth: CANARY_GROWTH,
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
    use crate::demo::chance::{Chance, Stream};

    #[test]
    fn each_fault_changes_what_it_says() {
        let healthy = Behaviour::HEALTHY;
        let errors = Behaviour {
            error_ratio: 0.03,
            ..healthy
        };
        let slow = Behaviour {
            latency_median: Duration::from_micros(10_400),
            ..healthy
        };
        let tail = Behaviour {
            slow_ratio: 0.015,
            ..healthy
        };
        let leak = Behaviour {
            growth: 0.02,
            ..healthy
        };
        let down = Behaviour {
            error_ratio: 0.3,
            latency_median: Duration::from_millis(32),
            ..healthy
        };
        for (fault, canary, stable) in [
            (Fault::None, healthy, healthy),
            (Fault::Errors, errors, healthy),
            (Fault::Latency, slow, healthy),
            (Fault::Tail, tail, healthy),
            (Fault::Leak, leak, healthy),
            (Fault::Shared, down, down),
        ] {
            assert_eq!(fault.behaviour(Side::Canary, healthy), canary, "{fault:?}");
            assert_eq!(fault.behaviour(Side::Stable, healthy), stable, "{fault:?}");
        }
    }

    #[test]
    fn the_tails_p99_is_twice_as_long() {
        let p99 = |behaviour: Behaviour| {
            let mut chance = Chance::new(7, Stream::Instance(0));
            let mut latencies: Vec<Duration> = (0..200_000)
                .map(|_| behaviour.draw(Duration::ZERO, &mut chance).latency)
                .collect();
            latencies.sort();
            latencies[198_000].as_secs_f64()
        };
        let ratio = p99(Fault::Tail.behaviour(Side::Canary, Behaviour::HEALTHY)) / p99(Behaviour::HEALTHY);
        assert!((1.9..2.1).contains(&ratio), "{ratio}");
    }
}

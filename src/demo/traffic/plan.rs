//! When users come and what they want: decided by the seed alone, whatever the system does.

use std::time::Duration;

use crate::demo::chance::{Chance, pick};

/// One call of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Call {
    Register,
    Login,
    Profile,
    Simulation,
    Export,
}

/// Each call with its part of the traffic (sum 1): people come back far more often than they sign up, and
/// try many plans for one that they print.
const MIX: [(Call, f64); 5] = [
    (Call::Simulation, 0.40),
    (Call::Login, 0.30),
    (Call::Export, 0.15),
    (Call::Profile, 0.10),
    (Call::Register, 0.05),
];

/// One request to be made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Arrival {
    /// Since the start of the traffic.
    pub(super) after: Duration,
    pub(super) call: Call,
    /// The session of the user who makes it.
    pub(super) session: usize,
    /// Below the canary's share it goes to the canary; in [0, 1). A draw and not a side, since the share may change.
    pub(super) side_draw: f64,
    /// Which of the side's instances; in [0, 1).
    pub(super) instance_draw: f64,
}

/// The arrivals of a Poisson process, without end; none at all at rate 0.
#[derive(Debug)]
pub(super) struct ArrivalPlan {
    chance: Chance,
    rate: f64,
    sessions: usize,
    /// Seconds since the start of the last arrival.
    at: f64,
}

impl ArrivalPlan {
    /// Arrivals at `rate` a second of users with one of `sessions` sessions.
    pub(super) fn new(chance: Chance, rate: f64, sessions: usize) -> Self {
        Self {
            chance,
            rate,
            sessions,
            at: 0.0,
        }
    }
}

impl Iterator for ArrivalPlan {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        // Each arrival takes the same draws in the same order.
        self.at += self.chance.exponential(self.rate);
        let call = call_of(self.chance.uniform());
        Some(Arrival {
            // Not finite at rate 0: then there is no next arrival.
            after: Duration::try_from_secs_f64(self.at).ok()?,
            call,
            session: self.chance.index(self.sessions),
            side_draw: self.chance.uniform(),
            instance_draw: self.chance.uniform(),
        })
    }
}

impl Arrival {
    /// Whether it goes to the canary when the canary has this share.
    pub(super) fn is_for_canary(&self, share: f64) -> bool {
        self.side_draw < share
    }

    /// Which of `count` instances it goes to. Drawn and not in turn: so the arrivals at each instance are a
    /// Poisson process of their own.
    pub(super) fn instance(&self, count: usize) -> usize {
        pick(self.instance_draw, count)
    }
}

fn call_of(draw: f64) -> Call {
    let mut below = 0.0;
    for (call, part) in MIX {
        below += part;
        if draw < below {
            return call;
        }
    }
    // Rounding may leave the sum a hair under 1.
    Call::Simulation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::chance::Stream;

    fn plan(seed: u64, rate: f64) -> ArrivalPlan {
        ArrivalPlan::new(Chance::new(seed, Stream::Arrivals), rate, 16)
    }

    #[test]
    fn a_seed_repeats_arrivals_and_choices() {
        let arrivals = |seed| plan(seed, 2_000.0).take(5_000).collect::<Vec<_>>();
        assert_eq!(arrivals(42), arrivals(42));
        assert_ne!(arrivals(42), arrivals(43));
    }

    #[test]
    fn counts_of_seconds_are_poisson() {
        const SECONDS: usize = 400;
        let mut counts = [0_f64; SECONDS];
        for arrival in plan(1, 500.0) {
            let second = usize::try_from(arrival.after.as_secs()).unwrap();
            if second >= SECONDS {
                break;
            }
            counts[second] += 1.0;
        }
        let mean = counts.iter().sum::<f64>() / SECONDS as f64;
        let variance = counts
            .iter()
            .map(|count| (count - mean) * (count - mean))
            .sum::<f64>()
            / (SECONDS - 1) as f64;
        // Five standard errors: of the mean sqrt(500 / 400), of variance over mean sqrt(2 / 399).
        assert!((mean - 500.0).abs() < 5.6, "{mean}");
        assert!((variance / mean - 1.0).abs() < 0.36, "{variance}");
    }

    #[test]
    fn calls_sides_and_sessions_have_their_parts() {
        let arrivals: Vec<Arrival> = plan(5, 2_000.0).take(40_000).collect();
        let part = |wanted: &dyn Fn(&Arrival) -> bool| {
            arrivals.iter().filter(|arrival| wanted(arrival)).count() as f64 / arrivals.len() as f64
        };
        for (call, expected) in MIX {
            assert!(
                (part(&|arrival| arrival.call == call) - expected).abs() < 0.0125,
                "{call:?}"
            );
        }
        assert!((part(&|arrival| arrival.is_for_canary(0.1)) - 0.1).abs() < 0.0075);
        assert!((part(&|arrival| arrival.instance(3) == 2) - 1.0 / 3.0).abs() < 0.012);
        assert!((part(&|arrival| arrival.session == 7) - 1.0 / 16.0).abs() < 0.0061);
        assert!((MIX.iter().map(|(_, part)| part).sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn no_rate_no_arrivals() {
        assert_eq!(plan(1, 0.0).next(), None);
    }
}

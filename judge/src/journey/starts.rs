use super::Arm;
use super::chance::{drawn, hashed, mixed, unit};
use crate::analysis::plan::journey::Schedule;
use crate::time::Timestamp;

/// When runs start: start `k` is planned at `epoch + offset + k * interval`, give or take jitter. Nothing is ever timed from
/// when somebody woke up, so a server that is slow is asked no less often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Starts {
    epoch: Timestamp,
    /// Nanoseconds, below the interval: journeys of the same interval do not start together.
    offset: u64,
    /// Nanoseconds, at least 1.
    interval: u64,
    /// Part of the interval, 0 to 0.5.
    jitter: f64,
    seed: u128,
}

impl Starts {
    /// Of one journey. The offset follows from its name alone, the jitter from the seed.
    #[must_use]
    pub fn new(epoch: Timestamp, schedule: &Schedule, journey: &str, seed: u128) -> Self {
        let interval = u64::try_from(schedule.interval.as_nanos())
            .unwrap_or(u64::MAX)
            .max(1);
        let name = hashed(journey);
        Self {
            epoch,
            offset: mixed(name) % interval,
            interval,
            jitter: schedule.jitter.clamp(0.0, 0.5),
            seed: seed ^ u128::from(name),
        }
    }

    /// When start `k` is planned. Later ones are never planned before earlier ones.
    #[must_use]
    pub fn at(&self, k: u64) -> Timestamp {
        let place = i128::from(k) * i128::from(self.interval) + i128::from(self.offset);
        let micros = (place + i128::from(self.shift(k))).div_euclid(1000);
        let from_epoch = i64::try_from(micros).unwrap_or(i64::MAX);
        Timestamp::from_micros(self.epoch.as_micros().saturating_add(from_epoch))
    }

    /// Nanoseconds by which start `k` is moved: less than half an interval to either side.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "an interval is at most a day, which is below 2^53 nanoseconds"
    )]
    fn shift(&self, k: u64) -> i64 {
        if self.jitter == 0.0 {
            return 0;
        }
        let half = (self.interval / 2) as f64;
        let part = 2.0 * unit(drawn(self.seed, k)) - 1.0;
        (part * 2.0 * self.jitter * half) as i64
    }

    /// The number of the first start that is planned at `now` or later.
    #[must_use]
    pub fn first_after(&self, now: Timestamp) -> u64 {
        let since = i128::from(now.as_micros()) - i128::from(self.epoch.as_micros());
        let place = since * 1000 - i128::from(self.offset);
        // Two intervals cover jitter and rounding.
        let guess = place.div_euclid(i128::from(self.interval)) - 2;
        let mut k = u64::try_from(guess.max(0)).unwrap_or(u64::MAX - 8);
        while self.at(k) < now && k < u64::MAX {
            k += 1;
        }
        k
    }
}

/// Who is asked first in a pair: AB or BA, by chance, so that what the first request does to the second one (warm caches)
/// hits both sides alike.
#[must_use]
pub fn pair_order(seed: u128, pair: u64) -> [Arm; 2] {
    if drawn(seed, !pair) & 1 == 0 {
        [Arm::Stable, Arm::Canary]
    } else {
        [Arm::Canary, Arm::Stable]
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn starts(interval: Duration, jitter: f64, seed: u128) -> Starts {
        let schedule = Schedule {
            interval,
            jitter,
            in_flight_max: 1,
        };
        Starts::new(Timestamp::from_micros(1_000_000), &schedule, "checkout", seed)
    }

    proptest! {
        #[test]
        fn starts_never_change_places_and_stay_near_theirs(
            nanos in 1_u64..86_400_000_000_000,
            jitter in 0.0..=0.5_f64,
            seed: u128,
            k in 0_u64..10_000_000,
        ) {
            let starts = starts(Duration::from_nanos(nanos), jitter, seed);
            prop_assert!(starts.at(k) <= starts.at(k + 1));
            let place = i128::from(k) * i128::from(nanos) + i128::from(starts.offset);
            let away = i128::from(starts.at(k).as_micros() - 1_000_000) * 1000 - place;
            let most = jitter * nanos as f64 + 1001.0;
            prop_assert!(away.abs() as f64 <= most, "{away} {most}");
            prop_assert!(starts.offset < nanos);
        }

        #[test]
        fn the_first_start_after_now_is_the_first(
            nanos in 100_000_u64..60_000_000_000,
            jitter in 0.0..=0.5_f64,
            now in 0_i64..4_000_000_000_000_000,
        ) {
            let starts = starts(Duration::from_nanos(nanos), jitter, 5);
            let now = Timestamp::from_micros(now);
            let first = starts.first_after(now);
            prop_assert!(starts.at(first) >= now);
            prop_assert!(first == 0 || starts.at(first - 1) < now);
        }
    }

    #[test]
    fn journeys_are_spread_and_pairs_alternate_by_chance() {
        let schedule = Schedule {
            interval: Duration::from_secs(30),
            jitter: 0.0,
            in_flight_max: 1,
        };
        let of = |name: &str| Starts::new(Timestamp::from_micros(0), &schedule, name, 1).at(0);
        let firsts: std::collections::HashSet<i64> = (0..100)
            .map(|at| of(&format!("journey-{at}")).as_micros() / 1_000_000)
            .collect();
        assert!(firsts.len() > 20, "{firsts:?}");
        let canary_first = (0..10_000)
            .filter(|pair| pair_order(9, *pair)[0] == Arm::Canary)
            .count();
        assert!((4_800..5_200).contains(&canary_first), "{canary_first}");
        assert_eq!(pair_order(9, 4), pair_order(9, 4));
    }
}

//! What the sample system is made of.

use serin_judge::time::Timestamp;

use super::behaviour::Behaviour;
use super::error::DemoError;
use serin_judge::verdict::Side;

/// What the sample system is made of.
#[derive(Clone, Debug)]
pub struct SystemOptions {
    /// Decides every random draw.
    pub seed: u64,
    /// Wall time at the start, for `process_start_time_seconds`.
    pub now: Timestamp,
    /// Requests a second to both sides together, in [0, 100000]; 0 sends none.
    pub rate: f64,
    /// Part of the requests that go to the canary, in [0, 1].
    pub canary_share: f64,
    /// Instances of the stable side, in [1, 100].
    pub stable_instances: usize,
    /// Instances of the canary side, in [1, 100].
    pub canary_instances: usize,
    /// How both sides work while there is no fault.
    pub baseline: Behaviour,
    /// Requests that may wait for an answer at once, in [1, 100000]; users who come while so many wait are dropped.
    pub in_flight_limit: usize,
    /// Events that each instance remembers (see `EventLog`); 0 remembers none.
    pub event_log_limit: usize,
}

/// Above this the planning of arrivals itself would be the load.
const RATE_MAX: f64 = 100_000.0;
const INSTANCES_MAX: usize = 100;
const IN_FLIGHT_MAX: usize = 100_000;

impl SystemOptions {
    /// 2,000 requests a second, a tenth of them to 2 canary instances, the rest to 3 stable ones.
    ///
    /// At that rate some 16 requests are under way at once, and 70 when everything takes four times as long:
    /// 200 are only reached when the machine cannot keep up, and are little enough that everybody else on it is still
    /// served. Users and instances together take a third of a core; a build without optimisation takes five times as
    /// much, and keeps up with 500 a second.
    #[must_use]
    pub fn new(seed: u64, now: Timestamp) -> Self {
        Self {
            seed,
            now,
            rate: 2_000.0,
            canary_share: 0.1,
            stable_instances: 3,
            canary_instances: 2,
            baseline: Behaviour::HEALTHY,
            in_flight_limit: 200,
            event_log_limit: 0,
        }
    }

    /// How many instances `side` has.
    pub(super) fn instances(&self, side: Side) -> usize {
        match side {
            Side::Stable => self.stable_instances,
            Side::Canary => self.canary_instances,
        }
    }

    /// # Errors
    /// Names the first option that is outside its range.
    pub(super) fn check(&self) -> Result<(), DemoError> {
        let within = |option, value: f64, range: std::ops::RangeInclusive<f64>, expected| {
            // NaN is in no range.
            if range.contains(&value) {
                return Ok(());
            }
            Err(DemoError::Option {
                option,
                found: value.to_string(),
                expected,
            })
        };
        let counted = |option, value: usize, max: usize, expected| {
            if (1..=max).contains(&value) {
                return Ok(());
            }
            Err(DemoError::Option {
                option,
                found: value.to_string(),
                expected,
            })
        };
        within("rate", self.rate, 0.0..=RATE_MAX, "in [0, 100000]")?;
        within("canary_share", self.canary_share, 0.0..=1.0, "in [0, 1]")?;
        within(
            "baseline.error_ratio",
            self.baseline.error_ratio,
            0.0..=1.0,
            "in [0, 1]",
        )?;
        within(
            "baseline.latency_spread",
            self.baseline.latency_spread,
            0.0..=10.0,
            "in [0, 10]",
        )?;
        counted(
            "stable_instances",
            self.stable_instances,
            INSTANCES_MAX,
            "in [1, 100]",
        )?;
        counted(
            "canary_instances",
            self.canary_instances,
            INSTANCES_MAX,
            "in [1, 100]",
        )?;
        counted(
            "in_flight_limit",
            self.in_flight_limit,
            IN_FLIGHT_MAX,
            "in [1, 100000]",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_outside_its_range_is_named() {
        let good = || SystemOptions::new(1, Timestamp::from_micros(0));
        assert!(good().check().is_ok());
        let mut cases: Vec<(&str, SystemOptions)> = Vec::new();
        let mut case = |name, change: fn(&mut SystemOptions)| {
            let mut options = good();
            change(&mut options);
            cases.push((name, options));
        };
        case("rate", |options| options.rate = f64::NAN);
        case("rate", |options| options.rate = -1.0);
        case("canary_share", |options| options.canary_share = 1.1);
        case("stable_instances", |options| options.stable_instances = 0);
        case("canary_instances", |options| options.canary_instances = 101);
        case("in_flight_limit", |options| options.in_flight_limit = 0);
        case("baseline.error_ratio", |options| {
            options.baseline.error_ratio = 2.0
        });
        case("baseline.latency_spread", |options| {
            options.baseline.latency_spread = -0.1;
        });
        for (name, options) in cases {
            let Err(DemoError::Option { option, .. }) = options.check() else {
                panic!("{name} was accepted");
            };
            assert_eq!(option, name);
        }
    }
}

//! Errors among requests, and events against exposure: one stream of counts.

use crate::analysis::plan::{Policy, Tolerance};
use crate::stats::dispersion;
use crate::stats::mantel_haenszel::RatioEstimate;
use crate::stats::planning::Traffic;
use crate::stats::rate_ratio::{REGRESSION_GRID, REGRESSION_WEIGHTS};
use crate::stats::ratio_interval::RatioInterval;
use crate::stats::{Margin, Stratum};
use crate::verdict::Data;

use super::promotion::Target;
use super::rate_test::RateTest;
use super::stable_health::StableHealth;
use super::tally::{Judged, Tally};
use super::{promotion, rollback};

/// Past rate of stable above which events are common and the exact conditional form is used.
const COMMON_RATE: f64 = 0.1;

/// Exposure is counted in a unit so fine that each holds one event at most: the Poisson limit of the formulas for
/// requests, all of which depend on the sides' shares of the total alone.
const EXPOSURE_UNITS: f64 = 1e9;

/// Stable's events are unhealthy at this part of all requests above what is normal.
const EXCESS: f64 = 0.005;

/// One stream of counts.
#[derive(Clone, Debug)]
pub(super) struct Rates {
    tolerance: Tolerance,
    /// What one of the windows' requests, or of their exposure, counts for.
    pub(super) units: f64,
    pub(super) test: RateTest,
    /// Stable before the window at hand: history, burn-in and judged windows.
    pub(super) past_stable: Tally,
    pub(super) health: StableHealth,
    pub(super) interval: RatioInterval,
    pub(super) estimate: RatioEstimate,
    pub(super) judged: Judged,
}

impl Rates {
    pub(super) fn of_requests(tolerance: Tolerance, policy: &Policy) -> Self {
        let health = StableHealth::new(EXCESS, policy.stable_error_limit);
        Self::new(tolerance, 1.0, policy, health)
    }

    /// Differences are tolerated per unit of the exposure that the windows give.
    pub(super) fn of_events(tolerance: Tolerance, policy: &Policy) -> Self {
        let fine = Tolerance {
            rollback_absolute: tolerance.rollback_absolute / EXPOSURE_UNITS,
            promote_absolute: tolerance.promote_absolute / EXPOSURE_UNITS,
            ..tolerance
        };
        Self::new(fine, EXPOSURE_UNITS, policy, StableHealth::new(0.0, 1.0))
    }

    fn new(tolerance: Tolerance, units: f64, policy: &Policy, health: StableHealth) -> Self {
        Self {
            tolerance,
            units,
            test: RateTest::new(
                (&REGRESSION_GRID, &REGRESSION_WEIGHTS),
                policy,
                dispersion::RARE_DEFAULT,
            ),
            past_stable: Tally::default(),
            health,
            interval: RatioInterval::default(),
            estimate: RatioEstimate::default(),
            judged: Judged::default(),
        }
    }

    /// What every window is tested against for a regression.
    pub(super) fn rollback_margin(&self) -> Margin {
        rollback::margin(self.tolerance)
    }

    /// What the next window is tested against for non-inferiority, from past windows only.
    pub(super) fn promotion_target(&self) -> Target {
        let is_common = self.past_stable.rate() > COMMON_RATE;
        promotion::of_rates(self.tolerance, self.past_stable.predicted_rate(), is_common)
    }

    /// Traffic as it was so far, with another rate of stable when one is given.
    pub(super) fn traffic(&self, stable_rate: Option<f64>) -> Traffic {
        let judged = &self.judged;
        let ratio = |part: u64, whole: u64| part as f64 / (whole.max(1) as f64);
        Traffic {
            canary_rate: ratio(judged.canary_events, judged.canary_requests) / self.units,
            stable_rate: stable_rate
                .unwrap_or_else(|| ratio(judged.stable_events, judged.stable_requests) / self.units),
            stable_per_canary: ratio(judged.stable_requests, judged.canary_requests),
        }
    }

    pub(super) fn calibrate(&mut self, batch: i64, canary: &Data, stable: &Data) {
        let stratum = stratum(canary, stable);
        self.test.dispersion.calibration.add(batch, &stratum);
    }

    pub(super) fn learn_stable(&mut self, stable: &Data) {
        self.health.learn(tally(stable));
        self.past_stable.add(tally(stable));
    }

    pub(super) fn watch_stable(&mut self, stable: &Data) {
        let factor = self.test.dispersion.factor();
        self.health.observe(tally(stable), factor);
        self.past_stable.add(tally(stable));
    }

    /// The margins come from the past, so they are fixed before this window is looked at.
    pub(super) fn judge(&mut self, canary: &Data, stable: &Data) {
        let stratum = stratum(canary, stable);
        let promotion_target = self.promotion_target();
        self.test.judge_regression(&stratum, self.rollback_margin());
        let factor = self.test.dispersion.factor();
        self.interval.add(&stratum, factor);
        self.estimate.add(&stratum);
        let seen = |data| Tally {
            total: tally(data).total / self.units,
            ..tally(data)
        };
        self.judged.add(seen(canary), seen(stable));
        self.watch_stable(stable);
        if self.health.is_healthy() {
            self.test.judge_promotion(&stratum, &promotion_target);
        }
    }
}

pub(super) fn tally(data: &Data) -> Tally {
    match data {
        Data::Errors(counts) => Tally::from(*counts),
        Data::Events(events) => Tally {
            total: events.exposure * EXPOSURE_UNITS,
            events: events.events as f64,
        },
        Data::Latency(_) | Data::Series(_) => Tally::default(),
    }
}

fn stratum(canary: &Data, stable: &Data) -> Stratum {
    let (canary, stable) = (tally(canary), tally(stable));
    Stratum {
        canary_total: canary.total,
        canary_events: canary.events,
        stable_total: stable.total,
        stable_events: stable.events,
    }
}

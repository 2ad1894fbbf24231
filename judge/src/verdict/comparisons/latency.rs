//! Are requests slower? Scaled exceedances: how many canary requests took longer than the tolerated multiple of a
//! threshold, against how many stable ones took longer than the threshold itself.
//!
//! The thresholds are quantiles of stable's past, so each window is judged by what was known before it. If the canary
//! is stochastically at most `rollback` times as slow as stable, then at every threshold at most as large a part of its
//! requests exceeds the multiple, so each of the streams below is a test of one and the same null and their mean is
//! too. The body takes the exact conditional form, since there exceedances are common.

use crate::analysis::plan::{Policy, Tolerance};
use crate::stats::log_sum::log_weighted_sum_exp;
use crate::stats::{Stratum, dispersion};
use crate::verdict::Latencies;

use super::latency_display::OF_DISPLAY;
use super::promotion::Target;
use super::quantiles::{PARTS, QUANTILES};
use super::rate_test::RateTest;
use super::stable_health::StableHealth;
use super::tally::{Judged, Tally};
use super::threshold::{self, Layouts, Threshold};

/// The quantile by which stable's health is told, by its place.
const OF_HEALTH: usize = 1;

/// Stable is unhealthy at this part of all requests above what is normal.
const EXCESS: f64 = 0.005;

/// The latency comparison.
#[derive(Clone, Debug)]
pub(super) struct Latency {
    pub(super) tolerance: Tolerance,
    pub(super) tests: [RateTest; QUANTILES.len()],
    /// Stable before the window at hand, while it was healthy.
    pub(super) past_stable: Latencies,
    /// Of that past, in the order of the tests.
    past_quantiles: [Option<f64>; QUANTILES.len()],
    pub(super) layouts: Layouts,
    pub(super) health: StableHealth,
    /// All judged windows.
    pub(super) canary: Latencies,
    pub(super) stable: Latencies,
    pub(super) judged: Judged,
    /// Some threshold could not be multiplied.
    pub(super) is_coarse: bool,
}

impl Latency {
    pub(super) fn new(tolerance: Tolerance, policy: &Policy) -> Self {
        Self {
            tolerance,
            tests: QUANTILES.map(|quantile| {
                let default = if quantile.is_body {
                    dispersion::COMMON_DEFAULT
                } else {
                    dispersion::RARE_DEFAULT
                };
                RateTest::new((quantile.grid, quantile.weights), policy, default)
            }),
            past_stable: Latencies::default(),
            past_quantiles: [None; QUANTILES.len()],
            layouts: Layouts::default(),
            health: StableHealth::new(EXCESS, 1.0),
            canary: Latencies::default(),
            stable: Latencies::default(),
            judged: Judged::default(),
            is_coarse: false,
        }
    }

    /// Of a regression: the mean over all alternatives of all thresholds. Those with fewer canary events than
    /// `minimum_events` are left out of the sum, which only makes it smaller.
    pub(super) fn log_e(&self, minimum_events: u64) -> f64 {
        let enough = self
            .shares()
            .zip(&self.tests)
            .filter(|(_, test)| test.has_events(minimum_events));
        log_weighted_sum_exp(enough.map(|(share, test)| (share, test.log_e())))
    }

    /// Of a canary that is good enough at every threshold that counts: the least of them.
    pub(super) fn promotion_log_e(&self) -> f64 {
        let promoting = QUANTILES
            .iter()
            .zip(&self.tests)
            .filter(|(quantile, _)| quantile.promotes);
        promoting
            .map(|(_, test)| test.promotion.log_e())
            .fold(f64::INFINITY, f64::min)
    }

    /// Of the test at the deadline, corrected for the number of thresholds (Bonferroni).
    pub(super) fn deadline_p(&self, minimum_events: u64) -> f64 {
        let enough = self.tests.iter().filter(|test| test.has_events(minimum_events));
        let least = enough.map(RateTest::deadline_p).fold(1.0, f64::min);
        (least * self.tests.len() as f64).min(1.0)
    }

    /// The threshold of a quantile, by its place, as stable's past gives it.
    pub(super) fn threshold(&self, index: usize, multiple: f64) -> Option<Threshold> {
        let above = self.past_stable.total() as f64 * (1.0 - QUANTILES[index].part);
        threshold::of(self.past_quantiles[index], above, multiple, &self.layouts)
    }

    fn remember(&mut self, stable: &Latencies) {
        self.past_stable.merge(stable);
        self.past_quantiles = threshold::quantiles(&self.past_stable, PARTS);
    }

    pub(super) fn calibrate(&mut self, batch: i64, canary: &Latencies, stable: &Latencies) {
        for index in 0..QUANTILES.len() {
            if let Some(at) = self.threshold(index, 1.0) {
                let stratum = stratum(canary, stable, at.stable_ms, at.stable_ms);
                self.tests[index].dispersion.calibration.add(batch, &stratum);
            }
        }
    }

    pub(super) fn learn_stable(&mut self, stable: &Latencies) {
        if let Some(slow) = self.slow(stable) {
            self.health.learn(slow);
        }
        self.remember(stable);
        self.layouts.add(&stable.histogram);
    }

    pub(super) fn watch_stable(&mut self, stable: &Latencies) {
        if let Some(slow) = self.slow(stable) {
            let factor = self.tests[OF_HEALTH].dispersion.factor();
            self.health.observe(slow, factor);
        }
        if self.health.is_healthy() {
            self.remember(stable);
        }
        self.layouts.add(&stable.histogram);
    }

    /// Stable's requests that are slow by what is normal.
    fn slow(&self, stable: &Latencies) -> Option<Tally> {
        let at = self.threshold(OF_HEALTH, 1.0)?;
        Some(Tally {
            total: stable.total() as f64,
            events: stable.above(at.stable_ms) as f64,
        })
    }

    pub(super) fn judge(&mut self, canary: &Latencies, stable: &Latencies) {
        let promotions = self.judge_thresholds([canary, stable]);
        self.judged.add_requests(canary.total(), stable.total());
        self.canary.merge(canary);
        self.stable.merge(stable);
        // Only now, so that a window's own bounds are no part of what it is judged by.
        self.watch_stable(stable);
        self.layouts.add(&canary.histogram);
        if self.health.is_healthy() {
            for (index, stratum, target) in promotions {
                self.tests[index].judge_promotion(&stratum, &target);
            }
        }
    }

    /// Looks for a regression at every threshold; what speaks for a promotion is left to be judged when stable is healthy.
    fn judge_thresholds(&mut self, [canary, stable]: [&Latencies; 2]) -> Vec<(usize, Stratum, Target)> {
        let mut promotions = Vec::new();
        for index in 0..QUANTILES.len() {
            if let Some(rule) = self.regression_rule(index) {
                if index == OF_DISPLAY {
                    self.judged
                        .add_events(canary.above(rule.canary_ms), stable.above(rule.stable_ms));
                }
                self.is_coarse |= rule.is_coarse;
                self.tests[index].judge_regression(&rule.stratum(canary, stable), rule.margin);
            }
            if let Some((rule, target)) = self.promotion_rule(index) {
                self.is_coarse |= rule.is_coarse;
                promotions.push((index, rule.stratum(canary, stable), target));
            }
        }
        promotions
    }

    /// What each threshold's test has of the evidence, in their order.
    pub(super) fn shares(&self) -> impl Iterator<Item = f64> + Clone {
        QUANTILES.iter().map(|quantile| quantile.share)
    }

    /// The part of the requests below each threshold, in the order of the tests.
    pub(super) fn parts(&self) -> impl Iterator<Item = f64> {
        PARTS.into_iter()
    }
}

/// Requests above these bounds.
pub(super) fn stratum(canary: &Latencies, stable: &Latencies, canary_ms: f64, stable_ms: f64) -> Stratum {
    Stratum::from_counts(
        canary.total(),
        stable.total(),
        canary.above(canary_ms),
        stable.above(stable_ms),
    )
}

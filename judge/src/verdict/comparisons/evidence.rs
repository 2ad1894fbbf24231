use std::sync::Arc;

use crate::analysis::plan::{Comparison, Policy, Tolerance, Weight};
use crate::stats::cmh::Cmh;
use crate::stats::dispersion;
use crate::stats::mantel_haenszel::RatioEstimate;
use crate::stats::rate_ratio::REGRESSION_GRID;
use crate::stats::ratio_interval::RatioInterval;
use crate::stats::restarts::{COMPONENTS_MAX, Restarts};
use crate::stats::{Margin, Stratum};
use crate::time::Timestamp;
use crate::verdict::Counts;

use super::coverage::Coverage;
use super::dispersion_factor::DispersionFactor;
use super::intake::{LookSlices, Slice};
use super::promotion::{self, Promotion};
use super::report::{DispersionSource, Remark};
use super::rollback;
use super::stable_health::StableHealth;
use super::tally::{Judged, Tally};

/// Past rate of stable above which events are common and the exact conditional form is used.
const COMMON_RATE: f64 = 0.1;

/// All that one comparison has gathered.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    pub(super) name: Arc<str>,
    pub(super) tolerance: Tolerance,
    pub(super) required: bool,
    pub(super) weight: Weight,
    /// Share of the rollback statistic, in [0, 1].
    pub(super) share: f64,
    pub(super) dispersion: DispersionFactor,
    /// Stable before the window at hand: history, burn-in and judged windows.
    pub(super) past_stable: Tally,
    pub(super) health: StableHealth,
    restarts: Restarts<{ REGRESSION_GRID.len() }>,
    /// Of the restarted regression evidence.
    pub(super) log_e: f64,
    pub(super) log_e_max: f64,
    pub(super) promotion: Promotion,
    pub(super) interval: RatioInterval,
    pub(super) estimate: RatioEstimate,
    pub(super) deadline_test: Cmh,
    pub(super) judged: Judged,
    pub(super) coverage: Coverage,
    /// Part of what rolled the release back.
    pub(super) is_regressed: bool,
    /// In the order in which they came up.
    pub(super) remarks: Vec<Remark>,
}

impl Evidence {
    pub(super) fn new(spec: &Comparison, policy: &Policy, share: f64) -> Self {
        Self {
            name: Arc::from(spec.name.as_str()),
            tolerance: spec.tolerance,
            required: spec.required,
            weight: spec.weight,
            share,
            dispersion: DispersionFactor::new(policy.dispersion),
            past_stable: Tally::default(),
            health: StableHealth::default(),
            restarts: Restarts::new(policy.restart_interval.is_some()),
            log_e: 0.0,
            log_e_max: 0.0,
            promotion: Promotion::default(),
            interval: RatioInterval::default(),
            estimate: RatioEstimate::default(),
            deadline_test: Cmh::default(),
            judged: Judged::default(),
            coverage: Coverage::default(),
            is_regressed: false,
            remarks: Vec::new(),
        }
    }

    /// Stable's health in this comparison counts: it decides something.
    pub(super) fn speaks_for_stable(&self) -> bool {
        self.required || self.weight != Weight::Info
    }

    /// Enough canary events to be the reason for a rollback.
    pub(super) fn may_roll_back(&self, policy: &Policy) -> bool {
        self.judged.canary_events >= policy.minimum_events
    }

    /// The evidence reaches `1/false_promotion` now.
    pub(super) fn is_non_inferior(&self, policy: &Policy) -> bool {
        self.promotion.log_e() >= -libm::log(policy.false_promotion)
    }

    /// What every window is tested against for a regression.
    pub(super) fn rollback_margin(&self) -> Margin {
        rollback::margin(self.tolerance)
    }

    /// What the next window is tested against for non-inferiority, from past windows only.
    pub(super) fn promotion_margin(&self) -> Margin {
        promotion::margin(
            self.tolerance,
            self.past_stable.predicted_rate(),
            self.is_common(),
        )
    }

    fn is_common(&self) -> bool {
        self.past_stable.rate() > COMMON_RATE
    }

    pub(super) fn remark(&mut self, remark: Remark) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// One look: history calibrates, burn-in tells stable's rate, the rest is judged. Where one of the windows begins
    /// inside the burn-in, all of them count as burn-in.
    pub(super) fn take(&mut self, look: &LookSlices, policy: &Policy, started_at: Timestamp) {
        let current = &look.current;
        for slice in look.history.values().chain([current]) {
            if slice.is_invalid {
                self.remark(Remark::InvalidWindows);
            }
            if slice.is_partial {
                self.remark(Remark::PartialWindows);
            }
            if slice.is_uneven {
                self.remark(Remark::UnevenWindows);
            }
        }
        for history in look.history.values() {
            self.calibrate(history);
        }
        let judged_from = started_at + policy.burn_in;
        self.coverage.take(look, judged_from, policy.window);
        match (current.both(), current.start) {
            (Some((canary, stable)), Some(start)) if start >= judged_from => {
                self.start_components(start, judged_from, policy);
                self.judge(canary, stable, policy);
            }
            _ => {
                if let Some(stable) = current.stable_only() {
                    self.watch_stable(stable, policy);
                }
            }
        }
    }

    /// History is of no use once judging has begun: rules may not change with data that came later.
    fn calibrate(&mut self, history: &Slice) {
        if self.dispersion.is_frozen() {
            self.remark(Remark::LateHistory);
            return;
        }
        if let (Some((canary, stable)), Some(start)) = (history.both(), history.start) {
            let batch = start
                .as_micros()
                .div_euclid(i64::from(dispersion::BATCH_SECONDS) * 1_000_000);
            self.dispersion.calibration.add(batch, &stratum(canary, stable));
        }
        if let Some(stable) = history.stable_only() {
            self.health.learn(stable.into());
            self.past_stable.add(stable.into());
        }
    }

    fn watch_stable(&mut self, stable: Counts, policy: &Policy) {
        self.health
            .observe(stable.into(), self.dispersion.factor(), policy.stable_error_limit);
        self.past_stable.add(stable.into());
    }

    /// Components start every restart interval after the burn-in, so their times are fixed in advance.
    fn start_components(&mut self, start: Timestamp, judged_from: Timestamp, policy: &Policy) {
        let due = policy.restart_interval.map_or(0, |interval| {
            start.since(judged_from).as_micros() / interval.as_micros().max(1)
        });
        let count = usize::try_from(due).unwrap_or(COMPONENTS_MAX).saturating_add(1);
        if count > COMPONENTS_MAX {
            self.remark(Remark::RestartsExhausted);
        }
        self.restarts.start_until(count);
    }

    fn judge(&mut self, canary: Counts, stable: Counts, policy: &Policy) {
        let stratum = stratum(canary, stable);
        let (factor, source) = self.dispersion.freeze();
        if source == DispersionSource::Default {
            self.remark(Remark::UncalibratedDispersion);
        }
        // Comes from the past, so it is fixed before this window is looked at.
        let promotion_margin = self.promotion_margin();
        let margin = self.rollback_margin();
        let increments =
            REGRESSION_GRID.map(|multiplier| margin.log_increment(&stratum, multiplier) / factor);
        self.restarts.add(&increments);
        self.deadline_test.add(&stratum, margin);
        self.log_e = self.restarts.log_e();
        self.log_e_max = self.log_e_max.max(self.log_e);
        self.interval.add(&stratum, factor);
        self.estimate.add(&stratum);
        self.judged.add(canary, stable);
        self.watch_stable(stable, policy);
        if self.health.is_healthy() {
            self.promotion.add(&stratum, promotion_margin, factor);
        } else {
            self.remark(Remark::StableUnhealthy);
        }
    }
}

fn stratum(canary: Counts, stable: Counts) -> Stratum {
    Stratum::from_counts(canary.total, stable.total, canary.bad, stable.bad)
}

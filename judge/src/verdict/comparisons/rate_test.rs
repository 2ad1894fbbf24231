use crate::analysis::plan::Policy;
use crate::stats::cmh::Cmh;
use crate::stats::restarts::Restarts;
use crate::stats::{Margin, Stratum};

use super::dispersion_factor::DispersionFactor;
use super::promotion::Promotion;

/// The sequential test of one stream of counts on both sides, in both directions, and its test at the deadline.
#[derive(Clone, Debug)]
pub(super) struct RateTest {
    pub(super) dispersion: DispersionFactor,
    /// What the margin is multiplied by for a regression; uniform weights.
    pub(super) grid: &'static [f64],
    restarts: Restarts,
    log_e: f64,
    pub(super) promotion: Promotion,
    pub(super) deadline: Cmh,
}

impl RateTest {
    pub(super) fn new(grid: &'static [f64], policy: &Policy, default_dispersion: f64) -> Self {
        Self {
            dispersion: DispersionFactor::new(policy.dispersion, default_dispersion),
            grid,
            restarts: Restarts::new(grid.len(), policy.restart_interval.is_some()),
            log_e: 0.0,
            promotion: Promotion::default(),
            deadline: Cmh::default(),
        }
    }

    /// Of a regression, restarts included.
    pub(super) fn log_e(&self) -> f64 {
        self.log_e
    }

    pub(super) fn start_components(&mut self, count: usize) {
        self.restarts.start_until(count);
    }

    /// Is the canary worse than `margin`? The margin has to be fixed before the window is seen.
    pub(super) fn judge_regression(&mut self, stratum: &Stratum, margin: Margin) {
        let (factor, _source) = self.dispersion.freeze();
        let increments: Vec<f64> = self
            .grid
            .iter()
            .map(|multiplier| margin.log_increment(stratum, *multiplier) / factor)
            .collect();
        self.restarts.add(&increments);
        self.deadline.add(stratum, margin);
        self.log_e = self.restarts.log_e();
    }

    /// Is the canary better than `margin`? The margin has to be fixed before the window is seen.
    pub(super) fn judge_promotion(&mut self, stratum: &Stratum, margin: Margin) {
        let (factor, _source) = self.dispersion.freeze();
        self.promotion.add(stratum, margin, factor);
    }

    /// The canary had at least this many events.
    pub(super) fn has_events(&self, minimum: u64) -> bool {
        self.deadline.canary_events() >= minimum as f64
    }

    /// One-sided p-value of the test at the deadline.
    pub(super) fn deadline_p(&self) -> f64 {
        self.deadline.p_value(self.dispersion.factor())
    }
}

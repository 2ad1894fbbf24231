use crate::analysis::plan::{EvidencePolicy, Policy};
use crate::stats::cmh::Cmh;
use crate::stats::restarts::Restarts;
use crate::stats::{Margin, Stratum};

use super::dispersion_factor::DispersionFactor;
use super::promotion::{Promotion, Target};

/// The sequential test of one stream of counts on both sides, in both directions, and its test at the deadline.
#[derive(Clone, Debug)]
pub(super) struct RateTest {
    pub(super) dispersion: DispersionFactor,
    /// What the margin is multiplied by for a regression.
    pub(super) grid: &'static [f64],
    /// Prior weights of the grid; they sum to 1.
    pub(super) weights: &'static [f64],
    restarts: Restarts,
    log_e: f64,
    pub(super) promotion: Promotion,
    pub(super) deadline: Cmh,
}

impl RateTest {
    pub(super) fn new(
        (grid, weights): (&'static [f64], &'static [f64]),
        policy: &Policy,
        default_dispersion: f64,
    ) -> Self {
        Self {
            dispersion: DispersionFactor::new(policy.dispersion, default_dispersion),
            grid,
            weights,
            restarts: Restarts::new(grid.len(), policy.restarts_planned())
                .over_stages(policy.evidence == EvidencePolicy::Carry),
            log_e: 0.0,
            promotion: Promotion::default(),
            deadline: Cmh::default(),
        }
    }

    /// Of a regression, restarts included.
    pub(super) fn log_e(&self) -> f64 {
        self.log_e
    }

    pub(super) fn begin_stage(&mut self) {
        self.restarts.begin_stage();
    }

    pub(super) fn start_components(&mut self, count: usize) {
        self.restarts.start_until(count);
    }

    /// Is the canary worse than `margin`? The margin has to be fixed before the window is seen.
    pub(super) fn judge_regression(&mut self, stratum: &Stratum, margin: Margin) {
        let (factor, _source) = self.dispersion.freeze();
        let mut increments = margin.log_increments(stratum, self.grid);
        increments.iter_mut().for_each(|increment| *increment /= factor);
        self.restarts.add(&increments);
        self.deadline.add(stratum, margin);
        self.log_e = self.restarts.log_e(self.weights);
    }

    /// Is the canary better than the margin? What it is tested against has to be fixed before the window is seen.
    pub(super) fn judge_promotion(&mut self, stratum: &Stratum, target: &Target) {
        let (factor, _source) = self.dispersion.freeze();
        self.promotion.add(stratum, target, factor);
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

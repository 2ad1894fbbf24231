//! Is a measured value higher? Paired differences of its logarithm, prewhitened and self-normalised.
//!
//! A trend of both sides cancels in `D_t = ln(canary_t) - ln(stable_t)`. Values of one side hang together from window to
//! window, so what is judged is `u_t = (D_t - mu) - phi (D_{t-1} - mu)` with the coefficient `phi` of history, or a
//! cautious one without. For `u_t` that are symmetric given the past, of any size and tails,
//! `E = 2 Phi(S/sqrt(V+rho)) sqrt(rho/(V+rho)) exp(S^2/(2(V+rho)))` with `S = sum u`, `V = sum u^2` is an e-process
//! (de la Pena 1999; Howard et al. 2021). There is no test at the deadline: a few autocorrelated points have no exact
//! one.

use crate::analysis::plan::{EvidencePolicy, Policy, Tolerance};
use crate::stats::restarts::Restarts;
use crate::stats::self_normalised::SelfNormalised;

use super::autocorrelation::Autocorrelation;
use super::long_series::LongSeries;
use super::report::DispersionSource;

/// Points before any evidence counts.
pub(super) const POINTS_MIN: u64 = 12;

/// Prior variance of the mixture, in units of one point's scale.
const RHO: f64 = 4.0;

/// Restarted sums of each component: `S` and `V`.
const SUMS: usize = 2;

/// The series comparison.
#[derive(Clone, Debug)]
pub(super) struct Series {
    tolerance: Tolerance,
    noise: Autocorrelation,
    /// Of a control beside stable.
    control: Autocorrelation,
    /// The last difference of history, then of the run.
    last: Option<f64>,
    /// The last values of canary and stable.
    newest: Option<(f64, f64)>,
    regression: Restarts,
    log_e: f64,
    /// Against the promotion margin, the other way round.
    promotion: SelfNormalised,
    pub(super) points: u64,
    sum: f64,
    whitened: Whitened,
    long: LongSeries,
}

/// Sums for an interval of the mean difference: of `D_t - phi D_{t-1}`, its square, and the points.
#[derive(Clone, Copy, Debug, Default)]
struct Whitened {
    sum: f64,
    squares: f64,
    points: f64,
}

impl Series {
    pub(super) fn new(tolerance: Tolerance, policy: &Policy) -> Self {
        Self {
            tolerance,
            noise: Autocorrelation::default(),
            control: Autocorrelation::default(),
            last: None,
            newest: None,
            regression: Restarts::new(SUMS, policy.restarts_planned())
                .over_stages(policy.evidence == EvidencePolicy::Carry),
            log_e: 0.0,
            promotion: SelfNormalised::default(),
            points: 0,
            sum: 0.0,
            whitened: Whitened::default(),
            long: LongSeries::default(),
        }
    }

    pub(super) fn begin_stage(&mut self) {
        self.regression.begin_stage();
        self.last = None;
    }

    pub(super) fn start_components(&mut self, count: usize) {
        self.regression.start_until(count);
    }

    /// A window in which both sides ran the old version.
    pub(super) fn calibrate(&mut self, canary: f64, stable: f64) {
        let difference = difference(canary, stable);
        self.noise.learn(difference);
        self.last = difference;
    }

    /// A window of the control and of stable: two equal sides.
    pub(super) fn calibrate_by_control(&mut self, control: f64, stable: f64) {
        self.control.learn(difference(control, stable));
    }

    /// How a point follows from the one before: of history, else of a control, else a cautious guess.
    fn coefficient(&self) -> f64 {
        if self.noise.is_calibrated() {
            self.noise.coefficient()
        } else {
            self.control.coefficient()
        }
    }

    /// A window without one of the sides: what comes next does not follow it.
    pub(super) fn interrupt(&mut self) {
        self.last = None;
    }

    /// True when the value could be judged.
    pub(super) fn judge(&mut self, canary: f64, stable: f64) -> bool {
        // A source that is asked more often than it measures repeats itself: that is no new point.
        if self.newest.replace((canary, stable)) == Some((canary, stable)) {
            return true;
        }
        let Some(now) = difference(canary, stable) else {
            self.last = None;
            return false;
        };
        let before = self.last.replace(now);
        let phi = self.coefficient();
        // The scale is of the past, so that it is fixed before this point is looked at.
        let scale = self.noise.scale(phi);
        self.noise.observe(now, before);
        self.points += 1;
        self.sum += now;
        self.long.add(now);
        let (Some(before), Some(scale)) = (before, scale) else {
            return true;
        };
        let whitened = |mean: f64| ((now - mean) - phi * (before - mean)) / scale;
        let worse = whitened(libm::log(self.tolerance.rollback));
        self.regression.add(&[worse, worse * worse]);
        let better = -whitened(libm::log(self.tolerance.promote));
        self.promotion.add(better);
        let plain = now - phi * before;
        self.whitened.sum += plain;
        self.whitened.squares += plain * plain;
        self.whitened.points += 1.0;
        self.log_e = self.regression.log_e_of(|sums| {
            let sums = SelfNormalised {
                sum: sums[0],
                squares: sums[1],
            };
            sums.log_e(RHO)
        });
        true
    }

    /// Of a regression; nothing below [`POINTS_MIN`] points.
    pub(super) fn log_e(&self) -> f64 {
        if self.points < POINTS_MIN { 0.0 } else { self.log_e }
    }

    /// Of a canary that is good enough.
    pub(super) fn promotion_log_e(&self) -> f64 {
        if self.points < POINTS_MIN {
            0.0
        } else {
            self.promotion.log_e(RHO)
        }
    }

    /// Ratio of canary to stable: the exponential of the mean difference. `None` without points.
    pub(super) fn estimate(&self) -> Option<f64> {
        (self.points > 0).then(|| libm::exp(self.sum / self.points as f64))
    }

    /// A confidence sequence for the ratio: the asymptotic one of a long series, else the means that the two-sided
    /// mixture does not reject at `1 - level`.
    pub(super) fn interval(&self, level: f64) -> Option<(f64, f64)> {
        if let Some((lower, upper)) = self.long.interval(level) {
            return Some((libm::exp(lower), libm::exp(upper)));
        }
        let Whitened { sum, squares, points } = self.whitened;
        if points < 2.0 {
            return None;
        }
        let shrink = 1.0 - self.coefficient();
        let scale = self.noise.scale(self.coefficient())?;
        let threshold = -libm::log(1.0 - level);
        let log_e = |mean: f64| {
            let part = mean * shrink;
            let sums = SelfNormalised {
                sum: (sum - points * part) / scale,
                squares: (squares - 2.0 * part * sum + points * part * part) / (scale * scale),
            };
            sums.log_e_two_sided(RHO)
        };
        let centre = sum / points / shrink;
        let edge = |sign: f64| {
            let (mut inside, mut outside) = (0.0, 1e-6);
            while log_e(centre + sign * outside) < threshold {
                inside = outside;
                outside *= 2.0;
                if outside > 1e3 {
                    return f64::INFINITY;
                }
            }
            for _ in 0..60 {
                let middle = 0.5 * (inside + outside);
                if log_e(centre + sign * middle) < threshold {
                    inside = middle;
                } else {
                    outside = middle;
                }
            }
            outside
        };
        Some((libm::exp(centre - edge(-1.0)), libm::exp(centre + edge(1.0))))
    }

    /// The smallest ratio whose evidence is expected to reach `log_evidence` within `points` in all; `None` when none up
    /// to 100 does. Solves the expected evidence of `points` increments of one scale each.
    pub(super) fn detectable_ratio(&self, points: f64, log_evidence: f64) -> Option<f64> {
        let phi = self.coefficient();
        let (scale, shrink) = (self.noise.scale(phi)?, 1.0 - phi);
        let enough = |log_ratio: f64| {
            let mean = (log_ratio - libm::log(self.tolerance.rollback)) * shrink / scale;
            let sums = SelfNormalised {
                sum: points * mean,
                squares: points * (1.0 + mean * mean),
            };
            points >= POINTS_MIN as f64 && sums.log_e(RHO) >= log_evidence
        };
        let (mut low, mut high) = (libm::log(self.tolerance.rollback), libm::log(100.0));
        if !enough(high) {
            return None;
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if enough(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(libm::exp(high))
    }

    /// The coefficient is of history.
    pub(super) fn source(&self) -> DispersionSource {
        if self.noise.is_calibrated() {
            DispersionSource::History
        } else if self.control.is_calibrated() {
            DispersionSource::Control
        } else {
            DispersionSource::Default
        }
    }

    /// By how much the points' autocorrelation inflates the variance of their mean: `(1 + phi)/(1 - phi)`.
    pub(super) fn inflation(&self) -> f64 {
        let phi = self.coefficient();
        (1.0 + phi) / (1.0 - phi)
    }
}

/// The difference on the log scale; `None` when a value has no logarithm.
fn difference(canary: f64, stable: f64) -> Option<f64> {
    let positive = |value: f64| value.is_finite() && value > 0.0;
    (positive(canary) && positive(stable)).then(|| libm::log(canary) - libm::log(stable))
}

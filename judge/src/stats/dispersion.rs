//! By how much real traffic varies more than independent requests would.
//!
//! Over history, where both sides ran the old version, `r_b = sum_w (x_c - m rho)` per batch of
//! [`BATCH_SECONDS`] and `phi = max(1, sum_b r_b^2 / sum_b V_b)` (quasi-likelihood). A batch is longer than the
//! usual correlation time inside a side. Log-evidence is divided by `phi`: an e-process stays one, because
//! `x^(1/phi)` is concave (Jensen).

use super::{Stratum, cmh};

/// Length of a batch.
pub const BATCH_SECONDS: u32 = 120;

/// Batches without which history calibrates nothing: an hour.
pub const BATCHES_MIN: usize = 30;

/// With fewer batches than this the upper 90% limit of the factor is used in place of the estimate.
const BATCHES_FOR_ESTIMATE: usize = 60;

/// Batches without which a control beside the canary calibrates nothing: ten minutes.
pub const CONTROL_BATCHES_MIN: usize = 5;

/// Factor for rare events (errors, requests in the tail of latencies) when nothing calibrates it.
pub const RARE_DEFAULT: f64 = 2.0;

/// Factor for common ones (requests in the body of latencies) when nothing calibrates it: there the noise of pods is
/// large beside that of single requests.
pub const COMMON_DEFAULT: f64 = 8.0;

/// Squared residuals of history, batch by batch; batches come in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibration {
    batch: Option<i64>,
    residual: f64,
    variance: f64,
    batches: usize,
    squares_sum: f64,
    variance_sum: f64,
}

impl Calibration {
    /// Adds a window of history that belongs to the batch of this number; a new number closes the batch before.
    pub fn add(&mut self, batch: i64, stratum: &Stratum) {
        if self.batch != Some(batch) {
            self.close();
            self.batch = Some(batch);
        }
        if stratum.is_comparable() {
            let (score, variance) = cmh::ratio_score(stratum, 1.0);
            self.residual += score;
            self.variance += variance;
        }
    }

    fn close(&mut self) {
        if self.variance > 0.0 {
            self.batches += 1;
            self.squares_sum += self.residual * self.residual;
            self.variance_sum += self.variance;
        }
        self.residual = 0.0;
        self.variance = 0.0;
    }

    /// The upper 90% limit of the factor, at least 1, as soon as there are [`CONTROL_BATCHES_MIN`] batches that had
    /// events: what a control shows while the run goes on is too little for an estimate.
    #[must_use]
    pub fn careful_factor(&self) -> Option<f64> {
        let (batches, squares, variance) = self.sums();
        if batches < CONTROL_BATCHES_MIN {
            return None;
        }
        Some((squares / variance / chi_square_tenth_over_degrees(batches)).max(1.0))
    }

    /// Batches that had events, their squared residuals and their variances.
    pub(super) fn sums(&self) -> (usize, f64, f64) {
        let mut closed = self.clone();
        closed.close();
        (closed.batches, closed.squares_sum, closed.variance_sum)
    }

    /// The factor, at least 1; `None` with fewer than [`BATCHES_MIN`] batches that had events.
    #[must_use]
    pub fn factor(&self) -> Option<f64> {
        let (batches, squares, variance) = self.sums();
        if batches < BATCHES_MIN {
            return None;
        }
        let estimate = squares / variance;
        let careful = if batches < BATCHES_FOR_ESTIMATE {
            estimate / chi_square_tenth_over_degrees(batches)
        } else {
            estimate
        };
        // An estimate within a standard error of 1 may well be chance; beyond three it is none.
        let standard_error = (2.0 / batches as f64).sqrt();
        let conviction = ((estimate - 1.0 - standard_error) / (2.0 * standard_error)).clamp(0.0, 1.0);
        Some(1.0 + conviction * (careful - 1.0))
    }
}

/// The lower 10% point of chi-square with `degrees` degrees of freedom, divided by `degrees` (Wilson and Hilferty
/// 1931; within 0.1% from 30 degrees up, 7% at two).
pub(super) fn chi_square_tenth_over_degrees(degrees: usize) -> f64 {
    const Z_TENTH: f64 = 1.281_551_565_544_6;
    let spread = 2.0 / (9.0 * degrees as f64);
    let root = 1.0 - spread - Z_TENTH * spread.sqrt();
    root * root * root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    fn calibrate(batches: i64, noise: f64) -> Option<f64> {
        calibration(5, batches, noise).factor()
    }

    fn calibration(seed: u64, batches: i64, noise: f64) -> Calibration {
        let mut chance = Chance::from_seed(seed);
        let mut calibration = Calibration::default();
        for batch in 0..batches {
            let rate = 0.01 * libm::exp(noise * chance.normal());
            for _ in 0..12 {
                let stratum =
                    Stratum::from_counts(500, 1500, chance.binomial(500, rate), chance.binomial(1500, 0.01));
                calibration.add(batch, &stratum);
            }
        }
        calibration
    }

    #[test]
    fn chi_square_point_for_thirty_degrees() {
        assert!((chi_square_tenth_over_degrees(30) * 30.0 - 20.599).abs() < 0.02);
    }

    #[test]
    fn a_careful_factor_is_nine_times_in_ten_no_smaller_than_the_truth() {
        let below = |batches: i64| {
            let factors = (0..500).filter_map(|seed| calibration(seed, batches, 0.0).careful_factor());
            factors.filter(|factor| *factor < 1.0 + 1e-9).count()
        };
        // The truth is 1, and a limit below it counts as 1.
        assert!(below(5) <= 75 && below(20) <= 75, "{} {}", below(5), below(20));
        assert_eq!(calibration(1, 4, 0.0).careful_factor(), None);
    }

    #[test]
    fn needs_thirty_batches() {
        assert_eq!(calibrate(29, 0.0), None);
        assert!(calibrate(30, 0.0).is_some());
    }

    #[test]
    fn sees_noise_of_one_side() {
        let white = calibrate(200, 0.0).unwrap();
        let noisy = calibrate(200, 0.4).unwrap();
        assert!(white < 1.4, "{white}");
        assert!(noisy > 3.0, "{noisy}");
    }
}

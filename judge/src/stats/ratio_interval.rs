//! A confidence sequence for the ratio of two rates: an interval that is valid at all times at once.
//!
//! `ell(theta) = sum_w [ x_c ln theta - m ln( (n_c theta + n_s)/(n_c + n_s) ) ]` is kept on [`POINTS`] log-spaced
//! ratios. `E(r_j) = mean_k exp(ell_k - ell_j)` over the grid points above `r_j` tests "the ratio is at most `r_j`",
//! over those below it "at least `r_j`"; the interval is what neither rejects at half of the error each
//! (Howard, Ramdas, McAuliffe and Sekhon 2021).

use super::Stratum;
use super::log_sum::log_mean_exp;

/// Grid points from 1/16 to 64, ten powers of two.
pub const POINTS: usize = 64;

/// The accumulated log-likelihoods.
#[derive(Clone, Debug, PartialEq)]
pub struct RatioInterval {
    log_ratios: [f64; POINTS],
    /// Each ratio less 1.
    excesses: [f64; POINTS],
    sums: [f64; POINTS],
}

impl Default for RatioInterval {
    fn default() -> Self {
        let mut log_ratios = [0.0; POINTS];
        for (index, log_ratio) in log_ratios.iter_mut().enumerate() {
            let power = -4.0 + 10.0 * index as f64 / (POINTS - 1) as f64;
            *log_ratio = power * std::f64::consts::LN_2;
        }
        Self {
            excesses: log_ratios.map(libm::expm1),
            log_ratios,
            sums: [0.0; POINTS],
        }
    }
}

impl RatioInterval {
    /// Adds a window; its log-likelihoods are divided by the dispersion factor (at least 1).
    pub fn add(&mut self, stratum: &Stratum, dispersion: f64) {
        if !stratum.is_comparable() || stratum.events() == 0.0 {
            return;
        }
        let share = stratum.canary_total / stratum.total();
        for (sum, (log_ratio, excess)) in self
            .sums
            .iter_mut()
            .zip(self.log_ratios.iter().zip(&self.excesses))
        {
            let spread = libm::log1p(share * excess);
            *sum += (stratum.canary_events * log_ratio - stratum.events() * spread) / dispersion;
        }
    }

    /// Lower and upper limit at confidence `level` (0..1). Limits are widened to the next grid point; a limit that
    /// the grid cannot show is 0 or infinite.
    #[must_use]
    pub fn limits(&self, level: f64) -> (f64, f64) {
        let log_threshold = -libm::log((1.0 - level) / 2.0);
        let rejects = |others: &[f64], index: usize| {
            !others.is_empty() && log_mean_exp(others) - self.sums[index] >= log_threshold
        };
        let lower = (0..POINTS)
            .rev()
            .find(|index| rejects(&self.sums[index + 1..], *index))
            .map_or(0.0, |index| libm::exp(self.log_ratios[index]));
        let upper = (0..POINTS)
            .find(|index| rejects(&self.sums[..*index], *index))
            .map_or(f64::INFINITY, |index| libm::exp(self.log_ratios[index]));
        (lower, upper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    #[test]
    fn says_nothing_without_events() {
        let mut interval = RatioInterval::default();
        interval.add(&Stratum::from_counts(100, 100, 0, 0), 1.0);
        assert_eq!(interval.limits(0.95), (0.0, f64::INFINITY));
    }

    #[test]
    fn covers_the_truth_at_all_times() {
        let mut chance = Chance::from_seed(3);
        let runs = 400;
        let mut missed = 0;
        let mut widths = 0.0;
        for _ in 0..runs {
            let mut interval = RatioInterval::default();
            let mut covered = true;
            for window in 0..90 {
                let stratum =
                    Stratum::from_counts(100, 900, chance.binomial(100, 0.03), chance.binomial(900, 0.015));
                interval.add(&stratum, 1.0);
                if window % 3 == 2 {
                    let (lower, upper) = interval.limits(0.95);
                    covered &= lower <= 2.0 && 2.0 <= upper;
                }
            }
            let (lower, upper) = interval.limits(0.95);
            widths += upper / lower;
            missed += i32::from(!covered);
        }
        println!(
            "ratio interval: missed in {missed} of {runs}, mean upper/lower {:.2}",
            widths / f64::from(runs)
        );
        assert!(f64::from(missed) / f64::from(runs) <= 0.05);
        assert!(widths / f64::from(runs) < 2.5);
    }
}

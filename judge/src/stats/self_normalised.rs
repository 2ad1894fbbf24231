//! Evidence that a series of differences drifts upward, exact for symmetric noise of any tail.
//!
//! For increments that are symmetric around 0 given the past, `exp(lambda S - lambda^2 V/2)` with `S = sum d` and
//! `V = sum d^2` is a supermartingale (de la Pena 1999). Mixed over `lambda` with a half-normal density of variance
//! `1/rho` (Howard, Ramdas, McAuliffe and Sekhon 2021):
//!
//! ```text
//! one-sided   ln E = ln 2 + ln Phi( S/sqrt(V+rho) ) + ln( rho/(V+rho) )/2 + S^2/(2(V+rho))
//! two-sided   ln E =                                  ln( rho/(V+rho) )/2 + S^2/(2(V+rho))
//! ```

use std::f64::consts::LN_2;

use super::normal;

/// Sums of a series; two that are independent of one another merge by addition.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SelfNormalised {
    /// `S`, the sum of the increments.
    pub sum: f64,
    /// `V`, the sum of their squares, at least 0.
    pub squares: f64,
}

impl SelfNormalised {
    /// Takes one increment, finite.
    pub fn add(&mut self, increment: f64) {
        self.sum += increment;
        self.squares += increment * increment;
    }

    /// Log evidence against "the increments do not lean upward"; `rho > 0`, in squared units of the increments.
    #[must_use]
    pub fn log_e(&self, rho: f64) -> f64 {
        LN_2 + normal::log_cdf(self.sum / (self.squares + rho).sqrt()) + self.log_e_two_sided(rho)
    }

    /// Log evidence against "the increments lean neither way".
    #[must_use]
    pub fn log_e_two_sided(&self, rho: f64) -> f64 {
        let spread = self.squares + rho;
        0.5 * libm::log(rho / spread) + self.sum * self.sum / (2.0 * spread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    fn of(increments: &[f64]) -> SelfNormalised {
        let mut series = SelfNormalised::default();
        increments.iter().for_each(|increment| series.add(*increment));
        series
    }

    #[test]
    fn expectation_over_all_signs_is_at_most_one() {
        // Symmetric increments: every pattern of signs is equally likely. Large ones waste some evidence.
        let sizes = [0.3, 2.0, 0.01, 1.5, 0.7, 0.7, 5.0, 0.2];
        let expectation: f64 = (0..1_u32 << sizes.len())
            .map(|pattern| {
                let signed: Vec<f64> = sizes
                    .iter()
                    .enumerate()
                    .map(|(bit, size)| if pattern >> bit & 1 == 1 { -size } else { *size })
                    .collect();
                libm::exp(of(&signed).log_e(1.0))
            })
            .sum::<f64>()
            / f64::from(1_u32 << sizes.len());
        assert!(expectation <= 1.0 && expectation > 0.25, "{expectation}");
    }

    #[test]
    fn heavy_tails_do_not_raise_the_level() {
        let (mut chance, mut alarms) = (Chance::from_seed(3), 0);
        for _ in 0..2000 {
            let mut series = SelfNormalised::default();
            let alarm = (0..60).any(|_| {
                // A ratio of normals: no mean, no variance.
                series.add(chance.normal() / chance.normal());
                series.log_e(4.0) >= libm::log(20.0)
            });
            alarms += u32::from(alarm);
        }
        assert!(f64::from(alarms) / 2000.0 <= 0.05 + 0.015, "{alarms}");
    }

    #[test]
    fn far_in_the_wrong_direction_stays_finite() {
        let series = SelfNormalised {
            sum: -1e6,
            squares: 1e6,
        };
        let log_e = series.log_e(4.0);
        assert!(log_e.is_finite() && log_e < -5.0, "{log_e}");
        assert_eq!(SelfNormalised::default().log_e(4.0), 0.0);
    }
}

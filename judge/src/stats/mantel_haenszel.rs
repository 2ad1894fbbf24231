//! The point estimate of the ratio of two rates over strata.

use super::Stratum;

/// Mantel and Haenszel's estimate of the rate ratio (1959; for rates Rothman and Boice 1979):
/// `sum_w x_c n_s / n  /  sum_w x_s n_c / n`. Each window is weighted by what it can say, and a common rate that
/// changes between windows does not bias it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RatioEstimate {
    canary: f64,
    stable: f64,
}

impl RatioEstimate {
    /// Adds a window; one where a side had no requests changes nothing.
    pub fn add(&mut self, stratum: &Stratum) {
        if stratum.is_comparable() {
            self.canary += stratum.canary_events * stratum.stable_total / stratum.total();
            self.stable += stratum.stable_events * stratum.canary_total / stratum.total();
        }
    }

    /// The ratio; infinite when only the canary had events, `None` when neither had any.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        if self.stable > 0.0 {
            Some(self.canary / self.stable)
        } else {
            (self.canary > 0.0).then_some(f64::INFINITY)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_stratum_gives_the_plain_ratio() {
        let mut estimate = RatioEstimate::default();
        assert_eq!(estimate.value(), None);
        estimate.add(&Stratum::from_counts(1000, 10_000, 15, 50));
        assert!((estimate.value().unwrap() - 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_changing_split_does_not_bias_it() {
        let mut estimate = RatioEstimate::default();
        estimate.add(&Stratum::from_counts(100, 9900, 10, 495));
        estimate.add(&Stratum::from_counts(5000, 5000, 50, 25));
        assert!((estimate.value().unwrap() - 2.0).abs() < 1e-12);
    }
}

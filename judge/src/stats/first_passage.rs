//! When a sum that drifts first reaches a barrier.
//!
//! For a Brownian motion with drift `mu` and variance `s^2` a unit of time, and a barrier `b > 0`,
//! `P(T <= t) = Phi((mu t - b)/(s sqrt t)) + exp(2 mu b/s^2) Phi((-mu t - b)/(s sqrt t))`: the inverse Gaussian
//! distribution (Schroedinger 1915; Wald 1947). Log evidence that is added window by window is such a sum.

use super::{bisection, normal};

/// A sum on its way to a barrier; units of time are the caller's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstPassage {
    /// Where it is to arrive, above 0.
    pub barrier: f64,
    /// Mean increase a unit of time; may be negative.
    pub drift: f64,
    /// Variance a unit of time, at least 0.
    pub variance: f64,
}

impl FirstPassage {
    /// Probability that it has arrived by `time`, at least 0.
    #[must_use]
    pub fn by(&self, time: f64) -> f64 {
        let Self {
            barrier,
            drift,
            variance,
        } = *self;
        if time <= 0.0 || barrier.is_nan() || drift.is_nan() {
            return 0.0;
        }
        if variance <= 0.0 {
            return if drift * time >= barrier { 1.0 } else { 0.0 };
        }
        let spread = (variance * time).sqrt();
        let direct = normal::cdf((drift * time - barrier) / spread);
        let reflected =
            2.0 * drift * barrier / variance + normal::log_cdf((-drift * time - barrier) / spread);
        (direct + libm::exp(reflected)).clamp(0.0, 1.0)
    }

    /// The time by which it has arrived with probability `part` in (0, 1), at most `longest`; `None` when not by then.
    #[must_use]
    pub fn time(&self, part: f64, longest: f64) -> Option<f64> {
        let arrived = |time: f64| self.by(time) >= part;
        arrived(longest).then(|| bisection::last_true(0.0, longest, |time| !arrived(time)).next_up())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    #[test]
    fn agrees_with_walks() {
        let passage = FirstPassage {
            barrier: 9.0,
            drift: 0.12,
            variance: 0.2,
        };
        let (mut chance, runs) = (Chance::from_seed(3), 4000);
        let mut times: Vec<u32> = Vec::new();
        for _ in 0..runs {
            let (mut sum, mut steps) = (0.0, 0);
            while sum < passage.barrier {
                // Four steps a unit, so that a walk is nearly continuous.
                sum += 0.25 * passage.drift + (0.25 * passage.variance).sqrt() * chance.normal();
                steps += 1;
            }
            times.push(steps);
        }
        times.sort_unstable();
        for (part, place) in [(0.1, 400), (0.5, 2000), (0.9, 3600)] {
            let seen = f64::from(times[place]) / 4.0;
            let told = passage.time(part, 1e4).unwrap();
            assert!((told / seen - 1.0).abs() < 0.06, "{part}: {told} {seen}");
        }
    }

    #[test]
    fn corners() {
        let still = FirstPassage {
            barrier: 2.0,
            drift: 0.0,
            variance: 0.0,
        };
        assert_eq!((still.by(1e9), still.time(0.5, 1e9)), (0.0, None));
        let sure = FirstPassage { drift: 0.5, ..still };
        assert_eq!((sure.by(3.9), sure.by(4.1)), (0.0, 1.0));
        let away = FirstPassage {
            drift: -1.0,
            variance: 1.0,
            ..still
        };
        // It ever arrives with probability exp(-2 |mu| b / s^2).
        assert!((away.by(1e6) - libm::exp(-4.0)).abs() < 1e-9);
        assert_eq!(away.time(0.5, 1e6), None);
    }
}

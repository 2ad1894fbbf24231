//! Restarted evidence, for regressions that begin late.
//!
//! Evidence gathered while the canary was still good counts against a later regression. So a new component starts
//! every so often: `E_t = sum_j v_j E_{s_j..t} + (1 - sum_{j started} v_j)`, `v_j = 1/(j(j+1))`. Components that
//! have not started hold their weight at 1. The weights sum to 1 over all `j`, so nobody has to know ahead how many
//! restarts there will be, and the sum of the first `J` is `J/(J+1)`. Start times have to be fixed in advance.

use super::log_sum::{log_mean_exp, log_weighted_sum_exp};

/// Components beyond this number are never started; their weight together is less than a thousandth.
pub const COMPONENTS_MAX: usize = 1000;

/// Sums of windows, such as the log evidence per alternative, with restarts.
#[derive(Clone, Debug, PartialEq)]
pub struct Restarts {
    /// False: a single component with all of the weight.
    restarting: bool,
    /// Sums of each component.
    width: usize,
    /// Of each started component.
    components: Vec<Vec<f64>>,
}

impl Restarts {
    /// Components of `width` sums each, before any has started. Without `restarting` the first component holds all of
    /// the weight.
    #[must_use]
    pub fn new(width: usize, restarting: bool) -> Self {
        Self {
            restarting,
            width,
            components: Vec::new(),
        }
    }

    /// Starts components until `count` have been started in all (never more than [`COMPONENTS_MAX`], and one when
    /// not restarting).
    pub fn start_until(&mut self, count: usize) {
        let limit = if self.restarting { COMPONENTS_MAX } else { 1 };
        let target = count.min(limit);
        while self.components.len() < target {
            self.components.push(vec![0.0; self.width]);
        }
    }

    /// Components that have started.
    #[must_use]
    pub fn started(&self) -> usize {
        self.components.len()
    }

    /// Adds one window's `width` increments to every started component.
    pub fn add(&mut self, increments: &[f64]) {
        for component in &mut self.components {
            for (sum, increment) in component.iter_mut().zip(increments) {
                *sum += increment;
            }
        }
    }

    /// `ln E_t` where the sums are log evidence of alternatives with uniform weights; 0 before anything has started.
    #[must_use]
    pub fn log_e(&self) -> f64 {
        self.log_e_of(log_mean_exp)
    }

    /// `ln E_t` where `log_e` makes a component's log evidence of its sums; 0 before anything has started.
    #[must_use]
    pub fn log_e_of(&self, log_e: impl Fn(&[f64]) -> f64) -> f64 {
        if !self.restarting {
            return self.components.first().map_or(0.0, |sums| log_e(sums));
        }
        let mut terms = Vec::with_capacity(self.components.len() + 1);
        for (index, component) in self.components.iter().enumerate() {
            let j = (index + 1) as f64;
            terms.push((1.0 / (j * (j + 1.0)), log_e(component)));
        }
        terms.push((1.0 / (self.components.len() as f64 + 1.0), 0.0));
        log_weighted_sum_exp(&terms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_always_sum_to_one() {
        let mut restarts = Restarts::new(2, true);
        assert!(restarts.log_e().abs() < 1e-12);
        for count in [1, 2, 7, 5000] {
            restarts.start_until(count);
            assert!(restarts.log_e().abs() < 1e-12, "{count}");
        }
        assert_eq!(restarts.started(), COMPONENTS_MAX);
    }

    #[test]
    fn a_late_start_forgets_the_past() {
        let (mut restarted, mut plain) = (Restarts::new(1, true), Restarts::new(1, false));
        for (count, increment) in [(1, -20.0), (2, 12.0)] {
            for process in [&mut restarted, &mut plain] {
                process.start_until(count);
                process.add(&[increment]);
            }
        }
        assert!((plain.log_e() + 8.0).abs() < 1e-12);
        assert!((restarted.log_e() - (12.0 - libm::log(6.0))).abs() < 1e-4);
    }
}

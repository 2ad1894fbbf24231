//! Restarted evidence, for regressions that begin late.
//!
//! Evidence gathered while the canary was still good counts against a later regression. So a new component starts
//! every so often: `E_t = sum_j v_j E_{s_j..t} + (1 - sum_{j started} v_j)`. The first component has most of the weight,
//! since most regressions are there from the start; the others share the rest equally, because one that begins later may
//! begin at any time. Components that have not started hold their weight at 1. How many there will be, and when they
//! start, has to be fixed in advance; it follows from the deadline.

use super::log_sum::log_weighted_sum_exp;

/// More components than this are never planned.
pub const COMPONENTS_MAX: usize = 1000;

/// Weight of the first of several components.
const FIRST: f64 = 0.65;

/// Weight of the first of `planned` components.
#[must_use]
pub fn first_weight(planned: usize) -> f64 {
    if planned > 1 { FIRST } else { 1.0 }
}

/// Sums of windows, such as the log evidence per alternative, with restarts.
#[derive(Clone, Debug, PartialEq)]
pub struct Restarts {
    /// Components in all.
    planned: usize,
    /// Sums of each component.
    width: usize,
    /// Of each started component, one after another.
    sums: Vec<f64>,
}

impl Restarts {
    /// `planned` components (1 to [`COMPONENTS_MAX`]) of `width` sums each, before any has started.
    #[must_use]
    pub fn new(width: usize, planned: usize) -> Self {
        Self {
            planned: planned.clamp(1, COMPONENTS_MAX),
            width,
            sums: Vec::new(),
        }
    }

    /// Starts components until `count` have been started in all; never more than were planned.
    pub fn start_until(&mut self, count: usize) {
        let wanted = count.min(self.planned) * self.width;
        if wanted > self.sums.len() {
            self.sums.resize(wanted, 0.0);
        }
    }

    /// The weight of a component by its number from 0.
    fn weight(&self, index: usize) -> f64 {
        match index {
            0 => first_weight(self.planned),
            _ => (1.0 - FIRST) / (self.planned - 1) as f64,
        }
    }

    /// Components that have started.
    #[must_use]
    pub fn started(&self) -> usize {
        self.sums.len() / self.width.max(1)
    }

    /// Adds one window's `width` increments to every started component.
    pub fn add(&mut self, increments: &[f64]) {
        for component in self.sums.chunks_exact_mut(self.width) {
            for (sum, increment) in component.iter_mut().zip(increments) {
                *sum += increment;
            }
        }
    }

    /// `ln E_t` where the sums are log evidence of alternatives with these prior weights, `width` of them with a sum of 1;
    /// 0 before anything has started.
    #[must_use]
    pub fn log_e(&self, weights: &[f64]) -> f64 {
        let components = self.sums.chunks_exact(self.width).enumerate();
        let terms = components.flat_map(|(index, sums)| {
            let weight = self.weight(index);
            let alternatives = weights.iter().zip(sums);
            alternatives.map(move |(prior, sum)| (weight * prior, *sum))
        });
        log_weighted_sum_exp(terms.chain([self.waiting()]))
    }

    /// `ln E_t` where `log_e` makes a component's log evidence of its sums; 0 before anything has started.
    #[must_use]
    pub fn log_e_of(&self, log_e: impl Fn(&[f64]) -> f64) -> f64 {
        let components = self.sums.chunks_exact(self.width).enumerate();
        let terms: Vec<(f64, f64)> = components
            .map(|(index, sums)| (self.weight(index), log_e(sums)))
            .chain([self.waiting()])
            .collect();
        log_weighted_sum_exp(terms.into_iter())
    }

    /// What has not started holds its weight at evidence of 1.
    fn waiting(&self) -> (f64, f64) {
        let weight = match self.started() {
            0 => 1.0,
            started => (self.planned - started) as f64 * self.weight(started),
        };
        (weight, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_always_sum_to_one() {
        for planned in [1, 2, 30, 5000] {
            let mut restarts = Restarts::new(2, planned);
            for count in [0, 1, 2, 7, 5000] {
                restarts.start_until(count);
                assert!(restarts.log_e(&[0.5, 0.5]).abs() < 1e-12, "{count} of {planned}");
            }
            assert_eq!(restarts.started(), planned.min(COMPONENTS_MAX));
        }
    }

    #[test]
    fn a_late_start_forgets_the_past() {
        let (mut restarted, mut plain) = (Restarts::new(1, 2), Restarts::new(1, 1));
        for (count, increment) in [(1, -20.0), (2, 12.0)] {
            for process in [&mut restarted, &mut plain] {
                process.start_until(count);
                process.add(&[increment]);
            }
        }
        assert!((plain.log_e(&[1.0]) + 8.0).abs() < 1e-12);
        assert!((restarted.log_e(&[1.0]) - (12.0 + libm::log(0.35))).abs() < 1e-4);
    }
}

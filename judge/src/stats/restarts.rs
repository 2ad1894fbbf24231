//! Restarted evidence, for regressions that begin late.
//!
//! Evidence gathered while the canary was still good counts against a later regression. So a new component starts
//! every so often: `E_t = sum_j v_j E_{s_j..t} + (1 - sum_{j started} v_j)`. The first component has most of the weight,
//! since most regressions are there from the start; the others share the rest equally, because one that begins later may
//! begin at any time. Components that have not started hold their weight at 1. How many there will be, and when they
//! start, has to be fixed in advance; it follows from the deadline.

use super::log_sum::{log_mean_exp, log_weighted_sum_exp};

/// Evidence may go on over the stages of a release, of which nobody knows ahead how many there will be. Stage `j` then has
/// `1/(j (j+1))` of all, so stages still to come hold `1/(k+1)` after the `k`th: at 1, until they begin.
#[must_use]
pub fn stage_weight(stage: usize) -> f64 {
    let stage = stage as f64;
    1.0 / (stage * (stage + 1.0))
}

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
    /// Of each component of this stage that has started.
    components: Vec<Vec<f64>>,
    /// What goes on over stages; `None` when every stage has evidence of its own.
    stages: Option<Stages>,
}

/// What earlier stages have left.
#[derive(Clone, Debug, PartialEq)]
struct Stages {
    /// The number of the stage at hand, from 1.
    current: usize,
    /// Their components go on, each with its weight.
    carried: Vec<(f64, Vec<f64>)>,
    /// Weight of components that never started.
    idle: f64,
}

impl Restarts {
    /// `planned` components (1 to [`COMPONENTS_MAX`]) of `width` sums each, before any has started.
    #[must_use]
    pub fn new(width: usize, planned: usize) -> Self {
        Self {
            planned: planned.clamp(1, COMPONENTS_MAX),
            width,
            components: Vec::new(),
            stages: None,
        }
    }

    /// The first of several stages over which the evidence goes on, when `carries` is true.
    #[must_use]
    pub fn over_stages(mut self, carries: bool) -> Self {
        self.stages = carries.then_some(Stages {
            current: 1,
            carried: Vec::new(),
            idle: 0.0,
        });
        self
    }

    /// Another stage begins, with as many components of its own. Those that have started go on beside them. Changes
    /// nothing where every stage has evidence of its own.
    pub fn begin_stage(&mut self) {
        let weight = self.stage_weight();
        let weights: Vec<f64> = (0..self.planned)
            .map(|index| weight * self.weight(index))
            .collect();
        let Some(stages) = &mut self.stages else { return };
        let started = self.components.len();
        stages
            .carried
            .extend(weights.iter().copied().zip(self.components.drain(..)));
        stages.idle += weights[started..].iter().sum::<f64>();
        stages.current += 1;
    }

    /// The part of all evidence that begins with the stage at hand.
    #[must_use]
    pub fn stage_weight(&self) -> f64 {
        self.stages
            .as_ref()
            .map_or(1.0, |stages| stage_weight(stages.current))
    }

    /// Starts components until `count` have been started in all; never more than were planned.
    pub fn start_until(&mut self, count: usize) {
        while self.components.len() < count.min(self.planned) {
            self.components.push(vec![0.0; self.width]);
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
        self.components.len()
    }

    /// Adds one window's `width` increments to every started component.
    pub fn add(&mut self, increments: &[f64]) {
        let carried = self.stages.iter_mut().flat_map(|stages| &mut stages.carried);
        let carried = carried.map(|(_, component)| component);
        for component in self.components.iter_mut().chain(carried) {
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
        let mut terms = Vec::with_capacity(self.components.len() + 1);
        let whole = self.stage_weight();
        for (index, component) in self.components.iter().enumerate() {
            terms.push((whole * self.weight(index), log_e(component)));
        }
        let started = self.components.len();
        let mut waiting: f64 = whole
            * (started..self.planned)
                .map(|index| self.weight(index))
                .sum::<f64>();
        if let Some(stages) = &self.stages {
            terms.extend(
                stages
                    .carried
                    .iter()
                    .map(|(weight, component)| (*weight, log_e(component))),
            );
            waiting += stages.idle + 1.0 / (stages.current as f64 + 1.0);
        }
        terms.push((waiting, 0.0));
        log_weighted_sum_exp(&terms)
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
                assert!(restarts.log_e().abs() < 1e-12, "{count} of {planned}");
            }
            assert_eq!(restarts.started(), planned.min(COMPONENTS_MAX));
        }
    }

    #[test]
    fn weights_sum_to_one_over_any_stages() {
        for planned in [1, 3, 30] {
            let mut restarts = Restarts::new(1, planned).over_stages(true);
            for started in [0, 2, 30, 1, 0, 7] {
                restarts.start_until(started);
                assert!(
                    restarts.log_e().abs() < 1e-12,
                    "{started} of {planned}: {}",
                    restarts.log_e()
                );
                restarts.begin_stage();
            }
        }
        let mut anew = Restarts::new(1, 3);
        anew.start_until(2);
        anew.begin_stage();
        assert_eq!(
            (anew.started(), anew.stage_weight()),
            (2, 1.0),
            "there are no stages"
        );
    }

    #[test]
    fn evidence_goes_on_over_stages_and_begins_anew_with_each() {
        let mut carried = Restarts::new(1, 1).over_stages(true);
        for stage in 0..3 {
            if stage > 0 {
                carried.begin_stage();
            }
            carried.start_until(1);
            carried.add(&[4.0]);
        }
        // 1/2 e^12 + 1/6 e^8 + 1/12 e^4 + 1/4
        let expected: f64 = [(2.0, 12.0), (6.0, 8.0), (12.0, 4.0), (4.0, 0.0)]
            .iter()
            .map(|(part, log_e)| libm::exp(*log_e) / part)
            .sum();
        assert!((carried.log_e() - libm::log(expected)).abs() < 1e-12);
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
        assert!((plain.log_e() + 8.0).abs() < 1e-12);
        assert!((restarted.log_e() - (12.0 + libm::log(0.35))).abs() < 1e-4);
    }
}

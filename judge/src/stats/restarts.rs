//! Restarted evidence, for regressions that begin late.
//!
//! Evidence gathered while the canary was still good counts against a later regression. So a new component starts
//! every so often: `E_t = sum_j v_j E_{s_j..t} + (1 - sum_{j started} v_j)`. The first component has most of the weight,
//! since most regressions are there from the start; the others share the rest equally, because one that begins later may
//! begin at any time. Components that have not started hold their weight at 1. How many there will be, and when they
//! start, has to be fixed in advance; it follows from the deadline.

use super::log_sum::log_weighted_sum_exp;

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
const FIRST: f64 = 0.55;

/// Weight of the first of `planned` components.
#[must_use]
pub fn first_weight(planned: usize) -> f64 {
    if planned > 1 { FIRST } else { 1.0 }
}

/// Sums of windows, such as the log evidence per alternative, with restarts.
#[derive(Clone, Debug, PartialEq)]
pub struct Restarts {
    /// Components of a stage in all.
    planned: usize,
    /// Sums of each component.
    width: usize,
    /// Components of the stage at hand that have started.
    started: usize,
    /// Of each started component, those of earlier stages first.
    weights: Vec<f64>,
    /// Of each started component, `width` of them, one component after another.
    sums: Vec<f64>,
    /// What goes on over stages; `None` when every stage has evidence of its own.
    stages: Option<Stages>,
}

/// Where a release of several stages is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stages {
    /// The number of the stage at hand, from 1.
    current: usize,
    /// Weight of components of earlier stages that never started.
    idle: f64,
}

impl Restarts {
    /// `planned` components (1 to [`COMPONENTS_MAX`]) of `width` sums each, before any has started.
    #[must_use]
    pub fn new(width: usize, planned: usize) -> Self {
        Self {
            planned: planned.clamp(1, COMPONENTS_MAX),
            width,
            started: 0,
            weights: Vec::new(),
            sums: Vec::new(),
            stages: None,
        }
    }

    /// The first of several stages over which the evidence goes on, when `carries` is true.
    #[must_use]
    pub fn over_stages(mut self, carries: bool) -> Self {
        self.stages = carries.then_some(Stages {
            current: 1,
            idle: 0.0,
        });
        self
    }

    /// Another stage begins, with as many components of its own. Those that have started go on beside them. Changes
    /// nothing where every stage has evidence of its own.
    pub fn begin_stage(&mut self) {
        let unstarted = self.stage_weight() * self.unstarted();
        let Some(stages) = &mut self.stages else { return };
        stages.idle += unstarted;
        stages.current += 1;
        self.started = 0;
    }

    /// The part of all evidence that begins with the stage at hand.
    #[must_use]
    pub fn stage_weight(&self) -> f64 {
        self.stages.map_or(1.0, |stages| stage_weight(stages.current))
    }

    /// Starts components of the stage at hand until `count` have been started; never more than were planned.
    pub fn start_until(&mut self, count: usize) {
        while self.started < count.min(self.planned) {
            self.weights.push(self.stage_weight() * self.weight(self.started));
            self.started += 1;
        }
        self.sums.resize(self.weights.len() * self.width, 0.0);
    }

    /// The weight in its stage of a component by its number from 0.
    fn weight(&self, index: usize) -> f64 {
        match index {
            0 => first_weight(self.planned),
            _ => (1.0 - FIRST) / (self.planned - 1) as f64,
        }
    }

    /// The weight in its stage of all components that have not started.
    fn unstarted(&self) -> f64 {
        match self.started {
            0 => 1.0,
            started if started < self.planned => (self.planned - started) as f64 * self.weight(started),
            _ => 0.0,
        }
    }

    /// Components of the stage at hand that have started.
    #[must_use]
    pub fn started(&self) -> usize {
        self.started
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
        let terms = self.components().flat_map(|(weight, sums)| {
            let alternatives = weights.iter().zip(sums);
            alternatives.map(move |(prior, sum)| (weight * prior, *sum))
        });
        log_weighted_sum_exp(terms.chain([self.waiting()]))
    }

    /// `ln E_t` where `log_e` makes a component's log evidence of its sums; 0 before anything has started.
    #[must_use]
    pub fn log_e_of(&self, log_e: impl Fn(&[f64]) -> f64) -> f64 {
        let terms: Vec<(f64, f64)> = self
            .components()
            .map(|(weight, sums)| (weight, log_e(sums)))
            .chain([self.waiting()])
            .collect();
        log_weighted_sum_exp(terms.into_iter())
    }

    fn components(&self) -> impl Iterator<Item = (f64, &[f64])> + Clone {
        self.weights
            .iter()
            .copied()
            .zip(self.sums.chunks_exact(self.width))
    }

    /// What has not started holds its weight at evidence of 1.
    fn waiting(&self) -> (f64, f64) {
        let later = self
            .stages
            .map_or(0.0, |stages| stages.idle + 1.0 / (stages.current as f64 + 1.0));
        (self.stage_weight() * self.unstarted() + later, 0.0)
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
    fn weights_sum_to_one_over_any_stages() {
        for planned in [1, 3, 30] {
            let mut restarts = Restarts::new(1, planned).over_stages(true);
            for started in [0, 2, 30, 1, 0, 7] {
                restarts.start_until(started);
                assert!(
                    restarts.log_e(&[1.0]).abs() < 1e-12,
                    "{started} of {planned}: {}",
                    restarts.log_e(&[1.0])
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
        assert!((carried.log_e(&[1.0]) - libm::log(expected)).abs() < 1e-12);
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
        assert!((restarted.log_e(&[1.0]) - (12.0 + libm::log(0.45))).abs() < 1e-4);
    }
}

use std::time::Duration;

use serin_judge::journey::{Arm, RunOutcome, RunResult, StepOutcome};

/// Pairs of one step that a window keeps one by one; those beyond it are counted.
pub const PAIRS_MAX: usize = 4096;

/// One step, done for every arm at the same planned instant: what hits the whole service at that moment hits them all, and
/// cancels in the difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedStep {
    /// How long the canary's requests took (from when the first one began); `None` when they failed.
    pub canary: Option<Duration>,
    /// How long stable's took.
    pub stable: Option<Duration>,
    /// How long those of another stable instance took; `None` without a control too.
    pub control: Option<Duration>,
    /// The canary was asked first.
    pub canary_first: bool,
}

/// The pairs of one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepPairs {
    /// The first ones, in the order of their planned starts.
    pub kept: Vec<PairedStep>,
    /// How many more there were.
    pub beyond: u64,
}

impl StepPairs {
    fn add(&mut self, pair: PairedStep) {
        if self.kept.len() < PAIRS_MAX {
            self.kept.push(pair);
        } else {
            self.beyond += 1;
        }
    }

    /// Adds another's, as far as there is room.
    pub fn merge(&mut self, other: &Self) {
        for pair in &other.kept {
            self.add(*pair);
        }
        self.beyond += other.beyond;
    }
}

/// What a run of a pair came to, without the run.
#[derive(Debug)]
pub(in crate::engine::journeys) struct Half {
    arm: Arm,
    /// How many of the pair's runs were begun before it.
    position: usize,
    /// By step; `None` where the step was not done, so that nothing is known of it.
    steps: Vec<Option<Option<Duration>>>,
}

impl Half {
    /// `None` for a run that belongs to no side, or was stopped: its pair tells nothing.
    pub(in crate::engine::journeys) fn of(run: &RunResult, steps: usize, position: usize) -> Option<Self> {
        if run.outcome == RunOutcome::WrongSide {
            return None;
        }
        let mut half = Self {
            arm: run.arm,
            position,
            steps: vec![None; steps],
        };
        for step in &run.steps {
            let taken = match step.outcome {
                StepOutcome::Passed | StepOutcome::Degraded => Some(step.service),
                StepOutcome::Failed(class) if super::step::is_of_who_was_asked(class) => None,
                StepOutcome::Failed(_) | StepOutcome::Skipped => continue,
            };
            if let Some(place) = half.steps.get_mut(step.step) {
                *place = Some(taken);
            }
        }
        Some(half)
    }
}

/// Puts the halves of one pair together.
pub(super) fn join(halves: &[Half], steps: &mut [StepPairs]) {
    let place = |arm: Arm| halves.iter().position(|half| half.arm == arm);
    let (Some(canary), Some(stable)) = (place(Arm::Canary), place(Arm::Stable)) else {
        return;
    };
    let control = place(Arm::Control);
    for (index, pairs) in steps.iter_mut().enumerate() {
        let of = |half: usize| halves[half].steps.get(index).copied().flatten();
        if let (Some(of_canary), Some(of_stable)) = (of(canary), of(stable)) {
            pairs.add(PairedStep {
                canary: of_canary,
                stable: of_stable,
                control: control.and_then(of).flatten(),
                canary_first: halves[canary].position < halves[stable].position,
            });
        }
    }
}

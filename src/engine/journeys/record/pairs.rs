use std::time::Duration;

use serin_judge::journey::{
    Answer, AnswerDifferences, Arm, RunOutcome, RunResult, StepOutcome, Values, differences,
};

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
    /// Where the answers of both sides differ, of a step that is compared.
    pub differences: AnswerDifferences,
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
        self.differences.merge(&other.differences);
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
    answers: Option<Box<Answers>>,
}

/// Answers of a run that are compared with those of another side, and what has to be taken out of them.
pub(in crate::engine::journeys) struct Answers {
    pub(in crate::engine::journeys) values: Values,
    /// The last one of each step.
    pub(in crate::engine::journeys) by_step: Vec<(usize, Answer)>,
}

impl Answers {
    fn of(&self, step: usize) -> Option<(&Answer, &Values)> {
        let (_, answer) = self.by_step.iter().find(|(of, _)| *of == step)?;
        Some((answer, &self.values))
    }
}

impl std::fmt::Debug for Answers {
    /// Without what they hold, which may be secret.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Answers({})", self.by_step.len())
    }
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
            answers: None,
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

    /// The same, with what is compared with the answers of the others.
    pub(super) fn with(self, answers: Option<Box<Answers>>) -> Self {
        Self { answers, ..self }
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
        let answer = |half: usize| halves[half].answers.as_ref()?.of(index);
        if let (Some(of_stable), Some(of_canary)) = (answer(stable), answer(canary)) {
            pairs.differences.record(differences(of_stable, of_canary));
        }
        if let (Some(of_stable), Some(of_control)) = (answer(stable), control.and_then(answer)) {
            pairs
                .differences
                .record_control(&differences(of_stable, of_control));
        }
    }
}

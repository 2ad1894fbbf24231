//! One side against another: quantiles of response times and shares of failures, as `serin compare A B` does.

use serin_judge::journey::Arm;
use serin_judge::verdict::Counts;

use super::probed::{ProbedJourney, arm_word, population, responses};
use crate::cli::compare::{Compared, Recording, Settings};
use crate::engine::journeys::{ArmWindow, Durations, Since};

/// What `serin compare` takes without options.
const SETTINGS: Settings = Settings {
    level: 0.95,
    tolerance: 0.05,
};

/// Two sides of a step, or of whole runs.
pub(super) struct Sides {
    /// `None` for whole runs.
    pub(super) step: Option<String>,
    /// A is the first one.
    pub(super) arms: [Arm; 2],
    pub(super) compared: Compared,
}

/// The canary against stable, then a control against stable; whole runs first, then the steps where there are several.
pub(super) fn all(probed: &ProbedJourney) -> Vec<Sides> {
    let pairs = [[Arm::Stable, Arm::Canary], [Arm::Stable, Arm::Control]];
    pairs.into_iter().flat_map(|arms| of(probed, arms)).collect()
}

fn of(probed: &ProbedJourney, arms: [Arm; 2]) -> Vec<Sides> {
    let [Some(a), Some(b)] = arms.map(|arm| probed.arm(arm)) else {
        return Vec::new();
    };
    let steps: Vec<_> = probed.journey.all_steps();
    let mut all: Vec<Sides> = compared(arms, None, [a, b].map(of_runs)).into_iter().collect();
    if steps.len() > 1 {
        for step in steps {
            let [Some(of_a), Some(of_b)] = [a, b].map(|arm| of_step(arm, step.index)) else {
                continue;
            };
            all.extend(compared(arms, Some(step.name.clone()), [of_a, of_b]));
        }
    }
    all
}

/// `None` while one of them has nothing.
fn compared(arms: [Arm; 2], step: Option<String>, recordings: [Recording; 2]) -> Option<Sides> {
    let [a, b] = recordings;
    let [of_a, of_b] = arms.map(arm_word);
    let compared = Compared::new([(of_a, a), (of_b, b)], SETTINGS).ok()?;
    Some(Sides { step, arms, compared })
}

fn of_runs(arm: &ArmWindow) -> Recording {
    let runs = &arm.runs;
    let errors = Counts {
        total: runs.passed + runs.degraded + runs.failed,
        bad: runs.failed,
    };
    recording(responses(arm), errors)
}

fn of_step(arm: &ArmWindow, step: usize) -> Option<Recording> {
    let step = arm.steps.get(step)?;
    Some(recording(&step.durations(Since::Planned), step.errors()))
}

fn recording(durations: &Durations, errors: Counts) -> Recording {
    Recording {
        format: "probed",
        latencies: (!durations.is_empty()).then(|| population(durations)),
        errors: (errors.total > 0).then_some(errors),
        ..Recording::default()
    }
}

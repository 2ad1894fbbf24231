//! What probing has come to.

use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::plan::journey::{Journey, Step};
use serin_judge::journey::{Arm, Place};
use serin_judge::stats::distribution::Distribution;
use serin_judge::time::Timestamp;

use crate::engine::journeys::{ArmWindow, Digits, Durations, JourneyWindow, Since, Target, Totals};

/// The result of one command.
pub(super) struct Probed {
    pub(super) started_at: Timestamp,
    pub(super) finished_at: Timestamp,
    /// In the order they were named.
    pub(super) journeys: Vec<ProbedJourney>,
}

/// What one journey has come to.
pub(super) struct ProbedJourney {
    pub(super) journey: Arc<Journey>,
    pub(super) targets: Vec<Target>,
    pub(super) totals: Totals,
    /// Windows that were closed.
    pub(super) windows: u64,
}

/// How it went, the worse the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Passed,
    /// Soft assertions, runs that were missed or hit the wrong side, test data that is left, sides that answer differently.
    Degraded,
    /// A run failed, or nothing is known of a side.
    Failed,
}

impl Outcome {
    /// As outputs have it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
        }
    }
}

impl Probed {
    /// The worst of the journeys.
    pub(super) fn outcome(&self) -> Outcome {
        let outcomes = self.journeys.iter().map(ProbedJourney::outcome);
        outcomes.max().unwrap_or(Outcome::Failed)
    }

    /// Runs that began.
    pub(super) fn started(&self) -> u64 {
        let arms = self.journeys.iter().flat_map(ProbedJourney::arms);
        arms.map(|(_, arm)| started(arm)).sum()
    }

    /// From the first start to the end of everything.
    pub(super) fn lasted(&self) -> Duration {
        self.finished_at.since(self.started_at)
    }

    /// How much later than planned runs began, of all journeys.
    pub(super) fn lateness(&self) -> Durations {
        let mut all = Durations::new(Digits::Two);
        for window in self.journeys.iter().filter_map(ProbedJourney::all) {
            all.merge(&window.lateness);
        }
        all
    }
}

impl ProbedJourney {
    /// All windows together; `None` when there was none.
    pub(super) fn all(&self) -> Option<&JourneyWindow> {
        self.totals.all.as_ref()
    }

    /// Sides with what they did, in the order of the targets.
    pub(super) fn arms(&self) -> impl Iterator<Item = (&Target, &ArmWindow)> {
        let windows = self.all().map_or(&[][..], |all| &all.arms);
        self.targets.iter().zip(windows)
    }

    /// What one side did.
    pub(super) fn arm(&self, arm: Arm) -> Option<&ArmWindow> {
        self.all()?.arm(arm)
    }

    /// Two sides are asked.
    pub(super) fn is_paired(&self) -> bool {
        self.targets.len() > 1
    }

    /// Steps that ask, in their order; those that hold others only do not.
    pub(super) fn steps(&self) -> Vec<&Step> {
        self.journey.all_steps()
    }

    /// Places at which the canary answers otherwise than stable, by step.
    pub(super) fn differences(&self) -> Vec<(&Step, &str, &Place)> {
        let pairs = self.all().map_or(&[][..], |all| &all.pairs);
        let by_step = self.steps().into_iter().zip(pairs);
        by_step
            .flat_map(|(step, pairs)| {
                let places = pairs.differences.places();
                places.map(move |(path, place)| (step, path, place))
            })
            .collect()
    }

    /// How it went, and why not better.
    pub(super) fn judged(&self) -> (Outcome, Vec<String>) {
        let (mut outcome, mut reasons) = (Outcome::Passed, Vec::new());
        let mut found = |worse: Outcome, reason: String| {
            outcome = outcome.max(worse);
            reasons.push(reason);
        };
        if self.arms().next().is_none() {
            found(Outcome::Failed, "nothing was run".to_owned());
        }
        for (target, arm) in self.arms() {
            let side = if self.is_paired() {
                format!("{}: ", arm_word(target.arm))
            } else {
                String::new()
            };
            self.judge_arm(&side, arm, &mut found);
        }
        let differences = self.differences().len();
        if differences > 0 {
            let reason = format!("places at which the sides answer differently: {differences}");
            found(Outcome::Degraded, reason);
        }
        let missed = self.all().map_or(0, JourneyWindow::missed_count);
        if missed > 0 {
            found(
                Outcome::Degraded,
                format!("planned starts that were missed: {missed}"),
            );
        }
        (outcome, reasons)
    }

    fn judge_arm(&self, side: &str, arm: &ArmWindow, found: &mut impl FnMut(Outcome, String)) {
        let runs = &arm.runs;
        if runs.passed + runs.degraded + runs.failed == 0 {
            let why = match () {
                () if runs.wrong_side > 0 => "every run was answered by the wrong side",
                () if runs.warm_up > 0 => "all runs were warm-ups; probe for longer",
                () if runs.cancelled > 0 => "stopped before any run came to its end",
                () => "no run came to its end",
            };
            found(Outcome::Failed, format!("{side}{why}"));
        }
        for (count, worse, what) in [
            (runs.failed, Outcome::Failed, "failed"),
            (runs.unanswered, Outcome::Failed, "did not end"),
            (runs.degraded, Outcome::Degraded, "degraded"),
            (
                self.teardown_failures(arm),
                Outcome::Degraded,
                "failed in teardown",
            ),
            (arm.leak_count, Outcome::Degraded, "left test data behind"),
        ] {
            if count > 0 {
                found(worse, format!("{side}{what}: {count}"));
            }
        }
        if runs.wrong_side > 0 && runs.passed + runs.degraded + runs.failed > 0 {
            let wrong = runs.wrong_side;
            found(
                Outcome::Degraded,
                format!("{side}answered by the wrong side: {wrong}"),
            );
        }
    }

    fn teardown_failures(&self, arm: &ArmWindow) -> u64 {
        let first = self.journey.finally.first().map_or(usize::MAX, |step| step.index);
        arm.steps.iter().skip(first).map(|step| step.failed_count()).sum()
    }

    /// How it went.
    pub(super) fn outcome(&self) -> Outcome {
        self.judged().0
    }
}

/// Runs that began.
pub(super) fn started(arm: &ArmWindow) -> u64 {
    arm.runs.ended() + arm.runs.unanswered
}

/// As outputs have it.
pub(super) fn arm_word(arm: Arm) -> &'static str {
    match arm {
        Arm::Stable => "stable",
        Arm::Canary => "canary",
        Arm::Control => "control",
    }
}

/// The base URL without what might be a password.
pub(super) fn shown_target(target: &Target) -> String {
    if target.url.is_empty() {
        return "the addresses of its steps".to_owned();
    }
    match url::Url::parse(&target.url) {
        Ok(mut url) if !url.username().is_empty() || url.password().is_some() => {
            let _no_host = url.set_username("").and_then(|()| url.set_password(None));
            url.to_string()
        }
        _ => target.url.clone(),
    }
}

/// Durations as a population, in milliseconds.
pub(super) fn population(durations: &Durations) -> Distribution {
    let mut population = Distribution::default();
    for (micros, count) in durations.classes() {
        // Durations end at two minutes, and no probing holds 2^52 of them.
        let _too_many = population.record_many(micros as f64 / 1000.0, count);
    }
    population
}

/// Response times of whole runs.
pub(super) fn responses(arm: &ArmWindow) -> &Durations {
    arm.times.since(Since::Planned)
}

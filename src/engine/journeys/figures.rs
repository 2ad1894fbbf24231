use serin_judge::analysis::plan::journey::Journey;

use super::record::{ArmWindow, Durations, JourneyWindow, Since};
use crate::telemetry::metrics::JourneyFigures;

impl JourneyWindow {
    /// Counts what this window holds; each window once.
    pub fn count_in(&self, journey: &Journey, figures: &JourneyFigures) {
        let name = &*journey.name;
        for (reason, count) in &self.missed {
            figures.missed(name, reason.as_str(), *count);
        }
        figures.late(name, seconds(&self.lateness));
        if self.overloaded {
            figures.overloaded(name);
        }
        for arm in &self.arms {
            count_arm(arm, journey, figures);
        }
    }
}

fn count_arm(arm: &ArmWindow, journey: &Journey, figures: &JourneyFigures) {
    let (name, runs) = (&*journey.name, &arm.runs);
    for (outcome, count) in [
        ("passed", runs.passed),
        ("degraded", runs.degraded),
        ("failed", runs.failed),
        ("cancelled", runs.cancelled),
        ("wrong_side", runs.wrong_side),
        ("warm_up", runs.warm_up),
        ("unanswered", runs.unanswered),
    ] {
        if count > 0 {
            figures.runs(name, arm.arm, outcome, count);
        }
    }
    if arm.leak_count > 0 {
        figures.leaked(name, arm.leak_count);
    }
    for (step, window) in journey.all_steps().into_iter().zip(&arm.steps) {
        let took = window.durations(Since::Planned);
        if !took.is_empty() {
            figures.step(name, &step.name, arm.arm, seconds(&took));
        }
        for (class, count) in &window.failures {
            figures.step_failed(name, &step.name, arm.arm, *class, *count);
        }
    }
}

/// Each class with the end of it.
fn seconds(durations: &Durations) -> impl Iterator<Item = (f64, u64)> {
    #[expect(clippy::cast_precision_loss, reason = "at most 120 seconds")]
    durations
        .classes()
        .into_iter()
        .map(|(micros, count)| (micros as f64 / 1e6, count))
}

//! The result as JUnit XML: a suite a journey and side, a case a step.

use super::probed::{Probed, ProbedJourney, arm_word};
use super::{examples, found};
use crate::cli::junit::{Cases, HEADER};
use crate::engine::journeys::{ArmWindow, StepWindow, Target};

/// The document.
pub(super) fn document(probed: &Probed) -> String {
    let suites: String = probed.journeys.iter().map(suites).collect();
    format!("{HEADER}<testsuites>\n{suites}</testsuites>\n")
}

fn suites(journey: &ProbedJourney) -> String {
    let name = &journey.journey.name;
    if journey.all().is_none() {
        let mut cases = Cases::default();
        cases.broken(name, "runs", "nothing was run");
        return cases.finish(name);
    }
    journey
        .arms()
        .map(|(target, arm)| suite(journey, target, arm))
        .collect()
}

fn suite(journey: &ProbedJourney, target: &Target, arm: &ArmWindow) -> String {
    let name = &journey.journey.name;
    let class = format!("{name}.{}", arm_word(target.arm));
    let mut cases = Cases::default();
    for step in journey.steps() {
        if let Some(window) = arm.steps.get(step.index) {
            if let Some(found) = found::of_step(step, arm) {
                cases.print(&found);
            }
            case(&mut cases, &class, &step.name, arm, step.index, window);
        }
    }
    let runs = &arm.runs;
    let measured = runs.passed + runs.degraded + runs.failed;
    if measured == 0 {
        let message = format!(
            "no run of this side came to its end: {} wrong side, {} cancelled, {} warm-up",
            runs.wrong_side, runs.cancelled, runs.warm_up
        );
        cases.broken(&class, "runs", &message);
    }
    if arm.leak_count > 0 {
        let message = format!(
            "{} pieces of test data are left: {}",
            arm.leak_count,
            arm.leaks.join(", ")
        );
        cases.failed(&class, "teardown", &message);
    }
    cases.finish(&class)
}

fn case(cases: &mut Cases, class: &str, name: &str, arm: &ArmWindow, index: usize, window: &StepWindow) {
    let failed = window.failed_count();
    if failed > 0 {
        cases.failed(class, name, &failure(arm, index, window));
    } else if window.passed + window.degraded > 0 {
        cases.passed(class, name);
    } else {
        cases.skipped(class, name, "it was never tried");
    }
}

/// How often, of which kinds, and the first example.
fn failure(arm: &ArmWindow, index: usize, window: &StepWindow) -> String {
    let tried = window.passed + window.degraded + window.failed_count();
    let classes: Vec<String> = window
        .failures
        .iter()
        .map(|(class, count)| format!("{count} {class}"))
        .collect();
    let examples = examples::of_step(arm, index);
    let example = examples.first().map_or_else(String::new, |example| {
        format!("\n{}\n{}", example.sentences().join("\n"), example.place())
    });
    format!(
        "{} of {tried} failed: {}{example}",
        window.failed_count(),
        classes.join(", ")
    )
}

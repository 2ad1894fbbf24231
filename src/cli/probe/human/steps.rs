//! The steps of one side as tables.

use std::time::Duration;

use super::WIDTH;
use crate::cli::number::time;
use crate::cli::probe::json::{connections, milliseconds, phase_name};
use crate::cli::probe::probed::ProbedJourney;
use crate::cli::screen::{count, cut, wrap};
use crate::engine::journeys::{ArmWindow, Durations, PHASES, Since, StepWindow};

const NAME: usize = 24;

/// Count, failures and quantiles; one line for each clock.
pub(super) fn table(journey: &ProbedJourney, arm: &ArmWindow) -> String {
    let mut text = format!(
        "    {:<NAME$}{:>9}{:>8}{:>10}{:>9}{:>9}{:>9}{:>9}{:>9}\n",
        "", "passed", "failed", "p50", "p90", "p95", "p99", "p99.9", "max"
    );
    let steps = journey.steps();
    if steps.len() > 1 {
        let runs = &arm.runs;
        let times = [Since::Planned, Since::Begun].map(|since| arm.times.since(since).clone());
        text.push_str(&rows(
            "whole run",
            runs.passed + runs.degraded,
            runs.failed,
            &times,
        ));
    }
    for step in steps {
        let Some(window) = arm.steps.get(step.index) else {
            continue;
        };
        let times = [Since::Planned, Since::Begun].map(|since| window.durations(since));
        let passed = window.passed + window.degraded;
        text.push_str(&rows(&step.name, passed, window.failed_count(), &times));
    }
    text
}

/// Response time, and service time where it differs.
fn rows(name: &str, passed: u64, failed: u64, [response, service]: &[Durations; 2]) -> String {
    let mut text = row(&cut(name, NAME - 1), &count(passed), &count(failed), response);
    if response != service {
        text.push_str(&row("  service", "", "", service));
    }
    text
}

fn row(name: &str, passed: &str, failed: &str, durations: &Durations) -> String {
    let quantiles = durations.quantiles([0.5, 0.9, 0.95, 0.99, 0.999, 1.0]);
    let [first, rest @ ..] = quantiles.map(|quantile| quantile.map_or_else(|| "-".to_owned(), shown));
    let rest: String = rest.iter().map(|cell| format!("{cell:>9}")).collect();
    format!("    {name:<NAME$}{passed:>9}{failed:>8}{first:>10}{rest}\n")
}

/// Where the time of each step went, in its middle and at its p99; what never happened is left out.
pub(super) fn phases(journey: &ProbedJourney, arm: &ArmWindow) -> String {
    let mut text = String::new();
    for step in journey.steps() {
        let Some(window) = arm.steps.get(step.index) else {
            continue;
        };
        let parts = parts(window);
        if parts.is_empty() {
            continue;
        }
        let (new, reused) = connections(window);
        let connections = format!("{} new and {} reused connections", count(new), count(reused));
        text.push_str(&format!("      {}\n", cut(&step.name, WIDTH - 6)));
        text.push_str(&wrap(&format!("{}; {connections}", parts.join(", ")), 8, WIDTH));
    }
    if text.is_empty() {
        return text;
    }
    format!("    phases, p50 and p99\n{text}")
}

fn parts(window: &StepWindow) -> Vec<String> {
    let phases = PHASES
        .iter()
        .zip(&window.phases)
        .map(|(phase, durations)| (words(phase_name(*phase)), durations));
    let server = window
        .server
        .iter()
        .map(|(name, durations)| (format!("server's {name}"), durations));
    let parts = phases.chain(server).filter_map(|(name, durations)| {
        let [Some(middle), Some(tail)] = durations.quantiles([0.5, 0.99]) else {
            return None;
        };
        Some(format!("{name} {} {}", shown(middle), shown(tail)))
    });
    parts.collect()
}

fn words(name: &str) -> String {
    name.replace("firstByte", "first byte")
}

/// As people read it.
pub(in crate::cli::probe) fn shown(duration: Duration) -> String {
    time(milliseconds(duration))
}

//! The result as JSON. Times are milliseconds.

use std::time::Duration;

use serde_json::{Map, Value, json};
use serin_judge::analysis::plan::journey::{RequestPhase, Step};
use serin_judge::journey::Place;

use super::examples::{self, Example};
use super::probed::{Probed, ProbedJourney, arm_word, shown_target, started};
use super::sides::{self, Sides};
use crate::cli::compare;
use crate::engine::journeys::{ArmWindow, Durations, JourneyWindow, PHASES, Since, StepWindow, Target};

/// The document.
pub(super) fn document(probed: &Probed) -> Value {
    let journeys: Vec<Value> = probed.journeys.iter().map(journey).collect();
    json!({
        "outcome": probed.outcome().word(),
        "startedAt": probed.started_at,
        "finishedAt": probed.finished_at,
        "seconds": probed.lasted().as_secs_f64(),
        "lateness": latencies(&probed.lateness()),
        "journeys": journeys,
    })
}

fn journey(probed: &ProbedJourney) -> Value {
    let (outcome, reasons) = probed.judged();
    let arms: Vec<Value> = probed
        .arms()
        .map(|(target, window)| arm(probed, target, window))
        .collect();
    let leaks: Vec<&String> = probed.arms().flat_map(|(_, arm)| &arm.leaks).collect();
    json!({
        "name": probed.journey.name,
        "configHash": probed.journey.config_hash,
        "outcome": outcome.word(),
        "reasons": reasons,
        "arms": arms,
        "comparisons": sides::all(probed).iter().map(comparison).collect::<Vec<_>>(),
        "leaks": leaks,
        "leakCount": probed.arms().map(|(_, arm)| arm.leak_count).sum::<u64>(),
        "differences": differences(probed),
        "overloadedWindows": probed.totals.overloaded_windows,
        "windows": probed.windows,
    })
}

/// Places at which the canary answers otherwise than stable, those left out at which stable differs from itself.
fn differences(probed: &ProbedJourney) -> Vec<Value> {
    let differences = probed.differences();
    let place = |(step, path, place): &(&Step, &str, &Place)| {
        json!({
            "step": step.name,
            "path": path,
            "pairs": place.pairs,
            "stable": place.example.one,
            "canary": place.example.other,
        })
    };
    differences.iter().map(place).collect()
}

fn comparison(sides: &Sides) -> Value {
    let mut value = compare::document(&sides.compared);
    value["step"] = json!(sides.step);
    value["a"]["arm"] = json!(arm_word(sides.arms[0]));
    value["b"]["arm"] = json!(arm_word(sides.arms[1]));
    value
}

fn arm(probed: &ProbedJourney, target: &Target, window: &ArmWindow) -> Value {
    let steps = probed.steps();
    let steps: Vec<Value> = steps
        .iter()
        .filter_map(|step| Some(self::step(step, window, window.steps.get(step.index)?)))
        .collect();
    let requests: u64 = window.steps.iter().map(|step| step.requests).sum();
    json!({
        "arm": arm_word(target.arm),
        "target": (!target.url.is_empty()).then(|| shown_target(target)),
        "runs": runs(probed.all(), window),
        "requests": requests,
        "response": latencies(window.times.since(Since::Planned)),
        "service": latencies(window.times.since(Since::Begun)),
        "steps": steps,
    })
}

fn runs(all: Option<&JourneyWindow>, arm: &ArmWindow) -> Value {
    let missed = all.map(|all| &all.missed).into_iter().flatten();
    let missed: Map<String, Value> = missed
        .map(|(reason, count)| (reason.as_str().to_owned(), json!(count)))
        .collect();
    let runs = &arm.runs;
    json!({
        "planned": all.map_or(0, |all| all.planned),
        "started": started(arm),
        "passed": runs.passed,
        "degraded": runs.degraded,
        "failed": runs.failed,
        "wrongSide": runs.wrong_side,
        "cancelled": runs.cancelled,
        "warmUp": runs.warm_up,
        "unanswered": runs.unanswered,
        "missed": missed,
    })
}

fn step(step: &Step, arm: &ArmWindow, window: &StepWindow) -> Value {
    let failures: Map<String, Value> = window
        .failures
        .iter()
        .map(|(class, count)| (class.to_string(), json!(count)))
        .collect();
    let phases: Map<String, Value> = PHASES
        .iter()
        .zip(&window.phases)
        .map(|(phase, durations)| (phase_name(*phase).to_owned(), latencies(durations)))
        .collect();
    let server: Map<String, Value> = window
        .server
        .iter()
        .map(|(name, durations)| (name.to_string(), latencies(durations)))
        .collect();
    let (new, reused) = connections(window);
    json!({
        "name": step.name,
        "requests": window.requests,
        "passed": window.passed,
        "degraded": window.degraded,
        "failed": window.failed_count(),
        "skipped": window.skipped,
        "timeouts": window.timeouts(),
        "failures": failures,
        "response": latencies(&window.durations(Since::Planned)),
        "service": latencies(&window.durations(Since::Begun)),
        "phases": phases,
        "server": server,
        "newConnections": new,
        "reusedConnections": reused,
        "examples": examples::of_step(arm, step.index).iter().map(example).collect::<Vec<_>>(),
    })
}

/// Requests that were answered over a new connection, and over one that had been used before.
pub(super) fn connections(window: &StepWindow) -> (u64, u64) {
    let answered = |phase: RequestPhase| {
        let place = PHASES.iter().position(|known| *known == phase);
        place.map_or(0, |place| window.phases[place].len())
    };
    let new = answered(RequestPhase::Connect);
    (new, answered(RequestPhase::FirstByte).saturating_sub(new))
}

fn example(example: &Example<'_>) -> Value {
    let mut value = json!({"traceId": example.run.ids.to_string(), "at": example.run.started_at});
    if let Some(failure) = &example.step.failure {
        value["failure"] = json!(failure);
    }
    if !example.step.assertions.is_empty() {
        value["assertions"] = json!(example.step.assertions);
    }
    if !example.step.components.is_empty() {
        value["components"] = json!(example.step.components);
    }
    value
}

/// A phase as JSON names it.
pub(super) fn phase_name(phase: RequestPhase) -> &'static str {
    match phase {
        RequestPhase::Dns => "dns",
        RequestPhase::Connect => "connect",
        RequestPhase::Tls => "tls",
        RequestPhase::Send => "send",
        RequestPhase::FirstByte => "firstByte",
        RequestPhase::Body => "body",
    }
}

/// Count, mean and quantiles; null without any.
fn latencies(durations: &Durations) -> Value {
    let ms = |duration: Option<Duration>| duration.map(milliseconds);
    let [p50, p90, p95, p99, p999] = durations.quantiles([0.5, 0.9, 0.95, 0.99, 0.999]);
    json!({
        "count": durations.len(),
        "meanMs": ms(durations.mean()),
        "p50Ms": ms(p50),
        "p90Ms": ms(p90),
        "p95Ms": ms(p95),
        "p99Ms": ms(p99),
        "p999Ms": ms(p999),
        "maxMs": ms(durations.longest()),
    })
}

/// In microseconds as a part of milliseconds, without digits that are not there.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

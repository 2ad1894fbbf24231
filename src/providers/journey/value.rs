//! What conditions see of a journey.

use std::time::Duration;

use serde_json::{Map, Value, json};
use serin_judge::analysis::plan::journey::Journey;

use super::measure::Facts;
use crate::engine::journeys::{ArmWindow, Durations, JourneyWindow, Since, StepWindow};

/// Runs that tell something of who was asked.
pub(super) fn runs(window: &JourneyWindow) -> u64 {
    let arms = window.arms.iter().map(|arm| &arm.runs);
    arms.map(|runs| runs.passed + runs.degraded + runs.failed).sum()
}

/// `result`: counts of runs, quantiles of those that passed (null without any) in milliseconds from the planned start, and
/// the same by step.
pub(super) fn of(window: &JourneyWindow, journey: &Journey) -> Value {
    // A metric has one target.
    let Some(arm) = window.arms.first() else {
        return Value::Null;
    };
    let runs = &arm.runs;
    let mut result = quantiles(arm.times.since(Since::Planned));
    for (name, count) in [
        ("runs", runs.passed + runs.degraded + runs.failed),
        ("passed", runs.passed),
        ("degraded", runs.degraded),
        ("failed", runs.failed),
        ("missed", window.missed_count()),
        ("wrongSide", runs.wrong_side),
        ("leaks", arm.leak_count),
    ] {
        result.insert(name.to_owned(), json!(count));
    }
    let steps: Map<String, Value> = journey
        .all_steps()
        .into_iter()
        .filter_map(|step| Some((step.name.clone(), of_step(arm.steps.get(step.index)?))))
        .collect();
    result.insert("steps".to_owned(), Value::Object(steps));
    Value::Object(result)
}

fn of_step(step: &StepWindow) -> Value {
    let mut result = quantiles(&step.durations(Since::Planned));
    for (name, count) in [
        ("passed", step.passed),
        ("degraded", step.degraded),
        ("failed", step.failed_count()),
        ("skipped", step.skipped),
        ("timeouts", step.timeouts()),
    ] {
        result.insert(name.to_owned(), json!(count));
    }
    let failures: Map<String, Value> = step
        .failures
        .iter()
        .map(|(class, count)| (class.to_string(), json!(count)))
        .collect();
    result.insert("failures".to_owned(), Value::Object(failures));
    Value::Object(result)
}

fn quantiles(durations: &Durations) -> Map<String, Value> {
    let names = ["p50Ms", "p90Ms", "p95Ms", "p99Ms", "p999Ms", "maxMs"];
    let found = durations.quantiles([0.5, 0.9, 0.95, 0.99, 0.999, 1.0]);
    let ms = |duration: Duration| duration.as_micros() as f64 / 1000.0;
    let pairs = names.into_iter().zip(found);
    pairs
        .map(|(name, quantile)| (name.to_owned(), json!(quantile.map(ms))))
        .collect()
}

/// The first run that did not pass, for people: secrets have been taken out of it.
pub(super) fn facts(window: &JourneyWindow) -> Facts {
    let examples = window.arms.iter().flat_map(|arm: &ArmWindow| &arm.examples);
    let told = examples.filter_map(|run| {
        let step = run
            .steps
            .iter()
            .find(|step| step.failure.is_some() || !step.assertions.is_empty())?;
        let assertion = step.assertions.first().map(|assertion| {
            format!(
                "{}: expected {}, got {}",
                assertion.at, assertion.expected, assertion.got
            )
        });
        let why = assertion.or_else(|| Some(step.failure.as_ref()?.message.clone()))?;
        Some([
            ("example".to_owned(), why),
            ("traceId".to_owned(), run.ids.to_string()),
        ])
    });
    let mut told = told;
    told.next().into_iter().flatten().collect()
}

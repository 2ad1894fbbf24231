//! What probes found in the newest run.

use serde_json::{Map, Value};
use serin_judge::analysis::plan::journey::{Action, Step};

use super::json::newest;
use super::probed::ProbedJourney;
use crate::cli::screen::cut;
use crate::engine::journeys::ArmWindow;

/// What one fact may take.
const FACT: usize = 120;

/// Each probe of a side, and what is told of it.
pub(super) fn all<'a>(
    journey: &'a ProbedJourney,
    arm: &'a ArmWindow,
) -> impl Iterator<Item = (&'a Step, String)> {
    let steps = journey.steps().into_iter();
    steps.filter_map(move |step| Some((step, of_step(step, arm)?)))
}

/// How far a probe came, and what it found; `None` for what is no probe.
pub(super) fn of_step(step: &Step, arm: &ArmWindow) -> Option<String> {
    let (Action::Probe(_), Some(result)) = (&step.action, newest(arm, step)) else {
        return None;
    };
    let level = result.level()?.to_string();
    let facts = result.found.as_ref().map(facts).unwrap_or_default();
    Some([vec![level], facts].concat().join(", "))
}

fn facts(found: &Map<String, Value>) -> Vec<String> {
    found
        .iter()
        .filter_map(|(name, value)| fact(name, value))
        .collect()
}

/// What is not there is not told; lists of more than words are counted.
fn fact(name: &str, value: &Value) -> Option<String> {
    let shown = match value {
        Value::Null => return None,
        Value::String(text) if text.is_empty() => return None,
        Value::String(text) => text.lines().map(str::trim).collect::<Vec<_>>().join(" "),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(values) if values.is_empty() => return None,
        Value::Array(values) => {
            let words: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            words.map_or_else(|| format!("({})", values.len()), |words| words.join(" "))
        }
        Value::Object(members) => {
            let inside = facts(members);
            if inside.is_empty() {
                return None;
            }
            format!("({})", inside.join(", "))
        }
    };
    Some(format!("{name} {}", cut(&shown, FACT)))
}

//! What probes found in the newest run.

use serde_json::{Map, Value};
use serin_judge::analysis::plan::journey::Action;

use super::WIDTH;
use crate::cli::probe::json::newest;
use crate::cli::probe::probed::ProbedJourney;
use crate::cli::screen::{cut, wrap};
use crate::engine::journeys::ArmWindow;

/// What one fact may take.
const FACT: usize = 120;

/// How far each probe came, and what it found; nothing where there is no probe.
pub(super) fn section(journey: &ProbedJourney, arm: &ArmWindow) -> String {
    let mut text = String::new();
    for step in journey.steps() {
        let (Action::Probe(_), Some(result)) = (&step.action, newest(arm, step)) else {
            continue;
        };
        let level = match result.level() {
            Some(level) => level.to_string(),
            None => continue,
        };
        let facts = result.found.as_ref().map(facts).unwrap_or_default();
        let said = [vec![level], facts].concat().join(", ");
        text.push_str(&format!("      {}\n", cut(&step.name, WIDTH - 6)));
        text.push_str(&wrap(&said, 8, WIDTH));
    }
    match text.is_empty() {
        true => text,
        false => format!("    found\n{text}"),
    }
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

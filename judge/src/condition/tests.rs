//! Tables of named cases; the oracle behind them is Go's own library through Argo's `utils/evaluate`.

mod argo;
mod explained;
mod hostile;
mod language;
mod outcomes;
mod properties;
mod stack;
mod trees;

use super::{Condition, Value};
use crate::time::Timestamp;

/// The result that a web provider would give for this JSON text.
fn web(json: &str) -> Value {
    Value::from_json(&serde_json::from_str(json).unwrap())
}

/// The result that a Prometheus provider would give for this JSON text.
fn prometheus(json: &str) -> Value {
    Value::from_batch("prometheus", &serde_json::from_str(json).unwrap()).unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T12:00:00Z").unwrap()
}

/// `true`, `false`, or `error: …`.
fn answer(expression: &str, result: &Value) -> String {
    let evaluated = Condition::compile(expression).and_then(|condition| condition.evaluate_at(result, now()));
    match evaluated {
        Ok(holds) => holds.to_string(),
        Err(error) => format!("error: {error}"),
    }
}

/// What an expression yields as JSON, or `error: …`.
fn yields(expression: &str, result: &Value) -> String {
    match Condition::compile(expression).and_then(|condition| condition.value_at(result, now())) {
        Ok(value) => value.to_json(),
        Err(error) => format!("error: {error}"),
    }
}

/// Each case is an expression, a result as JSON text, and the start of what is expected.
fn check(cases: &[(&str, &str, &str)], result: fn(&str) -> Value, run: fn(&str, &Value) -> String) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(expression, json, expected)| {
            let found = run(expression, &result(json));
            let fits = match expected.strip_prefix("error") {
                Some("") => found.starts_with("error: "),
                Some(message) => {
                    found.starts_with("error: ") && found.contains(message.trim_start_matches(": "))
                }
                None => found == *expected,
            };
            (!fits).then(|| format!("`{expression}` on {json}: expected {expected}, found {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

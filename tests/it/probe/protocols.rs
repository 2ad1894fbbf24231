//! Steps that ask in other protocols than HTTP, against real servers.

mod commands;
mod mail;
mod metrics;
mod mistakes;
mod names;
mod tls;
mod urls;

use serde_json::Value;

use super::{arm, files, probed, step};

/// A journey of these steps, without a target.
fn journey(steps: &str) -> String {
    format!("apiVersion: serin.dev/v1\nkind: Journey\nmetadata: {{name: checks}}\nspec:\n  steps:\n{steps}")
}

/// What one run of a journey of these steps says of its only side, after this exit code.
async fn once(code: i32, steps: &str, options: &[&str]) -> Value {
    let (_files, path) = files(&journey(steps));
    let result = probed(code, &[&[path.as_str(), "--once"], options].concat()).await;
    arm(&result).clone()
}

/// What a step found.
fn found<'a>(arm: &'a Value, name: &str) -> &'a Value {
    let step = step(arm, name);
    assert_eq!(step["level"], "answers_rightly", "{step}");
    &step["found"]
}

/// The class by which a step failed, and how far it came.
fn failed<'a>(arm: &'a Value, name: &str) -> (&'a str, &'a Value) {
    let step = step(arm, name);
    let classes = step["failures"].as_object().unwrap();
    (
        classes.keys().next().unwrap_or_else(|| panic!("{step}")),
        &step["level"],
    )
}

//! `serin eval`: one condition, or a batch.

use std::process::ExitCode;

use serde_json::json;
use serin_judge::condition::{Batch, Condition, ConditionError, Value};
use serin_judge::time::Timestamp;

use crate::cli::exit;
use crate::cli::lines::{self, Answered};
use crate::cli::output;
use crate::engine::clock::SystemClock;
use crate::engine::ports::Clock;

/// Options of `serin eval`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    serin eval 'result[0] >= 0.95' --kind prometheus --result '[0.97]'\n  \
    serin eval 'result.status == \"ok\" && result.lag < 5' --result '{\"status\":\"ok\",\"lag\":9}' --explain\n  \
    serin eval --batch lines.ndjson\n\n\
    Exit codes: 0 true, 1 false, 2 no expression, 4 no answer. A batch: 0, or 2 when a line was no such object.")]
pub struct EvalOptions {
    /// The condition.
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    expression: Option<String>,
    /// What the provider answered, as JSON.
    #[arg(
        long,
        value_name = "JSON",
        required_unless_present = "batch",
        conflicts_with = "batch"
    )]
    result: Option<String>,
    /// Which provider's types the value has.
    #[arg(long, value_enum, default_value_t, conflicts_with = "batch")]
    kind: Kind,
    /// Show every part of the condition with its value.
    #[arg(long, conflicts_with = "batch")]
    explain: bool,
    /// One JSON object a line: `{"id", "kind", "result", "success", "failure"}`; `-` is standard input.
    #[arg(long, value_name = "FILE|-")]
    batch: Option<String>,
    /// How to show the result.
    #[arg(long, value_enum, default_value_t, conflicts_with = "batch")]
    output: Shown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Shown {
    /// For people.
    #[default]
    Human,
    /// One JSON document.
    Json,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Kind {
    /// What a JSON decoder gives.
    #[default]
    Web,
    /// A number, or a list of numbers.
    Prometheus,
}

/// Runs the command.
pub fn execute(options: &EvalOptions) -> ExitCode {
    match (&options.batch, &options.expression, &options.result) {
        (Some(file), ..) => batch(file),
        (None, Some(expression), Some(result)) => single(expression, result, options),
        _ => exit::fail(
            exit::INVALID,
            "error: a condition and --result, or --batch, are wanted",
        ),
    }
}

fn single(expression: &str, result: &str, options: &EvalOptions) -> ExitCode {
    let json = match serde_json::from_str(result) {
        Ok(json) => json,
        Err(error) => return exit::fail(exit::INVALID, &format!("error: --result is not JSON: {error}")),
    };
    let kind = match options.kind {
        Kind::Web => "web",
        Kind::Prometheus => "prometheus",
    };
    let value = match Value::from_batch(kind, &json) {
        Ok(value) => value,
        Err(error) => {
            return exit::fail(
                exit::INVALID,
                &format!("error: --result is no {kind} value: {error}"),
            );
        }
    };
    let condition = match Condition::compile(expression) {
        Ok(condition) => condition,
        Err(error) => return exit::fail(exit::INVALID, &underlined(expression, &error)),
    };
    let now = SystemClock::new().now();
    let answer = condition.value_at(&value, now);
    show(&condition, &value, &answer, now, options);
    match answer {
        Ok(Value::Bool(true)) => ExitCode::from(exit::GOOD),
        Ok(Value::Bool(false)) => ExitCode::from(exit::BAD),
        Ok(_) => exit::fail(exit::BROKEN, "error: the condition yields neither true nor false"),
        Err(error) => exit::fail(exit::BROKEN, &underlined(expression, &error)),
    }
}

fn show(
    condition: &Condition,
    value: &Value,
    answer: &Result<Value, ConditionError>,
    now: Timestamp,
    options: &EvalOptions,
) {
    let explanation = options.explain.then(|| {
        let explanation = condition.explain_at(value, now);
        format!("{}\n{explanation}", explanation.underlined())
    });
    match (options.output, answer) {
        (Shown::Json, _) => output::print_json(&json!({
            "value": answer.as_ref().ok().map(|value| parsed(&value.to_json())),
            "error": answer.as_ref().err().map(ToString::to_string),
            "explanation": explanation,
        })),
        (_, Ok(found)) => {
            output::print(&format!(
                "{}{}\n",
                explanation.unwrap_or_default(),
                found.to_json()
            ));
        }
        (_, Err(_)) => output::print(&explanation.unwrap_or_default()),
    }
}

fn parsed(json: &str) -> serde_json::Value {
    serde_json::from_str(json).unwrap_or_else(|_| json.into())
}

/// The error with the part of the text that is at fault underlined.
fn underlined(text: &str, error: &ConditionError) -> String {
    let lines = error.underlined(text);
    let shown: String = lines.lines().map(|line| format!("\n  {line}")).collect();
    format!("error: {error}{shown}")
}

fn batch(file: &str) -> ExitCode {
    let (mut batch, now) = (Batch::new(), SystemClock::new().now());
    lines::answer(file, |number, text| {
        let answer = batch.line(number, text, now);
        Answered {
            json: answer.json,
            well_formed: answer.well_formed,
        }
    })
}

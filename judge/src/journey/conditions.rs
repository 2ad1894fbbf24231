//! Conditions of steps, and the values that they are put to: only what a condition asks for is made.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use serde_json::Value as Json;

use super::excerpt::{capped, excerpt};
use super::observed::Observed;
use super::values::{Values, bad_request};
use super::{Answer, Findings, Seen, StepOutcome};
use crate::analysis::plan::journey::{Failure, FailureClass, RESULT_MEMBERS, Row};
use crate::condition::{Condition, ConditionError, Value};

/// Whether a step is to be done: its `when`.
///
/// # Errors
/// [`FailureClass::BadRequest`]: the condition does not fit what is known.
pub fn holds_before(condition: &Condition, values: &Values) -> Result<bool, Failure> {
    condition
        .evaluate(&environment(condition, None, values))
        .map_err(|error| bad_request(values.masked(format!("when: {error}"))))
}

/// Whether something holds of an answer: a step's `until`.
///
/// # Errors
/// [`FailureClass::AssertFailed`]: the condition does not fit the answer.
pub fn holds_of<'a>(
    condition: &Condition,
    seen: impl Into<Seen<'a>>,
    values: &Values,
) -> Result<bool, Failure> {
    evaluated(condition, &Observed::new(seen), values).map_err(|error| Failure {
        class: FailureClass::AssertFailed,
        phase: None,
        message: excerpt(values, format!("until: {error}")),
    })
}

pub(super) fn evaluated(
    condition: &Condition,
    observed: &Observed<'_>,
    values: &Values,
) -> Result<bool, ConditionError> {
    condition.evaluate(&environment(condition, Some(observed), values))
}

type Map = BTreeMap<Arc<str>, Value>;

fn environment(condition: &Condition, observed: Option<&Observed<'_>>, values: &Values) -> Value {
    let mut parts = Map::new();
    for mention in condition.mentions() {
        let part = Arc::clone(&mention.part);
        if mention.part.as_ref() == "result"
            && let Some(observed) = observed
        {
            let Value::Map(known) = parts.remove(&part).unwrap_or_else(|| map(Map::new())) else {
                continue;
            };
            let mut known = Arc::unwrap_or_clone(known);
            add_result(&mut known, observed, mention.member.as_deref());
            parts.insert(part, map(known));
        } else if let Entry::Vacant(missing) = parts.entry(part) {
            let value = part_of(missing.key(), values);
            missing.insert(value);
        }
    }
    map(parts)
}

fn map(entries: Map) -> Value {
    Value::Map(Arc::new(entries))
}

fn part_of(part: &str, values: &Values) -> Value {
    match part {
        "vars" => {
            let captured = values.captured.iter().filter_map(|captured| {
                let value = captured.value.as_deref()?;
                Some((Arc::clone(&captured.name), Value::from_json(value)))
            });
            map(captured.collect())
        }
        "data" => row(values.data.as_deref()),
        "account" => row(values.account.as_deref()),
        _ => {
            let steps = values.steps.iter();
            map(steps
                .map(|(name, outcome)| (Arc::clone(name), of_step(*outcome)))
                .collect())
        }
    }
}

fn row(row: Option<&Row>) -> Value {
    let cells = row.into_iter().flatten();
    map(cells
        .map(|(name, value)| (name.as_str().into(), Value::from_json(value)))
        .collect())
}

/// `steps.NAME`: `passed`, `degraded`, `failed`, `skipped`, and `class` of a failure.
fn of_step(outcome: StepOutcome) -> Value {
    let class = match outcome {
        StepOutcome::Failed(class) => Value::text(&class.to_string()),
        _ => Value::Nil,
    };
    let is = |wanted: bool| Value::Bool(wanted);
    let entries = [
        (
            "passed",
            is(matches!(outcome, StepOutcome::Passed | StepOutcome::Degraded)),
        ),
        ("degraded", is(outcome == StepOutcome::Degraded)),
        ("failed", is(matches!(outcome, StepOutcome::Failed(_)))),
        ("skipped", is(outcome == StepOutcome::Skipped)),
        ("class", class),
    ];
    map(entries
        .into_iter()
        .map(|(name, value)| (name.into(), value))
        .collect())
}

/// One member of `result`, or all of them.
fn add_result(known: &mut Map, observed: &Observed<'_>, member: Option<&str>) {
    let mut add = |name: &str| {
        if member.is_none_or(|member| member == name) && !known.contains_key(name) {
            known.insert(name.into(), of_result(name, observed));
        }
    };
    match observed.seen {
        Seen::Answer(_) => RESULT_MEMBERS.into_iter().for_each(add),
        Seen::Findings(findings) => {
            findings.facts.keys().for_each(|name| add(name));
            ["durationMs", "tlsDaysLeft"].into_iter().for_each(add);
        }
    }
}

fn of_result(member: &str, observed: &Observed<'_>) -> Value {
    match (member, observed.seen) {
        ("durationMs", seen) => Value::Float(seen.duration().as_secs_f64() * 1e3),
        ("tlsDaysLeft", seen) => seen.tls().map_or(Value::Nil, |tls| Value::Int(tls.days_left)),
        (member, Seen::Answer(answer)) => of_answer(member, answer, observed),
        (member, Seen::Findings(Findings { facts, .. })) => {
            facts.get(member).map_or(Value::Nil, Value::from_json)
        }
    }
}

fn of_answer(member: &str, answer: &Answer, observed: &Observed<'_>) -> Value {
    let int = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    match member {
        "status" => Value::Int(i64::from(answer.status.as_u16())),
        "headers" => {
            let headers = answer.headers.keys().map(|name| {
                let values: Vec<&str> = answer
                    .headers
                    .get_all(name)
                    .iter()
                    .filter_map(|value| value.to_str().ok())
                    .collect();
                (name.as_str().into(), Value::text(&values.join(", ")))
            });
            map(headers.collect())
        }
        "body" => match observed.json() {
            Ok(json) => Value::from_json(json),
            Err(_) => Value::text(&observed.text()),
        },
        "size" => int(answer.body_bytes),
        "url" => Value::text(&answer.url.to_string()),
        "redirects" => int(u64::from(answer.redirects)),
        _ => {
            let cookies = observed.cookies();
            map(cookies
                .map(|(name, value)| (name.into(), Value::text(value)))
                .collect())
        }
    }
}

/// Shows what a condition's `result` was, for a failure: its scalars only.
pub(super) fn shown(condition: &Condition, observed: &Observed<'_>) -> String {
    let mentions = condition.mentions().iter();
    let members = mentions
        .filter(|mention| *mention.part == *"result")
        .filter_map(|mention| mention.member.as_deref());
    let mut said: Vec<String> = Vec::new();
    for member in members {
        let value: Json = serde_json::from_str(&of_result(member, observed).to_json()).unwrap_or_default();
        let text = format!("result.{member} = {}", capped(value.to_string()));
        if !said.contains(&text) {
            said.push(text);
        }
    }
    if said.is_empty() {
        "false".into()
    } else {
        said.join(", ")
    }
}

use serde_json::Value;

use super::excerpt::excerpt;
use super::observed::{Found, Observed, is_secret_place, place};
use super::predicate::{Held, described, holds, shown};
use super::secrets::MASK;
use super::values::{Values, text_of};
use super::{AssertionFailure, Component, Health, Seen, StepOutcome, conditions, health};
use crate::analysis::plan::journey::{
    Assertion, Capture, CaptureType, Check, Failure, FailureClass, HealthFormat, Predicate, Query, Schema,
    StatusRange, Step, is_token,
};

/// What became of a step that has an answer.
#[derive(Clone, Debug)]
pub struct Judged {
    /// How the step ended.
    pub outcome: StepOutcome,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Assertions that do not hold, soft ones too.
    pub assertions: Vec<AssertionFailure>,
    /// What a health endpoint said of its parts.
    pub components: Vec<Component>,
}

/// Takes what a step captures of its answer into `values`, then looks whether everything holds that the step asserts.
/// What does not hold is told without the secrets that the run knows, those just captured included.
pub fn judge<'a>(step: &Step, seen: impl Into<Seen<'a>>, values: &mut Values) -> Judged {
    let observed = Observed::new(seen);
    let mut problems = Vec::new();
    for capture in &step.captures {
        if let Err(problem) = take(capture, &observed, values) {
            problems.push(problem);
        }
    }
    let mut judging = Judging {
        observed: &observed,
        values,
        class: None,
        failures: Vec::new(),
        components: Vec::new(),
    };
    for assertion in &step.assertions {
        judging.assert(assertion);
    }
    let Judging {
        class,
        failures,
        components,
        ..
    } = judging;
    let missing = problems.first().map(|_| FailureClass::CaptureMissing);
    // A status that is another one explains whatever else is missing.
    let class = match class {
        Some(class) if is_of_status(class) => Some(class),
        other => missing.or(other),
    };
    let failure = class.map(|class| {
        let what = match class {
            FailureClass::CaptureMissing => problems.swap_remove(0),
            _ => first_hard(&failures),
        };
        Failure {
            class,
            phase: None,
            message: excerpt(values, format!("step {:?}: {what}", step.name)),
        }
    });
    let outcome = match (class, failures.is_empty()) {
        (Some(class), _) => StepOutcome::Failed(class),
        (None, false) => StepOutcome::Degraded,
        (None, true) => StepOutcome::Passed,
    };
    Judged {
        outcome,
        failure,
        assertions: failures,
        components,
    }
}

fn is_of_status(class: FailureClass) -> bool {
    matches!(
        class,
        FailureClass::StatusMismatch | FailureClass::AuthRejected | FailureClass::RateLimited
    )
}

fn first_hard(failures: &[AssertionFailure]) -> String {
    let first = failures.iter().find(|failure| !failure.soft);
    first.map_or_else(String::new, |failure| {
        format!(
            "{}: expected {}, got {}",
            failure.at, failure.expected, failure.got
        )
    })
}

/// Takes one value; otherwise why it cannot be taken.
fn take(capture: &Capture, observed: &Observed<'_>, values: &mut Values) -> Result<(), String> {
    let at = || format!("capture {:?}: {}", &*capture.name, place(&capture.query));
    let found = match observed.find(&capture.query) {
        Found::One(value) => Some(value.into_owned()),
        Found::Several(several) if several.is_empty() => None,
        Found::Several(several) => Some(Value::Array(several)),
        Found::Nothing => None,
        Found::Unreadable(why) if !capture.optional => return Err(format!("{}: {why}", at())),
        Found::Unreadable(_) => None,
    };
    let typed = match found.map(|value| typed(value, capture.of_type)) {
        Some(Ok(value)) => Some(value),
        Some(Err(kind)) => {
            return Err(format!(
                "{} is {kind}, expected {}",
                at(),
                wanted(capture.of_type)
            ));
        }
        None if capture.optional => None,
        None => return Err(format!("{} finds nothing", at())),
    };
    let is_secret = capture.secret.unwrap_or_else(|| {
        let text = typed.as_ref().and_then(Value::as_str);
        text.is_some_and(is_token)
    });
    values.set(&capture.name, typed, is_secret);
    Ok(())
}

/// The value as its type; otherwise what it is. Values themselves are not told: they may be secrets.
fn typed(value: Value, of_type: CaptureType) -> Result<Value, &'static str> {
    let kind = match &value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    };
    let read = |text: &str| serde_json::from_str::<Value>(text.trim()).ok();
    let given = match (&value, of_type) {
        (Value::String(text), CaptureType::Integer | CaptureType::Number | CaptureType::Boolean) => {
            read(text)
        }
        _ => Some(value.clone()),
    };
    let fits = match of_type {
        CaptureType::Any => Some(value),
        CaptureType::String => match &value {
            Value::Array(_) | Value::Object(_) => None,
            scalar => text_of(scalar).map(|text| Value::from(text.into_owned())),
        },
        CaptureType::Integer => given.and_then(|given| whole(&given)),
        CaptureType::Number => given.filter(Value::is_number),
        CaptureType::Boolean => given.filter(Value::is_boolean),
    };
    fits.ok_or(kind)
}

/// A number without a fraction, whatever way it is written.
fn whole(value: &Value) -> Option<Value> {
    if value.is_i64() || value.is_u64() {
        return Some(value.clone());
    }
    let number = value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && number.abs() < 9.0e15)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    Some((number as i64).into())
}

fn wanted(of_type: CaptureType) -> &'static str {
    match of_type {
        CaptureType::Any => "a value",
        CaptureType::String => "a text",
        CaptureType::Integer => "a whole number",
        CaptureType::Number => "a number",
        CaptureType::Boolean => "true or false",
    }
}

struct Judging<'o, 'a, 'v> {
    observed: &'o Observed<'a>,
    values: &'v Values,
    /// Of the assertions that fail the step.
    class: Option<FailureClass>,
    failures: Vec<AssertionFailure>,
    components: Vec<Component>,
}

impl Judging<'_, '_, '_> {
    fn assert(&mut self, assertion: &Assertion) {
        let soft = assertion.soft;
        match &assertion.check {
            Check::Status(ranges) => self.status(ranges, soft),
            Check::Value { query, predicates } => self.value(query, predicates, soft),
            Check::Schema(schema) => self.schema(schema, soft),
            Check::Condition(condition) => {
                let got = match conditions::evaluated(condition, self.observed, self.values) {
                    Ok(true) => return,
                    Ok(false) => conditions::shown(condition, self.observed),
                    Err(error) => error.to_string(),
                };
                let expected = condition.text().to_owned();
                self.fail(
                    FailureClass::AssertFailed,
                    "condition".into(),
                    expected,
                    got,
                    soft,
                );
            }
            Check::Health(format) => self.health(*format, soft),
        }
    }

    fn fail(&mut self, class: FailureClass, at: String, expected: String, got: String, soft: bool) {
        self.failures.push(AssertionFailure {
            at: excerpt(self.values, at),
            expected: excerpt(self.values, expected),
            got: excerpt(self.values, got),
            soft,
        });
        if !soft && !self.class.is_some_and(is_of_status) {
            let is_worse = is_of_status(class) || self.class.is_none();
            self.class = if is_worse { Some(class) } else { self.class };
        }
    }

    fn status(&mut self, ranges: &[StatusRange], soft: bool) {
        let status = self.observed.status();
        let is_in =
            |range: &StatusRange| status.is_some_and(|status| (range.from..=range.to).contains(&status));
        if ranges.iter().any(is_in) {
            return;
        }
        let class = self.class_of_status();
        let expected: Vec<String> = ranges
            .iter()
            .map(|StatusRange { from, to }| match from == to {
                true => from.to_string(),
                false => format!("{from} to {to}"),
            })
            .collect();
        self.fail(
            class,
            "status".into(),
            expected.join(" or "),
            status.map_or_else(|| "none".to_owned(), |status| status.to_string()),
            soft,
        );
    }

    fn value(&mut self, query: &Query, predicates: &[Predicate], soft: bool) {
        let is_text = matches!(
            query,
            Query::Header(_) | Query::Cookie(_) | Query::Regex(_) | Query::Body | Query::Url
        );
        let found = self.observed.find(query);
        for predicate in predicates {
            let got = match holds(predicate, &found, is_text, self.values) {
                Ok(Held::Yes) => continue,
                Ok(Held::No | Held::Unfit) if is_secret_place(query) && is_shown(&found) => MASK.to_owned(),
                Ok(Held::No | Held::Unfit) => shown(&found),
                Err(failure) => failure.message,
            };
            let class = match query {
                Query::Status => self.class_of_status(),
                _ => FailureClass::AssertFailed,
            };
            self.fail(class, place(query), described(predicate, self.values), got, soft);
        }
    }

    fn class_of_status(&self) -> FailureClass {
        match self.observed.status() {
            Some(401 | 403) => FailureClass::AuthRejected,
            Some(429) => FailureClass::RateLimited,
            _ => FailureClass::StatusMismatch,
        }
    }

    fn schema(&mut self, schema: &Schema, soft: bool) {
        let (at, got) = match self.observed.json() {
            Err(why) => ("body".to_owned(), why.to_owned()),
            Ok(json) => {
                let mut errors = schema.validator.iter_errors(json);
                let Some(first) = errors.next() else { return };
                let more = errors.take(100).count();
                let at = format!("body {}", first.instance_path());
                let said = first.to_string();
                (
                    at.trim_end().to_owned(),
                    if more == 0 {
                        said
                    } else {
                        format!("{said} (and {more} more)")
                    },
                )
            }
        };
        self.fail(
            FailureClass::SchemaMismatch,
            at,
            "to fit its JSON Schema".into(),
            got,
            soft,
        );
    }

    fn health(&mut self, format: HealthFormat, soft: bool) {
        let report = match health::read(format, self.observed) {
            Ok(report) => report,
            Err(why) => {
                let status = self.observed.status().unwrap_or_default();
                let got = format!("HTTP {status}, {why}");
                return self.fail(
                    FailureClass::Unhealthy,
                    "health".into(),
                    "a health report".into(),
                    got,
                    soft,
                );
            }
        };
        let values = self.values;
        let masked = report.components.into_iter().map(|component| Component {
            name: excerpt(values, component.name),
            said: excerpt(values, component.said),
            health: component.health,
        });
        let components: Vec<Component> = masked.collect();
        let bad = components
            .iter()
            .filter(|component| component.health != Health::Up);
        let bad: Vec<String> = bad
            .map(|component| format!("{} {}", component.name, component.said))
            .collect();
        let said = match bad.as_slice() {
            [] => report.said,
            bad => format!("{}: {}", report.said, bad.join(", ")),
        };
        self.components.extend(components);
        let expected = "a service that is well".to_owned();
        match (report.contradiction, report.health) {
            (Some(why), _) => {
                let expected = "a status that goes with the HTTP code".to_owned();
                self.fail(FailureClass::Unhealthy, "health".into(), expected, why, soft);
            }
            (None, Health::Up) => {}
            (None, Health::Degraded) => {
                self.fail(FailureClass::Unhealthy, "health".into(), expected, said, true)
            }
            (None, Health::Down | Health::Unknown) => {
                self.fail(FailureClass::Unhealthy, "health".into(), expected, said, soft);
            }
        }
    }
}

fn is_shown(found: &Found<'_>) -> bool {
    matches!(found, Found::One(_) | Found::Several(_))
}

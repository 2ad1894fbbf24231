//! What has to hold of an answer.

use std::sync::Arc;

use super::asked::Asked;
use super::conditions::condition_of;
use super::files::Reading;
use super::names::Names;
use super::predicate::{self, not};
use super::query;
use crate::analysis::diagnostic::listed;
use crate::analysis::duration;
use crate::analysis::node::Place;
use crate::analysis::plan::journey::{Assertion, Check, HealthFormat, Predicate, Query, Schema, StatusRange};
use crate::analysis::raw::journey::assertion as raw;
use crate::analysis::raw::text::IntOrString;
use crate::analysis::validate::Checks;
use crate::analysis::validate::config::bytes;

/// A status that is no failure, where a step does not say.
const FINE: StatusRange = StatusRange { from: 200, to: 399 };

/// Everything that has to hold of a step's answer.
pub(super) fn assertions(
    checks: &mut Checks<'_>,
    names: &Names,
    files: &mut Reading<'_>,
    asked: &Asked,
    (raw, place): (&[raw::Assertion], &Place<'_>),
) -> Vec<Assertion> {
    let mut found = Vec::new();
    for (at, raw) in raw.iter().enumerate() {
        let check = check(checks, names, files, asked, (raw, &place.item(at)));
        found.extend(check.map(|check| Assertion {
            check,
            soft: raw.soft.unwrap_or(false),
        }));
    }
    if asked.has_status && !found.iter().any(speaks_of_status) {
        let check = Check::Status(vec![FINE]);
        found.insert(0, Assertion { check, soft: false });
    }
    found
}

fn speaks_of_status(assertion: &Assertion) -> bool {
    match &assertion.check {
        Check::Status(_) | Check::Health(_) => true,
        Check::Condition(condition) => {
            let mut mentions = condition.mentions().iter();
            mentions.any(|mention| {
                *mention.part == *"result"
                    && mention
                        .member
                        .as_ref()
                        .is_some_and(|member| **member == *"status")
            })
        }
        Check::Value { .. } | Check::Schema(_) => false,
    }
}

fn check(
    checks: &mut Checks<'_>,
    names: &Names,
    files: &mut Reading<'_>,
    asked: &Asked,
    (raw, place): (&raw::Assertion, &Place<'_>),
) -> Option<Check> {
    let subjects = Asked::of_request().subjects.into_iter();
    let given: Vec<&str> = subjects.filter(|key| place.field(key).node().is_some()).collect();
    let [key] = given.as_slice() else {
        let found = match given.as_slice() {
            [] => "an assertion about nothing".to_owned(),
            several => format!(
                "an assertion about several things: {}",
                listed(several.iter().copied())
            ),
        };
        checks.refuse(
            place,
            found,
            format!("exactly one of {}", listed(asked.subjects.iter().copied())),
        );
        return None;
    };
    if !asked.subjects.contains(key) {
        let found = format!("`{key}`, which what a probe finds has not");
        let expected = format!("one of {}", listed(asked.subjects.iter().copied()));
        checks.refuse(&place.field(key), found, expected);
        return None;
    }
    let predicates = all_predicates(checks, names, raw, place);
    let takes_predicates = matches!(*key, "header" | "cookie" | "jsonpath" | "regex" | "body" | "url");
    if takes_predicates && predicates.is_empty() {
        let expected =
            "what has to hold there, such as `equals`, `contains`, `exists: true`; `isNull: true` for null";
        checks.refuse(place, format!("`{key}` without a predicate"), expected);
        return None;
    }
    if !takes_predicates && !predicates.is_empty() {
        checks.refuse(
            place,
            format!("a predicate beside `{key}`"),
            format!("`{key}` alone"),
        );
        return None;
    }
    let of = |query: Query| Check::Value { query, predicates };
    let inner = place.field(key);
    match *key {
        "status" => raw.status.as_ref().and_then(|raw| status(checks, raw, &inner)),
        "header" | "cookie" | "jsonpath" | "regex" => {
            let texts = [&raw.header, &raw.cookie, &raw.jsonpath, &raw.regex];
            let text = texts.into_iter().find_map(Option::as_deref)?;
            query::named(checks, &inner, key, text).map(of)
        }
        "body" | "url" => {
            if raw.body == Some(false) || raw.url == Some(false) {
                checks.refuse(&inner, format!("`{key}: false`"), format!("`{key}: true`"));
            }
            Some(of(if *key == "body" { Query::Body } else { Query::Url }))
        }
        "jsonSchema" => raw
            .json_schema
            .as_ref()
            .and_then(|raw| schema(checks, files, raw, &inner)),
        "condition" => condition_of(checks, names, &asked.members, &inner, raw.condition.as_deref())
            .map(Check::Condition),
        "health" => raw.health.map(|format| Check::Health(health(format))),
        _ => amount(checks, raw, key, &inner),
    }
}

fn all_predicates(
    checks: &mut Checks<'_>,
    names: &Names,
    raw: &raw::Assertion,
    place: &Place<'_>,
) -> Vec<Predicate> {
    let mut predicates = predicate::predicates(checks, names, &raw.predicates, place);
    if let Some(negated) = &raw.not {
        let place = place.field("not");
        let found = predicate::predicates(checks, names, &negated.predicates, &place);
        if found.is_empty() {
            checks.refuse(&place, "`not` without a predicate", "what may not hold");
        }
        predicates.extend(found.into_iter().map(not));
    }
    predicates
}

fn health(raw: raw::Health) -> HealthFormat {
    match raw {
        raw::Health::Auto => HealthFormat::Auto,
        raw::Health::Spring => HealthFormat::Spring,
        raw::Health::Draft => HealthFormat::HealthJson,
        raw::Health::Kubernetes => HealthFormat::Kubernetes,
    }
}

/// Those that are a number between limits.
fn amount(checks: &mut Checks<'_>, raw: &raw::Assertion, key: &str, place: &Place<'_>) -> Option<Check> {
    let plain = |text: &str| text.trim().parse().ok();
    let size = |text: &str| {
        #[expect(clippy::cast_precision_loss, reason = "no body comes near 2^53 bytes")]
        bytes(&IntOrString::Text(text.to_owned())).map(|bytes| bytes as f64)
    };
    let time = |text: &str| duration::parse(text).ok().map(|time| time.as_secs_f64() * 1e3);
    let (query, (min, max)) = match key {
        "size" => (
            Query::Size,
            predicate::range(checks, raw.size.as_ref()?, place, size),
        ),
        "duration" => (
            Query::Duration,
            predicate::range(checks, raw.duration.as_ref()?, place, time),
        ),
        "tlsDaysLeft" => (
            Query::TlsDaysLeft,
            predicate::range(checks, raw.tls_days_left.as_ref()?, place, plain),
        ),
        _ => (
            Query::Redirects,
            predicate::range(checks, raw.redirects.as_ref()?, place, plain),
        ),
    };
    Some(Check::Value {
        query,
        predicates: vec![Predicate::Range { min, max }],
    })
}

fn status(checks: &mut Checks<'_>, raw: &raw::Status, place: &Place<'_>) -> Option<Check> {
    let mut ranges = Vec::new();
    match raw {
        raw::Status::Code(code) => ranges.extend(range_of(checks, place, &code.to_string())),
        raw::Status::Text(text) => ranges.extend(range_of(checks, place, text)),
        raw::Status::List(list) => {
            if list.is_empty() {
                checks.refuse(place, "an empty list", "at least one status");
            }
            for (at, item) in list.iter().enumerate() {
                let text = match item {
                    IntOrString::Number(code) => code.to_string(),
                    IntOrString::Text(text) => text.clone(),
                };
                ranges.extend(range_of(checks, &place.item(at), &text));
            }
        }
    }
    (!ranges.is_empty()).then_some(Check::Status(ranges))
}

fn range_of(checks: &mut Checks<'_>, place: &Place<'_>, text: &str) -> Option<StatusRange> {
    if checks.is_open(text) {
        return None;
    }
    let text = text.trim();
    let code = |text: &str| {
        text.trim()
            .parse::<u16>()
            .ok()
            .filter(|code| (100..=599).contains(code))
    };
    let class = text
        .strip_suffix("xx")
        .and_then(|class| class.parse::<u16>().ok())
        .filter(|class| (1..=5).contains(class));
    let range = match (class, text.split_once('-')) {
        (Some(class), _) => Some((class * 100, class * 100 + 99)),
        (None, Some((from, to))) => code(from).zip(code(to)).filter(|(from, to)| from <= to),
        (None, None) => code(text).map(|code| (code, code)),
    };
    if range.is_none() {
        checks.refuse(
            place,
            format!("the status {text:?}"),
            "a status from 100 to 599, a class such as `2xx`, or a range such as `200-204`",
        );
    }
    range.map(|(from, to)| StatusRange { from, to })
}

fn schema(
    checks: &mut Checks<'_>,
    files: &mut Reading<'_>,
    raw: &serde_json::Value,
    place: &Place<'_>,
) -> Option<Check> {
    let expected = "a JSON Schema, or the path of a file that holds one; references inside of it only";
    let schema = match raw {
        serde_json::Value::String(path) => {
            let bytes = files.bytes(checks, place, path)?;
            serde_json::from_slice(&bytes).map_err(|error| error.to_string())
        }
        serde_json::Value::Object(_) => Ok(raw.clone()),
        _ => Err("neither a schema nor a path".to_owned()),
    };
    let compiled = schema.and_then(|schema| {
        let compiled = jsonschema::options().build(&schema);
        compiled.map_err(|error| format!("no JSON Schema: {error}"))
    });
    match compiled {
        Ok(validator) => Some(Check::Schema(Schema {
            validator: Arc::new(validator),
        })),
        Err(found) => {
            checks.refuse(place, found, expected);
            None
        }
    }
}

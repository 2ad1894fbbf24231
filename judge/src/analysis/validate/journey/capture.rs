//! Captured values.

use std::sync::Arc;

use super::asked::Asked;
use super::names::RESERVED;
use super::query;
use crate::analysis::diagnostic::{Diagnostic, listed};
use crate::analysis::node::Place;
use crate::analysis::plan::journey::{Capture, CaptureType, Query, is_credential};
use crate::analysis::raw::journey::step as raw;
use crate::analysis::validate::Checks;

pub(super) fn capture(
    checks: &mut Checks<'_>,
    asked: &Asked,
    name: &str,
    raw: &raw::Capture,
    place: &Place<'_>,
) -> Option<Capture> {
    check_name(checks, name, place);
    let query = place_of(checks, asked, raw, place)?;
    let looks_secret = is_credential(name)
        || match &query {
            Query::Cookie(_) => true,
            Query::Header(header) => is_credential(header.as_str()),
            Query::JsonPath(path) => is_credential(path.text.rsplit(['.', '[']).next().unwrap_or_default()),
            _ => false,
        };
    Some(Capture {
        name: Arc::from(name),
        query,
        of_type: match raw.of_type {
            None | Some(raw::CaptureType::Any) => CaptureType::Any,
            Some(raw::CaptureType::String) => CaptureType::String,
            Some(raw::CaptureType::Integer) => CaptureType::Integer,
            Some(raw::CaptureType::Number) => CaptureType::Number,
            Some(raw::CaptureType::Boolean) => CaptureType::Boolean,
        },
        secret: raw.secret.or(looks_secret.then_some(true)),
        optional: raw.optional.unwrap_or(false),
    })
}

fn check_name(checks: &mut Checks<'_>, name: &str, place: &Place<'_>) {
    let mut chars = name.chars();
    let begins = chars
        .next()
        .is_some_and(|char| char.is_ascii_alphabetic() || char == '_');
    let is_word = begins && chars.all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '-');
    if !is_word || RESERVED.contains(&name) {
        let found = format!("{name:?} as the name of a captured value");
        let expected = format!("letters, digits, `_` and `-`, and none of {}", listed(RESERVED));
        checks
            .report
            .push(Diagnostic::error(place.source(), place.span(), found, expected));
    }
}

fn place_of(checks: &mut Checks<'_>, asked: &Asked, raw: &raw::Capture, place: &Place<'_>) -> Option<Query> {
    let places = Asked::of_request().places.into_iter();
    let given: Vec<&str> = places.filter(|key| place.field(key).node().is_some()).collect();
    let [key] = given.as_slice() else {
        let found = format!("a capture of {} places", given.len());
        let expected = format!("exactly one of {}", listed(asked.places.iter().copied()));
        checks.refuse(place, found, expected);
        return None;
    };
    let place = place.field(key);
    if !asked.places.contains(key) {
        let found = format!("`{key}`, which what a probe finds has not");
        let expected = format!("one of {}", listed(asked.places.iter().copied()));
        checks.refuse(&place, found, expected);
        return None;
    }
    let (text, is_on, query) = match *key {
        "jsonpath" => (raw.jsonpath.as_deref(), None, None),
        "header" => (raw.header.as_deref(), None, None),
        "cookie" => (raw.cookie.as_deref(), None, None),
        "regex" => (raw.regex.as_deref(), None, None),
        "body" => (None, raw.body, Some(Query::Body)),
        "status" => (None, raw.status, Some(Query::Status)),
        "duration" => (None, raw.duration, Some(Query::Duration)),
        "size" => (None, raw.size, Some(Query::Size)),
        _ => (None, raw.url, Some(Query::Url)),
    };
    if let Some(text) = text {
        return query::named(checks, &place, key, text);
    }
    if is_on != Some(true) {
        checks.refuse(&place, format!("`{key}: false`"), format!("`{key}: true`"));
    }
    query
}

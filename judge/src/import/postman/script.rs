//! Test scripts: the statements that people write most, line by line.

use serde_json::Value;

use super::statement::{Known, statement};
use super::variables::Variables;
use crate::import::draft::Step;
use crate::import::text::{quiet_line, word};
use crate::import::yaml::Map;

/// Lines of the scripts of a kind.
pub(super) fn lines(events: &Value, listen: &str) -> Vec<String> {
    let scripts = events
        .as_array()
        .into_iter()
        .flatten()
        .filter(|event| event["listen"] == listen);
    let texts = scripts.flat_map(|event| match &event["script"]["exec"] {
        Value::Array(lines) => lines
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        other => other.as_str().map(str::to_owned).into_iter().collect::<Vec<_>>(),
    });
    texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// Takes what is recognised into a step; the rest is told line by line.
pub(super) fn take(lines: &[String], step: &mut Step, variables: &mut Variables) {
    // Names that stand for the body as JSON.
    let mut bodies = vec![
        "pm.response.json()".to_owned(),
        "JSON.parse(responseBody)".to_owned(),
    ];
    for line in lines {
        for part in parts(line) {
            if is_structure(&part) {
                continue;
            }
            match statement(&part, &bodies) {
                Some(Known::Body(name)) => bodies.push(name),
                Some(Known::Assert(assertions)) => assertions
                    .into_iter()
                    .for_each(|assertion| step.assert(assertion)),
                Some(Known::Capture(name, place)) => capture(&name, place, step, variables),
                None => step
                    .remarks
                    .lose(format!("a line of its script: {}", quiet_line(&part))),
            }
        }
    }
}

fn capture(name: &str, place: Map, step: &mut Step, variables: &mut Variables) {
    let key = word(name);
    if step.captures.has(&key) {
        step.remarks.lose(format!("a second value of `{name}`"));
        return;
    }
    step.captures.put(&key, place);
    variables.set(name);
}

/// The statements of a line, without the function around them.
fn parts(line: &str) -> Vec<String> {
    let mut rest = line.trim();
    if (rest.starts_with("pm.test(") || rest.starts_with("test("))
        && let Some(at) = rest.find("=>").or_else(|| rest.find("function"))
    {
        rest = rest[at..].trim_start_matches("=>").trim_start();
        rest = match rest.strip_prefix("function") {
            Some(after) => after.split_once('{').map_or("", |(_, body)| body),
            None => rest.strip_prefix('{').unwrap_or(rest),
        };
        rest = rest.trim().trim_end_matches(';').trim_end();
        // The bracket that closes `pm.test(`.
        if rest.matches(')').count() > rest.matches('(').count() {
            rest = rest.strip_suffix(')').unwrap_or(rest).trim_end();
        }
        rest = rest.strip_suffix('}').unwrap_or(rest);
    }
    let parts = rest.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Brackets, comments and empty lines.
pub(super) fn is_structure(line: &str) -> bool {
    let line = line.trim();
    let is_comment = line.starts_with("//") || line.starts_with("/*") || line.starts_with('*');
    is_comment || line.chars().all(|char| "{}();, ".contains(char)) || line == "\"use strict\""
}

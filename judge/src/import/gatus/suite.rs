//! A suite: its endpoints one after another, with what they hand on.

use super::endpoint;
use super::pattern::{Side, json_path};
use crate::analysis::Node;
use crate::import::draft::{Draft, Step};
use crate::import::fields::{flag, text, time, told};
use crate::import::text::word;
use crate::import::yaml::Map;

/// A Journey of a suite; otherwise what is lost.
pub(super) fn journey(name: &str, node: &Node) -> Result<Draft, String> {
    let mut draft = Draft::new(name);
    let mut interval = Some("10m0s".to_owned());
    let mut timeout = Some("5m0s".to_owned());
    for entry in node.entries() {
        match entry.key.as_str() {
            "name" | "group" | "enabled" | "endpoints" => {}
            "interval" => interval = time(&entry.value, &mut draft, "the interval"),
            "timeout" => timeout = time(&entry.value, &mut draft, "the timeout"),
            "context" => {
                for value in entry.value.entries() {
                    draft.scope.arg(&value.key, text(&value.value));
                }
            }
            key => draft.lose(told(key, &entry.value)),
        }
    }
    draft.settings.put_some(
        "timeout",
        timeout.map_or(crate::import::yaml::Yaml::Null, Into::into),
    );
    if let Some(interval) = interval {
        draft.settings.put("schedule", Map::of("interval", interval));
    }
    let mut stored = Vec::new();
    for endpoint in node.get("endpoints").map(Node::items).unwrap_or_default() {
        let mut step = match endpoint::step(endpoint, &stored, &mut draft) {
            Ok(step) => step,
            Err(lost) => {
                draft.lose(lost);
                continue;
            }
        };
        for entry in endpoint.get("store").map(Node::entries).unwrap_or_default() {
            store(
                &entry.key,
                text(&entry.value).unwrap_or_default(),
                &mut step,
                &mut stored,
            );
        }
        if endpoint.get("interval").is_some() {
            step.remarks.note("The interval is the suite's.");
        }
        endpoint::lose_rest(endpoint, &["store", "always-run"], &mut step);
        if endpoint.get("always-run").is_some_and(flag) {
            draft.finally.push(step);
        } else {
            draft.steps.push(step);
        }
    }
    if draft.steps.is_empty() {
        // What always runs is all there is.
        draft.steps = std::mem::take(&mut draft.finally);
    }
    if draft.steps.is_empty() {
        return Err(format!(
            "the suite `{name}`, which has no endpoint that Journeys have"
        ));
    }
    Ok(draft)
}

/// A value of the answer under the key of the context.
fn store(key: &str, place: &str, step: &mut Step, stored: &mut Vec<String>) {
    let capture = match Side::parse(place) {
        _ if step.kind != "request" => None,
        Side::Place { word, path } => match (word.as_str(), path.as_str()) {
            ("STATUS", "") => Some(Map::of("status", true)),
            ("RESPONSE_TIME", "") => Some(Map::of("duration", true)),
            ("BODY", "") => Some(Map::of("body", true)),
            ("BODY", path) => json_path(path).map(|path| Map::of("jsonpath", path)),
            _ => None,
        },
        _ => None,
    };
    let name = word(key);
    match capture.filter(|_| !step.captures.has(&name)) {
        Some(capture) => {
            step.captures.put(&name, capture);
            stored.push(key.to_owned());
        }
        None => step
            .remarks
            .lose(format!("`store` of `{key}: {place}`: give it as an argument")),
    }
}

//! One statement of a test script.

use super::chai::expect;
use super::javascript::{call, closing, string};
use crate::import::yaml::Map;

/// A statement that has a counterpart.
pub(super) enum Known {
    /// The name stands for the body as JSON.
    Body(String),
    Assert(Vec<Map>),
    /// Something of the answer under a name.
    Capture(String, Map),
}

/// What a statement says; `bodies` are the words for the body as JSON.
pub(super) fn statement(text: &str, bodies: &[String]) -> Option<Known> {
    let text = text.trim().trim_end_matches(';').trim();
    if let Some(name) = declared(text, bodies) {
        return Some(Known::Body(name));
    }
    for setter in [
        "pm.environment.set",
        "pm.collectionVariables.set",
        "pm.globals.set",
        "pm.variables.set",
        "postman.setEnvironmentVariable",
        "postman.setGlobalVariable",
    ] {
        if let Some(arguments) = call(text, setter) {
            let (name, value) = arguments.split_once(',')?;
            return Some(Known::Capture(string(name)?, place(value.trim(), bodies)?));
        }
    }
    if let Some(rest) = text.strip_prefix("pm.response.to.") {
        return response(rest).map(|assertion| Known::Assert(vec![assertion]));
    }
    if let Some(rest) = text.strip_prefix("pm.expect(") {
        let close = closing(rest)?;
        return expect(&rest[..close], rest[close + 1..].trim(), bodies)
            .map(|assertion| Known::Assert(vec![assertion]));
    }
    // The oldest way: tests["..."] = responseCode.code === 200
    if text.starts_with("tests[") {
        let (_, said) = text.split_once("] = ")?;
        let (left, right) = said.split_once("===").or_else(|| said.split_once("=="))?;
        let method = format!(".to.eql({})", right.trim());
        return expect(left.trim(), &method, bodies).map(|assertion| Known::Assert(vec![assertion]));
    }
    None
}

/// `const name = pm.response.json()`.
fn declared(text: &str, bodies: &[String]) -> Option<String> {
    let (left, right) = text.split_once('=')?;
    let name = left
        .trim()
        .trim_start_matches("const ")
        .trim_start_matches("let ")
        .trim_start_matches("var ")
        .trim();
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$');
    (is_name && bodies.iter().any(|body| body == right.trim())).then(|| name.to_owned())
}

/// After `pm.response.to.`.
fn response(rest: &str) -> Option<Map> {
    match rest {
        "be.ok" | "be.success" => return Some(Map::of("status", "2xx")),
        "be.json" | "have.jsonBody()" => return Some(Map::of("jsonpath", "$").with("exists", true)),
        "be.withBody" => return Some(Map::of("body", true).with("isEmpty", false)),
        "be.unauthorized" => return Some(Map::of("status", 401)),
        "be.forbidden" => return Some(Map::of("status", 403)),
        "be.notFound" => return Some(Map::of("status", 404)),
        _ => {}
    }
    if let Some(code) = call(rest, "have.status") {
        let code: u64 = code.parse().ok().filter(|code| (100..=599).contains(code))?;
        return Some(Map::of("status", code));
    }
    if let Some(arguments) = call(rest, "have.header") {
        let (name, value) = arguments
            .split_once(',')
            .map_or((arguments, None), |(name, value)| (name, Some(value)));
        let name = string(name).filter(|name| http::HeaderName::from_bytes(name.as_bytes()).is_ok())?;
        let map = Map::of("header", name);
        return Some(match value {
            Some(value) => map.with("equals", string(value)?),
            None => map.with("exists", true),
        });
    }
    let body = call(rest, "have.body").and_then(string)?;
    Some(Map::of("body", true).with("equals", body))
}

/// A place of the answer.
pub(super) fn place(text: &str, bodies: &[String]) -> Option<Map> {
    match text {
        "pm.response.text()" | "responseBody" => return Some(Map::of("body", true)),
        "pm.response.responseTime" => return Some(Map::of("duration", true)),
        "pm.response.code" => return Some(Map::of("status", true)),
        _ => {}
    }
    if let Some(name) = call(text, "pm.response.headers.get") {
        let name = string(name).filter(|name| http::HeaderName::from_bytes(name.as_bytes()).is_ok())?;
        return Some(Map::of("header", name));
    }
    let rest = bodies
        .iter()
        .filter_map(|body| text.strip_prefix(body.as_str()))
        .min_by_key(|rest| rest.len())?;
    let is_path = rest.is_empty() || rest.starts_with(['.', '[']);
    let path = format!("${rest}");
    let is_known = is_path && !path.contains("{{") && serde_json_path::JsonPath::parse(&path).is_ok();
    is_known.then(|| Map::of("jsonpath", path))
}

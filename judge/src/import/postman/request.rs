//! One request.

use serde_json::Value;

use super::auth;
use super::body::{body, fields, text};
use super::folder::Inherited;
use super::variables::Variables;
use crate::import::call::{Body, Call};
use crate::import::draft::{Draft, Remarks, Step};

/// Redirects that Postman follows.
const REDIRECTS: u64 = 10;

pub(super) fn step(
    name: &str,
    item: &Value,
    above: &Inherited,
    variables: &Variables,
    draft: &mut Draft,
) -> Step {
    let request = &item["request"];
    let mut remarks = Remarks::default();
    let behaviour = &item["protocolProfileBehavior"];
    let mut call = Call {
        method: request["method"].as_str().unwrap_or("GET").to_ascii_uppercase(),
        url: url(request, variables, draft),
        redirects: (behaviour["followRedirects"] != false).then_some(REDIRECTS),
        body: body(&request["body"], variables, draft, &mut remarks),
        ..Call::default()
    };
    if matches!(call.method.as_str(), "GET" | "HEAD") && behaviour["disableBodyPruning"] != true {
        call.body = Body::Empty;
    }
    for header in fields(&request["header"]) {
        let (key, value) = (text(header, "key"), text(header, "value"));
        if !key.is_empty() {
            call.headers
                .push((variables.filled(key, draft), variables.filled(value, draft)));
        }
    }
    let own = &request["auth"];
    let chosen = if own.is_object() { own } else { &above.auth };
    auth::put(chosen, &mut call, variables, draft, &mut remarks);
    let mut step = call.step(name, draft);
    remarks.join(std::mem::take(&mut step.remarks));
    step.remarks = remarks;
    step
}

/// `url` is a text, or an object that has it as `raw`, or in parts.
fn url(request: &Value, variables: &Variables, draft: &mut Draft) -> String {
    let url = if request.is_string() {
        request
    } else {
        &request["url"]
    };
    let raw = match url {
        Value::String(text) => text.clone(),
        object => match object["raw"].as_str() {
            Some(raw) if !raw.is_empty() => raw.to_owned(),
            _ => of_parts(object),
        },
    };
    let raw = with_path_variables(&without_disabled(&raw, url), &url["variable"]);
    // Postman puts `http://` in front of what has no scheme, after variables are filled in.
    let known = raw
        .strip_prefix("{{")
        .and_then(|rest| variables.known(rest.split_once("}}")?.0.trim()));
    let has_scheme = match known {
        Some(value) if !value.is_empty() => value.contains("://"),
        _ => raw.contains("://") || raw.starts_with("{{"),
    };
    let raw = if has_scheme { raw } else { format!("http://{raw}") };
    variables.filled(&raw, draft)
}

fn of_parts(url: &Value) -> String {
    let joined = |list: &Value, between: &str| match list {
        Value::Array(parts) => parts
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(between),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    let protocol = url["protocol"]
        .as_str()
        .map_or(String::new(), |protocol| format!("{protocol}://"));
    let port = url["port"]
        .as_str()
        .map_or(String::new(), |port| format!(":{port}"));
    let query: Vec<String> = fields(&url["query"])
        .map(|pair| format!("{}={}", text(pair, "key"), text(pair, "value")))
        .collect();
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{}", query.join("&"))
    };
    format!(
        "{protocol}{}{port}/{}{query}",
        joined(&url["host"], "."),
        joined(&url["path"], "/")
    )
}

/// `raw` still has the parameters that are switched off.
fn without_disabled(raw: &str, url: &Value) -> String {
    let disabled: Vec<String> = url["query"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|pair| pair["disabled"] == true)
        .map(|pair| format!("{}={}", text(pair, "key"), text(pair, "value")))
        .collect();
    let Some((path, query)) = raw.split_once('?').filter(|_| !disabled.is_empty()) else {
        return raw.to_owned();
    };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !disabled.iter().any(|off| off == pair))
        .collect();
    if kept.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", kept.join("&"))
    }
}

/// `/users/:id` with what `id` is.
fn with_path_variables(raw: &str, list: &Value) -> String {
    let (before, rest) = raw
        .split_once("://")
        .map_or(("", raw), |(scheme, rest)| (scheme, rest));
    let parts = rest.split('/').map(|segment| {
        let (name, after) = segment
            .split_once('?')
            .map_or((segment, None), |(name, query)| (name, Some(query)));
        let found = name.strip_prefix(':').and_then(|name| {
            let mut known = list.as_array().into_iter().flatten();
            known.find(|variable| variable["key"] == name)?["value"].as_str()
        });
        match (
            found.filter(|value| !value.is_empty()),
            name.strip_prefix(':').filter(|name| is_word(name)),
            after,
        ) {
            (Some(value), _, after) => format!("{value}{}", query(after)),
            (None, Some(name), after) => format!("{{{{{name}}}}}{}", query(after)),
            (None, None, _) => segment.to_owned(),
        }
    });
    let path = parts.collect::<Vec<_>>().join("/");
    if before.is_empty() {
        path
    } else {
        format!("{before}://{path}")
    }
}

fn is_word(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn query(after: Option<&str>) -> String {
    after.map_or(String::new(), |query| format!("?{query}"))
}

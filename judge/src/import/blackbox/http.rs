//! Modules of `prober: http`.

use super::{is_addressing, tls};
use crate::analysis::Node;
use crate::import::call::{Auth, Body, Call};
use crate::import::draft::{Draft, Step};
use crate::import::fields::{flag, text, texts, told};
use crate::import::hurl::is_regex;
use crate::import::yaml::{Map, Yaml};

/// Redirects that Go's client follows.
const REDIRECTS: u64 = 10;

pub(super) fn step(settings: Option<&Node>, target: &str, draft: &mut Draft) -> Step {
    let mut call = Call {
        url: target.to_owned(),
        redirects: Some(REDIRECTS),
        ..Call::default()
    };
    let mut asserts = vec![Map::of("status", "2xx")];
    let mut rest = Vec::new();
    let entries = settings.map(Node::entries).unwrap_or_default();
    for entry in entries {
        let taken = of_request(&entry.key, &entry.value, &mut call, draft)
            || of_answer(&entry.key, &entry.value, &mut asserts, draft);
        if !taken {
            rest.push(told(&entry.key, &entry.value));
        }
    }
    let name = format!(
        "{} target",
        if call.method.is_empty() {
            "GET"
        } else {
            &call.method
        }
    );
    // A body goes with any method, and without one it is GET.
    if call.method.is_empty() && !matches!(call.body, Body::Empty) {
        "GET".clone_into(&mut call.method);
    }
    let mut step = call.step(name, draft);
    asserts.into_iter().for_each(|assertion| step.assert(assertion));
    rest.into_iter().for_each(|what| step.remarks.lose(what));
    step
}

/// What is sent.
fn of_request(key: &str, node: &Node, call: &mut Call, draft: &mut Draft) -> bool {
    match (key, text(node)) {
        ("method", Some(method)) => call.method = method.to_ascii_uppercase(),
        ("headers", _) => {
            let headers = node.entries().iter();
            let headers =
                headers.filter_map(|entry| Some((entry.key.clone(), text(&entry.value)?.to_owned())));
            call.headers.extend(headers);
        }
        ("http_headers", _) => http_headers(node, call, draft),
        ("body", Some(body)) => call.body = Body::Text(body.to_owned(), None),
        ("body_file", Some(path)) => call.body = Body::File(path.to_owned(), None),
        ("compression", Some("gzip")) => {
            if !call
                .headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("accept-encoding"))
            {
                call.headers
                    .push(("Accept-Encoding".to_owned(), "gzip".to_owned()));
            }
        }
        ("follow_redirects", _) => call.redirects = if flag(node) { Some(REDIRECTS) } else { None },
        ("enable_http2", _) => call.version = if flag(node) { call.version } else { Some("1.1") },
        ("basic_auth", _) => basic(node, call, draft),
        ("authorization", _) => authorization(node, call, draft),
        ("bearer_token", Some(token)) => call.auth = Some(Auth::Bearer(token.to_owned())),
        ("tls_config", _) => tls::of_requests(node, draft),
        ("body_size_limit", Some(size))
            if size.bytes().all(|byte| byte.is_ascii_digit()) && size.len() < 10 =>
        {
            draft.of_all("maxBodyBytes", Yaml::Number(size.to_owned()), "body_size_limit");
        }
        _ => return false,
    }
    true
}

fn http_headers(node: &Node, call: &mut Call, draft: &mut Draft) {
    for header in node.entries() {
        for kind in header.value.entries() {
            match kind.key.as_str() {
                "values" | "secrets" => {
                    let values = texts(&kind.value).into_iter();
                    call.headers
                        .extend(values.map(|value| (header.key.clone(), value)));
                }
                key => draft.lose(format!("`{key}` of the header `{}`", header.key)),
            }
        }
    }
}

fn basic(node: &Node, call: &mut Call, draft: &mut Draft) {
    let of = |key: &str| node.get(key).and_then(text).unwrap_or_default().to_owned();
    call.auth = Some(Auth::Basic {
        user: of("username"),
        password: of("password"),
    });
    for entry in node.entries() {
        if !matches!(entry.key.as_str(), "username" | "password") {
            draft.lose(format!(
                "{} of basic_auth: its content goes into the variable",
                told(&entry.key, &entry.value)
            ));
        }
    }
}

fn authorization(node: &Node, call: &mut Call, draft: &mut Draft) {
    let kind = node.get("type").and_then(text).unwrap_or("Bearer");
    let credentials = node.get("credentials").and_then(text).unwrap_or_default();
    if kind.eq_ignore_ascii_case("bearer") {
        call.auth = Some(Auth::Bearer(credentials.to_owned()));
    } else {
        call.headers
            .push(("Authorization".to_owned(), format!("{kind} {credentials}")));
    }
    if let Some(file) = node.get("credentials_file").and_then(text) {
        draft.lose(format!(
            "`credentials_file: {file}`: its content goes into the variable"
        ));
    }
}

/// What is expected.
fn of_answer(key: &str, node: &Node, asserts: &mut Vec<Map>, draft: &mut Draft) -> bool {
    match key {
        "valid_status_codes" => {
            let codes = texts(node);
            let is_code = |code: &String| code.parse().is_ok_and(|code| (100..=599).contains(&code));
            if !codes.iter().all(is_code) {
                return false;
            }
            if !codes.is_empty() {
                let codes: Vec<Yaml> = codes.into_iter().map(Yaml::Number).collect();
                asserts[0] = Map::of("status", codes);
            }
        }
        "accept_any_response" if flag(node) => asserts[0] = Map::of("status", "100-599"),
        "accept_any_response" => {}
        "fail_if_ssl" | "fail_if_not_ssl" if flag(node) => {
            let scheme = if key == "fail_if_ssl" {
                "http://"
            } else {
                "https://"
            };
            asserts.push(Map::of("url", true).with("startsWith", scheme));
        }
        "fail_if_ssl" | "fail_if_not_ssl" => {}
        "fail_if_body_matches_regexp" | "fail_if_body_not_matches_regexp" => {
            for regex in texts(node) {
                if !is_regex(&regex) {
                    draft.lose(format!("`{key}: {regex}`"));
                } else if key == "fail_if_body_matches_regexp" {
                    asserts.push(Map::of("body", true).with("not", Map::of("matches", regex)));
                } else {
                    asserts.push(Map::of("body", true).with("matches", regex));
                }
            }
        }
        "fail_if_header_matches" | "fail_if_header_not_matches" => {
            for rule in node.items() {
                match header_rule(rule, key == "fail_if_header_matches") {
                    Some(assertion) => asserts.push(assertion),
                    None => draft.lose(format!("a rule of `{key}`")),
                }
            }
        }
        key if is_addressing(key) => return false,
        _ => return false,
    }
    true
}

/// One header and its expression. An answer without the header fails, unless it may be missing.
fn header_rule(rule: &Node, fails_if_matches: bool) -> Option<Map> {
    let header = rule.get("header").and_then(text)?;
    let regex = rule
        .get("regexp")
        .and_then(text)
        .filter(|regex| is_regex(regex))?;
    let may_miss = rule.get("allow_missing").is_some_and(flag);
    let name = header.to_ascii_lowercase();
    let is_name = http::HeaderName::from_bytes(name.as_bytes()).is_ok();
    if !is_name {
        return None;
    }
    if !may_miss {
        let map = Map::of("header", header);
        let matches = Map::of("matches", regex);
        return Some(if fails_if_matches {
            map.with("not", matches)
        } else {
            map.with("matches", regex)
        });
    }
    if fails_if_matches && regex == ".*" {
        return Some(Map::of("header", header).with("exists", false));
    }
    let not = if fails_if_matches { "!" } else { "" };
    let quoted = serde_json::Value::from(regex).to_string();
    let condition =
        format!("!({name:?} in result.headers) || {not}(result.headers[{name:?}] matches {quoted})");
    Some(Map::of("condition", condition))
}

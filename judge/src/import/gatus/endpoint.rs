//! One endpoint: a step by the kind of its URL.

use super::conditions;
use super::words::Words;
use crate::analysis::Node;
use crate::import::blackbox::RECORDS;
use crate::import::call::{Body, Call, is_path};
use crate::import::draft::{Draft, Step};
use crate::import::fields::{flag, text, texts, time, told};
use crate::import::scope::Slot;
use crate::import::yaml::{Map, Yaml};

/// Redirects that Go's client follows.
const REDIRECTS: u64 = 10;
/// What is read elsewhere.
const READ: [&str; 12] = [
    "name",
    "group",
    "url",
    "enabled",
    "method",
    "body",
    "headers",
    "graphql",
    "dns",
    "client",
    "interval",
    "conditions",
];

/// A Journey of one endpoint; otherwise what is lost.
pub(super) fn journey(name: &str, node: &Node) -> Result<Draft, String> {
    let mut draft = Draft::new(name);
    let interval = node
        .get("interval")
        .map(|node| time(node, &mut draft, "the interval"));
    let interval = interval.unwrap_or_else(|| Some("1m0s".to_owned()));
    if let Some(interval) = interval {
        draft.settings.put("schedule", Map::of("interval", interval));
    }
    let mut step = step(node, &[], &mut draft)?;
    lose_rest(node, &[], &mut step);
    draft.steps.push(step);
    Ok(draft)
}

/// What no Journey has.
pub(super) fn lose_rest(node: &Node, also_read: &[&str], step: &mut Step) {
    for entry in node.entries() {
        let key = entry.key.as_str();
        if !READ.contains(&key) && !also_read.contains(&key) {
            step.remarks.lose(told(key, &entry.value));
        }
    }
}

/// The step of an endpoint; otherwise what is lost. `stored` is what the steps before of its suite have stored.
pub(super) fn step(node: &Node, stored: &[String], draft: &mut Draft) -> Result<Step, String> {
    let of = |key: &str| node.get(key).and_then(text).unwrap_or_default();
    let words = Words {
        name: of("name"),
        group: of("group"),
        url: of("url"),
        stored,
    };
    let url = words.filled(of("url"), draft);
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    let address = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let mut step = match scheme {
        _ if node.get("dns").is_some() => dns(node, &url, draft),
        "tcp" => tcp(node, address, &words, draft),
        "tls" => of_address("tls", "address", address, draft),
        "starttls" => {
            let mut step = of_address("tls", "address", address, draft);
            step.action.put("startTls", "smtp");
            step
        }
        "icmp" => of_address("icmp", "host", address, draft),
        "grpc" | "grpcs" => {
            let mut step = of_address("grpc", "address", address, draft);
            if scheme == "grpcs" {
                step.action.put("tls", true);
            }
            step
        }
        // The banner is what Gatus looks at, unless it has an account.
        "ssh" => {
            let address = if address.contains(':') {
                address.to_owned()
            } else {
                format!("{address}:22")
            };
            let mut step = of_address("tcp", "address", &address, draft);
            step.action
                .put("dialogue", vec![Map::of("expect", "^SSH-").into()]);
            step
        }
        "udp" | "sctp" | "ws" | "wss" => {
            return Err(format!(
                "the endpoint `{}`: there are no probes of {scheme}",
                words.name
            ));
        }
        _ => request(node, url.clone(), &words, draft),
    };
    words.name.clone_into(&mut step.name);
    client(node, &mut step, draft);
    let mut speaks_of_status = false;
    for condition in node.get("conditions").map(texts).unwrap_or_default() {
        speaks_of_status |= conditions::take(&condition, &mut step, &words, draft);
    }
    if step.kind == "request" && !speaks_of_status {
        step.assert(Map::of("status", "100-599"));
    }
    Ok(step)
}

fn of_address(kind: &'static str, key: &str, address: &str, draft: &mut Draft) -> Step {
    let mut step = Step::new(kind, kind);
    let address = address.trim_end_matches('/');
    match draft.scope.say(address, Slot::Plain) {
        Some(address) => step.action.put(key, address),
        None => step.remarks.lose(format!("the address `{address}`")),
    }
    step
}

fn request(node: &Node, url: String, words: &Words<'_>, draft: &mut Draft) -> Step {
    let method = node.get("method").and_then(text).unwrap_or("GET");
    let body = node
        .get("body")
        .and_then(text)
        .map(|body| words.filled(body, draft));
    let is_graphql = node.get("graphql").is_some_and(flag);
    let mut headers = Vec::new();
    for entry in node.get("headers").map(Node::entries).unwrap_or_default() {
        let value = text(&entry.value).unwrap_or_default();
        headers.push((entry.key.clone(), words.filled(value, draft)));
    }
    let body = match body.filter(|body| !body.is_empty()) {
        None => Body::Empty,
        // `{"query": ...}`, as Gatus wraps it.
        Some(body) if is_graphql => {
            let wrapped = serde_json::json!({"query": body}).to_string();
            Body::Text(wrapped, Some("application/json"))
        }
        Some(body) => Body::Text(body, None),
    };
    let follows = !node
        .get("client")
        .and_then(|client| client.get("ignore-redirect"))
        .is_some_and(flag);
    let call = Call {
        method: method.to_ascii_uppercase(),
        url,
        headers,
        body,
        redirects: follows.then_some(REDIRECTS),
        ..Call::default()
    };
    call.step("request", draft)
}

fn tcp(node: &Node, address: &str, words: &Words<'_>, draft: &mut Draft) -> Step {
    let mut step = of_address("tcp", "address", address, draft);
    let body = node
        .get("body")
        .and_then(text)
        .map(|body| words.filled(body, draft));
    if let Some(body) = body {
        match draft.scope.say(&body, Slot::Plain) {
            // Whatever comes then is what conditions look at.
            Some(body) => {
                let turns = vec![Map::of("send", body).into(), Map::of("expect", "(?s).+").into()];
                step.action.put("dialogue", turns);
            }
            None => step.remarks.lose("the body"),
        }
    }
    step
}

fn dns(node: &Node, url: &str, draft: &mut Draft) -> Step {
    let server = url.split_once("://").map_or(url, |(_, rest)| rest);
    let mut step = of_address("dns", "server", server, draft);
    for entry in node.get("dns").map(Node::entries).unwrap_or_default() {
        match (entry.key.as_str(), text(&entry.value)) {
            ("query-name", Some(name)) if !name.contains("{{") => step.action.put("name", name),
            ("query-type", Some(record)) if RECORDS.contains(&record) => step.action.put("type", record),
            (key, _) => step.remarks.lose(told(key, &entry.value)),
        }
    }
    if !step.action.has("name") {
        step.action.put("name", ".");
    }
    step
}

/// How the server is met.
fn client(node: &Node, step: &mut Step, draft: &mut Draft) {
    let is_request = step.kind == "request";
    for entry in node.get("client").map(Node::entries).unwrap_or_default() {
        match (entry.key.as_str(), text(&entry.value)) {
            ("timeout", _) => {
                let time = time(&entry.value, draft, "the timeout");
                step.after
                    .put_some("timeout", time.map_or(Yaml::Null, Yaml::from));
            }
            ("insecure", _) if !flag(&entry.value) => {}
            ("insecure", _) if is_request => draft.of_all("insecure", true.into(), "insecure"),
            ("insecure", _) if step.kind == "tls" || step.action.has("tls") => {
                step.action.put("insecure", true)
            }
            ("ignore-redirect" | "store-cookies", _) => {}
            ("tls", _) if is_request => {
                for part in entry.value.entries() {
                    match (part.key.as_str(), text(&part.value).filter(|path| is_path(path))) {
                        ("certificate-file", Some(path)) => draft.client(true, path),
                        ("private-key-file", Some(path)) => draft.client(false, path),
                        (key, _) => step.remarks.lose(format!("`client.tls.{key}`")),
                    }
                }
            }
            (key, _) => step
                .remarks
                .lose(format!("{} of `client`", told(key, &entry.value))),
        }
    }
}

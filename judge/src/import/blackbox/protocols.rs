//! Modules of the other probers.

use super::tls;
use crate::analysis::Node;
use crate::import::draft::{Draft, Step};
use crate::import::fields::{flag, text, texts, told};
use crate::import::hurl::is_regex;
use crate::import::scope::Slot;
use crate::import::yaml::{Map, Yaml};

/// Types of records that Journeys ask for.
pub(in crate::import) const RECORDS: [&str; 11] = [
    "A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "SOA", "PTR", "CAA", "ANY",
];
const RCODES: [&str; 6] = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

/// A step that asks the target.
fn step_of(kind: &'static str, key: &str, target: &str, draft: &mut Draft) -> Step {
    let mut step = Step::new(kind, kind);
    let target = draft.scope.say(target, Slot::Plain).unwrap_or_default();
    step.action.put(key, target);
    step
}

fn entries(settings: Option<&Node>) -> impl Iterator<Item = (&str, &Node)> {
    let entries = settings.map(Node::entries).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.as_str(), &entry.value))
}

pub(super) fn tcp(settings: Option<&Node>, target: &str, draft: &mut Draft) -> Step {
    let mut step = step_of("tcp", "address", target, draft);
    let of = |key: &str| settings.and_then(|settings| settings.get(key));
    let starts_tls = |item: &Node| item.get("starttls").is_some_and(flag);
    let talks = of("query_response").map(Node::items).unwrap_or_default();
    let has_tls = of("tls").is_some_and(flag) || talks.iter().any(starts_tls);
    for (key, node) in entries(settings) {
        match key {
            "tls" if flag(node) => step.action.put("tls", true),
            "tls" => {}
            "tls_config" if !has_tls => {}
            "tls_config" => tls::of_step(node, &mut step.action, draft),
            "query_response" => {
                let mut dialogue = Vec::new();
                node.items()
                    .iter()
                    .for_each(|item| turn(item, &mut dialogue, &mut step));
                step.action.put_some("dialogue", dialogue.into());
            }
            _ => step.remarks.lose(told(key, node)),
        }
    }
    step
}

/// One item: what is awaited, then what is sent, then TLS.
fn turn(item: &Node, dialogue: &mut Vec<Yaml>, step: &mut Step) {
    let mut turns = [None, None, None];
    for entry in item.entries() {
        match (entry.key.as_str(), text(&entry.value)) {
            ("expect", Some(regex)) => {
                // It is put to one line after the other there.
                let regex = if regex.contains(['^', '$']) {
                    format!("(?mR){regex}")
                } else {
                    regex.to_owned()
                };
                if is_regex(&regex) {
                    turns[0] = Some(Map::of("expect", regex));
                } else {
                    step.remarks.lose(told("expect", &entry.value));
                }
            }
            ("send", Some(line)) if !line.contains("{{") => {
                turns[1] = Some(Map::of("send", format!("{line}\n")));
            }
            ("starttls", _) if flag(&entry.value) => turns[2] = Some(Map::of("startTls", true)),
            ("starttls", _) => {}
            (key, _) => step.remarks.lose(told(key, &entry.value)),
        }
    }
    dialogue.extend(turns.into_iter().flatten().map(Yaml::from));
}

pub(super) fn dns(settings: Option<&Node>, target: &str, draft: &mut Draft) -> Step {
    let mut step = step_of("dns", "server", target, draft);
    let mut record = "ANY".to_owned();
    let mut name = ".".to_owned();
    for (key, node) in entries(settings) {
        match (key, text(node)) {
            ("query_name", Some(said)) if !said.contains("{{") => said.clone_into(&mut name),
            ("query_type", Some(said)) if RECORDS.contains(&said.to_ascii_uppercase().as_str()) => {
                record = said.to_ascii_uppercase();
            }
            ("query_class", Some("IN")) => {}
            ("transport_protocol", Some(said @ ("udp" | "tcp"))) => step.action.put("transport", said),
            ("recursion_desired", _) if flag(node) => {}
            ("recursion_desired", _) => step.action.put("recursion", false),
            ("valid_rcodes", _) => rcode(&texts(node), &mut step),
            ("validate_answer_rrs", _) => records(node, &mut step),
            _ => step.remarks.lose(told(key, node)),
        }
    }
    step.action.put("name", name);
    step.action.put("type", record);
    step
}

fn rcode(rcodes: &[String], step: &mut Step) {
    match rcodes {
        [one] if RCODES.contains(&one.as_str()) => step.action.put("rcode", one.as_str()),
        [] => {}
        several => step
            .remarks
            .lose(format!("`valid_rcodes`: one of {}", several.join(", "))),
    }
}

/// Rules about the records of an answer. A Journey looks at their values only, one a line.
fn records(node: &Node, step: &mut Step) {
    for rule in node.entries() {
        for regex in texts(&rule.value) {
            let is_of_value = is_regex(&regex) && !regex.contains('\t') && !regex.contains("\\t");
            let value = Map::of("body", true);
            match rule.key.as_str() {
                "fail_if_matches_regexp" if is_of_value => {
                    step.assert(value.with("not", Map::of("matches", regex)));
                }
                "fail_if_none_matches_regexp" if is_of_value => step.assert(value.with("matches", regex)),
                key => step
                    .remarks
                    .lose(format!("`{key}: {regex}`, about whole records")),
            }
        }
    }
}

pub(super) fn grpc(settings: Option<&Node>, target: &str, draft: &mut Draft) -> Step {
    let mut step = step_of("grpc", "address", target, draft);
    let has_tls = settings
        .and_then(|settings| settings.get("tls"))
        .is_some_and(flag);
    for (key, node) in entries(settings) {
        match (key, text(node)) {
            ("service", Some(service)) if !service.contains("{{") => step.action.put("service", service),
            ("service", None) => {}
            ("tls", _) if flag(node) => step.action.put("tls", true),
            ("tls", _) => {}
            ("tls_config", _) if !has_tls => {}
            ("tls_config", _) => tls::of_step(node, &mut step.action, draft),
            ("metadata", _) => {
                let mut metadata = Vec::new();
                for entry in node.entries() {
                    for said in texts(&entry.value) {
                        match draft.scope.header(&entry.key, &said) {
                            Some(value) => {
                                metadata.push(Map::of("name", entry.key.as_str()).with("value", value).into())
                            }
                            None => step.remarks.lose(format!("the metadata `{}`", entry.key)),
                        }
                    }
                }
                step.action.put_some("metadata", metadata.into());
            }
            _ => step.remarks.lose(told(key, node)),
        }
    }
    step
}

pub(super) fn icmp(settings: Option<&Node>, target: &str, draft: &mut Draft) -> Step {
    let mut step = step_of("icmp", "host", target, draft);
    for (key, node) in entries(settings) {
        match (key, text(node)) {
            ("payload_size", Some(bytes)) if bytes.parse().is_ok_and(|bytes: u32| bytes <= 65_000) => {
                step.action.put("payloadBytes", Yaml::Number(bytes.to_owned()));
            }
            _ => step.remarks.lose(told(key, node)),
        }
    }
    step
}

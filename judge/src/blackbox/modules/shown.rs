//! A module as YAML for whoever debugs it, without secrets.

use std::fmt::Write as _;

use super::mask::SECRET_KEYS;
use crate::analysis::{Node, NodeKind};

const MASK: &str = "<secret>";
/// Headers whose values everybody may see; others may hold tokens.
const OPEN_HEADERS: [&str; 8] = [
    "host",
    "accept",
    "accept-encoding",
    "accept-language",
    "user-agent",
    "content-type",
    "cache-control",
    "connection",
];

pub(super) fn written(node: &Node) -> String {
    let mut text = String::new();
    map(node, 0, false, &mut text);
    text
}

fn map(node: &Node, depth: usize, is_secret: bool, text: &mut String) {
    for (place, entry) in node.entries().iter().enumerate() {
        // The first key of an item stands beside its dash.
        let indent = if place == 0 && text.ends_with("- ") {
            0
        } else {
            depth
        };
        let _ = write!(text, "{}{}:", "  ".repeat(indent), scalar(&entry.key));
        let is_open = OPEN_HEADERS.contains(&entry.key.to_ascii_lowercase().as_str());
        let is_secret = (is_secret && !is_open) || SECRET_KEYS.contains(&entry.key.as_str());
        value(&entry.value, depth + 1, is_secret, text);
    }
}

fn value(node: &Node, depth: usize, is_secret: bool, text: &mut String) {
    match &node.kind {
        NodeKind::Map(entries) if !entries.is_empty() => {
            text.push('\n');
            map(node, depth, is_secret, text);
        }
        NodeKind::List(items) if !items.is_empty() => {
            text.push('\n');
            for item in items {
                let _ = write!(text, "{}- ", "  ".repeat(depth.saturating_sub(1)));
                match &item.kind {
                    NodeKind::Map(entries) if !entries.is_empty() => map(item, depth, is_secret, text),
                    _ => line(item, is_secret, text),
                }
            }
        }
        _ => {
            text.push(' ');
            line(node, is_secret, text);
        }
    }
}

fn line(node: &Node, is_secret: bool, text: &mut String) {
    let written = match &node.kind {
        NodeKind::Map(_) => "{}".to_owned(),
        NodeKind::List(_) => "[]".to_owned(),
        NodeKind::Null => "null".to_owned(),
        _ if is_secret => MASK.to_owned(),
        NodeKind::Text => scalar(&node.text),
        _ => node.text.clone(),
    };
    text.push_str(&written);
    text.push('\n');
}

/// Plain where nothing in it could mean something else.
fn scalar(text: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | '/' | '-');
    let is_word = text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '/');
    let is_other = matches!(
        text,
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    match is_word && !is_other && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => serde_json::Value::from(text).to_string(),
    }
}

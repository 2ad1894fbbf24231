//! Messages show lines of the file, and those may hold secrets.

use std::sync::LazyLock;

use regex::Regex;

use crate::analysis::{Node, NodeKind, Source, Span};

/// Keys whose values are secrets. What stands in `headers` may be one, and in `body`.
pub(super) const SECRET_KEYS: [&str; 10] = [
    "password",
    "bearer_token",
    "credentials",
    "client_secret",
    "secrets",
    "key",
    "headers",
    "http_headers",
    "metadata",
    "proxy_connect_header",
];

/// Where such a key stands in a text that could not be read whole.
static LINES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let keys = SECRET_KEYS.join("|");
    Regex::new(&format!(r#"(?i)\b(?:{keys}|authorization)["']?\s*:\s*(.+)"#)).ok()
});

/// The same text with stars in place of secrets: every place in it stays where it is.
pub(super) fn covered(source: &Source, nodes: &[Node], is_broken: bool) -> Source {
    let mut spans = Vec::new();
    nodes.iter().for_each(|node| secrets(node, false, &mut spans));
    if is_broken && let Some(lines) = LINES.as_ref() {
        let found = lines.captures_iter(source.text());
        spans.extend(found.filter_map(|found| found.get(1)).map(|value| value.range()));
    }
    let mut text = source.text().to_owned();
    for span in spans {
        let Some(secret) = text.get(span.clone()) else {
            continue;
        };
        let star = |char: char| match char {
            '\n' | '\r' => char.to_string(),
            char => "*".repeat(char.len_utf8()),
        };
        let stars: String = secret.chars().map(star).collect();
        text.replace_range(span, &stars);
    }
    Source::new(source.name(), &text)
}

fn secrets(node: &Node, is_secret: bool, spans: &mut Vec<Span>) {
    match &node.kind {
        NodeKind::Map(entries) => {
            for entry in entries {
                let is_secret = is_secret || SECRET_KEYS.contains(&entry.key.as_str());
                secrets(&entry.value, is_secret, spans);
            }
        }
        NodeKind::List(items) => items.iter().for_each(|item| secrets(item, is_secret, spans)),
        _ if is_secret => spans.push(node.span.clone()),
        _ => {}
    }
}

//! Where a part of a scalar's value stands in the source: quotes, escapes, indentation and folding lie between them.

use super::node::Node;
use super::source::{Source, Span};

/// The source's bytes of a part of a scalar's value; the whole scalar when they cannot be told.
pub(crate) fn locate(source: &Source, node: &Node, part: &Span) -> Span {
    let Some(raw) = source.text().get(node.span.clone()) else {
        return node.span.clone();
    };
    let part = part.start.min(node.text.len())..part.end.min(node.text.len());
    match offsets(&node.text, raw, &part) {
        Some(found) if found.start < raw.len() => node.span.start + found.start..node.span.start + found.end,
        _ => node.span.clone(),
    }
}

/// Walks value and source side by side.
fn offsets(value: &str, raw: &str, part: &Span) -> Option<Span> {
    let quote = raw.chars().next().filter(|char| matches!(char, '"' | '\''));
    let mut at = quote.map_or(0, char::len_utf8);
    let mut start = None;
    for (index, char) in value.char_indices() {
        if index >= part.end && start.is_some() {
            break;
        }
        let next = next_of(char, raw, at, quote)?;
        if index >= part.start && start.is_none() {
            start = Some(next.start);
        }
        at = next.end;
    }
    // A part at the very end of the value, such as a missing operand, is marked behind the last character.
    let start = start.unwrap_or(at);
    Some(start..at.max(start))
}

/// Where a character of the value stands in the source, from `at` on.
fn next_of(char: char, raw: &str, at: usize, quote: Option<char>) -> Option<Span> {
    let rest = &raw[at..];
    if char.is_whitespace() {
        let escaped = quote == Some('"') && rest.starts_with('\\');
        let width = if escaped {
            2
        } else if rest.starts_with(char) {
            char.len_utf8()
        } else {
            // A folded line break, whose place the source's indentation takes.
            0
        };
        return (at + width <= raw.len()).then_some(at..at + width);
    }
    let mut start = at + (rest.len() - rest.trim_start().len());
    let rest = &raw[start..];
    if (quote == Some('"') && rest.starts_with('\\')) || (quote == Some('\'') && rest.starts_with("''")) {
        start += 1;
    }
    raw[start..]
        .starts_with(char)
        .then(|| start..start + char.len_utf8())
}

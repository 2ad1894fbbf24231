//! What is needed of JavaScript: calls, brackets, literals.

use serde_json::Value;

/// The arguments of `name(...)`, if the text is such a call.
pub(super) fn call<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.strip_prefix(name)?
        .trim_start()
        .strip_prefix('(')?
        .trim_end()
        .strip_suffix(')')
        .map(str::trim)
}

/// Where the bracket closes that was open before the text.
pub(super) fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, char) in text.char_indices() {
        match (quote, char) {
            (Some(open), _) => quote = if char == open { None } else { Some(open) },
            (None, '"' | '\'' | '`') => quote = Some(char),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => return Some(at),
            (None, ')') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A literal of JavaScript.
pub(super) fn literal(text: &str) -> Option<Value> {
    let text = text.trim();
    if text == "null" || text.contains("{{") {
        return None;
    }
    string(text)
        .map(Value::from)
        .or_else(|| serde_json::from_str(text).ok())
}

/// A text in quotes of any kind.
pub(super) fn string(text: &str) -> Option<String> {
    let text = text.trim();
    let quote = text
        .chars()
        .next()
        .filter(|char| matches!(char, '"' | '\'' | '`'))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    let is_plain =
        !inner.contains(quote) && !inner.contains('\\') && !inner.contains("${") && !inner.contains("{{");
    is_plain.then(|| inner.to_owned())
}

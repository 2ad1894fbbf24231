//! Places in an answer, which captures and assertions look at.

use http::HeaderName;

use super::names::plain;
use crate::analysis::diagnostic::Diagnostic;
use crate::analysis::locate::locate;
use crate::analysis::node::Place;
use crate::analysis::plan::journey::{JsonPath, Query};
use crate::analysis::validate::Checks;

/// Bytes of a compiled regular expression.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// A place of one of these kinds, by its key.
pub(super) fn named(checks: &mut Checks<'_>, place: &Place<'_>, key: &str, text: &str) -> Option<Query> {
    let text = plain(checks, place, text)?;
    match key {
        "header" => header(checks, place, text).map(Query::Header),
        "cookie" if text.is_empty() => {
            checks.refuse(place, "an empty name", "the name of a cookie");
            None
        }
        "cookie" => Some(Query::Cookie(text.to_owned())),
        "regex" => regex(checks, place, text).map(Query::Regex),
        _ => json_path(checks, place, text).map(Query::JsonPath),
    }
}

pub(super) fn header(checks: &mut Checks<'_>, place: &Place<'_>, text: &str) -> Option<HeaderName> {
    let name = HeaderName::from_bytes(text.as_bytes());
    if name.is_err() {
        checks.refuse(
            place,
            format!("{text:?}"),
            "the name of a header, such as `Content-Type`",
        );
    }
    name.ok()
}

pub(super) fn regex(checks: &mut Checks<'_>, place: &Place<'_>, text: &str) -> Option<regex::Regex> {
    let compiled = regex::RegexBuilder::new(text).size_limit(REGEX_BYTES_MAX).build();
    compiled
        .map_err(|error| {
            // Its own drawing of the place does not fit here.
            let error = error.to_string();
            let reason = error
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ");
            checks.refuse(
                place,
                format!("no regular expression: {reason}"),
                "an expression of Rust's `regex`, such as `order-(\\d+)`",
            );
        })
        .ok()
}

pub(super) fn json_path(checks: &mut Checks<'_>, place: &Place<'_>, text: &str) -> Option<JsonPath> {
    match serde_json_path::JsonPath::parse(text) {
        Ok(path) => Some(JsonPath {
            text: text.to_owned(),
            path,
            is_singular: is_singular(text),
        }),
        Err(error) => {
            let at = error.position().min(text.len());
            let span = place.node().map_or_else(
                || place.span(),
                |node| locate(place.source(), node, &(at..at + 1)),
            );
            let found = format!("no JSONPath: {}", error.message());
            let expected = "a path of RFC 9535, such as `$.items[0].id`";
            checks
                .report
                .push(Diagnostic::error(place.source(), span, found, expected));
            None
        }
    }
}

/// Whether a valid path has names and indexes only (RFC 9535, 2.3.5.1: "singular query").
fn is_singular(text: &str) -> bool {
    let mut quote = None;
    let mut before = ' ';
    for char in text.chars() {
        match (quote, char) {
            (Some(_), _) if before == '\\' => {
                // An escaped backslash escapes nothing more.
                before = ' ';
                continue;
            }
            (Some(open), _) => {
                if char == open {
                    quote = None;
                }
            }
            (None, '\'' | '"') => quote = Some(char),
            (None, '*' | '?' | ':' | ',') => return false,
            (None, '.') if before == '.' => return false,
            (None, _) => {}
        }
        before = char;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_singular;

    #[test]
    fn paths_that_find_one_value_only() {
        for path in [
            "$",
            "$.a.b",
            "$['a*']['b,\\'c']",
            "$[0][-1]",
            "$.items[0]",
            r#"$["\\"]["a"]"#,
        ] {
            assert!(is_singular(path), "{path}");
            assert!(serde_json_path::JsonPath::parse(path).is_ok(), "{path}");
        }
        for path in [
            "$..a",
            "$.*",
            "$[*]",
            "$[0,1]",
            "$[1:2]",
            "$[?@.a]",
            "$.a[?@.b == 'c']",
            r#"$["\\"]..a"#,
        ] {
            assert!(!is_singular(path), "{path}");
            assert!(serde_json_path::JsonPath::parse(path).is_ok(), "{path}");
        }
    }
}

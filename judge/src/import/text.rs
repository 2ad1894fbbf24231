//! Texts with placeholders, while they are put together.
//!
//! A placeholder stands between two noncharacters, which Unicode keeps for a program's own use, so that texts can be cut and
//! joined like any other and a `{{` that was there before is never taken for one of Journeys'.

use std::sync::Arc;

use crate::analysis::plan::journey::{is_credential, is_token};
use crate::analysis::{Diagnostic, Source};

pub(super) const OPEN: char = '\u{fdd0}';
pub(super) const CLOSE: char = '\u{fdd1}';

/// Bytes of a file that is imported. Collections of Postman are the largest.
pub const IMPORT_BYTES_MAX: usize = 4 << 20;

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Literal(&'t str),
    /// What stands between the marks.
    Value(&'t str),
}

/// Refuses what no tool reads.
pub(super) fn check(source: &Arc<Source>) -> Result<(), Vec<Diagnostic>> {
    let text = source.text();
    if text.len() > IMPORT_BYTES_MAX {
        let mebibytes = IMPORT_BYTES_MAX >> 20;
        let expected = format!("at most {mebibytes} MiB; several files may be given");
        return Err(super::refused(
            source,
            0..0,
            format!("a file larger than {mebibytes} MiB"),
            expected,
        ));
    }
    if let Some(at) = source.invalid_utf8_at() {
        let end = text.ceil_char_boundary(at + 1);
        return Err(super::refused(
            source,
            at..end,
            "bytes that are not UTF-8",
            "text in UTF-8",
        ));
    }
    let is_refused = |char: char| matches!(char, '\0' | OPEN | CLOSE);
    match text.char_indices().find(|(_, char)| is_refused(*char)) {
        None => Ok(()),
        Some((at, char)) => {
            let found = format!("the character U+{:04X}", u32::from(char));
            Err(super::refused(
                source,
                at..at + char.len_utf8(),
                found,
                "text without it",
            ))
        }
    }
}

/// A value that is filled in; `env.NAME` is a variable of the environment.
pub(super) fn value(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

pub(super) fn has_value(text: &str) -> bool {
    text.contains(OPEN)
}

/// The name where the text is one placeholder and nothing else.
pub(super) fn only_value(text: &str) -> Option<&str> {
    let inner = text.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
    (!inner.contains([OPEN, CLOSE])).then_some(inner)
}

/// From the first to the last.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (name, after) = after.split_once(CLOSE).unwrap_or((after, ""));
        if !before.is_empty() {
            pieces.push(Piece::Literal(before));
        }
        pieces.push(Piece::Value(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    pieces
}

/// A tool's own placeholders, between `{{` and `}}`, as placeholders here; `known` says what each is called.
pub(super) fn of_braces(text: &str, mut known: impl FnMut(&str) -> Option<String>) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        made.push_str(before);
        let found = after
            .split_once("}}")
            .and_then(|(name, after)| Some((known(name.trim())?, after)));
        match found {
            Some((name, after)) => {
                made.push_str(&value(&name));
                rest = after;
            }
            None => {
                made.push_str("{{");
                rest = after;
            }
        }
    }
    made.push_str(rest);
    made
}

/// The text as people read it in a comment.
pub(super) fn shown(text: &str) -> String {
    let shown = pieces(text).into_iter().map(|piece| match piece {
        Piece::Literal(text) => text.to_owned(),
        Piece::Value(name) => match name.strip_prefix("env.") {
            Some(variable) => format!("${variable}"),
            None => format!("{{{{{name}}}}}"),
        },
    });
    let shown = without_users(&shown.collect::<String>());
    let cut = shown.char_indices().nth(SHOWN_MAX).map(|(at, _)| at);
    cut.map_or(shown.clone(), |at| format!("{}…", &shown[..at]))
}

/// User and password of URLs are not repeated.
fn without_users(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        let end = after.find(['/', '?', ' ', '"', '\'', '`']).unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            Some(at) => {
                shown.push_str("...");
                &after[at..]
            }
            None => after,
        };
    }
    shown.push_str(rest);
    shown
}

/// A line of a source in a comment, as far as it tells no credential.
pub(super) fn quiet_line(line: &str) -> String {
    if !is_credential(line) && !line.split_whitespace().any(is_token) {
        return line.to_owned();
    }
    let end = line.find(['=', ':', '(', ',', '"', '\'']).unwrap_or(0);
    format!("{} ...", &line[..end])
}

/// A value beside its name in a comment, unless it is a credential.
pub(super) fn quiet<'v>(name: &str, value: &'v str) -> &'v str {
    if is_credential(name) || is_token(value) {
        "..."
    } else {
        value
    }
}

/// Characters of what is named in a comment.
const SHOWN_MAX: usize = 200;

/// A name of letters, digits, `_` and `-` that begins with a letter: of arguments and captured values.
pub(super) fn word(text: &str) -> String {
    let mut word: String = text
        .chars()
        .take(WORD_MAX)
        .map(|char| {
            if char.is_ascii_alphanumeric() || char == '-' {
                char
            } else {
                '_'
            }
        })
        .collect();
    if !word.starts_with(|char: char| char.is_ascii_alphabetic()) {
        word.insert(0, 'v');
    }
    if RESERVED.contains(&word.as_str()) {
        word.push('_');
    }
    word
}

/// What placeholders of Journeys begin with.
const RESERVED: [&str; 7] = ["args", "vars", "data", "account", "run", "steps", "result"];

/// A name of a Journey: small letters, digits, `.` and `-`.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for char in text.chars().take(WORD_MAX) {
        match char.to_ascii_lowercase() {
            char if char.is_ascii_alphanumeric() || char == '.' => slug.push(char),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches(['-', '.']).to_owned();
    if slug.is_empty() {
        "journey".to_owned()
    } else {
        slug
    }
}

/// Characters of a name.
const WORD_MAX: usize = 60;

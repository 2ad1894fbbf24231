//! Where reading stands in a file of hurl.

use std::ops::Range;
use std::sync::Arc;

use crate::analysis::{Diagnostic, Source};
use crate::import::refused;

pub(super) type Read<T> = Result<T, Vec<Diagnostic>>;

pub(super) struct Cursor<'s> {
    source: &'s Arc<Source>,
    text: &'s str,
    at: usize,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(source: &'s Arc<Source>) -> Self {
        let text = source.text();
        let at = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self { source, text, at }
    }

    pub(super) fn rest(&self) -> &'s str {
        &self.text[self.at..]
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Whether this comes next, which is then read.
    pub(super) fn take(&mut self, wanted: &str) -> bool {
        let is_next = self.rest().starts_with(wanted);
        self.at += if is_next { wanted.len() } else { 0 };
        is_next
    }

    /// Letters of a name such as `jsonpath` or `retry-interval`.
    pub(super) fn name(&mut self) -> &'s str {
        let rest = self.rest();
        let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
        let end = rest.find(|char| !is_part(char)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    pub(super) fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.next();
        }
    }

    /// The line that begins here, without reading it.
    pub(super) fn line(&self) -> &'s str {
        self.rest().split('\n').next().unwrap_or_default().trim_end()
    }

    /// Empty lines and comments.
    pub(super) fn skip_lines(&mut self) {
        loop {
            while matches!(self.peek(), Some(' ' | '\t' | '\r' | '\n')) {
                self.next();
            }
            if self.peek() != Some('#') {
                return;
            }
            self.skip(self.rest().split('\n').next().unwrap_or_default().len());
        }
    }

    /// The end of a line, perhaps behind a comment.
    pub(super) fn end_of_line(&mut self, expected: &str) -> Read<()> {
        self.blanks();
        match self.peek() {
            None | Some('\n') => Ok(()),
            Some('\r') if self.rest().starts_with("\r\n") => Ok(()),
            Some('#') => {
                self.skip(self.line().len());
                Ok(())
            }
            Some(_) => Err(self.wrong(self.at, &format!("{:?}", short(self.line())), expected)),
        }
    }

    /// The name in front of a colon, with its escapes undone.
    pub(super) fn key(&mut self) -> Read<String> {
        let start = self.at;
        let key = self.until(&[':', '#', '\n']);
        if !self.take(":") || key.is_empty() {
            return Err(self.wrong(start, &format!("{:?}", short(&key)), "`name: value`"));
        }
        Ok(key)
    }

    /// What stands up to the end of the line or a comment, with its escapes undone.
    pub(super) fn value(&mut self) -> String {
        self.blanks();
        self.until(&['#', '\n'])
    }

    fn until(&mut self, ends: &[char]) -> String {
        let mut text = String::new();
        let mut braces = 0_usize;
        while let Some(char) = self.peek() {
            if char == '\n' || (ends.contains(&char) && braces == 0) {
                break;
            }
            if self.rest().starts_with("{{") {
                braces += 1;
            } else if self.rest().starts_with("}}") {
                braces = braces.saturating_sub(1);
            }
            self.next();
            match char {
                '\\' => text.push_str(&self.escaped()),
                char => text.push(char),
            }
        }
        text.trim().to_owned()
    }

    /// What a backslash makes of what follows.
    pub(super) fn escaped(&mut self) -> String {
        match self.next() {
            Some('n') => "\n".to_owned(),
            Some('r') => "\r".to_owned(),
            Some('t') => "\t".to_owned(),
            Some('b') => "\u{8}".to_owned(),
            Some('f') => "\u{c}".to_owned(),
            Some('u') => self.unicode(),
            // `\{` is no template; which Journeys cannot say, so that it is found later on.
            Some(char) => char.to_string(),
            None => "\\".to_owned(),
        }
    }

    /// `\u{1F600}`.
    fn unicode(&mut self) -> String {
        let digits = self
            .rest()
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
            .map(|(digits, _)| digits);
        let char = digits.and_then(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?));
        match (digits, char) {
            (Some(digits), Some(char)) => {
                self.skip(digits.len() + 2);
                char.to_string()
                    .replace(['\0', '\u{fdd0}', '\u{fdd1}'], "\u{fffd}")
            }
            _ => "\\u".to_owned(),
        }
    }

    /// `"..."` with its escapes undone.
    pub(super) fn quoted(&mut self) -> Read<String> {
        let start = self.at;
        if !self.take("\"") {
            return Err(self.wrong(
                start,
                &format!("{:?}", short(self.line())),
                "a text in double quotes",
            ));
        }
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.push_str(&self.escaped()),
                Some(char) if char != '\n' => text.push(char),
                _ => {
                    return Err(self.wrong(start, "a text without an end", "a second `\"` in the same line"));
                }
            }
        }
    }

    /// `/.../`, in which only `\/` is an escape of its own.
    pub(super) fn regex(&mut self) -> Read<String> {
        let start = self.at;
        self.take("/");
        let mut text = String::new();
        loop {
            match self.next() {
                Some('/') => return Ok(text),
                Some('\\') if self.take("/") => text.push('/'),
                Some('\\') => {
                    text.push('\\');
                    text.extend(self.next());
                }
                Some(char) if char != '\n' => text.push(char),
                _ => {
                    return Err(self.wrong(
                        start,
                        "an expression without an end",
                        "a second `/` in the same line",
                    ));
                }
            }
        }
    }

    /// Everything up to here, which is read too.
    pub(super) fn through(&mut self, end: &str, what: &str) -> Read<&'s str> {
        let start = self.at;
        let Some(length) = self.rest().find(end) else {
            return Err(self.wrong(start, &format!("{what} without an end"), &format!("`{end}`")));
        };
        let text = &self.rest()[..length];
        self.at += length + end.len();
        Ok(text)
    }

    pub(super) fn wrong(&self, start: usize, found: &str, expected: &str) -> Vec<Diagnostic> {
        let start = start.min(self.text.len());
        let line = self.text[start..]
            .split('\n')
            .next()
            .unwrap_or_default()
            .trim_end();
        let span: Range<usize> = start..start + line.len();
        refused(self.source, span, found, expected)
    }
}

fn short(text: &str) -> &str {
    text.char_indices().nth(60).map_or(text, |(at, _)| &text[..at])
}

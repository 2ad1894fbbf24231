//! A command line as a shell cuts it into words.

mod quoted;

use std::sync::Arc;

use self::quoted::{ansi_c, dollar, double, single};
use crate::analysis::{Diagnostic, Source};
use crate::import::refused;

/// One word, with its place.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Variables of the shell are placeholders.
    pub(super) text: String,
    pub(super) span: std::ops::Range<usize>,
}

/// The words up to the end of a command.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) words: Vec<Word>,
}

/// What is read, and how far.
pub(super) struct Reader<'s> {
    pub(super) source: &'s Arc<Source>,
    pub(super) text: &'s str,
    pub(super) at: usize,
}

impl Reader<'_> {
    pub(super) fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    /// Whether this came next, which is then read.
    pub(super) fn take(&mut self, wanted: &str) -> bool {
        let is_next = self.text[self.at..].starts_with(wanted);
        self.at += if is_next { wanted.len() } else { 0 };
        is_next
    }

    pub(super) fn open(&self, start: usize, found: &str, expected: &str) -> Vec<Diagnostic> {
        refused(self.source, start..start + 1, found, expected)
    }
}

/// Commands, one after another.
pub(super) fn lines(source: &Arc<Source>) -> Result<Vec<Line>, Vec<Diagnostic>> {
    let mut reader = Reader {
        source,
        text: source.text(),
        at: 0,
    };
    let mut lines = Vec::new();
    let mut line = Line::default();
    loop {
        while reader.take(" ") || reader.take("\t") || reader.take("\r") || continued(&mut reader) {}
        match reader.peek() {
            None => break,
            Some('\n' | ';' | '|' | '&') => {
                reader.next();
                end(&mut line, &mut lines);
            }
            Some('#') => {
                while !matches!(reader.peek(), None | Some('\n')) {
                    reader.next();
                }
            }
            Some('>' | '<') if !line.words.is_empty() => redirection(&mut reader)?,
            Some(_) => {
                let word = word(&mut reader)?;
                line.words.push(word);
            }
        }
    }
    end(&mut line, &mut lines);
    Ok(lines)
}

fn end(line: &mut Line, lines: &mut Vec<Line>) {
    if !line.words.is_empty() {
        lines.push(std::mem::take(line));
    }
}

/// A line end that a backslash takes away; the caret of Windows does the same.
fn continued(reader: &mut Reader<'_>) -> bool {
    ["\\\n", "\\\r\n", "^\n", "^\r\n"]
        .iter()
        .any(|end| reader.take(end))
}

/// Where output goes and input comes from changes nothing of the request.
fn redirection(reader: &mut Reader<'_>) -> Result<(), Vec<Diagnostic>> {
    while matches!(reader.peek(), Some('>' | '<' | '&')) {
        reader.next();
    }
    while reader.take(" ") {}
    if !matches!(reader.peek(), None | Some('\n' | ';' | '|')) {
        word(reader)?;
    }
    Ok(())
}

fn word(reader: &mut Reader<'_>) -> Result<Word, Vec<Diagnostic>> {
    let start = reader.at;
    let mut text = String::new();
    loop {
        let from = reader.at;
        if continued(reader) {
            continue;
        }
        match reader.peek() {
            None | Some(' ' | '\t' | '\r' | '\n' | ';' | '|' | '<' | '>') => break,
            // `2>&1` and `a&b` alike end here; an `&` of a URL has to be quoted in a shell, and often is not.
            Some('&') if !is_of_url(reader, &text) => break,
            Some('\'') => text.push_str(&single(reader)?),
            Some('"') => text.push_str(&double(reader)?),
            Some('`') => text.push_str(&quoted::backquoted(reader)?),
            Some('$') if reader.text[from..].starts_with("$'") => text.push_str(&ansi_c(reader)?),
            Some('$') => text.push_str(&dollar(reader)?),
            Some('\\') => {
                reader.next();
                text.extend(reader.next());
            }
            Some(_) => text.extend(reader.next()),
        }
    }
    if reader.at == start {
        // A character that begins nothing is a word of its own.
        text.extend(reader.next());
    }
    Ok(Word {
        text,
        span: start..reader.at,
    })
}

/// An `&` inside of an address that was pasted without quotes.
fn is_of_url(reader: &Reader<'_>, before: &str) -> bool {
    let after = reader.text[reader.at + 1..].chars().next();
    before.contains("://") && before.contains('?') && after.is_some_and(|char| char.is_ascii_alphanumeric())
}

//! Why a condition came to its answer, for people.

mod parts;

use std::fmt;
use std::ops::Range;

use super::error::ConditionError;
use super::value::Value;

pub(super) use parts::{explain, refused};

/// Characters of a condition that are shown above an underline; of a longer one only the part that decided is.
const LINE_CHARS_LIMIT: usize = 160;

/// The parts of a condition with what each came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// What the whole expression came to.
    pub answer: Result<Value, ConditionError>,
    /// The condition as it was written.
    pub text: String,
    /// The whole expression.
    pub root: Part,
}

/// A part of a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its text.
    pub source: String,
    /// Where that is, in bytes of the condition's text.
    pub span: Range<usize>,
    /// What it came to, as Go prints it; or its error.
    pub value: String,
    /// Of what is evaluated once for each element of a list: which element this is about, the last one that was looked
    /// at, counted from 1, and how many there are.
    pub element: Option<(usize, usize)>,
    /// True for the part that decided the answer.
    pub is_deciding: bool,
    /// The parts inside of it that were evaluated and are no literals.
    pub children: Vec<Self>,
}

impl Explanation {
    /// The part that decided: the innermost operand without which the answer would be another one.
    #[must_use]
    pub fn deciding(&self) -> Option<&Part> {
        find_deciding(&self.root)
    }

    /// The condition on one line, the part that decided underlined on the next, with what it came to and the values it
    /// saw. Both end in a line feed.
    #[must_use]
    pub fn underlined(&self) -> String {
        let part = self.deciding().unwrap_or(&self.root);
        let is_short = self.text.chars().count() <= LINE_CHARS_LIMIT;
        let (line, span) = if is_short {
            (self.text.as_str(), part.span.clone())
        } else {
            (part.source.as_str(), 0..part.source.len())
        };
        let seen: Vec<String> = part.seen();
        let seen = if seen.is_empty() {
            String::new()
        } else {
            format!(" ({})", seen.join(", "))
        };
        format!(
            "{}\n{} {}{seen}\n",
            on_one_line(line),
            underline(line, span),
            part.value
        )
    }
}

impl Part {
    /// Its own operands with their values, and which element it is about.
    fn seen(&self) -> Vec<String> {
        let operands = self
            .children
            .iter()
            .map(|child| format!("{} = {}", on_one_line(&child.source), child.value));
        let element = self
            .element
            .map(|(number, of)| format!("element {number} of {of}"));
        operands.chain(element).collect()
    }
}

fn find_deciding(part: &Part) -> Option<&Part> {
    if part.is_deciding {
        return Some(part);
    }
    part.children.iter().find_map(find_deciding)
}

/// Control characters, line feeds among them, would break the line that is underlined.
fn on_one_line(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect()
}

/// Blanks up to the span, then at least one mark.
fn underline(text: &str, span: Range<usize>) -> String {
    let before = text.get(..span.start).map_or(0, |before| before.chars().count());
    let width = text.get(span).map_or(1, |part| part.chars().count()).max(1);
    format!("{}{}", " ".repeat(before), "^".repeat(width))
}

impl ConditionError {
    /// The condition on one line, and on the next the part that is at fault underlined. Both end in a line feed; empty
    /// when no part is at fault.
    #[must_use]
    pub fn underlined(&self, text: &str) -> String {
        self.span().map_or_else(String::new, |span| {
            format!("{}\n{}\n", on_one_line(text), underline(text, span))
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_part(formatter, &self.root, 0)
    }
}

fn write_part(formatter: &mut fmt::Formatter<'_>, part: &Part, level: usize) -> fmt::Result {
    let element = part
        .element
        .map(|(number, of)| format!("   (element {number} of {of})"))
        .unwrap_or_default();
    let mark = if part.is_deciding { "   <- decided" } else { "" };
    writeln!(
        formatter,
        "{:indent$}{} = {}{element}{mark}",
        "",
        on_one_line(&part.source),
        part.value,
        indent = level * 2
    )?;
    part.children
        .iter()
        .try_for_each(|child| write_part(formatter, child, level + 1))
}

//! A diagnostic as people read it: position, line, underline, what was found, what would be right.

use std::fmt;

use unicode_width::UnicodeWidthChar;

use super::{Diagnostic, Severity};
use crate::analysis::source::{Source, Span};

/// Columns of a line that are shown; longer lines are cut around the caret.
const WIDTH_MAX: usize = 100;
/// Columns kept in front of the caret when a line is cut.
const WIDTH_BEFORE_CARET: usize = 40;
/// Bytes around the span that are looked at: one line may be megabytes long.
const BYTES_AROUND: usize = 1024;
const TAB: &str = "    ";

pub(super) fn render(diagnostic: &Diagnostic, source: &Source, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let Diagnostic {
        file,
        line,
        column,
        found,
        ..
    } = diagnostic;
    writeln!(out, "{file}:{line}:{column}: {severity}: {found}")?;
    let excerpt = Excerpt::around(source, &diagnostic.span);
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    if !excerpt.line.is_empty() {
        writeln!(out, " {margin} |")?;
        writeln!(out, " {number} | {}", excerpt.line)?;
        writeln!(
            out,
            " {margin} | {}{}",
            " ".repeat(excerpt.indent),
            "^".repeat(excerpt.width)
        )?;
    }
    write!(out, " {margin} = expected: {}", diagnostic.expected)?;
    if let Some(help) = &diagnostic.help {
        write!(out, "\n {margin} = help: {help}")?;
    }
    Ok(())
}

/// One line with the columns to underline.
struct Excerpt {
    line: String,
    indent: usize,
    width: usize,
}

/// One character as it is shown.
struct Cell {
    text: String,
    width: usize,
    marked: bool,
}

impl Excerpt {
    fn around(source: &Source, span: &Span) -> Self {
        let text = source.text();
        let line = source.line_around(span.start);
        let start = text.ceil_char_boundary(line.start.max(span.start.saturating_sub(BYTES_AROUND)));
        let end = text
            .floor_char_boundary(line.end.min(span.start.saturating_add(BYTES_AROUND)))
            .max(start);
        // An empty span is a place: the character that stands there gets the caret.
        let marked = span.start..span.end.max(span.start + 1);
        let cells: Vec<Cell> = text[start..end]
            .char_indices()
            .map(|(at, char)| Cell::of(char, marked.contains(&(start + at))))
            .collect();
        let cut_before = start > line.start;
        Self::of_cells(&cells, cut_before, end < line.end)
    }

    fn of_cells(cells: &[Cell], cut_before: bool, cut_after: bool) -> Self {
        let first_marked = cells.iter().position(|cell| cell.marked).unwrap_or(cells.len());
        let total: usize = cells.iter().map(|cell| cell.width).sum();
        let (first, cut_before) = if total <= WIDTH_MAX {
            (0, cut_before)
        } else {
            let first = back_by(cells, first_marked, WIDTH_BEFORE_CARET);
            (first, cut_before || first > 0)
        };
        let mut excerpt = Self {
            line: String::new(),
            indent: 0,
            width: 0,
        };
        if cut_before {
            excerpt.line.push('…');
            excerpt.indent += 1;
        }
        let mut shown = 0;
        for (at, cell) in cells.iter().enumerate().skip(first) {
            if shown + cell.width > WIDTH_MAX {
                excerpt.line.push('…');
                return excerpt.with_caret();
            }
            shown += cell.width;
            excerpt.line.push_str(&cell.text);
            if at < first_marked {
                excerpt.indent += cell.width;
            } else if cell.marked {
                excerpt.width += cell.width;
            }
        }
        if cut_after {
            excerpt.line.push('…');
        }
        excerpt.line.truncate(excerpt.line.trim_end().len());
        excerpt.with_caret()
    }

    /// An empty span still gets one caret.
    fn with_caret(mut self) -> Self {
        self.width = self.width.max(1);
        self
    }
}

impl Cell {
    fn of(char: char, marked: bool) -> Self {
        let (text, width) = match char {
            '\t' => (TAB.to_owned(), TAB.len()),
            // Control characters would play with the terminal.
            char if char.is_control() || is_direction_mark(char) => ("\u{fffd}".to_owned(), 1),
            char => (char.to_string(), char.width().unwrap_or(0)),
        };
        Self { text, width, marked }
    }
}

/// Characters that turn the reading direction, which would let a line show something else than it says.
fn is_direction_mark(char: char) -> bool {
    matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// The cell that stands about `columns` in front of another.
fn back_by(cells: &[Cell], from: usize, columns: usize) -> usize {
    let mut width = 0;
    let mut at = from;
    while at > 0 && width + cells[at - 1].width <= columns {
        at -= 1;
        width += cells[at].width;
    }
    at
}

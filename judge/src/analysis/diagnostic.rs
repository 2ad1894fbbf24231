//! What is wrong with a document, where, and what would be right.

mod render;
mod suggest;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

pub(crate) use suggest::{did_you_mean, listed};

use super::source::{Source, Span};

/// Diagnostics of one file beyond this many are only counted: nobody reads on, and a broken generator can make thousands.
pub(crate) const SHOWN_PER_FILE_MAX: usize = 100;
/// Bytes of one text of a diagnostic: names and values in documents may be as long as the file.
const TEXT_BYTES_MAX: usize = 1500;

/// Whether a document can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, but somebody may have meant something else.
    Warning,
}

/// One mistake in one place; `Display` draws it for people, serde gives `{file, line, column, found, expected}` and more.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// Whether the document can be used.
    pub severity: Severity,
    /// The source's name.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Bytes of the source's text that are at fault.
    #[serde(skip)]
    pub span: Span,
    /// What was seen.
    pub found: String,
    /// What would be right.
    pub expected: String,
    /// What was probably meant, or how to get there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    #[serde(skip)]
    source: Arc<Source>,
}

impl Diagnostic {
    pub(crate) fn error(
        source: &Arc<Source>,
        span: Span,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            file: source.name().to_owned(),
            line: 0,
            column: 0,
            span,
            found: found.into(),
            expected: expected.into(),
            help: None,
            source: Arc::clone(source),
        }
    }

    /// A mistake of a whole file, shown at its beginning.
    #[must_use]
    pub fn of_file(source: Source, found: impl Into<String>, expected: impl Into<String>) -> Self {
        let mistake = Self::error(&Arc::new(source), 0..0, found, expected);
        Self {
            line: 1,
            column: 1,
            ..mistake
        }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn with_suggestion(mut self, suggestion: Option<&str>) -> Self {
        if let Some(suggestion) = suggestion {
            self.help = Some(format!("did you mean `{suggestion}`?"));
        }
        self
    }

    /// The same drawn on another text in which everything has the same place.
    pub(crate) fn shown_in(mut self, source: &Arc<Source>) -> Self {
        self.source = Arc::clone(source);
        self
    }

    pub(crate) fn into_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Whether it forbids the use of the document.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Whether both say the same of the same place (a node that aliases repeat is checked once for each alias).
    fn repeats(&self, other: &Self) -> bool {
        self.file == other.file && self.span == other.span && self.found == other.found
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        render::render(self, &self.source, formatter)
    }
}

/// Sorts by position inside each file (files in the order of their first mention), drops repetitions and cuts long lists.
pub(crate) fn arrange(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut files: Vec<(String, Vec<Diagnostic>)> = Vec::new();
    for diagnostic in diagnostics {
        match files.iter_mut().find(|(file, _)| *file == diagnostic.file) {
            Some((_, list)) => list.push(diagnostic),
            None => files.push((diagnostic.file.clone(), vec![diagnostic])),
        }
    }
    files
        .into_iter()
        .flat_map(|(_, list)| arrange_file(list))
        .collect()
}

fn arrange_file(mut list: Vec<Diagnostic>) -> Vec<Diagnostic> {
    list.sort_by(|a, b| (a.span.start, a.span.end, &a.found).cmp(&(b.span.start, b.span.end, &b.found)));
    list.dedup_by(|later, earlier| later.repeats(earlier));
    let hidden = list.split_off(list.len().min(SHOWN_PER_FILE_MAX));
    let errors_hidden = hidden.iter().filter(|diagnostic| diagnostic.is_error()).count();
    if let Some(first) = hidden.first() {
        let count = Diagnostic::error(
            &first.source,
            first.span.clone(),
            format!(
                "{} more problems in this file, {errors_hidden} of them errors",
                hidden.len()
            ),
            "the first ones above mended; they often cause the others",
        );
        list.push(if errors_hidden == 0 {
            count.into_warning()
        } else {
            count
        });
    }
    for diagnostic in &mut list {
        // Only now: there may have been thousands, and columns are counted.
        (diagnostic.line, diagnostic.column) = diagnostic.source.position(diagnostic.span.start);
        for text in [&mut diagnostic.found, &mut diagnostic.expected]
            .into_iter()
            .chain(&mut diagnostic.help)
        {
            if text.len() > TEXT_BYTES_MAX {
                text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
                text.push('…');
            }
        }
    }
    list
}

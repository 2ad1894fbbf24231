//! The only place that knows the YAML parser: text in, spanned trees out.
//!
//! JSON is read as the YAML that it is.

mod merge;
mod scalar;
mod tree;

use std::sync::Arc;

use granit_parser::{ErrorKind, Parser, ScanError, Span as ParserSpan};

use super::diagnostic::Diagnostic;
use super::node::Node;
use super::source::{Source, Span};

/// Bytes of one file. The largest documents seen in the wild have some ten kilobytes.
pub const FILE_BYTES_MAX: usize = 256 * 1024;
/// Values of one file, with those that aliases repeat: what an alias bomb grows.
pub const NODES_MAX: usize = 20_000;
/// The same of a file of tests, which repeats itself.
pub const TEST_FILE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The same of a file of tests.
pub const TEST_NODES_MAX: usize = 500_000;
/// Lists and maps inside one another.
pub const DEPTH_MAX: usize = 64;

/// How large a file may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) bytes: usize,
    pub(crate) nodes: usize,
}

impl Limits {
    /// Of documents.
    pub(crate) const DOCUMENTS: Self = Self {
        bytes: FILE_BYTES_MAX,
        nodes: NODES_MAX,
    };
    /// Of tests.
    pub(crate) const TESTS: Self = Self {
        bytes: TEST_FILE_BYTES_MAX,
        nodes: TEST_NODES_MAX,
    };
}

/// The documents of a file, as far as they can be read; what cannot is reported.
pub(crate) fn read(source: &Arc<Source>, limits: Limits, report: &mut Vec<Diagnostic>) -> Vec<Node> {
    if let Some(refused) = unreadable(source, limits.bytes) {
        report.push(refused);
        return Vec::new();
    }
    let mut tree = tree::Tree::new(source, limits.nodes);
    for event in
        Parser::new_from_str_with_options(source.text(), granit_parser::options! { emit_comments: false })
    {
        let done = match event {
            Ok((event, span)) => tree.take(event, bytes(&span)),
            Err(error) => Err(syntax_error(source, &error).into()),
        };
        if let Err(error) = done {
            tree.problems.push(*error);
            break;
        }
    }
    let broken = !tree.problems.is_empty();
    report.append(&mut tree.problems);
    if tree.documents.is_empty() && !broken {
        report.push(Diagnostic::error(
            source,
            0..0,
            "no document in this file",
            "a YAML document with `apiVersion`, `kind` and `spec`",
        ));
    }
    tree.documents
}

/// What is wrong with the text as a whole.
fn unreadable(source: &Arc<Source>, bytes_max: usize) -> Option<Diagnostic> {
    let text = source.text();
    if text.len() > bytes_max {
        // Whoever reads files stops at the limit, so that how large it is cannot be told.
        let kibibytes = bytes_max / 1024;
        let found = format!("a file larger than {kibibytes} KiB");
        let expected = format!("at most {bytes_max} bytes ({kibibytes} KiB) in one file");
        return Some(
            Diagnostic::error(source, 0..0, found, expected).with_help("several files may be given"),
        );
    }
    if let Some(at) = source.invalid_utf8_at() {
        let end = text.ceil_char_boundary(at + 1);
        return Some(Diagnostic::error(
            source,
            at..end,
            "bytes that are not UTF-8",
            "text in UTF-8",
        ));
    }
    let is_forbidden = |char: char| char.is_control() && !matches!(char, '\t' | '\n' | '\r' | '\u{85}');
    text.char_indices()
        .find(|(_, char)| is_forbidden(*char))
        .map(|(at, char)| {
            let found = format!("the control character U+{:04X}", u32::from(char));
            Diagnostic::error(
                source,
                at..at + char.len_utf8(),
                found,
                "text without control characters",
            )
        })
}

fn syntax_error(source: &Arc<Source>, error: &ScanError) -> Diagnostic {
    let at = source
        .text()
        .floor_char_boundary(error.marker().byte_offset().unwrap_or(0));
    if let Some(tab) = tab_in_indentation(source, at) {
        return Diagnostic::error(
            source,
            tab..tab + 1,
            "a tab in the indentation",
            "spaces: YAML does not indent with tabs",
        );
    }
    let end = source.text()[at..]
        .chars()
        .next()
        .map_or(at, |char| at + char.len_utf8());
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        return too_deep(source, at..end);
    }
    Diagnostic::error(
        source,
        at..end,
        format!("broken YAML: {}", error.info()),
        "a well-formed YAML document",
    )
}

fn too_deep(source: &Arc<Source>, span: Span) -> Diagnostic {
    let expected = format!("at most {DEPTH_MAX} lists and maps inside one another");
    Diagnostic::error(source, span, format!("nesting deeper than {DEPTH_MAX}"), expected)
}

/// The parser notices a tab sometimes in its line, sometimes at the end of the line before.
fn tab_in_indentation(source: &Source, at: usize) -> Option<usize> {
    let line = source.line_around(at);
    let next = source.line_around((line.end + 1).min(source.text().len()));
    [line, next].into_iter().find_map(|line| {
        let text = &source.text()[line.clone()];
        let indent = text.len() - text.trim_start().len();
        text[..indent].find('\t').map(|tab| line.start + tab)
    })
}

fn bytes(span: &ParserSpan) -> Span {
    span.byte_range().unwrap_or(0..0)
}

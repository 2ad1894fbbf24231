//! Text with a name, and positions in it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of a source's text.
pub(crate) type Span = Range<usize>;

/// One file as it was handed in.
#[derive(Clone)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    /// The first byte of each line.
    line_starts: Arc<[usize]>,
    invalid_utf8_at: Option<usize>,
}

impl fmt::Debug for Source {
    /// Without the text, which may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Source").field(&self.name).finish()
    }
}

impl Source {
    /// A file's name as it is to be shown, and its text.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            line_starts: std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect(),
            invalid_utf8_at: None,
        }
    }

    /// The same from bytes; bytes that are no UTF-8 are reported when the source is read.
    #[must_use]
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::new(name, text),
            Err(error) => Self {
                invalid_utf8_at: Some(error.valid_up_to()),
                ..Self::new(name, &String::from_utf8_lossy(bytes))
            },
        }
    }

    /// The file's name as it is to be shown.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the first byte stands that is no UTF-8.
    pub(crate) fn invalid_utf8_at(&self) -> Option<usize> {
        self.invalid_utf8_at
    }

    /// Line and column (characters), both from 1, of a byte.
    pub(crate) fn position(&self, byte: usize) -> (usize, usize) {
        let byte = self.text.floor_char_boundary(byte);
        let line = self.line(byte);
        let start = self.line_starts[line - 1];
        (line, self.text[start..byte].chars().count() + 1)
    }

    /// The line, from 1, that holds a byte.
    pub(crate) fn line(&self, byte: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= byte)
    }

    /// The bytes of the line that holds a byte, without its line end.
    pub(crate) fn line_around(&self, byte: usize) -> Span {
        let line = self.line(byte.min(self.text.len()));
        let start = self.line_starts[line - 1];
        let end = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        start..start + self.text[start..end].trim_end_matches(['\n', '\r']).len()
    }
}

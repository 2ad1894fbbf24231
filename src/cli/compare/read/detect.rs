//! What a file is, by its beginning.

use serde_json::Value;

use super::input::Input;
use super::{Format, csv};

const KNOWN: &str = "expected an HDR interval log, CSV, k6 or oha JSON, or Serin's windows or run";

/// How a file is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Line by line, as this format has them.
    Lines(Format),
    /// One JSON document.
    Document,
}

/// Finds out; the input can then be read from its start.
pub(super) fn shape(input: &mut Input, format: Option<Format>) -> Result<Shape, String> {
    let line = loop {
        match input.next_line()? {
            None => {
                input.forget_line();
                return Err(format!("empty; {KNOWN}"));
            }
            Some(line) if line.trim_ascii().is_empty() => {}
            Some(line) => break line.to_vec(),
        }
    };
    input.unread();
    let found = match line.trim_ascii_start().first() {
        Some(b'{') => Some(of_json(&line)),
        Some(b'#') => Some(Shape::Lines(Format::Hdr)),
        _ if is_interval(&line) => Some(Shape::Lines(Format::Hdr)),
        _ => csv::is_row(&line).then_some(Shape::Lines(Format::Csv)),
    };
    let forced = |format| match (format, found) {
        (Format::Hdr | Format::Csv, _) => Shape::Lines(format),
        (Format::Oha, _) | (_, Some(Shape::Document)) => Shape::Document,
        _ => Shape::Lines(format),
    };
    format.map(forced).or(found).ok_or_else(|| {
        input.forget_line();
        format!("the file begins with {}; {KNOWN}", shown(&line))
    })
}

fn is_interval(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    text.starts_with("\"StartTimestamp\"") || text.starts_with("Tag=") || text.contains(",HIST")
}

/// Lines are told by the keys of the first one.
fn of_json(line: &[u8]) -> Shape {
    let first: Value = serde_json::from_slice(line).unwrap_or_default();
    let has = |key: &str| first.get(key).is_some();
    if has("type") && has("data") {
        Shape::Lines(Format::K6)
    } else if has("at") && !has("verdict") {
        Shape::Lines(Format::Serin)
    } else {
        Shape::Document
    }
}

/// The beginning of a file, fit to be shown.
fn shown(line: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(line).chars().take(40).collect();
    format!("{:?}", text.trim_end())
}

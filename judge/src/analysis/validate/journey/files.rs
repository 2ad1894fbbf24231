//! Files that a journey names, and rows of values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::names::Columns;
use crate::analysis::files::FileAccess;
use crate::analysis::node::Place;
use crate::analysis::plan::journey::{NamedFile, Row, Rows};
use crate::analysis::validate::Checks;

/// Rows of one journey.
const ROWS_MAX: usize = 1_000_000;

/// Reads files and remembers them.
pub(super) struct Reading<'f> {
    pub(super) access: &'f FileAccess,
    pub(super) read: Vec<NamedFile>,
}

/// `csv`, `json` and `rows`, of which one is given.
pub(super) type Sources<'a> = (
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a [BTreeMap<String, Value>]>,
);

impl Reading<'_> {
    /// The bytes of a file. Its path stands in the document as it is: whoever gives arguments chooses no files.
    pub(super) fn bytes(&mut self, checks: &mut Checks<'_>, place: &Place<'_>, path: &str) -> Option<Bytes> {
        let written = place
            .node()
            .and_then(|node| place.source().text().get(node.span.clone()));
        if written.is_some_and(|written| written.contains("{{")) {
            checks.refuse(
                place,
                "a path with a placeholder",
                "the path of a file as it is: arguments choose no files",
            );
            return None;
        }
        if let Some(known) = self.read.iter().find(|file| file.path == path) {
            return Some(known.bytes.clone());
        }
        match self.access.read(place.source().name(), path) {
            Ok(bytes) => {
                self.read.push(NamedFile {
                    document: place.source().name().to_owned(),
                    path: path.to_owned(),
                    bytes: bytes.clone(),
                });
                Some(bytes)
            }
            Err(error) => {
                let found = format!("the file {path:?} cannot be read: {error}");
                checks.refuse(place, found, "a file, relative to the folder of this document");
                None
            }
        }
    }

    /// PEM with at least one certificate.
    pub(super) fn certificates(
        &mut self,
        checks: &mut Checks<'_>,
        place: &Place<'_>,
        path: &str,
    ) -> Option<Bytes> {
        let bytes = self.bytes(checks, place, path)?;
        let begin = b"-----BEGIN CERTIFICATE-----";
        if bytes.windows(begin.len()).any(|window| window == begin) {
            return Some(bytes);
        }
        checks.refuse(
            place,
            format!("no certificate in {path:?}"),
            "a PEM file: `-----BEGIN CERTIFICATE-----`",
        );
        None
    }

    /// Rows of one of three sources, and their columns.
    pub(super) fn rows(
        &mut self,
        checks: &mut Checks<'_>,
        place: &Place<'_>,
        sources: Sources<'_>,
    ) -> (Rows, Columns) {
        let before = checks.report.len();
        let rows = match sources {
            (Some(path), None, None) => {
                let place = place.field("csv");
                let bytes = self.bytes(checks, &place, path);
                bytes.and_then(|bytes| told(checks, &place, csv(&bytes)))
            }
            (None, Some(path), None) => {
                let place = place.field("json");
                let bytes = self.bytes(checks, &place, path);
                bytes.and_then(|bytes| told(checks, &place, json(&bytes)))
            }
            (None, None, Some(rows)) => Some(rows.iter().cloned().map(Arc::new).collect::<Rows>()),
            _ => {
                checks.refuse(
                    place,
                    "rows of no source, or of several",
                    "exactly one of `csv`, `json` and `rows`",
                );
                None
            }
        };
        let rows = rows.unwrap_or_default();
        if rows.is_empty() {
            if checks.report.len() == before {
                checks.refuse(place, "no rows", "at least one row");
            }
            return (rows, Columns::Unknown);
        }
        if rows.len() > ROWS_MAX {
            checks.refuse(
                place,
                format!("{} rows", rows.len()),
                format!("at most {ROWS_MAX}"),
            );
        }
        let columns = same_columns(checks, place, &rows);
        (rows, Columns::Known(columns))
    }
}

fn told<T>(checks: &mut Checks<'_>, place: &Place<'_>, read: Result<T, String>) -> Option<T> {
    read.map_err(|found| {
        checks.refuse(
            place,
            found,
            "a CSV file whose first line names the columns, or a JSON list of objects",
        );
    })
    .ok()
}

fn csv(bytes: &[u8]) -> Result<Rows, String> {
    let mut reader = csv::Reader::from_reader(bytes);
    let columns = reader.headers().map_err(|error| error.to_string())?.clone();
    let mut names = BTreeSet::new();
    if let Some(twice) = columns.iter().find(|name| !names.insert(*name)) {
        return Err(format!("two columns `{twice}`"));
    }
    let row = |record: csv::StringRecord| {
        let cells = columns.iter().zip(record.iter());
        Arc::new(
            cells
                .map(|(name, cell)| (name.trim().to_owned(), Value::from(cell)))
                .collect::<Row>(),
        )
    };
    let records = reader.records();
    records
        .map(|record| record.map(row).map_err(|error| error.to_string()))
        .collect()
}

fn json(bytes: &[u8]) -> Result<Rows, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// The columns, which all rows have: a value that is missing in some shows only in production.
fn same_columns(checks: &mut Checks<'_>, place: &Place<'_>, rows: &Rows) -> BTreeSet<String> {
    let columns = |row: &Row| row.keys().cloned().collect::<BTreeSet<String>>();
    let first = rows.first().map(|row| columns(row)).unwrap_or_default();
    let other = rows.iter().position(|row| columns(row) != first);
    if let Some(at) = other {
        let found = format!("row {} has other columns than the first one", at + 1);
        checks.refuse(place, found, "the same columns in every row");
    }
    first
}

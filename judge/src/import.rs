//! Checks of other tools as Journeys, with a comment wherever something has no counterpart.
//!
//! The way of a check: the tool's text -> what it asks for ([`draft`], [`call`]) -> YAML ([`yaml`]). Nothing is fetched and no
//! file is read; what a check takes from files stays a path in the Journey.

mod blackbox;
mod call;
mod curl;
mod draft;
mod fields;
mod gatus;
mod hurl;
mod postman;
mod scope;
#[cfg(test)]
mod tests;
mod text;
mod yaml;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::draft::Draft;
pub use self::text::IMPORT_BYTES_MAX;
use crate::analysis::{Diagnostic, Source};

/// Whose checks are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Command lines of curl, as people paste them.
    Curl,
    /// A file of hurl.
    Hurl,
    /// A module file of Prometheus' blackbox_exporter.
    Blackbox,
    /// A configuration of Gatus.
    Gatus,
    /// A collection of Postman, format 2.1.
    Postman,
}

/// What was made of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Journeys, separated by `---`.
    pub yaml: String,
    /// How many Journeys.
    pub journeys: usize,
    /// Things that have no counterpart; each is named in a comment.
    pub lost: usize,
}

/// A file's checks as Journeys.
///
/// # Errors
/// What makes the file unreadable as that tool's, with its place.
pub fn import(tool: Tool, source: Source) -> Result<Imported, Vec<Diagnostic>> {
    let source = Arc::new(source);
    text::check(&source)?;
    let drafts = match tool {
        Tool::Curl => curl::read(&source),
        Tool::Hurl => hurl::read(&source),
        Tool::Blackbox => blackbox::read(&source),
        Tool::Gatus => gatus::read(&source),
        Tool::Postman => postman::read(&source),
    }?;
    if drafts.is_empty() {
        return Err(refused(&source, 0..0, "nothing to import", "at least one check"));
    }
    Ok(written(drafts))
}

fn written(drafts: Vec<Draft>) -> Imported {
    let mut drafts: Vec<Draft> = drafts.into_iter().map(Draft::finish).collect();
    let mut names = BTreeSet::new();
    for draft in &mut drafts {
        let (name, mut number) = (draft.name.clone(), 1);
        while !names.insert(draft.name.clone()) {
            number += 1;
            draft.name = format!("{name}-{number}");
        }
    }
    let (journeys, lost) = (drafts.len(), drafts.iter().map(Draft::lost).sum());
    let texts: Vec<String> = drafts.into_iter().map(Draft::written).collect();
    Imported {
        yaml: texts.join("---\n"),
        journeys,
        lost,
    }
}

/// One mistake with its place.
fn refused(
    source: &Arc<Source>,
    span: std::ops::Range<usize>,
    found: impl Into<String>,
    expected: impl Into<String>,
) -> Vec<Diagnostic> {
    crate::analysis::placed(vec![Diagnostic::error(source, span, found, expected)])
}

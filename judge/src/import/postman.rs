//! Collections of Postman, format 2.1 (schema.postman.com/collection/json/v2.1.0): a Journey, a step for each request.

mod auth;
mod body;
mod chai;
mod folder;
mod javascript;
mod request;
mod script;
mod statement;
mod variables;

use std::sync::Arc;

use serde_json::Value;

use self::folder::Inherited;
use self::variables::Variables;
use super::draft::Draft;
use super::refused;
use crate::analysis::{Diagnostic, Source};

pub(super) fn read(source: &Arc<Source>) -> Result<Vec<Draft>, Vec<Diagnostic>> {
    let text = source.text().trim_start_matches('\u{feff}');
    let document: Value = serde_json::from_str(text).map_err(|error| {
        let at = place(text, error.line(), error.column()) + source.text().len() - text.len();
        let said = error.to_string();
        let said = said.split(" at line").next().unwrap_or_default();
        refused(
            source,
            at..at,
            format!("no JSON document: {said}"),
            "a collection as Postman exports it",
        )
    })?;
    // The API wraps what the application exports.
    let collection = document.get("collection").unwrap_or(&document);
    let schema = collection["info"]["schema"].as_str().unwrap_or_default();
    let (Some(items), true) = (collection["item"].as_array(), is_known(schema)) else {
        let expected = "a collection of format 2.1: `info.schema` says so, `item` lists its requests";
        let found = if schema.is_empty() {
            "no collection of Postman".to_owned()
        } else {
            format!("the format `{schema}`")
        };
        return Err(refused(source, 0..0, found, expected));
    };
    let name = collection["info"]["name"].as_str().unwrap_or("postman");
    let mut draft = Draft::new(name);
    let mut variables = Variables::of(&collection["variable"]);
    let inherited = Inherited::of_collection(collection);
    folder::put(items, &inherited, &mut variables, &mut draft);
    if draft.steps.is_empty() {
        return Err(refused(
            source,
            0..0,
            "a collection without requests",
            "at least one request",
        ));
    }
    draft.note("A status of 400 or more fails a step whose tests say nothing of it; Postman takes any.");
    Ok(vec![draft])
}

fn is_known(schema: &str) -> bool {
    schema.contains("/v2.1") || schema.contains("/v2.0")
}

/// The byte of a line and a column, both from 1.
fn place(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    (start + column.saturating_sub(1)).min(text.len())
}

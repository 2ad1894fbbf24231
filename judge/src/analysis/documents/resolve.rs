//! From the documents of one run to its plan: arguments are merged and filled in, then everything is checked.

use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Document;
use super::select::Selected;
use crate::analysis::args::{self, Declared, Filling, Inputs, Values};
use crate::analysis::diagnostic::Diagnostic;
use crate::analysis::kind::DocumentKind;
use crate::analysis::plan::{Dialect, Plan};
use crate::analysis::raw::metric::Argument;
use crate::analysis::validate::{self, Checks};

/// Where placeholders are filled in.
const RESOLVED: [&str; 3] = ["metrics", "comparisons", "verdict"];

/// The plan, as far as it can be made; whether it may be used is for the report to say.
pub(super) fn plan(
    selected: &Selected<'_>,
    inputs: &Inputs,
    draft: bool,
    report: &mut Vec<Diagnostic>,
) -> Option<Plan> {
    let first = selected.documents.first()?;
    let dialect = if first.kind.is_argo() {
        Dialect::Argo
    } else {
        Dialect::Serin
    };
    let before = report.len();
    let declared = declared(selected, report)?;
    args::refuse_unknown(&declared, inputs, dialect, &first.place().field("spec"), report);
    let values = args::fill(&declared, inputs, draft, report);
    let resolved: Vec<Document> = selected
        .documents
        .iter()
        .map(|document| filled(document, &values, report))
        .collect();
    // Placeholders that could not be filled in stay, and whatever holds one is not looked at any more.
    let draft = draft || report[before..].iter().any(Diagnostic::is_error);
    let mut checks = Checks {
        dialect,
        draft,
        report,
    };
    let content = match first.kind {
        DocumentKind::Analysis => validate::analysis(&mut checks, &resolved[0]),
        _ => validate::argo(&mut checks, &resolved),
    };
    args::mask(&declared, inputs, &mut report[before..]);
    let content = content?;
    Some(Plan {
        name: selected.name.clone(),
        dialect,
        config_hash: hash(&resolved),
        metrics: content.metrics,
        comparisons: content.comparisons,
        policy: content.policy,
        terminate: content.terminate,
    })
}

/// The arguments of all documents, merged.
fn declared<'a>(selected: &Selected<'a>, report: &mut Vec<Diagnostic>) -> Option<Vec<Declared<'a>>> {
    let mut declared = Vec::new();
    for document in &selected.documents {
        let place = document.place().field("spec").field("args");
        let Some(node) = place.node() else { continue };
        let arguments: Vec<Argument> = parse(document, node.to_json(), report)?;
        for (at, argument) in arguments.into_iter().enumerate() {
            args::declare(&mut declared, argument, place.item(at), report);
        }
    }
    Some(declared)
}

fn filled(document: &Document, values: &Values, report: &mut Vec<Diagnostic>) -> Document {
    let mut filled = document.clone();
    let mut filling = Filling {
        values,
        place: document.place(),
        bytes_left: args::FILLED_BYTES_MAX,
        report,
    };
    for part in RESOLVED {
        if let Some(node) = filled.node.get_mut("spec").and_then(|spec| spec.get_mut(part)) {
            filling.fill(node);
        }
    }
    filled
}

/// A raw type from a tree. What the schema could not tell is reported for the whole document; what it told is known.
pub(crate) fn parse<T: DeserializeOwned>(
    document: &Document,
    json: Value,
    report: &mut Vec<Diagnostic>,
) -> Option<T> {
    let parsed = serde_json::from_value(json);
    if let Err(error) = &parsed
        && document.errors.is_empty()
    {
        let expected = format!("a valid {}", document.kind.name());
        report.push(document.place().error(error.to_string(), expected));
    }
    parsed.ok()
}

/// Over what is judged by, in an order that does not depend on how the document was written.
fn hash(resolved: &[Document]) -> String {
    let mut hasher = Sha256::new();
    for document in resolved {
        let spec = document
            .node
            .get("spec")
            .map(|spec| spec.to_json())
            .unwrap_or_default();
        let judged = [
            "metrics",
            "comparisons",
            "verdict",
            "dryRun",
            "measurementRetention",
        ];
        for part in judged {
            hasher.update(part);
            hasher.update(sorted(spec.get(part).cloned().unwrap_or_default()).to_string());
        }
    }
    let hex: String = hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<(String, Value)> = object
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        scalar => scalar,
    }
}

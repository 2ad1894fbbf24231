//! From the documents of one run to its plan: arguments are merged and filled in, then everything is checked.

use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::select::Selected;
use super::{Document, Documents, message};
use crate::analysis::args::{self, Declared, Filling, Inputs, Values};
use crate::analysis::diagnostic::Diagnostic;
use crate::analysis::files::FileAccess;
use crate::analysis::kind::DocumentKind;
use crate::analysis::node::Node;
use crate::analysis::plan::journey::Journey;
use crate::analysis::plan::{Dialect, Plan};
use crate::analysis::raw::metric::Argument;
use crate::analysis::validate::{self, Checks, Content};

/// Where placeholders are filled in.
const RESOLVED: [&str; 4] = ["metrics", "comparisons", "verdict", "kayenta"];

/// What else decides, hashed only where it is given: hashes of documents without it stay what they were.
const RARE: [&str; 3] = ["judge", "shadow", "kayenta"];

/// The plan, as far as it can be made; whether it may be used is for the report to say. `message` is what Argo's
/// controller would have said of a run that cannot be.
pub(super) fn plan(
    selected: &Selected<'_>,
    (documents, inputs): (&Documents, &Inputs),
    draft: bool,
    report: &mut Vec<Diagnostic>,
    message: &mut Option<String>,
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
    let secrets = args::secrets(&declared, inputs);
    let resolved: Vec<Document> = selected
        .documents
        .iter()
        .map(|document| filled(document, &values, report))
        .collect();
    // Placeholders that could not be filled in stay, and whatever holds one is not looked at any more.
    let is_open = report[before..].iter().any(Diagnostic::is_error);
    *message = message::of_arguments(&resolved, &report[before..]);
    let validated_from = report.len();
    let mut checks = Checks {
        dialect,
        draft: draft || is_open,
        documents: Some((documents, inputs)),
        report,
    };
    let content = match first.kind {
        DocumentKind::Analysis => validate::analysis(&mut checks, &resolved[0]),
        _ => validate::argo(&mut checks, &resolved),
    };
    args::mask(&secrets, &mut report[before..]);
    *message = message
        .take()
        .or_else(|| message::of_spec(&report[validated_from..]));
    *message = message.take().map(|message| secrets.masked(message));
    let content = content?;
    let spec = match dialect {
        Dialect::Argo => spec_of_run(selected, args::as_of_run(&declared, &values)),
        Dialect::Serin => Value::Null,
    };
    Some(Plan {
        name: selected.name.clone(),
        dialect,
        config_hash: hash(&resolved, &content),
        metrics: content.metrics,
        comparisons: content.comparisons,
        policy: content.policy,
        kayenta: content.kayenta,
        terminate: content.terminate,
        status: content.status,
        spec,
        secrets,
    })
}

/// The journey of one document, as far as it can be made; whether it may be used is for the report to say.
pub(super) fn journey(
    document: &Document,
    inputs: &Inputs,
    files: &FileAccess,
    draft: bool,
    report: &mut Vec<Diagnostic>,
) -> Option<Journey> {
    let selected = Selected {
        name: document.name.clone(),
        documents: vec![document],
    };
    let before = report.len();
    let declared = declared(&selected, report)?;
    let spec = document.place().field("spec");
    args::refuse_unknown(&declared, inputs, Dialect::Serin, &spec, report);
    let values = args::fill(&declared, inputs, draft, report);
    for Declared { argument, place } in &declared {
        let value = values.get(&argument.name).and_then(Option::as_ref);
        if value.is_some_and(|value| value.contains("{{")) {
            let expected = "a value without placeholders: it would be filled in again";
            report.push(place.error(format!("`{{{{` in the value of `{}`", argument.name), expected));
        }
    }
    let secrets = args::secrets(&declared, inputs);
    let mut filled = document.clone();
    let mut filling = Filling::new(&values, document.place(), report).keeping_others();
    if let Some(node) = filled.node.get_mut("spec") {
        for part in node.entries_mut().iter_mut().filter(|entry| entry.key != "args") {
            filling.fill(&mut part.value);
        }
    }
    let is_open = report[before..].iter().any(Diagnostic::is_error);
    let mut checks = Checks {
        dialect: Dialect::Serin,
        draft: draft || is_open,
        documents: None,
        report,
    };
    let journey = validate::journey(&mut checks, &filled, files);
    args::mask(&secrets, &mut report[before..]);
    let journey = journey?;
    Some(Journey {
        config_hash: hash_of_journey(&filled, &journey),
        secrets,
        ..journey
    })
}

/// Over what is done and asked, the files included.
fn hash_of_journey(filled: &Document, journey: &Journey) -> String {
    let spec = filled.node.get("spec").map(Node::to_json).unwrap_or_default();
    let mut hasher = Sha256::new();
    for (part, value) in sorted(spec).as_object().into_iter().flatten() {
        if part != "args" {
            hasher.update(part);
            hasher.update(value.to_string());
        }
    }
    for file in &journey.files {
        hasher.update(&file.path);
        hasher.update(file.bytes.len().to_le_bytes());
        hasher.update(&file.bytes);
    }
    hex(hasher)
}

fn hex(hasher: Sha256) -> String {
    let bytes = hasher.finalize();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// The documents' parts put together as Argo's controller puts them into an AnalysisRun, placeholders and all.
fn spec_of_run(selected: &Selected<'_>, args: Value) -> Value {
    let mut spec = serde_json::Map::new();
    for part in ["metrics", "dryRun", "measurementRetention"] {
        let places = selected
            .documents
            .iter()
            .map(|document| document.place().field("spec").field(part));
        let items = places.filter_map(|place| place.node().map(|node| node.items().to_vec()));
        let items: Vec<Value> = items.flatten().map(|item| item.to_json()).collect();
        if !items.is_empty() {
            spec.insert(part.to_owned(), Value::Array(items));
        }
    }
    // Only a run has these.
    for part in ["terminate", "ttlStrategy"] {
        let mut places = selected
            .documents
            .iter()
            .map(|document| document.place().field("spec").field(part));
        if let Some(node) = places.find_map(|place| place.node()) {
            spec.insert(part.to_owned(), node.to_json());
        }
    }
    if args.as_array().is_some_and(|args| !args.is_empty()) {
        spec.insert("args".to_owned(), args);
    }
    Value::Object(spec)
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
    let mut filling = Filling::new(values, document.place(), report);
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
fn hash(resolved: &[Document], content: &Content) -> String {
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
        for (part, value) in RARE.iter().filter_map(|part| Some((part, spec.get(part)?))) {
            hasher.update(part);
            hasher.update(sorted(value.clone()).to_string());
        }
    }
    for journey in content.journeys() {
        hasher.update("journey");
        hasher.update(&journey.config_hash);
    }
    hex(hasher)
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

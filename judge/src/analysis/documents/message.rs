//! What Argo's controller says of a run that cannot be: it ends with phase Error and this message.
//!
//! Source: Argo Rollouts v1.10.1, `analysis/analysis.go`, `reconcileAnalysisRun`.

use super::Document;
use crate::analysis::diagnostic::Diagnostic;
use crate::analysis::node::{Kind, Node};

/// Fields of a metric in the order in which Go writes them. When several placeholders cannot be filled in, Argo names
/// the last one.
const FIELDS: [&str; 11] = [
    "name",
    "interval",
    "initialDelay",
    "count",
    "successCondition",
    "failureCondition",
    "failureLimit",
    "inconclusiveLimit",
    "consecutiveErrorLimit",
    "provider",
    "consecutiveSuccessLimit",
];

/// The first thing that is wrong with the arguments, or with where they stand.
pub(super) fn of_arguments(resolved: &[Document], found: &[Diagnostic]) -> Option<String> {
    let first = found.iter().find(|diagnostic| diagnostic.is_error())?;
    let unfilled = || resolved.iter().find_map(unfilled);
    let told = match first.found.starts_with("failed to resolve ") {
        true => unfilled().map(|tag| format!("failed to resolve {tag}")),
        false => None,
    };
    let told = told.unwrap_or_else(|| first.found.clone());
    Some(format!("Unable to resolve metric arguments: {told}"))
}

/// The first rule that the spec breaks.
pub(super) fn of_spec(found: &[Diagnostic]) -> Option<String> {
    let first = found.iter().find(|diagnostic| diagnostic.is_error())?;
    Some(format!("Analysis spec invalid: {}", first.found))
}

/// The placeholder that Argo names: of the first metric that has one.
fn unfilled(document: &Document) -> Option<String> {
    let metrics = document.place().field("spec").field("metrics");
    let metrics = metrics.node()?.items();
    metrics.iter().find_map(|metric| {
        let fields = FIELDS.iter().rev().filter_map(|field| metric.get(field));
        fields.into_iter().find_map(last_tag)
    })
}

fn last_tag(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::List(items) => items.iter().rev().find_map(last_tag),
        Kind::Map(entries) => entries.iter().rev().find_map(|entry| last_tag(&entry.value)),
        _ => {
            let start = node.text.rfind("{{")?;
            let end = node.text[start..].find("}}")?;
            Some(node.text[start..start + end + 2].to_owned())
        }
    }
}

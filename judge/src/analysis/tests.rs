//! Documents as people write them, and what they are told.

mod argo;
mod arguments;
mod broken;
mod driven;
mod durations;
mod hostile;
mod journey_budgets;
mod journeys;
mod kayenta;
mod locating;
mod merging;
mod messages;
mod populations;
mod probes;
mod promise;
mod random;
mod ready;
mod serin;
mod settings;
mod sources;

use std::collections::BTreeMap;

use super::plan::Plan;
use super::{Diagnostic, Documents, Source};

/// The documents of one file.
fn read(text: &str) -> (Documents, Vec<Diagnostic>) {
    Documents::read(vec![Source::new("a.yaml", text)])
}

/// Everything that `serin validate` says about one file, as it is shown.
fn validated(text: &str) -> String {
    let (documents, mut report) = read(text);
    report.extend(documents.validate());
    shown(&report)
}

fn shown(report: &[Diagnostic]) -> String {
    let texts: Vec<String> = report.iter().map(ToString::to_string).collect();
    texts.join("\n")
}

/// What was found, without places.
fn found(report: &[Diagnostic]) -> Vec<String> {
    report.iter().map(|diagnostic| diagnostic.found.clone()).collect()
}

fn arguments(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    given
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The plan of the one analysis in a file.
fn plan(text: &str, given: &[(&str, &str)]) -> Result<(Plan, Vec<Diagnostic>), Vec<Diagnostic>> {
    read(text).0.plan(None, &arguments(given))
}

/// What is found wrong when a file's one analysis is planned.
fn refused(text: &str, given: &[(&str, &str)]) -> Vec<String> {
    found(&plan(text, given).expect_err(text))
}

/// An AnalysisTemplate of one metric; `fields` are its further fields, one a line.
fn template(fields: &str) -> String {
    let fields = indented(fields, 4);
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {{name: t}}\nspec:\n  metrics:\n  \
         - name: success-rate\n{fields}\n    provider: {{prometheus: {{query: up}}}}\n"
    )
}

/// An Analysis with this `spec`.
fn analysis(spec: &str) -> String {
    format!(
        "apiVersion: serin.dev/v1\nkind: Analysis\nmetadata: {{name: a}}\nspec:\n{}\n",
        indented(spec, 2)
    )
}

fn indented(text: &str, by: usize) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("{}{line}", " ".repeat(by)))
        .collect();
    lines.join("\n")
}

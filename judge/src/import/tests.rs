//! What is imported, tool by tool; whole examples are in `tests/it/probe/imports`.

mod braces;
mod curl;
mod gatus;
mod hurl;
mod postman;
mod random;

use super::{Imported, Tool, import};
use crate::analysis::{Diagnostic, Documents, Source};

/// What is made of a text, after it has been checked as `serin validate` does.
fn imported(tool: Tool, text: &str) -> Imported {
    let imported = import(tool, Source::new("shop.txt", text));
    let imported = imported.unwrap_or_else(|wrong| panic!("{text}\n{}", wrong[0]));
    let wrong = wrong(&imported.yaml);
    assert!(wrong.is_empty(), "{}\n{}", wrong[0], imported.yaml);
    let told = imported.yaml.matches("# Not carried over:").count();
    assert_eq!(told, imported.lost, "{}", imported.yaml);
    imported
}

/// What `serin validate` would tell of the documents.
fn wrong(yaml: &str) -> Vec<Diagnostic> {
    let (documents, mut wrong) = Documents::read(vec![Source::new("imported.yaml", yaml)]);
    wrong.extend(documents.validate());
    // No file is here to be read.
    wrong.retain(|diagnostic| !diagnostic.found.contains("cannot be read"));
    wrong
}

/// The steps as they are written, without what stands above them.
fn steps(tool: Tool, text: &str) -> String {
    let yaml = imported(tool, text).yaml;
    let (_, steps) = yaml.split_once("  steps:\n").unwrap();
    steps.to_owned()
}

/// Why a text cannot be read: line, column and what was found.
fn refused(tool: Tool, text: &str) -> (usize, usize, String) {
    let wrong = import(tool, Source::new("shop.txt", text)).unwrap_err();
    (wrong[0].line, wrong[0].column, wrong[0].found.clone())
}

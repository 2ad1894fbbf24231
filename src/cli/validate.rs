//! `serin validate`: every mistake of the documents.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;
use serin_judge::analysis::{Diagnostic, Documents};

use crate::cli::exit;
use crate::cli::output::{self, Output};
use crate::cli::plan::{counted, rendered};
use crate::config::documents;

/// Options of `serin validate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  serin validate analyses/\n  serin validate canary.yaml --output json")]
pub struct ValidateOptions {
    /// Documents, or folders of documents.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to show the result.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// Runs the command: 0 when there is no error (warnings are said), 1 when there is one, 2 when a file cannot be read.
pub fn execute(options: &ValidateOptions) -> ExitCode {
    let (documents, mut diagnostics) = match documents::read(&options.files) {
        Ok(read) => read,
        Err(message) => return exit::fail(exit::INVALID, &format!("error: {message}")),
    };
    diagnostics.extend(documents.validate());
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .count();
    match options.output {
        Output::Human => human(&documents, &diagnostics, errors),
        Output::Json => output::print_json(&json!({
            "valid": errors == 0,
            "documents": names(&documents).collect::<Vec<_>>(),
            "errors": diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect::<Vec<_>>(),
            "warnings": diagnostics.iter().filter(|diagnostic| !diagnostic.is_error()).collect::<Vec<_>>(),
        })),
        Output::Junit => output::print(&junit(&documents, &diagnostics)),
    }
    ExitCode::from(if errors == 0 { exit::GOOD } else { exit::BAD })
}

fn names(documents: &Documents) -> impl Iterator<Item = serde_json::Value> {
    documents
        .names()
        .map(|(kind, name)| json!({ "kind": kind.name(), "name": name }))
}

fn human(documents: &Documents, diagnostics: &[Diagnostic], errors: usize) {
    output::print(&rendered(diagnostics));
    for (kind, name) in documents.names() {
        output::print(&format!("{} {name}\n", kind.name()));
    }
    let warnings = diagnostics.len() - errors;
    let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
    output::print(&format!("{errors}, {warnings}\n"));
}

fn junit(documents: &Documents, diagnostics: &[Diagnostic]) -> String {
    let mut cases = crate::cli::junit::Cases::default();
    for diagnostic in diagnostics {
        let place = format!("{}:{}:{}", diagnostic.file, diagnostic.line, diagnostic.column);
        let message = format!("{}; {}", diagnostic.found, diagnostic.expected);
        if diagnostic.is_error() {
            cases.failed("document", &place, &message);
        } else {
            cases.skipped("document", &place, &message);
        }
    }
    if diagnostics.is_empty() {
        documents
            .names()
            .for_each(|(kind, name)| cases.passed("document", &format!("{} {name}", kind.name())));
    }
    format!("{}{}", crate::cli::junit::HEADER, cases.finish("validate"))
}

//! `serin validate`: every mistake of the documents.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;
use serin_judge::analysis::{Diagnostic, Source};
use serin_judge::blackbox::{Modules, is_module_file};

use crate::cli::exit;
use crate::cli::output::{self, Output};
use crate::cli::plan::{counted, rendered};
use crate::config::documents;

/// Options of `serin validate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  serin validate analyses/\n  serin validate canary.yaml --output json")]
pub struct ValidateOptions {
    /// Documents, or folders of documents; module files of blackbox_exporter too.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to show the result.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// Runs the command: 0 when there is no error (warnings are said), 1 when there is one, 2 when a file cannot be read.
pub fn execute(options: &ValidateOptions) -> ExitCode {
    let sources = match documents::sources(&options.files) {
        Ok(sources) => sources,
        Err(message) => return exit::fail(exit::INVALID, &format!("error: {message}")),
    };
    let (files, sources): (Vec<Source>, Vec<Source>) = sources.into_iter().partition(is_module_file);
    let (documents, mut diagnostics) = documents::of(sources);
    diagnostics.extend(documents.validate());
    let mut modules = Vec::new();
    for file in files {
        match Modules::read(file) {
            Ok(read) => modules.extend(read.names().map(str::to_owned)),
            Err(mistakes) => diagnostics.extend(mistakes),
        }
    }
    let names: Vec<(&str, String)> = documents
        .names()
        .map(|(kind, name)| (kind.name(), name.to_string()))
        .chain(modules.into_iter().map(|name| ("Module", name)))
        .collect();
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .count();
    match options.output {
        Output::Human => human(&names, &diagnostics, errors),
        Output::Json => output::print_json(&json!({
            "valid": errors == 0,
            "documents": names.iter().map(|(kind, name)| json!({"kind": kind, "name": name})).collect::<Vec<_>>(),
            "errors": diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect::<Vec<_>>(),
            "warnings": diagnostics.iter().filter(|diagnostic| !diagnostic.is_error()).collect::<Vec<_>>(),
        })),
        Output::Junit => output::print(&junit(&names, &diagnostics)),
    }
    ExitCode::from(if errors == 0 { exit::GOOD } else { exit::BAD })
}

fn human(names: &[(&str, String)], diagnostics: &[Diagnostic], errors: usize) {
    output::print(&rendered(diagnostics));
    for (kind, name) in names {
        output::print(&format!("{kind} {name}\n"));
    }
    let warnings = diagnostics.len() - errors;
    let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
    output::print(&format!("{errors}, {warnings}\n"));
}

fn junit(names: &[(&str, String)], diagnostics: &[Diagnostic]) -> String {
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
        names
            .iter()
            .for_each(|(kind, name)| cases.passed("document", &format!("{kind} {name}")));
    }
    format!("{}{}", crate::cli::junit::HEADER, cases.finish("validate"))
}

//! `serin compare`: a recorded release, judged window by window.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serin_judge::analysis::Diagnostic;
use serin_judge::analysis::plan::{ComparisonKind, Plan};
use serin_judge::verdict::RunIdentity;
use serin_judge::verdict::recording::{self, JudgedRecording, Recording, RecordingReader};

use crate::cli::lines::LINE_BYTES_LIMIT;
use crate::cli::output::{self, Output};
use crate::cli::plan::{key_value, rendered};
use crate::cli::{conduct, exit, junit, screen};
use crate::config::documents;

/// Options of `serin compare`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    serin compare --windows release.ndjson\n  \
    serin compare --windows - --analysis canary.yaml --output json < release.ndjson\n\n\
    A line is one window of both sides:\n  \
    {\"at\":\"2026-05-04T10:00:10Z\",\"seconds\":10,\"comparison\":\"error-rate\",\
    \"canary\":{\"total\":120,\"bad\":1},\"stable\":{\"total\":2280,\"bad\":9}}")]
pub struct CompareOptions {
    /// Recorded windows, one JSON object a line; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    windows: String,
    /// Judge by this document. Without one every comparison is required and the defaults apply.
    #[arg(long, value_name = "FILE")]
    analysis: Vec<PathBuf>,
    /// Which analysis, when the documents hold several.
    #[arg(long, value_name = "NAME", requires = "analysis")]
    name: Option<String>,
    /// A value for one of the analysis' arguments; may be repeated.
    #[arg(long = "arg", value_name = "NAME=VALUE", value_parser = key_value, requires = "analysis")]
    args: Vec<(String, String)>,
    /// How to show the result.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// Runs the command.
#[must_use]
pub fn execute(options: &CompareOptions) -> ExitCode {
    match judged(options) {
        Ok(judged) => {
            show(&judged, options.output);
            ExitCode::from(conduct::report_code(&judged.run))
        }
        Err(message) => exit::fail(exit::INVALID, &format!("{message}; nothing was judged")),
    }
}

fn judged(options: &CompareOptions) -> Result<JudgedRecording, String> {
    let recording = read(&options.windows)?;
    let plan = if options.analysis.is_empty() {
        recording::plan(&recording)
    } else {
        plan(options, &recording)?
    };
    let identity = RunIdentity {
        attempt: 1,
        ..RunIdentity::default()
    };
    recording::judge(Arc::new(plan), &recording, &identity).ok_or_else(|| {
        format!(
            "error: {}: no window that is not history; expected at least one",
            options.windows
        )
    })
}

fn read(file: &str) -> Result<Recording, String> {
    let failed = |error: io::Error| format!("error: {file}: {error}");
    if file == "-" {
        return read_lines(file, io::stdin().lock());
    }
    read_lines(file, BufReader::new(File::open(file).map_err(failed)?))
}

fn read_lines(file: &str, mut input: impl BufRead) -> Result<Recording, String> {
    let mut reader = RecordingReader::default();
    let mut line = String::new();
    loop {
        line.clear();
        let length = input
            .by_ref()
            .take(LINE_BYTES_LIMIT)
            .read_line(&mut line)
            .map_err(|error| format!("error: {file}: {error}"))?;
        if length == 0 {
            return Ok(reader.finish());
        }
        if length as u64 == LINE_BYTES_LIMIT {
            return Err(format!(
                "error: {file}: a line of more than {LINE_BYTES_LIMIT} bytes"
            ));
        }
        reader
            .line(&line)
            .map_err(|error| format!("error: {file}:{}: {}", error.line, error.what))?;
    }
}

/// The analysis, which has to know every recorded comparison by name and kind. Its metrics are not recorded, so they take
/// no part.
fn plan(options: &CompareOptions, recording: &Recording) -> Result<Plan, String> {
    let refusal = |diagnostics: &[Diagnostic]| rendered(diagnostics).trim_end().to_owned();
    let (documents, diagnostics) =
        documents::read(&options.analysis).map_err(|message| format!("error: {message}"))?;
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(refusal(&diagnostics));
    }
    let args = options.args.iter().cloned().collect();
    let (mut plan, _warnings) = documents
        .plan(options.name.as_deref(), &args)
        .map_err(|errors| refusal(&errors))?;
    for (name, kind) in &recording.comparisons {
        let known = plan.comparisons.iter().find(|known| known.name == **name);
        let names: Vec<String> = plan.comparisons.iter().map(described).collect();
        let known = known.ok_or_else(|| {
            format!(
                "error: {}: windows of comparison \"{name}\", which analysis \"{}\" does not have; it has {}",
                options.windows,
                plan.name,
                names.join(", ")
            )
        })?;
        if known.kind != *kind {
            return Err(format!(
                "error: {}: windows of {} for comparison \"{name}\", which compares {}",
                options.windows,
                word(*kind),
                word(known.kind)
            ));
        }
    }
    plan.metrics.clear();
    Ok(plan)
}

fn described(comparison: &serin_judge::analysis::plan::Comparison) -> String {
    format!("\"{}\" ({})", comparison.name, word(comparison.kind))
}

fn word(kind: ComparisonKind) -> &'static str {
    match kind {
        ComparisonKind::Errors => "errors",
        ComparisonKind::Events => "events",
        ComparisonKind::Latency => "latency",
        ComparisonKind::Series => "series",
    }
}

fn show(judged: &JudgedRecording, output: Output) {
    match output {
        Output::Human => output::print(&format!(
            "{}\n  {} looks, {} canary requests\n",
            screen::report(&judged.run),
            judged.looks,
            judged.canary_requests
        )),
        Output::Json => output::print_json(judged),
        Output::Junit => output::print(&junit::document(&judged.run)),
    }
}

//! A recorded release, judged window by window.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::process::ExitCode;
use std::sync::Arc;

use serin_judge::analysis::Diagnostic;
use serin_judge::analysis::plan::{ComparisonKind, Plan};
use serin_judge::verdict::RunIdentity;
use serin_judge::verdict::recording::{self, JudgedRecording, Recording, RecordingReader};

use crate::cli::lines::LINE_BYTES_LIMIT;
use crate::cli::plan::rendered;
use crate::cli::{conduct, junit, output, screen};
use crate::config::documents;

use super::options::{Shown, WindowsOptions};

/// Judges the recorded release in `file`.
pub(super) fn execute(file: &str, options: &WindowsOptions, shown: Shown) -> Result<ExitCode, String> {
    if shown == Shown::Html {
        return Err(
            "error: --output html shows two recordings; for --windows there are human, json and junit"
                .to_owned(),
        );
    }
    let judged = judged(file, options).map_err(|message| format!("{message}; nothing was judged"))?;
    show(&judged, shown);
    Ok(ExitCode::from(conduct::report_code(&judged.run)))
}

fn judged(file: &str, options: &WindowsOptions) -> Result<JudgedRecording, String> {
    let recording = read(file)?;
    let plan = if options.analysis.is_empty() {
        recording::plan(&recording)
    } else {
        plan(file, options, &recording)?
    };
    let identity = RunIdentity {
        attempt: 1,
        ..RunIdentity::default()
    };
    recording::judge(Arc::new(plan), &recording, &identity)
        .ok_or_else(|| format!("error: {file}: no window that is not history; expected at least one"))
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
fn plan(file: &str, options: &WindowsOptions, recording: &Recording) -> Result<Plan, String> {
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
                "error: {file}: windows of comparison \"{name}\", which analysis \"{}\" does not have; it has {}",
                plan.name,
                names.join(", ")
            )
        })?;
        if known.kind != *kind {
            return Err(format!(
                "error: {file}: windows of {} for comparison \"{name}\", which compares {}",
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

fn show(judged: &JudgedRecording, shown: Shown) {
    match shown {
        Shown::Human | Shown::Html => output::print(&format!(
            "{}\n  {} looks, {} canary requests\n",
            screen::report(&judged.run),
            judged.looks,
            judged.canary_requests
        )),
        Shown::Json => output::print_json(judged),
        Shown::Junit => output::print(&junit::document(&judged.run)),
    }
}

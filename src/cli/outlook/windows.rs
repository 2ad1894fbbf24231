//! Recorded windows of a file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use serin_judge::analysis::plan::Plan;
use serin_judge::verdict::recording::line_windows;
use serin_judge::verdict::{Past, PastWindows};

use crate::cli::lines::LINE_BYTES_LIMIT;

/// What recorded windows say of the plan's comparisons.
pub(super) fn read(file: &str, plan: &Plan) -> Result<Past, String> {
    let mut windows = PastWindows::of_plan(plan);
    let read = if file == "-" {
        take(&mut windows, io::stdin().lock())
    } else {
        File::open(file)
            .map_err(|error| error.to_string())
            .and_then(|file| take(&mut windows, BufReader::new(file)))
    };
    read.map_err(|error| format!("error: {file}: {error}"))?;
    tells_something(windows.finish(), plan).map_err(|error| format!("error: {file}: {error}"))
}

/// A past with requests of some comparison of the plan.
pub(super) fn tells_something(past: Past, plan: &Plan) -> Result<Past, String> {
    let names: Vec<&str> = plan
        .comparisons
        .iter()
        .map(|comparison| comparison.name.as_str())
        .collect();
    if names.iter().any(|name| past.of(name).is_some()) {
        return Ok(past);
    }
    Err(format!(
        "no windows with requests of a comparison of the analysis, which has {}",
        names.join(", ")
    ))
}

fn take(windows: &mut PastWindows, mut input: impl BufRead) -> Result<(), String> {
    let (mut line, mut number) = (String::new(), 0_u64);
    loop {
        line.clear();
        number += 1;
        let limited = &mut input.by_ref().take(LINE_BYTES_LIMIT);
        let length = limited
            .read_line(&mut line)
            .map_err(|error| format!("line {number}: {error}"))?;
        if length == 0 {
            return Ok(());
        }
        if length as u64 == LINE_BYTES_LIMIT {
            return Err(format!("line {number}: more than {LINE_BYTES_LIMIT} bytes"));
        }
        if !line.trim().is_empty() {
            windows.take(&line_windows(&line).map_err(|error| format!("line {number}: {error}"))?);
        }
    }
}

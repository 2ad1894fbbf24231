use serin_judge::analysis::plan::{ComparisonKind, Plan};
use serin_judge::verdict::recording::line_windows;
use serin_judge::verdict::{Past, PastTraffic};

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use crate::cli::lines::LINE_BYTES_LIMIT;

/// What recorded windows say of the plan's first comparison of errors that they have.
pub(super) fn read(file: &str, plan: &Plan) -> Result<PastTraffic, String> {
    let mut past = Past::default();
    let read = if file == "-" {
        take(&mut past, io::stdin().lock())
    } else {
        File::open(file)
            .map_err(|error| error.to_string())
            .and_then(|file| take(&mut past, BufReader::new(file)))
    };
    read.map_err(|error| format!("error: {file}: {error}"))?;
    let errors = plan
        .comparisons
        .iter()
        .filter(|comparison| comparison.kind == ComparisonKind::Errors);
    let names: Vec<&str> = errors.map(|comparison| comparison.name.as_str()).collect();
    names.iter().find_map(|name| past.of(name)).ok_or_else(|| {
        format!(
            "error: {file}: no windows with requests of a comparison of errors; the analysis has {}",
            names.join(", ")
        )
    })
}

fn take(past: &mut Past, mut input: impl BufRead) -> Result<(), String> {
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
            past.take(&line_windows(&line).map_err(|error| format!("line {number}: {error}"))?);
        }
    }
}

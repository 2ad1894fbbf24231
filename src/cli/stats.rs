//! `serin stats`: reference cases recomputed, and Kayenta's judge.

use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;
use serin_judge::kayenta;
use serin_judge::stats::reference::{self, Case, Difference};

use super::lines::{self, Answered, LINE_BYTES_LIMIT};
use super::{exit, output};

/// A file of reference cases is read whole; one beyond this is none.
const FILE_BYTES_LIMIT: u64 = 64 << 20;

/// Options of `serin stats`.
#[derive(Debug, clap::Args)]
pub struct StatsOptions {
    #[command(subcommand)]
    command: StatsCommand,
}

#[derive(Debug, Subcommand)]
enum StatsCommand {
    /// Recompute reference cases and show each that differs.
    #[command(
        after_help = "A file is a JSON object with `cases`, each {id, test, params, inputs, expected, rel_tol | abs_tol}.\n\n\
        Exit codes: 0 all agree, 1 some differ, 2 usage, or a file that is none."
    )]
    Verify(VerifyOptions),
    /// Judge canaries as Kayenta's NetflixACAJudge-v1.0 does, one JSON object a line in and out.
    #[command(
        after_help = "A line: {\"id\", \"classifierThresholds\": {\"pass\", \"marginal\"}, \"groupWeights\", \"metrics\": \
        [{\"name\", \"groups\", \"control\", \"experiment\", ...}]}; null is a missing point.\n\
        The answer: {\"id\", \"metrics\", \"groupScores\", \"score\", \"classification\", \"reason\"}. A line that is no canary is \
        answered with {\"id\": null, \"line\", \"error\"}, and the rest goes on.\n\
        Unlike the original the answer never depends on chance: constant series get no noise, one point against one point is \
        always Error, and so are infinite values; effect sizes do not overflow.\n\n\
        Exit codes: 0, or 2 when a line was no canary."
    )]
    Kayenta(KayentaOptions),
}

#[derive(Debug, clap::Args)]
struct VerifyOptions {
    /// Files of reference cases.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// How to show the result.
    #[arg(long, value_enum, default_value_t)]
    output: Shown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Shown {
    /// For people: a line for each case that differs, and a count.
    #[default]
    Human,
    /// One JSON document.
    Json,
}

#[derive(Debug, clap::Args)]
struct KayentaOptions {
    /// Canaries, one JSON object a line; `-` is standard input.
    #[arg(value_name = "FILE|-")]
    file: String,
}

/// Runs the command.
pub fn execute(options: &StatsOptions) -> ExitCode {
    match &options.command {
        StatsCommand::Verify(options) => verify(options),
        StatsCommand::Kayenta(options) => lines::answer(&options.file, judged),
    }
}

fn judged(number: usize, text: &str) -> Answered {
    if text.len() as u64 >= LINE_BYTES_LIMIT {
        let error = format!(
            "no canary: the line is longer than {} MiB",
            LINE_BYTES_LIMIT >> 20
        );
        let json = serde_json::json!({"id": null, "line": number, "error": error}).to_string();
        return Answered {
            json,
            well_formed: false,
        };
    }
    let kayenta::Answered { json, well_formed } = kayenta::answer_line(number, text);
    Answered { json, well_formed }
}

/// What `--output json` shows.
#[derive(Serialize)]
struct Verified {
    passed: usize,
    failed: usize,
    cases: Vec<Differing>,
}

/// A case that differs.
#[derive(Serialize)]
struct Differing {
    file: String,
    id: String,
    test: String,
    differences: Vec<Difference>,
}

fn verify(options: &VerifyOptions) -> ExitCode {
    let mut verified = Verified {
        passed: 0,
        failed: 0,
        cases: Vec::new(),
    };
    let mut unreadable = false;
    for file in &options.files {
        match cases(file) {
            Ok(cases) => cases.iter().for_each(|case| verified.take(file, case)),
            Err(error) => {
                output::complain(&format!("error: {file}: {error}"));
                unreadable = true;
            }
        }
    }
    match options.output {
        Shown::Json => output::print_json(&verified),
        Shown::Human => output::print(&verified.told(options.files.len() > 1)),
    }
    ExitCode::from(match (unreadable, verified.failed) {
        (true, _) => exit::INVALID,
        (false, 0) => exit::GOOD,
        (false, _) => exit::BAD,
    })
}

fn cases(file: &str) -> Result<Vec<Case>, String> {
    let mut text = Vec::new();
    let read = File::open(file).and_then(|file| file.take(FILE_BYTES_LIMIT + 1).read_to_end(&mut text));
    let length: io::Result<usize> = read;
    if length.map_err(|error| error.to_string())? as u64 > FILE_BYTES_LIMIT {
        return Err(format!(
            "longer than {} MiB: no file of reference cases is",
            FILE_BYTES_LIMIT >> 20
        ));
    }
    let text = String::from_utf8(text).map_err(|error| format!("no file of reference cases: {error}"))?;
    reference::parse(&text).map_err(|error| error.to_string())
}

impl Verified {
    fn take(&mut self, file: &str, case: &Case) {
        let differences = reference::differences(case);
        if differences.is_empty() {
            self.passed += 1;
            return;
        }
        self.failed += 1;
        self.cases.push(Differing {
            file: file.to_owned(),
            id: case.id.clone(),
            test: case.test.clone(),
            differences,
        });
    }

    fn told(&self, with_file: bool) -> String {
        let mut text: String = self.cases.iter().map(|case| case.told(with_file)).collect();
        text.push_str(&format!("{} passed, {} failed\n", self.passed, self.failed));
        text
    }
}

impl Differing {
    /// One line: the field that is furthest off, and how many more there are.
    fn told(&self, with_file: bool) -> String {
        let size = |difference: &Difference| difference.relative_error.unwrap_or(f64::INFINITY);
        let worst = self.differences.iter().max_by(|a, b| size(a).total_cmp(&size(b)));
        let what = worst.map(told).unwrap_or_default();
        let others = match self.differences.len() {
            0 | 1 => String::new(),
            2 => " (and 1 more field)".to_owned(),
            fields => format!(" (and {} more fields)", fields - 1),
        };
        let file = if with_file {
            format!("{}: ", self.file)
        } else {
            String::new()
        };
        format!("{file}{} {} {what}{others}\n", self.id, self.test)
    }
}

fn told(difference: &Difference) -> String {
    let Some(field) = &difference.field else {
        return difference.problem.clone().unwrap_or_default();
    };
    let got = difference
        .got
        .map_or_else(|| "nothing".to_owned(), |got| got.to_string());
    let error = match (&difference.problem, difference.relative_error) {
        (Some(problem), _) => problem.clone(),
        (None, Some(error)) => format!("relative error {error:.1e}"),
        (None, None) => "no relative error".to_owned(),
    };
    format!("{field}: expected {}, got {got}, {error}", difference.expected)
}

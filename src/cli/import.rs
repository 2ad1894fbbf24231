//! `serin import`: rules of other programs as documents of Serin.

use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;

use clap::Subcommand;
use serin_judge::kayenta::{ImportSettings, import};

use super::{exit, output};

/// No canary configuration is longer.
const FILE_BYTES_LIMIT: u64 = 16 << 20;

/// Options of `serin import`.
#[derive(Debug, clap::Args)]
pub struct ImportOptions {
    #[command(subcommand)]
    command: ImportCommand,
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    /// Print a canary configuration of Kayenta as an Analysis that is judged as Kayenta does.
    #[command(after_help = "Examples:\n  \
        serin import kayenta canary-config.json > canary.yaml\n  \
        serin import kayenta canary-config.json --shadow --pass 95 --marginal 75\n\n\
        What has no counterpart stands in comments. Queries that are no plain selector of series become arguments.\n\n\
        Exit codes: 0, or 2 for a file that is no canary configuration.")]
    Kayenta(KayentaOptions),
}

#[derive(Debug, clap::Args)]
struct KayentaOptions {
    /// A canary configuration as JSON, alone or with its execution request; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: String,
    /// Let Serin judge, and show Kayenta's verdict beside.
    #[arg(long)]
    shadow: bool,
    /// Score from which on a canary passes.
    #[arg(long, value_name = "SCORE")]
    pass: Option<f64>,
    /// Score below which a canary fails.
    #[arg(long, value_name = "SCORE")]
    marginal: Option<f64>,
}

/// Runs the command.
#[must_use]
pub fn execute(options: &ImportOptions) -> ExitCode {
    let ImportCommand::Kayenta(options) = &options.command;
    let settings = ImportSettings {
        shadow: options.shadow,
        pass: options.pass,
        marginal: options.marginal,
    };
    let imported =
        read(&options.file).and_then(|text| import(&text, &settings).map_err(|error| error.to_string()));
    match imported {
        Ok(yaml) => {
            output::print(&yaml);
            ExitCode::from(exit::GOOD)
        }
        Err(error) => exit::fail(exit::INVALID, &format!("error: {}: {error}", options.file)),
    }
}

fn read(file: &str) -> Result<String, String> {
    let mut text = String::new();
    let limit = FILE_BYTES_LIMIT + 1;
    let length = if file == "-" {
        io::stdin().take(limit).read_to_string(&mut text)
    } else {
        File::open(file).and_then(|file| file.take(limit).read_to_string(&mut text))
    };
    if length.map_err(|error| error.to_string())? as u64 == limit {
        return Err(format!(
            "longer than {} MiB: no canary configuration is",
            FILE_BYTES_LIMIT >> 20
        ));
    }
    Ok(text)
}

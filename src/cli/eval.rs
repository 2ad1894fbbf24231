//! `serin eval`: one condition, or a batch.
use std::process::ExitCode;

/// Options.
#[derive(Debug, clap::Args)]
pub struct EvalOptions {}

/// Runs.
pub fn execute(_: &EvalOptions) -> ExitCode {
    ExitCode::from(2)
}

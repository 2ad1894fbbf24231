//! The `serin` command.

use std::process::ExitCode;

use clap::Parser;
use serin::cli::{self, Cli, Command};

/// A probe makes a dozen small allocations a request and some of a few kilobytes, which cost the C library's allocator a
/// tenth of all the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    serin::providers::http::install_tls();
    // The service logs as its settings say.
    if !matches!(cli.command, Command::Serve(_)) {
        serin::telemetry::logs::init();
    }
    match cli.command {
        Command::Demo(options) => serin::demo::play(options).await,
        Command::Serve(options) => cli::serve::execute(options).await,
        Command::Run(options) => cli::run::execute(options).await,
        Command::Probe(options) => cli::probe::execute(options).await,
        Command::Compare(options) => cli::compare::execute(&options),
        Command::Validate(options) => cli::validate::execute(&options),
        Command::Test(options) => cli::test::execute(options).await,
        Command::Eval(options) => cli::eval::execute(&options),
        Command::Stats(options) => cli::stats::execute(&options),
        Command::Plan(options) => cli::outlook::execute(&options).await,
        Command::Import(options) => cli::import::execute(&options),
        Command::Schemas(options) => cli::schemas::execute(&options),
    }
}

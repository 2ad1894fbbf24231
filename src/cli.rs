//! The command line: one file per command.

pub mod compare;
pub mod conduct;
pub mod eval;
pub mod exit;
pub mod import;
pub mod junit;
pub mod lines;
mod number;
pub mod outlook;
pub mod output;
mod page;
pub mod plan;
pub mod probe;
pub mod run;
pub mod schemas;
pub mod screen;
mod secrets;
pub mod serve;
pub mod stats;
pub mod test;
pub mod validate;

use clap::{Parser, Subcommand};

/// Serin judges releases: canary against stable, with evidence.
#[derive(Debug, Parser)]
#[command(name = "serin", version, max_term_width = 100, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 promote, 1 rollback, 2 usage or an invalid document, 3 inconclusive, \
                        4 inconclusive because something broke, 130 and 143 interrupted."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play releases of a sample system on this machine and judge them.
    Demo(DemoOptions),
    /// Serve: runs that survive a restart, an API, gates for rollout controllers.
    Serve(serve::ServeOptions),
    /// Run an analysis here and now; the exit code is the verdict.
    Run(run::RunOptions),
    /// Probe journeys or URLs: once, at a rate, or canary beside stable.
    Probe(probe::ProbeOptions),
    /// Compare two recordings, or judge a recorded release window by window.
    Compare(compare::CompareOptions),
    /// Check documents: every mistake with its line, column and what would be right.
    Validate(validate::ValidateOptions),
    /// Test analyses: scripted answers on a simulated clock, expected verdicts.
    Test(test::TestOptions),
    /// Evaluate one condition, or a batch of them.
    Eval(eval::EvalOptions),
    /// Verify the statistics, or judge as Kayenta does.
    Stats(stats::StatsOptions),
    /// Tell before a release how long an analysis needs and what it can see.
    Plan(outlook::OutlookOptions),
    /// Print rules of another program as a document of Serin.
    Import(import::ImportOptions),
    /// Write the JSON Schemas of all documents into a folder.
    #[command(hide = true)]
    Schemas(schemas::SchemasOptions),
}

/// Options of `serin demo`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  serin demo                          two acts: a healthy release, then one with errors\n  \
                        serin demo --fault errors           one act; exit 1\n  \
                        serin demo --fault tail             the slowest answers are slower; exit 1\n  \
                        serin demo --fault shared --seed 7  both sides fail; exit 3\n  \
                        serin demo --keep                   look at the pages and ask the API afterwards"
)]
pub struct DemoOptions {
    /// Play one act with this fault; its verdict is the exit code.
    #[arg(long, value_enum)]
    pub fault: Option<FaultName>,
    /// Seed of traffic, errors and latencies.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// User requests a second over both sides.
    #[arg(long, default_value_t = 2000.0, value_parser = rate)]
    pub rate: f64,
    /// Leave the service and the sample system up afterwards, until Ctrl-C.
    #[arg(long)]
    pub keep: bool,
    /// How to show the result.
    #[arg(long, value_enum, default_value_t)]
    pub output: output::Output,
}

/// A fault that the demo can play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum FaultName {
    /// A healthy release: promoted.
    None,
    /// The canary's errors go from 0.5 % to 3 %: rolled back.
    Errors,
    /// The canary takes 1.3 times as long: rolled back.
    Latency,
    /// The canary's p99 doubles: rolled back.
    Tail,
    /// The canary gets slower by 2 % each second: rolled back.
    Leak,
    /// Both sides fail and are slow: inconclusive.
    Shared,
}

impl FaultName {
    /// As it is written on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Errors => "errors",
            Self::Latency => "latency",
            Self::Tail => "tail",
            Self::Leak => "leak",
            Self::Shared => "shared",
        }
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (1.0..=20_000.0).contains(&rate) => Ok(rate),
        _ => Err("a number of requests a second from 1 to 20000 is wanted".to_owned()),
    }
}

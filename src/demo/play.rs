//! The acts of `serin demo`: a release, its traffic, a fault, and the verdict.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serin_judge::analysis::plan::Plan;
use serin_judge::verdict::{RunReport, Verdict};

use super::{ANALYSIS, DemoError, Fault, System, SystemOptions};
use crate::cli::conduct::{self, Conducted};
use crate::cli::output::{self, Output};
use crate::cli::{DemoOptions, FaultName, exit, junit, plan};
use crate::config::{self, Settings};
use crate::engine::RunFailure;
use crate::engine::clock::SystemClock;
use crate::engine::ports::Clock;
use crate::store::MemoryStore;

/// A fault of both sides begins this much later than the run, so that there is a healthy time to compare with.
const SHARED_FAULT_AFTER: Duration = Duration::from_secs(4);

/// One act as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Act<'report> {
    fault: &'static str,
    expected: Verdict,
    run: &'report RunReport,
}

/// Why an act could not be played.
#[derive(Debug, thiserror::Error)]
enum PlayError {
    #[error("the sample system could not be started: {0}")]
    System(#[from] DemoError),
    #[error("{0}")]
    Run(#[from] RunFailure),
    #[error("{0}")]
    Plan(String),
}

/// Plays one act, or two without a fault in the options, and gives the exit code.
pub async fn play(options: DemoOptions) -> ExitCode {
    let played = match options.fault {
        Some(fault) => one_act(fault, &options).await,
        None => two_acts(&options).await,
    };
    match played {
        Ok(code) => ExitCode::from(code),
        Err(error) => exit::fail(exit::BROKEN, &format!("error: the demo could not go on: {error}")),
    }
}

async fn one_act(fault: FaultName, options: &DemoOptions) -> Result<u8, PlayError> {
    say(options.output, &introduction(options));
    let conducted = act(fault, options).await?;
    conduct::show(&conducted.report, options.output);
    Ok(conducted.code)
}

async fn two_acts(options: &DemoOptions) -> Result<u8, PlayError> {
    say(options.output, &introduction(options));
    let mut reports = Vec::new();
    let mut as_told = true;
    for (number, fault) in [(1, FaultName::None), (2, FaultName::Errors)] {
        say(
            options.output,
            &format!("\nAct {number} of 2: {}\n\n", told(fault)),
        );
        let conducted = act(fault, options).await?;
        let code = conducted.code;
        as_told &= conducted.report.verdict == expected(fault);
        if options.output == Output::Human {
            conduct::show(&conducted.report, Output::Human);
        }
        reports.push((fault, conducted.report));
        if code >= exit::INTERRUPTED {
            finish(options.output, &reports, false);
            return Ok(code);
        }
    }
    finish(options.output, &reports, as_told);
    Ok(if as_told { exit::GOOD } else { exit::BROKEN })
}

fn finish(output: Output, reports: &[(FaultName, Arc<RunReport>)], as_told: bool) {
    let acts = || {
        reports.iter().map(|(fault, run)| Act {
            fault: name(*fault),
            expected: expected(*fault),
            run,
        })
    };
    match output {
        Output::Json => output::print_json(&serde_json::json!({ "acts": acts().collect::<Vec<_>>() })),
        Output::Junit => output::print(&junit::documents(reports.iter().map(|(_, report)| &**report))),
        Output::Human if as_told => {
            output::print("\nBoth acts ended as told. Next: README.md, \"A first analysis of your own\".\n")
        }
        Output::Human => {
            output::print("\nAn act did not end as told; the reports above say what was seen.\n")
        }
    }
}

async fn act(fault: FaultName, options: &DemoOptions) -> Result<Conducted, PlayError> {
    let clock = SystemClock::new();
    let system = SystemOptions {
        rate: options.rate,
        ..SystemOptions::new(options.seed, clock.now())
    };
    let system = System::start(system).await?;
    let plan = Arc::new(analysis(&system)?);
    let instruments = config::instruments(&plan, &Settings::default()).map_err(RunFailure::Refused)?;
    let faulting = async {
        match fault {
            FaultName::None => {}
            FaultName::Errors => system.apply(Fault::Errors),
            FaultName::Shared => {
                clock.sleep_until(clock.now() + SHARED_FAULT_AFTER).await;
                system.apply(Fault::Shared);
            }
        }
    };
    let judging = conduct::conduct(
        plan,
        instruments,
        Arc::new(MemoryStore::default()),
        options.output,
    );
    let ((), conducted) = tokio::join!(faulting, judging);
    let figures = system.stop().await;
    say(
        options.output,
        &format!(
            "Users sent {} requests, {} failed.\n\n",
            figures.sent, figures.failed
        ),
    );
    Ok(conducted?)
}

/// The demo's document with this system's addresses.
fn analysis(system: &System) -> Result<Plan, PlayError> {
    let args = system.analysis_args().into_iter().collect();
    plan::from_text("the demo's analysis", ANALYSIS, &args).map_err(PlayError::Plan)
}

fn say(output: Output, text: &str) {
    if output == Output::Human {
        output::print(text);
    }
}

fn introduction(options: &DemoOptions) -> String {
    format!(
        "A sample financial-planning API runs on this machine twice: 3 stable instances\n\
         and 2 canary instances. Users send about {} requests a second, a tenth of them\n\
         to the canary. Serin reads /metrics of all instances each second and compares\n\
         error rates. So that you need not wait, a canary counts as good enough below\n\
         2.5 times stable's error rate or one point more (default: 1.5 times, 0.2\n\
         points), and windows last 1 s (default: 10 s).\n",
        options.rate
    )
}

fn told(fault: FaultName) -> &'static str {
    match fault {
        FaultName::None => "a healthy release. Serin should promote it.",
        FaultName::Errors => "a release with 3 % errors, not 0.5 %. Serin should roll it back.",
        FaultName::Shared => "a fault of both sides. Serin should not blame the release.",
    }
}

fn name(fault: FaultName) -> &'static str {
    match fault {
        FaultName::None => "none",
        FaultName::Errors => "errors",
        FaultName::Shared => "shared",
    }
}

fn expected(fault: FaultName) -> Verdict {
    match fault {
        FaultName::None => Verdict::Promote,
        FaultName::Errors => Verdict::Rollback,
        FaultName::Shared => Verdict::Inconclusive,
    }
}

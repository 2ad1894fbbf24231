//! The acts of `serin demo`: a release, its traffic, a fault, and the verdict.

use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;
use serin_judge::verdict::{RunReport, Verdict};

use super::act::{PlayError, act, say};
use super::controller::Next;
use super::house::House;
use crate::cli::conduct::{self, Conducted};
use crate::cli::output::{self, Output};
use crate::cli::{DemoOptions, FaultName, exit, junit};
use crate::engine::clock::SystemClock;
use crate::engine::ports::Clock;

/// One act as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Act<'report> {
    fault: &'static str,
    expected: Verdict,
    run: &'report RunReport,
}

/// Plays one act, or two without a fault in the options, and gives the exit code.
pub async fn play(options: DemoOptions) -> ExitCode {
    match played(&options).await {
        Ok(code) => ExitCode::from(code),
        Err(error) => exit::fail(exit::BROKEN, &format!("error: the demo could not go on: {error}")),
    }
}

async fn played(options: &DemoOptions) -> Result<u8, PlayError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let mut stage = Stage {
        house: House::open(&clock).await?,
        clock,
        options,
    };
    say(options.output, &introduction(options));
    let played = match options.fault {
        Some(fault) => stage.one_act(fault).await,
        None => stage.two_acts().await,
    };
    stage.house.close().await;
    played
}

/// Where acts are played.
struct Stage<'o> {
    house: House,
    clock: Arc<dyn Clock>,
    options: &'o DemoOptions,
}

impl Stage<'_> {
    async fn one_act(&mut self, fault: FaultName) -> Result<u8, PlayError> {
        let last = self.act(fault, true, Output::Human).await?;
        if self.options.output != Output::Human {
            conduct::show(&last.report, self.options.output);
        }
        Ok(last.code)
    }

    async fn two_acts(&mut self) -> Result<u8, PlayError> {
        let output = self.options.output;
        let mut reports = Vec::new();
        let mut as_told = true;
        for (number, fault) in [(1, FaultName::None), (2, FaultName::Errors)] {
            say(output, &format!("\nAct {number} of 2: {}\n\n", told(fault)));
            let last = self.act(fault, number == 2, output).await?;
            as_told &= last.report.verdict == expected(fault);
            reports.push((fault, last.report));
            if last.code >= exit::INTERRUPTED {
                finish(output, &reports, false);
                return Ok(last.code);
            }
        }
        finish(output, &reports, as_told);
        Ok(if as_told { exit::GOOD } else { exit::BROKEN })
    }

    /// Plays an act, shows its last report, and after the last act leaves everything up when that is wanted.
    async fn act(&mut self, fault: FaultName, is_last: bool, output: Output) -> Result<Conducted, PlayError> {
        let ended = act(fault, self.options, &mut self.house, &self.clock).await?;
        let last = ended.last.clone();
        if self.options.output == Output::Human && output == Output::Human {
            conduct::show(&last.report, Output::Human);
            output::print(&format!("\n{}\n", outcome(ended.next)));
        }
        if self.options.keep && is_last && last.code < exit::INTERRUPTED {
            let invitation = self.house.invitation(&last.report.id, &ended.args);
            say(self.options.output, &invitation);
            let _signal = conduct::signalled().await;
        }
        let figures = ended.stop().await;
        let (sent, failed) = (figures.sent, figures.failed);
        say(
            self.options.output,
            &format!("Users sent {sent} requests, {failed} failed.\n"),
        );
        Ok(last)
    }
}

fn outcome(next: Next) -> &'static str {
    match next {
        Next::Released | Next::Stage(_) => "The new version has all traffic now.",
        Next::RolledBack => "All users are back on the old version.",
        Next::Held => "Traffic stays as it is until somebody has looked.",
    }
}

fn finish(output: Output, reports: &[(FaultName, Arc<RunReport>)], as_told: bool) {
    let acts = || {
        reports.iter().map(|(fault, run)| Act {
            fault: fault.name(),
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

fn introduction(options: &DemoOptions) -> String {
    format!(
        "A sample financial-planning API runs on this machine twice: 3 stable instances\n\
         and 2 canary instances. Users send about {} requests a second. A controller\n\
         gives the canary 10, 30, 60 and then 100 % of them; Serin judges each stage and\n\
         tells it by a signed webhook. Serin reads /metrics of all instances each second\n\
         and compares error rates and latencies. Beside the users' requests it drives\n\
         their critical path at both sides, twice a second. So that you need not wait,\n\
         a canary counts as good enough below 2.5 times stable's error rate or one\n\
         point more (default: 1.5 times, 0.2 points) and below 1.5 times its latency\n\
         (default: 1.25), and windows last 1 s (default: 10 s).\n",
        options.rate
    )
}

fn told(fault: FaultName) -> &'static str {
    match fault {
        FaultName::None => "a healthy release. Serin should promote it.",
        FaultName::Errors => "a release with 3 % errors, not 0.5 %. Serin should roll it back.",
        FaultName::Latency => "a release that takes 1.3 times as long. Serin should roll it back.",
        FaultName::Tail => "a release whose p99 is twice as long. Serin should roll it back.",
        FaultName::Leak => "a release that gets slower by 2 % each second. Serin should roll it back.",
        FaultName::Shared => "a fault of both sides. Serin should not blame the release.",
    }
}

fn expected(fault: FaultName) -> Verdict {
    match fault {
        FaultName::None => Verdict::Promote,
        FaultName::Errors | FaultName::Latency | FaultName::Tail | FaultName::Leak => Verdict::Rollback,
        FaultName::Shared => Verdict::Inconclusive,
    }
}

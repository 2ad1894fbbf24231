//! One act: a release of the sample system, stage by stage, until it is over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::plan::Plan;
use serin_judge::verdict::RunReport;

use super::controller::{ControllerError, Next, STAGES, next, shift};
use super::house::{House, HouseError};
use super::{ANALYSIS, DemoError, Fault, System, SystemOptions, TrafficFigures};
use crate::cli::conduct::{self, Conducted};
use crate::cli::output::{self, Output};
use crate::cli::{DemoOptions, FaultName, plan, screen};
use crate::engine::ports::Clock;

/// A fault of both sides begins this much later than the run, so that there is a healthy time to compare with.
const SHARED_FAULT_AFTER: Duration = Duration::from_secs(4);

/// Why an act could not be played.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlayError {
    #[error("the sample system could not be started: {0}")]
    System(#[from] DemoError),
    #[error("the service could not be started: {0}")]
    House(#[from] HouseError),
    #[error("{0}")]
    Controller(#[from] ControllerError),
    #[error("{0}")]
    Plan(String),
    #[error("run {0} ended without a report: the store failed")]
    NoReport(String),
}

/// How an act ended.
pub(super) struct Ended {
    /// The run that ended it, and the exit code.
    pub(super) last: Conducted,
    /// What becomes of the traffic.
    pub(super) next: Next,
    pub(super) args: BTreeMap<String, String>,
    system: System,
}

impl Ended {
    /// Ends the sample system; what its users saw.
    pub(super) async fn stop(self) -> TrafficFigures {
        self.system.stop().await
    }
}

/// Releases the new version stage by stage, with a fault in it or around it.
pub(super) async fn act(
    fault: FaultName,
    options: &DemoOptions,
    house: &mut House,
    clock: &Arc<dyn Clock>,
) -> Result<Ended, PlayError> {
    let system = SystemOptions {
        rate: options.rate,
        ..SystemOptions::new(options.seed, clock.now())
    };
    let system = System::start(system).await?;
    let args: BTreeMap<String, String> = system.analysis_args().into_iter().collect();
    let plan = plan::from_text("the demo's analysis", ANALYSIS, &args).map_err(PlayError::Plan)?;
    let plan = Arc::new(plan);
    let release = format!("planning-api/1.4.2-{}", fault.name());
    let playing = async {
        let mut stage = STAGES[0];
        shift(&system, Next::Stage(stage));
        loop {
            let run = house.controller.begin(&release, stage, &args).await?;
            let last = follow(&run, house, Arc::clone(&plan), clock, options.output).await?;
            let then = next(stage, last.report.verdict);
            shift(&system, then);
            match then {
                Next::Stage(weight) => {
                    say(options.output, &passed(stage, weight, &last.report));
                    stage = weight;
                }
                ended => return Ok::<_, PlayError>((last, ended)),
            }
        }
    };
    let faulting = async {
        match fault {
            FaultName::None => {}
            FaultName::Errors => system.apply(Fault::Errors),
            FaultName::Latency => system.apply(Fault::Latency),
            FaultName::Tail => system.apply(Fault::Tail),
            FaultName::Leak => system.apply(Fault::Leak),
            FaultName::Shared => {
                clock.sleep_until(clock.now() + SHARED_FAULT_AFTER).await;
                system.apply(Fault::Shared);
            }
        }
    };
    let ((), played) = tokio::join!(faulting, playing);
    let (last, next) = played?;
    Ok(Ended {
        last,
        next,
        args,
        system,
    })
}

/// Shows a run until the controller has been told its verdict. A signal stops the run.
async fn follow(
    run: &str,
    house: &mut House,
    plan: Arc<Plan>,
    clock: &Arc<dyn Clock>,
    output: Output,
) -> Result<Conducted, PlayError> {
    let handle = house.runs.handle(run);
    let handle = handle.ok_or_else(|| PlayError::NoReport(run.to_owned()))?;
    let signals = tokio::spawn(conduct::stop_on_signal(handle.clone()));
    let watching = (output == Output::Human)
        .then(|| tokio::spawn(screen::watch(handle.clone(), plan, Arc::clone(clock))));
    // The message comes after the verdict is in the store, so the report below is the final one.
    let _verdict = house.controller.verdict(run).await?;
    signals.abort();
    let signalled = signals.await.ok();
    if let Some(watching) = watching {
        let _drawn = watching.await;
    }
    let report = final_report(&handle).await;
    let report = report.ok_or_else(|| PlayError::NoReport(run.to_owned()))?;
    let code = signalled.unwrap_or_else(|| conduct::report_code(&report));
    Ok(Conducted { report, code })
}

async fn final_report(handle: &crate::engine::RunHandle) -> Option<Arc<RunReport>> {
    let mut reports = handle.reports();
    let is_final =
        |report: &Option<Arc<RunReport>>| report.as_ref().is_some_and(|report| report.finished_at.is_some());
    reports.wait_for(is_final).await.ok()?.clone()
}

fn passed(stage: u32, weight: u32, report: &RunReport) -> String {
    let took = report
        .finished_at
        .map_or(0, |at| at.since(report.started_at).as_secs());
    format!(
        "Stage {stage} %: {} after {took} s; {weight} % of the users get the new version now.\n",
        report.verdict
    )
}

pub(super) fn say(output: Output, text: &str) {
    if output == Output::Human {
        output::print(text);
    }
}

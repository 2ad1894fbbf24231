//! Conducts one run for somebody at a terminal: progress, signals, the report, the exit code.

use std::process::ExitCode;
use std::sync::Arc;

use serin_judge::analysis::plan::Plan;
use serin_judge::verdict::{RunIdentity, RunReport};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::output::{self, Output};
use crate::cli::{exit, junit, screen};
use crate::engine::clock::SystemClock;
use crate::engine::ports::{Clock, Journal};
use crate::engine::{Engine, Identifiers, Instruments, RunFailure, RunHandle};

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Conducted {
    /// The final report.
    pub report: Arc<RunReport>,
    /// The exit code: that of the verdict, or of the signal that ended the run.
    pub code: u8,
}

/// Runs the plan to its verdict and shows it as it goes. Ctrl-C and SIGTERM stop it with what it has; a second
/// signal ends the process at once.
///
/// # Errors
/// When a source cannot give what the plan asks for, or the store fails.
pub async fn conduct(
    plan: Arc<Plan>,
    instruments: Instruments,
    store: Arc<dyn Journal>,
    output: Output,
) -> Result<Conducted, RunFailure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let engine = Engine::new(Arc::clone(&clock), store);
    let (handle, run) = engine.run(Arc::clone(&plan), identity(&*clock), instruments);
    let signals = tokio::spawn(stop_on_signal(handle.clone()));
    let watching = (output == Output::Human).then(|| tokio::spawn(screen::watch(handle, plan, clock)));
    let ended = run.await;
    signals.abort();
    let signalled = signals.await.ok();
    if let Some(watching) = watching {
        match &ended {
            Ok(_) => drop(watching.await),
            Err(_) => watching.abort(),
        }
    }
    let report = ended?;
    let code = signalled.unwrap_or_else(|| report_code(&report));
    Ok(Conducted { report, code })
}

/// A name for a run that nobody named: sorts by time, and no two are alike.
fn identity(clock: &dyn Clock) -> RunIdentity {
    let id = Identifiers::default().next(clock.now());
    RunIdentity {
        id,
        attempt: 1,
        ..RunIdentity::default()
    }
}

/// Ends with the exit code of the signal once the run has been told to stop.
pub async fn stop_on_signal(handle: RunHandle) -> u8 {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
        // Without handlers the signals end the process at once, which is their default.
        return std::future::pending().await;
    };
    let code = tokio::select! {
        _ = interrupt.recv() => exit::INTERRUPTED,
        _ = terminate.recv() => exit::TERMINATED,
    };
    handle.stop();
    let _impatient = tokio::spawn(async move {
        tokio::select! { _ = interrupt.recv() => (), _ = terminate.recv() => () }
        std::process::exit(i32::from(code));
    });
    code
}

/// Returns at the first Ctrl-C or SIGTERM.
pub async fn signalled() {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
        return std::future::pending().await;
    };
    tokio::select! { _ = interrupt.recv() => (), _ = terminate.recv() => () }
}

/// The exit code of a final report.
#[must_use]
pub fn report_code(report: &RunReport) -> u8 {
    serin_judge::verdict::Decision {
        verdict: report.verdict,
        reasons: report.reasons.clone(),
        summary: String::new(),
    }
    .exit_code()
}

/// Writes the final report to standard output in the wanted format.
pub fn show(report: &RunReport, output: Output) {
    match output {
        Output::Human => output::print(&screen::report(report)),
        Output::Json => output::print_json(report),
        Output::Junit => output::print(&junit::document(report)),
    }
}

/// The exit code of a run that could not go on, after saying why.
#[must_use]
pub fn failed(failure: &RunFailure) -> ExitCode {
    match failure {
        RunFailure::Refused(_) => {
            exit::fail(exit::INVALID, &format!("error: nothing was measured: {failure}"))
        }
        RunFailure::Store(_) | RunFailure::Foreign(_) => {
            exit::fail(exit::BROKEN, &format!("error: {failure}"))
        }
    }
}

//! `serin probe`: journeys and URLs, once, at a rate or by their schedules, canary beside stable if asked.

mod address;
mod conduct;
mod examples;
mod found;
mod hdr;
mod html;
mod human;
mod import;
mod json;
mod junit;
mod leaks;
mod live;
mod options;
mod prepare;
mod probed;
mod sides;
mod signals;

use std::process::ExitCode;
use std::sync::Arc;

pub use options::ProbeOptions;

use self::options::Shown;
use self::probed::{Outcome, Probed};
use super::{exit, output};
use crate::config::journeys;
use crate::engine::clock::SystemClock;
use crate::engine::journeys::ProbingError;
use crate::engine::ports::Clock;

/// Runs the command.
pub async fn execute(options: ProbeOptions) -> ExitCode {
    if let (true, Some(file)) = (options.janitor, &options.leaks) {
        return leaks::list(file, options.output);
    }
    if let Some(from) = options.import {
        return import::execute(from, &options.what);
    }
    let orders = match prepare::prepare(&options) {
        Ok(orders) => orders,
        Err(message) => return exit::fail(exit::INVALID, &message),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let probe = journeys::prober(Arc::clone(&clock), options.commands());
    let conducted = conduct::conduct(&orders, &*probe, clock, options.output).await;
    let (probed, signalled) = match conducted {
        Ok(conducted) => conducted,
        Err(error) => return failed(&error),
    };
    if let Some(file) = &options.leaks
        && let Err(message) = leaks::append(file, &probed)
    {
        output::complain(&message);
    }
    show(&probed, options.output);
    ExitCode::from(signalled.unwrap_or_else(|| code(&probed)))
}

fn show(probed: &Probed, shown: Shown) {
    match shown {
        Shown::Human => output::print(&human::report(probed)),
        Shown::Json => output::print_json(&json::document(probed)),
        Shown::Junit => output::print(&junit::document(probed)),
        Shown::Html => output::print(&html::page(probed)),
        // Written window by window; what it cannot hold is said beside it.
        Shown::Hdr => output::complain(&human::headlines(probed)),
    }
}

fn code(probed: &Probed) -> u8 {
    match probed.outcome() {
        Outcome::Passed | Outcome::Degraded => exit::GOOD,
        Outcome::Failed if probed.started() == 0 => exit::BROKEN,
        Outcome::Failed => exit::BAD,
    }
}

/// Nothing was probed.
fn failed(error: &ProbingError) -> ExitCode {
    let code = match error {
        ProbingError::Order(_) | ProbingError::Client { .. } | ProbingError::Target { .. } => exit::INVALID,
        ProbingError::Paused | ProbingError::Thread(_) => exit::BROKEN,
    };
    exit::fail(code, &format!("error: nothing was probed: {error}"))
}

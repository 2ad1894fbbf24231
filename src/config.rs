//! From settings to constructed adapters: the only place that knows them all.

pub mod analyses;
pub mod blackbox;
pub(crate) mod documents;
mod files;
pub mod journeys;
mod paths;
mod providers;
pub mod secrets;
pub mod service;
mod settings;

use std::sync::Arc;

use serin_judge::analysis::plan::Plan;

use crate::engine::Instruments;
use crate::engine::ports::{PopulationError, Secrets};
pub use paths::from_folder;
pub use providers::{measure, population};
pub use settings::Settings;

/// The instruments of a plan, in its order, with secrets from the environment and from files.
///
/// # Errors
/// A journey that may not be run here, and why a comparison has no population; a metric that has no source says so with every measurement.
pub fn instruments(plan: &Plan, settings: &Settings) -> Result<Instruments, String> {
    let secrets: &dyn Secrets = &secrets::EnvironmentAndFiles;
    let settings = &settings.of_another_run();
    for journey in plan.journeys() {
        journeys::refuse_commands(journey, settings.commands)?;
    }
    let metrics = plan
        .metrics
        .iter()
        .map(|metric| Arc::from(measure(&metric.provider, settings, secrets)))
        .collect();
    let comparisons = plan
        .comparisons
        .iter()
        .map(|comparison| population(comparison, settings, secrets))
        .collect::<Result<Vec<_>, PopulationError>>()
        .map_err(|error| error.to_string())?;
    Ok(Instruments { metrics, comparisons })
}

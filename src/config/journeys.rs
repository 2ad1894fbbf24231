//! From journeys to those who run them: the probe, its settings, the secrets that requests send.

use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::plan::journey::Journey;
use serin_judge::journey::{Arm, Credentials};

use crate::engine::journeys::{
    Budgets, Lasts, Pace, ProbeOrder, Shards, SharedBudgets, Target, client_settings,
};
use crate::engine::ports::{Clock, Commands, Prober, Secrets};
use crate::probes::{Names, Probes};

/// What asks servers for journeys.
#[must_use]
pub fn prober(clock: Arc<dyn Clock>, commands: Commands) -> Arc<dyn Prober> {
    Arc::new(Probes::new(clock, Names::system()).with_commands(commands))
}

/// # Errors
/// The journey would run a program, and programs may not be run: which step, and how to allow it.
pub fn refuse_commands(journey: &Journey, commands: Commands) -> Result<(), String> {
    match (commands, journey.command()) {
        (Commands::Allowed, _) | (_, None) => Ok(()),
        (Commands::Refused, Some(step)) => Err(format!(
            "journey `{}`: step {:?} runs a program of this machine, which is refused unless it is allowed: \
             `serin probe --allow-commands`, or `probes: {{allowCommands: true}}` in serin.yaml",
            journey.name, step.name
        )),
    }
}

/// The values of the secrets that a journey's requests send.
///
/// # Errors
/// One line that names the place of the secret that is not there, and never a value.
pub fn credentials(journey: &Journey, secrets: &dyn Secrets) -> Result<Credentials, String> {
    let resolved = journey.secret_sources().into_iter().map(|secret| {
        let value = secrets.resolve(secret).map_err(|error| error.to_string())?;
        Ok((secret.clone(), value))
    });
    resolved.collect::<Result<_, String>>().map(Credentials::new)
}

/// What a run's metric or comparison has driven; when and how long is for its source to say.
///
/// # Errors
/// As [`credentials`].
pub(super) fn order(
    journey: &Arc<Journey>,
    targets: &[(Arm, &str)],
    secrets: &dyn Secrets,
    shared: &SharedBudgets,
) -> Result<ProbeOrder, String> {
    let named = |message: String| format!("journey `{}`: {message}", journey.name);
    let target = |(arm, url): &(Arm, &str)| Target {
        arm: *arm,
        url: (*url).to_owned(),
    };
    let credentials = credentials(journey, secrets).map_err(named)?;
    let client = client_settings(journey, &credentials).map_err(|error| named(error.to_string()))?;
    let targets: Vec<Target> = targets.iter().map(target).collect();
    let mut budgets = Budgets::of_document(&journey.budget, targets.len());
    shared.limit(&mut budgets, &targets);
    Ok(ProbeOrder {
        client,
        credentials,
        targets,
        pace: Pace::Scheduled,
        lasts: Lasts::UntilStopped,
        window: Duration::from_secs(10),
        aligned_to: None,
        // Two runs of one journey must not send the same ids.
        seed: rand::random(),
        shards: Shards::Here,
        budgets,
        keeps_totals: false,
        journey: Arc::clone(journey),
    })
}

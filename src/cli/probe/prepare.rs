//! From options to what is to be probed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::plan::journey::Journey;
use serin_judge::analysis::{Diagnostic, Documents, Inputs};
use serin_judge::journey::Arm;

use super::address;
use super::options::{PaceOptions, ProbeOptions};
use crate::cli::output;
use crate::cli::plan::{counted, rendered};
use crate::cli::secrets;
use crate::config::secrets::EnvironmentAndFiles;
use crate::config::{documents, journeys};
use crate::engine::journeys::{
    Budgets, Lasts, Pace, ProbeOrder, Shards, SharedBudgets, Target, client_settings,
};
use crate::engine::ports::ClientSettings;

/// Lengths of windows: what is asked often is told apart by the second.
const SHORT_WINDOW: Duration = Duration::from_secs(1);
const LONG_WINDOW: Duration = Duration::from_secs(10);

/// What is probed, in the order it was named.
///
/// # Errors
/// Everything that is wrong with the documents and the options, for people; nothing was probed then.
pub(super) fn prepare(options: &ProbeOptions) -> Result<Vec<ProbeOrder>, String> {
    let mut journeys = Vec::new();
    let mut found = Found::default();
    let (urls, paths): (Vec<&String>, Vec<&String>) =
        options.what.iter().partition(|what| address::is_url(what));
    if !paths.is_empty() {
        let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
        journeys.extend(of_documents(&paths, options, &mut found)?);
    }
    for url in urls {
        journeys.extend(found.take(address::journey(url)?));
    }
    found.tell()?;
    if journeys.is_empty() {
        return Err("error: nothing to probe".to_owned());
    }
    let seed = seed(&options.pace);
    let shards = shards(&options.pace, journeys.len());
    let shared = SharedBudgets::new(options.pace.budget());
    journeys
        .into_iter()
        .map(|journey| order(journey, options, seed, shards, &shared))
        .collect()
}

/// What documents are found to be wrong with.
#[derive(Default)]
struct Found(Vec<Diagnostic>);

impl Found {
    fn take<T>(&mut self, made: Result<(T, Vec<Diagnostic>), Vec<Diagnostic>>) -> Option<T> {
        match made {
            Ok((made, warnings)) => {
                self.0.extend(warnings);
                Some(made)
            }
            Err(errors) => {
                self.0.extend(errors);
                None
            }
        }
    }

    /// Warnings are told, errors end it.
    fn tell(mut self) -> Result<(), String> {
        // What several journeys share is found with each of them.
        let mut known = Vec::new();
        self.0.retain(|diagnostic| {
            let text = diagnostic.to_string();
            let is_new = !known.contains(&text);
            known.push(text);
            is_new
        });
        let errors = self.0.iter().filter(|diagnostic| diagnostic.is_error()).count();
        let text = rendered(&self.0);
        if errors > 0 {
            return Err(format!("{text}{}; nothing was probed", counted(errors, "error")));
        }
        if !self.0.is_empty() {
            output::complain(text.trim_end());
        }
        Ok(())
    }
}

fn of_documents(
    paths: &[PathBuf],
    options: &ProbeOptions,
    found: &mut Found,
) -> Result<Vec<Journey>, String> {
    let (documents, diagnostics) = documents::read(paths).map_err(|message| format!("error: {message}"))?;
    found.0.extend(diagnostics);
    let names: Vec<&str> = documents.journeys().collect();
    let wanted: Vec<&str> = match options.journeys.as_slice() {
        [] => names.clone(),
        chosen => chosen.iter().map(String::as_str).collect(),
    };
    if wanted.is_empty() {
        // Says what is missing, in the words for a single one.
        return Ok(found
            .take(documents.journey(None, &Inputs::default()))
            .into_iter()
            .collect());
    }
    let secrets = secrets::gather(
        &options.secrets,
        options.secrets_folder.as_deref(),
        &documents.secrets(),
    )?;
    refuse_unknown_args(&documents, &wanted, options)?;
    let journeys = wanted.iter().filter_map(|name| {
        let declared = documents.journey_args(name);
        let given = options
            .args
            .iter()
            .filter(|(arg, _)| wanted.len() == 1 || declared.contains(&arg.as_str()));
        let inputs = Inputs {
            args: given.cloned().collect(),
            secrets: secrets.clone(),
        };
        found.take(documents.journey(Some(name), &inputs))
    });
    Ok(journeys.collect())
}

/// Several journeys have different arguments; one that none of them has is a mistake.
fn refuse_unknown_args(documents: &Documents, wanted: &[&str], options: &ProbeOptions) -> Result<(), String> {
    let is_known = |arg: &str| {
        wanted
            .iter()
            .any(|name| documents.journey_args(name).contains(&arg))
    };
    let unknown = options
        .args
        .iter()
        .find(|(arg, _)| wanted.len() > 1 && !is_known(arg));
    unknown.map_or(Ok(()), |(arg, _)| {
        Err(format!(
            "error: --arg {arg}: none of the journeys has such an argument; nothing was probed"
        ))
    })
}

/// The seed that was given; chance otherwise, so that ids of several commands differ.
fn seed(options: &PaceOptions) -> u128 {
    options.seed.map_or_else(rand::random, u128::from)
}

/// One journey that is asked for often has a thread of its own with an exact timer; many share the runtime.
fn shards(options: &PaceOptions, journeys: usize) -> Shards {
    let is_fast = options.rate.is_some() || options.concurrency.is_some();
    match options.threads {
        Some(threads) => Shards::Threads(threads),
        None if is_fast && journeys == 1 => Shards::Threads(std::num::NonZeroUsize::MIN),
        None => Shards::Here,
    }
}

fn order(
    mut journey: Journey,
    options: &ProbeOptions,
    seed: u128,
    shards: Shards,
    shared: &SharedBudgets,
) -> Result<ProbeOrder, String> {
    let targets = targets(&journey, options)?;
    let pace = &options.pace;
    if let Some(limit) = pace.max_in_flight {
        journey.schedule.in_flight_max = limit.get();
    }
    if let Some(warm_up) = pace.warm_up {
        journey.warm_up = warm_up;
    }
    let (window, lasts) = match (pace.lasts, is_scheduled(pace)) {
        (Some(time), true) => (LONG_WINDOW, Lasts::For(time)),
        (Some(time), false) => (SHORT_WINDOW, Lasts::For(time)),
        (None, _) => {
            // The one run is the result.
            journey.warm_up = 0;
            (SHORT_WINDOW, Lasts::Starts(1))
        }
    };
    let name = |message: String| format!("error: journey `{}`: {message}; nothing was probed", journey.name);
    let connects = options.connect.iter();
    let connect_to = connects
        .map(|connect| (connect.from.clone(), connect.to))
        .collect();
    let credentials = journeys::credentials(&journey, &EnvironmentAndFiles).map_err(name)?;
    let client = client_settings(&journey, &credentials).map_err(|error| name(error.to_string()))?;
    let mut budgets = Budgets::of_document(&journey.budget, targets.len());
    shared.limit(&mut budgets, &targets);
    Ok(ProbeOrder {
        client: ClientSettings { connect_to, ..client },
        credentials,
        targets,
        pace: match (pace.rate, pace.concurrency) {
            (Some(rate), _) => Pace::Rate(rate),
            (None, Some(workers)) => Pace::Closed(workers),
            (None, None) if pace.lasts.is_some() => Pace::Scheduled,
            (None, None) => Pace::Closed(std::num::NonZeroUsize::MIN),
        },
        lasts,
        window,
        aligned_to: None,
        seed,
        shards,
        budgets,
        keeps_totals: true,
        journey: Arc::new(journey),
    })
}

fn is_scheduled(pace: &PaceOptions) -> bool {
    pace.rate.is_none() && pace.concurrency.is_none()
}

/// Who is asked: what the command line says, else what the document says.
fn targets(journey: &Journey, options: &ProbeOptions) -> Result<Vec<Target>, String> {
    let target = |arm: Arm, url: &str| Target {
        arm,
        url: url.trim_end_matches('/').to_owned(),
    };
    if let (Some(canary), Some(stable)) = (&options.canary, &options.stable) {
        let mut targets = vec![target(Arm::Stable, stable), target(Arm::Canary, canary)];
        targets.extend(options.control.as_ref().map(|url| target(Arm::Control, url)));
        return Ok(targets);
    }
    let url = options.target.as_deref().or(journey.target.as_deref());
    // Where each step says itself who is asked, there is nobody else to be told.
    let url = url.or((!journey.needs_target()).then_some(""));
    let url = url.ok_or_else(|| {
        format!(
            "error: journey `{}` has no target; give --target, or --canary and --stable; nothing was probed",
            journey.name
        )
    })?;
    Ok(vec![target(Arm::Stable, url)])
}

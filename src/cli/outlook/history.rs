//! The earlier runs of an analysis in the store of a service: their windows, their verdicts, and how often there are any.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use serin_judge::analysis::plan::Plan;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{PastWindows, Verdict};

use super::basis::Known;
use super::report::as_text;
use super::windows::tells_something;
use crate::config::service;
use crate::store::PastRun;

/// Runs that are counted; the newest.
const RUNS_MAX: usize = 10_000;

/// Runs whose windows are read; the newest. A service changes, and each may have some thousand windows.
const RUNS_READ_MAX: usize = 200;

/// Releases that came in less than this tell nothing of how often they come.
const SPAN_MIN: Duration = Duration::from_secs(24 * 3600);

const WEEK_SECONDS: f64 = 7.0 * 24.0 * 3600.0;

/// What earlier runs say.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct History {
    /// Of the analysis, those under way included.
    pub(super) runs: usize,
    /// Releases that they judged; a run without one counts as one.
    pub(super) releases: usize,
    /// The newest runs, whose windows are planned with.
    pub(super) runs_with_windows: usize,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) promoted: usize,
    pub(super) rolled_back: usize,
    pub(super) inconclusive: usize,
    /// Median time from the start to a promotion.
    #[serde(serialize_with = "as_text")]
    pub(super) promotion_after: Option<Duration>,
    /// `None` when they came in less than a day.
    pub(super) releases_per_week: Option<f64>,
}

/// Reads them, of one service where it is named.
pub(super) async fn read(store: &str, plan: &Plan, service: Option<&str>) -> Result<Known, String> {
    let reader = service::stored_runs(store).await?;
    let fail = |error: &dyn std::fmt::Display| format!("error: {store}: {error}");
    let mut all = reader
        .runs(&plan.name, RUNS_MAX)
        .await
        .map_err(|error| fail(&error))?;
    all.reverse();
    let runs = of_service(all, service).map_err(|error| fail(&error))?;
    if runs.is_empty() {
        return Err(fail(&format!(
            "no run of analysis \"{}\"{}",
            plan.name,
            service.map_or_else(String::new, |service| format!(" for releases of \"{service}\""))
        )));
    }
    let mut windows = PastWindows::of_plan(plan);
    let mut with_windows = 0;
    let newest = &runs[runs.len().saturating_sub(RUNS_READ_MAX)..];
    for run in newest {
        let looks = reader.looks(&run.id).await.map_err(|error| fail(&error))?;
        for look in &looks {
            windows.take(&look.windows);
        }
        with_windows += usize::from(looks.iter().any(|look| !look.windows.is_empty()));
    }
    let past = tells_something(windows.finish(), plan).map_err(|error| {
        fail(&format!(
            "{error}; it has {} runs, whose windows may be older than `retention.windows`",
            runs.len()
        ))
    })?;
    Ok(Known {
        past: Some(past),
        history: Some(History::new(&runs, with_windows)),
    })
}

/// Those of one service: two of them have traffic of two kinds.
fn of_service(runs: Vec<PastRun>, service: Option<&str>) -> Result<Vec<PastRun>, String> {
    if let Some(service) = service {
        let mut runs = runs;
        runs.retain(|run| service_of(run) == service);
        return Ok(runs);
    }
    let services: BTreeSet<&str> = runs.iter().map(service_of).collect();
    if services.len() > 1 {
        let names: Vec<String> = services.iter().map(|name| format!("\"{name}\"")).collect();
        return Err(format!(
            "the analysis has judged releases of {}; say one of them with --service",
            names.join(", ")
        ));
    }
    Ok(runs)
}

/// The part of a release's name before the slash; empty without one.
fn service_of(run: &PastRun) -> &str {
    let parts = run.release.split_once('/');
    parts.map_or("", |(service, _)| service)
}

impl History {
    /// Of at least one run, oldest first.
    fn new(runs: &[PastRun], runs_with_windows: usize) -> Self {
        let mut first_of_release: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for run in runs {
            let release = if run.release.is_empty() {
                &run.id
            } else {
                &run.release
            };
            let _first = first_of_release.entry(release).or_insert(run.started_at);
        }
        let after = |verdict: Verdict| {
            let ended = runs.iter().filter_map(|run| Some((run.started_at, run.ended?)));
            let wanted = ended.filter(move |(_, (_, found))| *found == verdict);
            wanted.map(|(started_at, (at, _))| at.since(started_at))
        };
        let mut promotions: Vec<Duration> = after(Verdict::Promote).collect();
        promotions.sort_unstable();
        let starts = first_of_release.values();
        Self {
            runs: runs.len(),
            releases: first_of_release.len(),
            runs_with_windows,
            from: runs.first().map_or_else(Timestamp::default, |run| run.started_at),
            to: runs.last().map_or_else(Timestamp::default, |run| run.started_at),
            promoted: promotions.len(),
            rolled_back: after(Verdict::Rollback).count(),
            inconclusive: after(Verdict::Inconclusive).count(),
            promotion_after: promotions.get(promotions.len() / 2).copied(),
            releases_per_week: per_week(starts.clone().min(), starts.clone().max(), first_of_release.len()),
        }
    }
}

/// From the first to the last there is one time between two fewer than there are.
fn per_week(first: Option<&Timestamp>, last: Option<&Timestamp>, count: usize) -> Option<f64> {
    let span = last?.since(*first?);
    let between = count.checked_sub(1).filter(|_| span >= SPAN_MIN)? as f64;
    Some(between * WEEK_SECONDS / span.as_secs_f64())
}

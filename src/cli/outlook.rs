//! `serin plan`: before a release, how long an analysis needs and what it can see.

mod basis;
mod history;
mod human;
mod levers;
mod options;
mod report;
mod windows;

use std::process::ExitCode;

use serin_judge::analysis::Diagnostic;
use serin_judge::analysis::plan::{EvidencePolicy, Plan};
use serin_judge::verdict::Outlook;

use super::plan::rendered;
use super::{exit, output};
use crate::config::documents;
use basis::{Basis, Known};
pub use options::OutlookOptions;
use options::Shown;
use report::{Planned, Report};

/// Releases a week when nothing tells.
const DEPLOYS_PER_WEEK: f64 = 10.0;

/// Runs the command.
pub async fn execute(options: &OutlookOptions) -> ExitCode {
    match report(options).await {
        Ok(report) => {
            match options.output {
                Shown::Human => output::print(&human::text(&report)),
                Shown::Json => output::print_json(&report),
            }
            ExitCode::from(exit::GOOD)
        }
        Err(message) => exit::fail(exit::INVALID, &message),
    }
}

async fn report(options: &OutlookOptions) -> Result<Report, String> {
    let plan = plan(options)?;
    let known = match (&options.windows, &options.history) {
        (Some(file), _) => Known {
            past: Some(windows::read(file, &plan)?),
            history: None,
        },
        (None, Some(store)) => history::read(store, &plan, options.service.as_deref()).await?,
        (None, None) => Known::default(),
    };
    let basis = Basis::new(&plan, options, known.past)?;
    let outlooks = basis.outlooks();
    if outlooks.is_empty() {
        return Err(format!(
            "error: analysis \"{}\" has no comparison of errors or latencies to plan with",
            plan.name
        ));
    }
    let history = known.history;
    let deploys_per_week = options
        .deploys_per_week
        .or(history.as_ref().and_then(|history| history.releases_per_week))
        .unwrap_or(DEPLOYS_PER_WEEK);
    // Where evidence goes on over the stages of a release, they share one error; else each run has its own.
    let runs_per_release = match (plan.policy.evidence, &history) {
        (EvidencePolicy::Restart, Some(history)) => history.runs as f64 / history.releases as f64,
        _ => 1.0,
    };
    let errors = plan.policy.false_rollback * runs_per_release;
    Ok(Report {
        analysis: plan.name.clone(),
        requests_per_second: basis.first().requests_per_second,
        canary_weight: basis.first().canary_weight,
        deadline: Some(plan.policy.deadline),
        promotion_after: levers::promotion_after(&outlooks),
        comparisons: outlooks
            .iter()
            .map(|outlook| Planned::new(outlook, &basis))
            .collect(),
        false_rollback: plan.policy.false_rollback,
        deploys_per_week,
        runs_per_release,
        false_rollbacks_per_year: deploys_per_week * 365.25 / 7.0 * errors,
        levers: levers::all(&basis),
        remarks: remarks(&basis, &outlooks),
        history,
    })
}

fn remarks(basis: &Basis, outlooks: &[Outlook]) -> Vec<String> {
    let mut remarks = Vec::new();
    if basis.past.is_some()
        && outlooks
            .iter()
            .all(|outlook| outlook.measured_dispersion().is_none())
    {
        remarks.push(
            "how noisy the service is would be told by an hour of history (lines with \"history\": true), or an hour of windows \
             of at least three instances of stable"
                .to_owned(),
        );
    }
    if basis.takes_a_shape_for_granted(outlooks) {
        remarks.push(format!(
            "latencies are taken as finely counted, with a 99th percentile of {} times the median (--p99-over-p50); recorded \
             windows of the service tell its own",
            basis.first().tail
        ));
    }
    let others = basis.plan.comparisons.len() - outlooks.len();
    if others > 0 {
        remarks.push(format!(
            "not planned: {others} of events or series; a promotion waits for those that are required too"
        ));
    }
    remarks
}

fn plan(options: &OutlookOptions) -> Result<Plan, String> {
    let refusal = |diagnostics: &[Diagnostic]| rendered(diagnostics).trim_end().to_owned();
    let (documents, diagnostics) =
        documents::read(&options.files).map_err(|message| format!("error: {message}"))?;
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(refusal(&diagnostics));
    }
    let args = options.args.iter().cloned().collect();
    let planned = documents.plan(options.name.as_deref(), &args);
    planned.map(|(plan, _)| plan).map_err(|errors| refusal(&errors))
}

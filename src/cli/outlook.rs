//! `serin plan`: before a release, how long an analysis needs and what it can see.

mod human;
mod levers;
mod past;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use serin_judge::analysis::Diagnostic;
use serin_judge::analysis::plan::Plan;
use serin_judge::verdict::{Expected, Outlook};

use super::plan::{key_value, rendered};
use super::{exit, output};
use crate::config::documents;
use levers::Lever;

/// Effects that are told of.
const EFFECTS: [f64; 9] = [1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0];

/// Options of `serin plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    serin plan canary.yaml --rps 200 --canary-weight 5%\n  \
    serin plan canary.yaml --rps 200 --canary-weight 5% --error-rate 0.1% --deploys-per-week 40\n  \
    serin plan canary.yaml --windows last-week.ndjson --canary-weight 10% --output json\n\n\
    Planned are the analysis' comparisons of errors; an effect is the canary's rate of failed requests over stable's. \
    Times are medians from the start of the run. --windows takes lines as `serin compare --windows` does: traffic and \
    error rate come from them, and from those of history how noisy the service is.\n\n\
    Exit codes: 0, or 2 for a document or a recording that cannot be planned with.")]
pub struct OutlookOptions {
    /// The analysis, with whatever it refers to.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Which analysis, when the documents hold several.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A value for one of the analysis' arguments; may be repeated.
    #[arg(long = "arg", value_name = "NAME=VALUE", value_parser = key_value)]
    args: Vec<(String, String)>,
    /// Requests a second of both sides together.
    #[arg(long, value_name = "N", value_parser = rate, required_unless_present = "windows")]
    rps: Option<f64>,
    /// Part of the requests that the canary takes: `5%` or `0.05`.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    canary_weight: f64,
    /// Part of stable's requests that fails; 0.5 % unless given or recorded.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    error_rate: Option<f64>,
    /// How many releases a week are judged.
    #[arg(long, value_name = "N", default_value_t = 10.0, value_parser = rate)]
    deploys_per_week: f64,
    /// Recorded windows of the service, one JSON object a line; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    windows: Option<String>,
    /// How to show the result.
    #[arg(long, value_enum, default_value_t)]
    output: Shown,
}

/// How to show an outlook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Shown {
    /// For people.
    #[default]
    Human,
    /// For programs: one JSON document.
    Json,
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text
        .parse::<f64>()
        .ok()
        .filter(|number| (1e-6..=1e9).contains(number));
    number.ok_or_else(|| "a number above 0 is wanted, at most 1e9".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = text
        .strip_suffix('%')
        .map_or((text, 1.0), |number| (number, 100.0));
    let part = number.trim().parse::<f64>().map(|number| number / scale);
    part.ok()
        .filter(|part| (1e-9..1.0).contains(part))
        .ok_or_else(|| "a share above 0 and below 1 is wanted, such as 5% or 0.05".to_owned())
}

/// Everything that is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    analysis: String,
    requests_per_second: f64,
    canary_weight: f64,
    error_rate: f64,
    /// How many times more the service varies than independent requests, where windows of history tell.
    measured_dispersion: Option<f64>,
    #[serde(serialize_with = "as_text")]
    deadline: Option<Duration>,
    comparisons: Vec<Planned>,
    /// Until every required comparison has shown a canary like stable to be good enough.
    #[serde(serialize_with = "as_text")]
    promotion_after: Option<Duration>,
    false_rollback: f64,
    deploys_per_week: f64,
    /// At most, by the analysis' own probability.
    false_rollbacks_per_year: f64,
    levers: Vec<Lever>,
    remarks: Vec<String>,
}

/// One comparison.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Planned {
    name: String,
    /// Smallest effect that is rolled back by the deadline in at least 80 of 100 runs.
    detectable: Option<f64>,
    effects: Vec<Effect>,
}

/// One effect.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Effect {
    effect: f64,
    rollback_probability: f64,
    #[serde(serialize_with = "as_text")]
    rollback_after: Option<Duration>,
    promotion_probability: f64,
    #[serde(serialize_with = "as_text")]
    promotion_after: Option<Duration>,
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn as_text<S: serde::Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => serializer.serialize_str(&serin_judge::analysis::duration::format(*duration)),
        None => serializer.serialize_none(),
    }
}

/// Runs the command.
#[must_use]
pub fn execute(options: &OutlookOptions) -> ExitCode {
    match report(options) {
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

fn report(options: &OutlookOptions) -> Result<Report, String> {
    let plan = plan(options)?;
    let mut remarks = Vec::new();
    let past = options
        .windows
        .as_ref()
        .map(|file| past::read(file, &plan))
        .transpose()?;
    let expected = Expected {
        requests_per_second: options
            .rps
            .or(past.map(|past| past.requests_per_second))
            .unwrap_or_default(),
        canary_weight: options.canary_weight,
        error_rate: options
            .error_rate
            .or(past.map(|past| past.error_rate))
            .unwrap_or(0.005),
        dispersion: past.and_then(|past| past.dispersion),
    };
    if !(expected.error_rate > 0.0 && expected.error_rate < 1.0 && expected.requests_per_second > 0.0) {
        return Err(format!(
            "error: {} requests a second of which {} fail; say --rps and --error-rate",
            expected.requests_per_second, expected.error_rate
        ));
    }
    if past.is_some_and(|past| past.dispersion.is_none()) {
        remarks.push(
            "an hour of history (lines with \"history\": true) would tell how noisy the service is"
                .to_owned(),
        );
    }
    let outlooks = Outlook::of_plan(&plan, &expected);
    if outlooks.is_empty() {
        return Err(format!(
            "error: analysis \"{}\" has no comparison of errors to plan with",
            plan.name
        ));
    }
    let others = plan.comparisons.len() - outlooks.len();
    if others > 0 {
        remarks.push(format!(
            "{others} comparisons of other kinds than errors are not planned; a promotion waits for them too"
        ));
    }
    Ok(Report {
        analysis: plan.name.clone(),
        requests_per_second: expected.requests_per_second,
        canary_weight: expected.canary_weight,
        error_rate: expected.error_rate,
        measured_dispersion: expected.dispersion,
        deadline: Some(plan.policy.deadline),
        promotion_after: levers::promotion_after(&plan, &outlooks),
        comparisons: outlooks.iter().map(planned).collect(),
        false_rollback: plan.policy.false_rollback,
        deploys_per_week: options.deploys_per_week,
        false_rollbacks_per_year: options.deploys_per_week * 365.25 / 7.0 * plan.policy.false_rollback,
        levers: levers::all(&plan, &expected),
        remarks,
    })
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

fn planned(outlook: &Outlook) -> Planned {
    let effect = |effect: &f64| {
        let told = outlook.at(*effect);
        Effect {
            effect: *effect,
            rollback_probability: told.rollback_probability,
            rollback_after: told.rollback_after,
            promotion_probability: told.promotion_probability,
            promotion_after: told.promotion_after,
        }
    };
    Planned {
        name: outlook.name.clone(),
        detectable: outlook.detectable(),
        effects: EFFECTS.iter().map(effect).collect(),
    }
}

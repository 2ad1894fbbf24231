//! What documents mean: raw types in, the parts of a plan out, every contradiction reported at its place.

mod baseline;
mod checks;
mod comparison;
pub(crate) mod config;
mod journey;
mod kayenta;
mod metric;
mod policy;
mod population;
mod prometheus;
mod provider;
mod rules;
mod secrets;
mod selection;
mod traffic_split;
mod web;

pub(crate) use checks::Checks;
pub(crate) use journey::journey;

use std::collections::HashSet;

use super::documents::{Document, parse};
use super::node::Place;
use super::plan::{Comparison, Kayenta, Metric, Policy, RunStatus};
use super::raw::metric::{DryRun, MeasurementRetention};
use super::raw::{argo, serin};

/// What the documents of one run say.
pub(crate) struct Content {
    pub(crate) metrics: Vec<Metric>,
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) policy: Policy,
    pub(crate) kayenta: Option<Kayenta>,
    pub(crate) terminate: bool,
    pub(crate) status: Option<RunStatus>,
}

/// What Argo's templates and runs have in common.
struct ArgoSpec {
    metrics: Vec<super::raw::metric::Metric<argo::Provider>>,
    dry_run: Vec<DryRun>,
    retention: Vec<MeasurementRetention>,
    terminate: bool,
}

impl From<argo::TemplateSpec> for ArgoSpec {
    fn from(spec: argo::TemplateSpec) -> Self {
        Self {
            metrics: spec.metrics.unwrap_or_default(),
            dry_run: spec.dry_run.unwrap_or_default(),
            retention: spec.measurement_retention.unwrap_or_default(),
            terminate: false,
        }
    }
}

impl From<argo::RunSpec> for ArgoSpec {
    fn from(spec: argo::RunSpec) -> Self {
        Self {
            metrics: spec.metrics,
            dry_run: spec.dry_run.unwrap_or_default(),
            retention: spec.measurement_retention.unwrap_or_default(),
            terminate: spec.terminate.unwrap_or(false),
        }
    }
}

/// Argo's templates, merged, or one of its runs.
pub(crate) fn argo(checks: &mut Checks<'_>, documents: &[Document]) -> Option<Content> {
    let mut metrics = Vec::new();
    let mut rules = rules::Rules::default();
    let mut names = HashSet::new();
    let mut terminate = false;
    for document in documents {
        let json = document.node.to_json();
        let spec: ArgoSpec = if document.kind.is_template() {
            parse::<argo::Document<argo::TemplateSpec>>(document, json, checks.report)?
                .spec
                .into()
        } else {
            parse::<argo::Document<argo::RunSpec>>(document, json, checks.report)?
                .spec
                .into()
        };
        let place = document.place().field("spec");
        for (at, raw) in spec.metrics.iter().enumerate() {
            let place = place.field("metrics").item(at);
            let label = format!("metrics[{}]: ", metrics.len());
            if !names.insert(raw.name.clone()) {
                let found = if documents.len() == 1 {
                    format!("{label}duplicate name '{}'", raw.name)
                } else {
                    format!("two metrics have the same name '{}'", raw.name)
                };
                checks.refuse(
                    &place.field("name"),
                    found,
                    "names that are unique inside the run",
                );
            }
            let mut metric = metric::metric(checks, raw, &place, &label);
            metric.provider = provider::argo(checks, &raw.provider, &place.field("provider"), &label);
            metrics.push(metric);
        }
        rules.dry_run(checks, &spec.dry_run, &place.field("dryRun"));
        rules.retention(checks, &spec.retention, &place.field("measurementRetention"));
        terminate |= spec.terminate;
    }
    if let Some(first) = documents.first().filter(|_| metrics.is_empty()) {
        let place = first.place().field("spec");
        // A template of templates is complete only together with those.
        let templates = place.field("templates").node();
        if !(checks.draft && templates.is_some_and(|templates| !templates.items().is_empty())) {
            checks.refuse(&place, "no metrics specified", "at least one metric");
        }
    }
    rules.apply(checks, &mut metrics);
    Some(Content {
        metrics,
        comparisons: Vec::new(),
        policy: Policy::default(),
        kayenta: None,
        terminate,
        status: documents.first().and_then(|run| status(checks, run)),
    })
}

/// What somebody has already seen of a run; templates have no status.
fn status(checks: &mut Checks<'_>, document: &Document) -> Option<RunStatus> {
    let place = document.place().field("status");
    let node = place.node().filter(|_| !document.kind.is_template())?;
    match serde_json::from_value(node.to_json()) {
        Ok(status) => Some(status),
        Err(error) => {
            checks.refuse(
                &place,
                format!("status: {error}"),
                "a status as Argo's controller writes it",
            );
            None
        }
    }
}

/// Serin's analysis.
pub(crate) fn analysis(checks: &mut Checks<'_>, document: &Document) -> Option<Content> {
    let document_type: serin::Document<serin::AnalysisSpec> =
        parse(document, document.node.to_json(), checks.report)?;
    let spec = document_type.spec;
    let place = document.place().field("spec");
    let kayenta = kayenta::kayenta(checks, &spec, &place);
    let raw_metrics = spec.metrics.unwrap_or_default();
    let raw_comparisons = spec.comparisons.unwrap_or_default();
    if raw_metrics.is_empty() && raw_comparisons.is_empty() {
        checks.refuse(
            &place,
            "neither metrics nor comparisons",
            "at least one metric or comparison",
        );
    }
    let mut names = HashSet::new();
    let mut metrics = Vec::new();
    for (at, raw) in raw_metrics.iter().enumerate() {
        let place = place.field("metrics").item(at);
        let label = format!("metrics[{at}]: ");
        unique(checks, &mut names, &raw.common.name, &place, &label);
        let provider = provider::serin(checks, &raw.common.provider, &place.field("provider"), &label);
        let mut metric = metric::serin(checks, raw, &place, &label);
        metric.provider = provider;
        metrics.push(metric);
    }
    let mut comparisons = Vec::new();
    for (at, raw) in raw_comparisons.iter().enumerate() {
        let place = place.field("comparisons").item(at);
        let label = format!("comparisons[{at}]: ");
        unique(checks, &mut names, &raw.name, &place, &label);
        comparisons.extend(comparison::comparison(checks, raw, &place, &label));
    }
    let mut rules = rules::Rules::default();
    rules.dry_run(checks, &spec.dry_run.unwrap_or_default(), &place.field("dryRun"));
    rules.retention(
        checks,
        &spec.measurement_retention.unwrap_or_default(),
        &place.field("measurementRetention"),
    );
    rules.apply(checks, &mut metrics);
    // One that was refused may have been the one that counts.
    let is_empty = raw_metrics.is_empty() && raw_comparisons.is_empty();
    if !is_empty && comparisons.len() == raw_comparisons.len() {
        refuse_idle(checks, &metrics, &comparisons, &place);
    }
    let raw_policy = spec.verdict.unwrap_or_default();
    let policy = policy::policy(checks, &raw_policy, &place.field("verdict"));
    let is_deadline_open = raw_policy
        .deadline
        .as_deref()
        .is_some_and(|text| checks.is_open(text));
    if comparisons.len() == raw_comparisons.len() && !is_deadline_open {
        for (at, comparison) in comparisons.iter().enumerate() {
            baseline::check_times(checks, comparison, &policy, &place.field("comparisons").item(at));
        }
    }
    Some(Content {
        metrics,
        comparisons,
        policy,
        kayenta,
        terminate: false,
        status: None,
    })
}

/// A release is promoted for a reason: something has to be shown before it is.
fn refuse_idle(checks: &mut Checks<'_>, metrics: &[Metric], comparisons: &[Comparison], place: &Place<'_>) {
    let counts = metrics.iter().any(|metric| !metric.dry_run)
        || comparisons.iter().any(|comparison| comparison.required);
    if !counts {
        let found = match (metrics.is_empty(), comparisons.is_empty()) {
            (true, _) => "no required comparison: nothing could ever promote a release",
            (_, true) => "only metrics that are a dry run: nothing could ever promote a release",
            _ => {
                "no required comparison, and only metrics that are a dry run: nothing could ever promote a release"
            }
        };
        checks.refuse(
            place,
            found,
            "at least one comparison that is `required`, or a metric that is not under `dryRun`",
        );
    }
}

fn unique(checks: &mut Checks<'_>, names: &mut HashSet<String>, name: &str, place: &Place<'_>, label: &str) {
    if name.is_empty() {
        checks.refuse(&place.field("name"), format!("{label}an empty name"), "a name");
    } else if !names.insert(name.to_owned()) {
        let found = format!("{label}duplicate name '{name}'");
        checks.refuse(
            &place.field("name"),
            found,
            "names that are unique among metrics and comparisons",
        );
    }
}

//! What a document means once it is checked: nothing here can be invalid, nothing is looked up again.

mod comparison;
mod driven;
pub mod journey;
mod kayenta;
mod phase;
mod policy;
mod provider;
mod secrets;
mod status;

pub use comparison::{
    Comparison, ComparisonKind, LatencyUnit, Population, Selection, SideSelection, Tolerance, TrafficSplit,
    Weight,
};
pub use driven::{JourneyMetric, JourneyPopulation};
pub use kayenta::{Kayenta, KayentaRole};
pub use phase::Phase;
pub use policy::{AlphaSpending, Dispersion, EvidencePolicy, OnInconclusive, Policy};
pub use provider::{
    PrometheusAccess, PrometheusQuery, Provider, RangeQuery, ScrapeQuery, Secret, WebRequest,
};

pub use secrets::FilledSecrets;
pub use status::{MeasurementStatus, MetricStatus, RunStatus, Summary};

use std::sync::Arc;
use std::time::Duration;

use crate::condition::Condition;

/// Whose rules a document follows where Argo's and Serin's differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `argoproj.io/v1alpha1`: Argo's semantics to the letter.
    Argo,
    /// `serin.dev/v1`.
    Serin,
}

/// One analysis with its arguments filled in, ready to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// `metadata.name`, or the file's name when there is none.
    pub name: String,
    /// Whose rules apply.
    pub dialect: Dialect,
    /// `sha256:` and the hash of the analysis and its arguments: two runs with the same hash judged by the same rules.
    pub config_hash: String,
    /// In the order of the document; names are unique.
    pub metrics: Vec<Metric>,
    /// In the order of the document; names are unique.
    pub comparisons: Vec<Comparison>,
    /// How comparisons and metrics become a verdict.
    pub policy: Policy,
    /// Kayenta's judge, where it is asked.
    pub kayenta: Option<Kayenta>,
    /// Argo's `spec.terminate`: the run is to end at once.
    pub terminate: bool,
    /// `status` of an AnalysisRun that had begun elsewhere: the run goes on from there.
    pub status: Option<RunStatus>,
    /// `spec` of the AnalysisRun that this plan is, as Argo's controller would have made it: placeholders stay, values
    /// of secrets are not in it. Null for Serin's own analyses.
    pub spec: serde_json::Value,
    /// What must be shown nowhere, though it may come back in an answer.
    pub secrets: FilledSecrets,
}

impl Plan {
    /// A plan that asks nothing, to be filled.
    #[must_use]
    pub fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            dialect: Dialect::Serin,
            config_hash: String::new(),
            metrics: Vec::new(),
            comparisons: Vec::new(),
            policy: Policy::default(),
            kayenta: None,
            terminate: false,
            status: None,
            spec: serde_json::Value::Null,
            secrets: FilledSecrets::default(),
        }
    }

    /// The journeys that its metrics and comparisons drive.
    pub fn journeys(&self) -> impl Iterator<Item = &Arc<journey::Journey>> {
        let metrics = self.metrics.iter().filter_map(|metric| match &metric.provider {
            Provider::Journey(metric) => Some(&metric.journey),
            _ => None,
        });
        let comparisons = self.comparisons.iter();
        let comparisons = comparisons.filter_map(|comparison| match &comparison.population {
            Population::Journey(population) => Some(&population.journey),
            _ => None,
        });
        metrics.chain(comparisons)
    }

    /// The files that the documents of its journeys name, each once.
    #[must_use]
    pub fn files(&self) -> Vec<journey::NamedFile> {
        let mut files: Vec<journey::NamedFile> = Vec::new();
        for file in self.journeys().flat_map(|journey| &journey.files) {
            if !files.contains(file) {
                files.push(file.clone());
            }
        }
        files
    }

    /// True when the run ends undecided after `policy.deadline`. Argo's documents know no deadline.
    #[must_use]
    pub fn has_deadline(&self) -> bool {
        self.dialect == Dialect::Serin
    }
}

/// One metric: what to ask, how often, and what the answer means.
#[derive(Clone, Debug)]
pub struct Metric {
    /// Unique inside the plan.
    pub name: String,
    /// From the end of one measurement to the next; `None` measures once.
    pub interval: Option<Duration>,
    /// From the start of the run to the first measurement.
    pub initial_delay: Duration,
    /// Measurements that count (errors do not) until the metric is complete; `None` with an interval is
    /// without end, `None` without one is 1.
    pub count: Option<u32>,
    /// Has to hold for a Successful measurement.
    pub success: Option<Condition>,
    /// Makes a measurement Failed.
    pub failure: Option<Condition>,
    /// Failed measurements that are tolerated; `None` tolerates any number (Argo's -1).
    pub failure_limit: Option<u32>,
    /// Inconclusive measurements that are tolerated.
    pub inconclusive_limit: u32,
    /// Errors in a row that are tolerated.
    pub consecutive_error_limit: u32,
    /// Successes in a row that complete the metric; 0 is off.
    pub consecutive_success_limit: u32,
    /// Measured and shown, never part of the verdict.
    pub dry_run: bool,
    /// Newest measurements that are kept; at least 1.
    pub retention: usize,
    /// How long a failure has to last without a break before it counts; zero counts at once.
    pub failing_for: Duration,
    /// What a Failed metric does to the release.
    pub on_failure: OnFailure,
    /// An absolute limit of the canary: acts at once, reason `slo_guard`.
    pub guard: bool,
    /// Whom to ask.
    pub provider: Provider,
}

impl Metric {
    /// Measurements until the metric is complete: `count`, else 1 without an interval, else without end.
    #[must_use]
    pub fn effective_count(&self) -> Option<u32> {
        self.count
            .or(if self.interval.is_none() { Some(1) } else { None })
    }
}

/// What a Failed metric does to the release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// The verdict is `rollback`.
    #[default]
    Rollback,
    /// The verdict is `inconclusive`: somebody has to look.
    Hold,
}

//! `serin.dev/v1`: Serin's own analysis and what it shares with other kinds.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::comparison::Comparison;
use super::kayenta::{Judge, Kayenta, Shadow};
use super::metric::{self, Argument, DryRun, MeasurementRetention};
use super::provider::Provider;
use super::text::{IntOrString, NumberOrString};

/// A document of Serin.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "what tells documents apart is read before the document's type is known"
)]
pub(crate) struct Document<S> {
    /// Always `serin.dev/v1`.
    api_version: String,
    /// What the document is.
    kind: String,
    /// Its name.
    metadata: Option<Metadata>,
    /// The content.
    pub(crate) spec: S,
}

/// What a document is called.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[expect(
    dead_code,
    reason = "the name is read before the document's type is known; the rest is for other tools"
)]
pub(crate) struct Metadata {
    /// The file's name when left out.
    name: Option<String>,
    /// For people and other tools; Serin does not read them.
    labels: Option<BTreeMap<String, String>>,
    /// For people and other tools; Serin does not read them.
    annotations: Option<BTreeMap<String, String>>,
}

/// Metrics and comparisons that together judge a release.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnalysisSpec {
    /// What is filled in where `{{args.name}}` stands.
    #[expect(
        dead_code,
        reason = "arguments are read before they are filled in, so before this type"
    )]
    args: Option<Vec<Argument>>,
    /// What is measured and put to conditions.
    pub(crate) metrics: Option<Vec<Metric>>,
    /// Where the canary is compared with the stable version.
    pub(crate) comparisons: Option<Vec<Comparison>>,
    /// How evidence becomes a verdict.
    pub(crate) verdict: Option<Verdict>,
    /// Who gives the verdict on the comparisons. Default `serin`.
    pub(crate) judge: Option<Judge>,
    /// Who is asked beside the judge, and decides nothing.
    pub(crate) shadow: Option<Shadow>,
    /// How Kayenta's judge scores, where it is asked.
    pub(crate) kayenta: Option<Kayenta>,
    /// Metrics that never count.
    pub(crate) dry_run: Option<Vec<DryRun>>,
    /// How many measurements are kept.
    pub(crate) measurement_retention: Option<Vec<MeasurementRetention>>,
}

/// Argo's metric and three more fields.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metric {
    /// As in Argo.
    #[serde(flatten)]
    pub(crate) common: metric::Metric<Provider>,
    /// Has to fail for this long without a break to count as failed, such as `5m`.
    #[serde(rename = "for")]
    pub(crate) failing_for: Option<String>,
    /// What a failure does to the release. Default `rollback`.
    pub(crate) on_failure: Option<OnFailure>,
    /// An absolute limit of the canary: acts at once, reason `slo_guard`. Default false.
    pub(crate) guard: Option<bool>,
}

/// What a Failed metric does to the release.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OnFailure {
    /// The verdict is `rollback`.
    Rollback,
    /// The verdict is `inconclusive`: somebody has to look.
    Hold,
}

/// How evidence becomes a verdict.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verdict {
    /// Probability of a false rollback over the whole run, however often it looks. Default 0.01.
    pub(crate) false_rollback: Option<NumberOrString>,
    /// Probability of a false promotion over the whole run. Default 0.05.
    pub(crate) false_promotion: Option<NumberOrString>,
    /// Length of a window. Default 10s.
    pub(crate) window: Option<String>,
    /// Windows that start earlier than this after the start are never judged. Default 2m.
    pub(crate) burn_in: Option<String>,
    /// No promotion earlier than this after the start. Default 5m.
    pub(crate) minimum_duration: Option<String>,
    /// Canary requests before a promotion. Default 500.
    pub(crate) minimum_requests: Option<IntOrString>,
    /// Canary events before a rollback. Default 3.
    pub(crate) minimum_events: Option<IntOrString>,
    /// The run is undecided when this has passed, by the wall clock. Default 30m.
    pub(crate) deadline: Option<String>,
    /// How the rollback error is spent over time. Default `hybrid`.
    pub(crate) alpha_spending: Option<AlphaSpending>,
    /// A new component of evidence starts this often; `0s` never. Default 1m, or the window when that is longer.
    pub(crate) restart_interval: Option<String>,
    /// `auto` (history, else a control, else a default factor), or a factor of at least 1. Default `auto`.
    pub(crate) dispersion: Option<NumberOrString>,
    /// What to do at the deadline when data was fine but not enough. Default `hold`.
    pub(crate) on_inconclusive: Option<OnInconclusive>,
    /// A broken metrics backend never rolls a release back by itself, nor promotes it: there is only `hold`.
    #[expect(dead_code, reason = "it has one value, which is what happens")]
    on_error: Option<OnError>,
    /// What a stage of a release begins with. Default `restart`.
    pub(crate) evidence: Option<Evidence>,
    /// Part (0 to 1) of stable's requests gone wrong at which stable itself counts as unhealthy; 1 is never. Default 0.2.
    pub(crate) stable_error_limit: Option<NumberOrString>,
}

/// How the rollback error is spent over time.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlphaSpending {
    /// Half on continuous looks, half on one test at the deadline.
    Hybrid,
    /// All on continuous looks.
    Anytime,
    /// Lan-DeMets spending of O'Brien-Fleming's shape.
    ObrienFleming,
}

/// What a stage of a release begins with.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Evidence {
    /// With nothing: `falseRollback` and `falsePromotion` hold for each stage.
    Restart,
    /// With what the stages before it have gathered: they hold for the release, and later stages promote sooner.
    Carry,
}

/// What to do at the deadline when data was fine but not enough.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OnInconclusive {
    /// `inconclusive`.
    Hold,
    /// `rollback`.
    Rollback,
    /// `promote`.
    Promote,
}

/// What a broken metrics backend does.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OnError {
    /// `inconclusive`.
    Hold,
}

//! `*.test.yaml`: unit tests of analyses.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::analysis::plan::Phase;

/// Unit tests of analyses: scripted answers in, expected verdicts out.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct TestFile {
    /// Files or folders of analyses, relative to this file.
    pub(crate) analyses: Option<Vec<String>>,
    /// Analyses in this file itself.
    #[expect(dead_code, reason = "they are read as the documents that they are")]
    documents: Option<Vec<BTreeMap<String, Value>>>,
    /// The tests.
    pub(crate) tests: Vec<Test>,
}

/// One run of an analysis on a simulated clock.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Test {
    /// What it is about.
    pub(crate) name: String,
    /// Which analysis; may be left out when there is only one. Several Argo templates are merged, as for a Rollout.
    pub(crate) analysis: Option<Names>,
    /// Values of the analysis' arguments.
    pub(crate) args: Option<BTreeMap<String, String>>,
    /// Values of secrets by `name/key`.
    pub(crate) secrets: Option<BTreeMap<String, String>>,
    /// What each metric's provider answers, in order; after the end the last answer repeats. An empty list never
    /// answers; a metric that is not listed has a provider that does not work.
    pub(crate) metrics: Option<BTreeMap<String, Vec<Answer>>>,
    /// What each comparison's sources count, in order, one entry a window; after the end no more windows come.
    pub(crate) windows: Option<BTreeMap<String, Vec<Window>>>,
    /// When somebody stops the run, such as `10m`.
    pub(crate) terminate_at: Option<String>,
    /// What has to come out; what is not given is not looked at.
    pub(crate) expect: Option<Expect>,
}

/// One name, or several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Names {
    /// The only one.
    One(String),
    /// Argo templates, in the order of merging.
    Several(Vec<String>),
}

/// What a provider answers: a `value`, an `error`, or, where providers give one themselves, a `phase`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Answer {
    /// As the metric's provider gives it: numbers for prometheus, JSON for web. `"NaN"`, `"+Inf"` and `.nan` are numbers.
    #[expect(
        dead_code,
        reason = "read from the document, where numbers need not be finite"
    )]
    value: Option<Value>,
    /// Why there is no value.
    pub(crate) error: Option<String>,
    /// Of providers that give a phase themselves: job, kayenta, plugin.
    pub(crate) phase: Option<Phase>,
    /// How often in a row. Default 1.
    pub(crate) times: Option<i64>,
    /// Simulated time until the answer is there, such as `2s`. Default 0s.
    pub(crate) took: Option<String>,
}

/// What one window of a comparison counted; a side that is left out is missing data.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Window {
    /// The new version's side.
    pub(crate) canary: Option<Side>,
    /// The trusted version's side.
    pub(crate) stable: Option<Side>,
    /// Why neither side could be read.
    pub(crate) error: Option<String>,
    /// How many such windows in a row. Default 1.
    pub(crate) times: Option<i64>,
}

/// What was seen of one side, of the comparison's kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Side {
    /// Of `errors`: requests.
    pub(crate) total: Option<u64>,
    /// Of `errors`: those that went wrong.
    pub(crate) bad: Option<u64>,
    /// Of `events`: how many.
    pub(crate) events: Option<u64>,
    /// Of `events`: what they are counted against.
    pub(crate) exposure: Option<f64>,
    /// Of `latency`: `[[upperBoundMs, count], ...]`, each bucket for itself; `"+Inf"` is the bound of the last one.
    #[expect(dead_code, reason = "read from the document, where bounds need not be finite")]
    histogram: Option<Value>,
    /// Of `latency`: requests that were given up. Default 0.
    pub(crate) timeouts: Option<u64>,
    /// Of `series`: the mean of the measured value.
    pub(crate) value: Option<f64>,
}

/// What has to come out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Expect {
    /// The run's phase; Running when the run would go on for ever.
    pub(crate) phase: Option<Phase>,
    /// The verdict.
    #[schemars(extend("enum" = VERDICTS))]
    pub(crate) verdict: Option<String>,
    /// Reasons that the verdict has, among others.
    pub(crate) reasons: Option<Vec<ReasonWord>>,
    /// The run's message in Argo's words; for verdicts that Argo does not know, the summary.
    pub(crate) message: Option<String>,
    /// Simulated time from start to end, such as `4m8s`.
    pub(crate) at: Option<String>,
    /// By metric.
    pub(crate) metrics: Option<BTreeMap<String, ExpectMetric>>,
    /// By comparison.
    pub(crate) comparisons: Option<BTreeMap<String, ExpectComparison>>,
    /// Metrics that count, by their phase, as Argo counts them.
    pub(crate) run_summary: Option<ExpectSummary>,
    /// Metrics of a dry run, by their phase, as Argo counts them.
    pub(crate) dry_run_summary: Option<ExpectSummary>,
}

/// Words of the public format.
pub(crate) const VERDICTS: [&str; 4] = ["continue", "promote", "rollback", "inconclusive"];

/// Words of the public format.
pub(crate) const REASONS: [&str; 19] = [
    "regression_detected",
    "metric_failed",
    "slo_guard",
    "non_inferiority_shown",
    "metrics_successful",
    "insufficient_data",
    "missing_data",
    "no_baseline",
    "deadline_reached",
    "stable_unhealthy",
    "traffic_split_mismatch",
    "suspect_pod",
    "metric_inconclusive",
    "provider_error",
    "stopped",
    "overridden",
    "uncalibrated_dispersion",
    "unprotected_baseline",
    "prober_overloaded",
];

/// Words of the public format.
pub(crate) const DECISIONS: [&str; 3] = ["regressed", "noninferior", "undecided"];

/// Why a verdict fell.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(extend("enum" = REASONS))]
pub(crate) struct ReasonWord(pub(crate) String);

/// What one metric has to come to.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExpectMetric {
    /// Its phase.
    pub(crate) phase: Option<Phase>,
    /// Its message, as Argo writes it into `metricResults`.
    pub(crate) message: Option<String>,
    /// Measurements that count: all but errors.
    pub(crate) count: Option<u64>,
    /// Successful ones.
    pub(crate) successful: Option<u64>,
    /// Failed ones.
    pub(crate) failed: Option<u64>,
    /// Inconclusive ones.
    pub(crate) inconclusive: Option<u64>,
    /// Those without a value.
    pub(crate) error: Option<u64>,
    /// Errors at the end of the row.
    pub(crate) consecutive_error: Option<u64>,
    /// Successes at the end of the row.
    pub(crate) consecutive_success: Option<u64>,
    /// Phases of the measurements that are kept, oldest first.
    pub(crate) measurements: Option<Vec<Phase>>,
}

/// What one comparison has to come to.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct ExpectComparison {
    /// Its decision.
    #[schemars(extend("enum" = DECISIONS))]
    pub(crate) decision: Option<String>,
}

/// How many metrics have ended in which phase.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct ExpectSummary {
    /// All of them.
    pub(crate) count: Option<u64>,
    /// Successful ones.
    pub(crate) successful: Option<u64>,
    /// Failed ones.
    pub(crate) failed: Option<u64>,
    /// Inconclusive ones.
    pub(crate) inconclusive: Option<u64>,
    /// Those in Error.
    pub(crate) error: Option<u64>,
}

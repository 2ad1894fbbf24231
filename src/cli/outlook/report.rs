//! What is told.

use std::time::Duration;

use serde::Serialize;
use serin_judge::analysis::plan::ComparisonKind;
use serin_judge::verdict::Outlook;

use super::basis::Basis;
use super::history::History;
use super::levers::Lever;

/// Ratios of error rates that are told of.
const ERROR_EFFECTS: [f64; 9] = [1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0];

/// Slow-downs that are told of.
const LATENCY_EFFECTS: [f64; 9] = [1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5, 2.0, 3.0];

/// Everything.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) analysis: String,
    pub(super) requests_per_second: f64,
    pub(super) canary_weight: f64,
    #[serde(serialize_with = "as_text")]
    pub(super) deadline: Option<Duration>,
    pub(super) comparisons: Vec<Planned>,
    /// Until every required comparison has shown a canary like stable to be good enough.
    #[serde(serialize_with = "as_text")]
    pub(super) promotion_after: Option<Duration>,
    pub(super) false_rollback: f64,
    pub(super) deploys_per_week: f64,
    /// Runs that each have an error of their own.
    pub(super) runs_per_release: f64,
    /// At most, by the analysis' own probability.
    pub(super) false_rollbacks_per_year: f64,
    pub(super) levers: Vec<Lever>,
    pub(super) remarks: Vec<String>,
    /// Where earlier runs are planned with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<History>,
}

/// One comparison.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Planned {
    pub(super) name: String,
    /// `errors` or `latency`.
    pub(super) kind: &'static str,
    /// Part of stable's requests that fails, of errors.
    pub(super) error_rate: Option<f64>,
    /// Stable's median, of latencies that were recorded.
    pub(super) p50_ms: Option<f64>,
    /// Stable's 99th percentile.
    pub(super) p99_ms: Option<f64>,
    /// How many times more the service varies than independent requests, where windows tell.
    pub(super) measured_dispersion: Option<f64>,
    /// Smallest effect that is rolled back by the deadline in at least 80 of 100 runs.
    pub(super) detectable: Option<f64>,
    pub(super) effects: Vec<Effect>,
}

/// One effect.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Effect {
    pub(super) effect: f64,
    pub(super) rollback_probability: f64,
    #[serde(serialize_with = "as_text")]
    pub(super) rollback_after: Option<Duration>,
    pub(super) promotion_probability: f64,
    #[serde(serialize_with = "as_text")]
    pub(super) promotion_after: Option<Duration>,
}

impl Planned {
    pub(super) fn new(outlook: &Outlook, basis: &Basis) -> Self {
        let is_latency = outlook.kind == ComparisonKind::Latency;
        let effects = if is_latency {
            LATENCY_EFFECTS
        } else {
            ERROR_EFFECTS
        };
        let quantiles = basis.quantiles_ms(&outlook.name);
        Self {
            name: outlook.name.clone(),
            kind: if is_latency { "latency" } else { "errors" },
            error_rate: (!is_latency).then(|| basis.of(&outlook.name).error_rate),
            p50_ms: quantiles.map(|[median, _]| median),
            p99_ms: quantiles.map(|[_, high]| high),
            measured_dispersion: outlook.measured_dispersion(),
            detectable: outlook.detectable(),
            effects: effects
                .iter()
                .map(|effect| Effect::new(outlook, *effect))
                .collect(),
        }
    }
}

impl Effect {
    fn new(outlook: &Outlook, effect: f64) -> Self {
        let told = outlook.at(effect);
        Self {
            effect,
            rollback_probability: told.rollback_probability,
            rollback_after: told.rollback_after,
            promotion_probability: told.promotion_probability,
            promotion_after: told.promotion_after,
        }
    }
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
pub(super) fn as_text<S: serde::Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => serializer.serialize_str(&serin_judge::analysis::duration::format(*duration)),
        None => serializer.serialize_none(),
    }
}

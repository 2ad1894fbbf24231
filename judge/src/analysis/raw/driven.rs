//! Journeys that an analysis drives.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::IntOrString;

/// Runs of a synthetic journey as a metric: `result.failed`, `result.p95Ms`, `result.steps.login.p99Ms` and more.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct JourneyMetric {
    /// `metadata.name` of a Journey among the documents.
    pub(crate) name: String,
    /// Base URL of what is driven. Default: the journey's own.
    pub(crate) target: Option<String>,
    /// Values of the journey's arguments.
    pub(crate) args: Option<BTreeMap<String, String>>,
    /// Runs of one measurement, 1 to 10000. Default 1.
    pub(crate) runs: Option<IntOrString>,
    /// From one planned start to the next. Default: the journey's `schedule.interval`.
    pub(crate) every: Option<String>,
}

/// A synthetic journey that drives both sides, in pairs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct JourneySides {
    /// `metadata.name` of a Journey among the documents.
    pub(crate) name: String,
    /// One step of it; the whole run when left out.
    pub(crate) step: Option<String>,
    /// Base URL of the canary.
    pub(crate) canary: String,
    /// Base URL of the stable side.
    pub(crate) stable: String,
    /// Base URL of another instance of stable, for an A/A control: how much two sides differ that are the same. It
    /// calibrates `dispersion` when there is no history.
    pub(crate) control: Option<String>,
    /// Values of the journey's arguments.
    pub(crate) args: Option<BTreeMap<String, String>>,
}

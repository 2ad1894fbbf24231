//! `status` of an AnalysisRun, as Argo's controller writes it and reads it again.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::Phase;
use crate::time::Timestamp;

/// `status` of an AnalysisRun. Times have whole seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunStatus {
    /// Pending when nothing has happened.
    #[serde(deserialize_with = "phase")]
    pub phase: Phase,
    /// Why the phase is what it is; set when it becomes final.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub message: String,
    /// In the order of the spec.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub metric_results: Vec<MetricStatus>,
    /// When the first measurements were there; `initialDelay` counts from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// Metrics that count, by their phase.
    #[serde(deserialize_with = "or_default")]
    pub run_summary: Summary,
    /// Metrics of a dry run, by their phase.
    #[serde(deserialize_with = "or_default")]
    pub dry_run_summary: Summary,
    /// When the phase became final.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
}

/// How many metrics there are, and how many have ended in which phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Summary {
    /// All of them.
    #[serde(skip_serializing_if = "is_zero")]
    pub count: u32,
    /// Successful ones.
    #[serde(skip_serializing_if = "is_zero")]
    pub successful: u32,
    /// Failed ones.
    #[serde(skip_serializing_if = "is_zero")]
    pub failed: u32,
    /// Inconclusive ones.
    #[serde(skip_serializing_if = "is_zero")]
    pub inconclusive: u32,
    /// Those in Error.
    #[serde(skip_serializing_if = "is_zero")]
    pub error: u32,
}

/// One metric's part of a [`RunStatus`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MetricStatus {
    /// From the spec.
    pub name: String,
    /// As far as it has been assessed.
    #[serde(deserialize_with = "phase")]
    pub phase: Phase,
    /// The newest ones, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub measurements: Vec<MeasurementStatus>,
    /// That of the newest measurement when the phase changed; for a dry run what would have been said.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub message: String,
    /// Successful + failed + inconclusive.
    #[serde(skip_serializing_if = "is_zero")]
    pub count: u32,
    /// Successful measurements.
    #[serde(skip_serializing_if = "is_zero")]
    pub successful: u32,
    /// Failed measurements.
    #[serde(skip_serializing_if = "is_zero")]
    pub failed: u32,
    /// Inconclusive measurements.
    #[serde(skip_serializing_if = "is_zero")]
    pub inconclusive: u32,
    /// Measurements without a value.
    #[serde(skip_serializing_if = "is_zero")]
    pub error: u32,
    /// Errors since the last measurement that was none.
    #[serde(skip_serializing_if = "is_zero")]
    pub consecutive_error: u32,
    /// Never part of the verdict.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Facts of the provider about the metric, such as the resolved query.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "or_default")]
    pub metadata: BTreeMap<String, String>,
    /// Successes since the last measurement that was none.
    #[serde(skip_serializing_if = "is_zero")]
    pub consecutive_success: u32,
}

/// One measurement of a [`MetricStatus`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MeasurementStatus {
    /// Running until it is finished.
    #[serde(deserialize_with = "phase")]
    pub phase: Phase,
    /// Why it is an Error.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub message: String,
    /// When the provider was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it had answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// As the provider gave it.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub value: String,
    /// Further facts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "or_default")]
    pub metadata: BTreeMap<String, String>,
    /// When an unfinished one is to be looked at again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_at: Option<Timestamp>,
}

impl RunStatus {
    /// The newest instant that it tells of.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        let measured = self.metric_results.iter().flat_map(|result| &result.measurements);
        measured
            .flat_map(|measurement| [measurement.started_at, measurement.finished_at])
            .chain([self.started_at, self.completed_at])
            .flatten()
            .max()
    }
}

impl MeasurementStatus {
    /// Nobody has said how it ended.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.finished_at.is_none() && !self.phase.is_final()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Kubernetes writes null where nothing is.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// An empty phase is one that has not been assessed.
fn phase<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Phase, D::Error> {
    match Option::<String>::deserialize(deserializer)?.as_deref() {
        None | Some("") => Ok(Phase::Pending),
        Some(text) => Phase::deserialize(serde::de::value::StrDeserializer::<D::Error>::new(text)),
    }
}

//! Metrics and arguments, which Argo's documents and Serin's share.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::text::IntOrString;

/// One metric: what to ask, how often, and what the answer means.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metric<P> {
    /// Unique inside the analysis.
    pub(crate) name: String,
    /// From the end of one measurement to the next, such as `30s`; without it the metric is measured once.
    pub(crate) interval: Option<String>,
    /// From the start of the run to the first measurement.
    pub(crate) initial_delay: Option<String>,
    /// Measurements until the metric is complete; errors do not count. Without it, and with an interval, it has no end.
    pub(crate) count: Option<IntOrString>,
    /// Has to hold for a Successful measurement, such as `result[0] >= 0.95`.
    pub(crate) success_condition: Option<String>,
    /// Makes a measurement Failed.
    pub(crate) failure_condition: Option<String>,
    /// Failed measurements that are tolerated; -1 tolerates any number. Default 0.
    pub(crate) failure_limit: Option<IntOrString>,
    /// Inconclusive measurements that are tolerated. Default 0.
    pub(crate) inconclusive_limit: Option<IntOrString>,
    /// Errors in a row that are tolerated. Default 4.
    pub(crate) consecutive_error_limit: Option<IntOrString>,
    /// Successes in a row that complete the metric; 0, the default, is off.
    pub(crate) consecutive_success_limit: Option<IntOrString>,
    /// Whom to ask: exactly one.
    pub(crate) provider: P,
}

/// A value that is filled in where `{{args.name}}` stands.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Argument {
    /// The name behind `args.`.
    pub(crate) name: String,
    /// The default; without one it has to be given.
    pub(crate) value: Option<String>,
    /// Where else the value comes from.
    pub(crate) value_from: Option<ValueFrom>,
}

/// Where an argument's value comes from.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ValueFrom {
    /// A key of a secret.
    pub(crate) secret_key_ref: Option<SecretKeyRef>,
    /// A field of the Rollout; outside of a Rollout the value has to be given.
    pub(crate) field_ref: Option<FieldRef>,
}

/// A key of a secret.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
pub(crate) struct SecretKeyRef {
    /// The secret's name.
    pub(crate) name: String,
    /// The key inside it.
    pub(crate) key: String,
}

/// A field of a Kubernetes object.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldRef {
    /// Such as `metadata.labels['app']`.
    pub(crate) field_path: String,
}

/// Metrics that are measured and shown but never part of the verdict.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DryRun {
    /// A regular expression that is found in the names of those metrics; `.*` is all.
    pub(crate) metric_name: String,
}

/// How many measurements of some metrics are kept.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MeasurementRetention {
    /// A regular expression that is found in the names of those metrics.
    pub(crate) metric_name: String,
    /// The newest measurements that are kept; 0 and less is the default of 10.
    pub(crate) limit: i64,
}

/// Providers whose documents are read but which are not built in: a measurement with one is an Error that names it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "their keys and docs make the schema; which one is given is read from the document"
)]
pub(crate) struct Unavailable {
    /// Kayenta's canary analysis. Not built in.
    kayenta: Option<Value>,
    /// Datadog. Not built in.
    datadog: Option<Value>,
    /// Wavefront. Not built in.
    wavefront: Option<Value>,
    /// New Relic. Not built in.
    new_relic: Option<Value>,
    /// A Kubernetes Job. Not built in.
    job: Option<Value>,
    /// Amazon CloudWatch. Not built in.
    cloud_watch: Option<Value>,
    /// Graphite. Not built in.
    graphite: Option<Value>,
    /// InfluxDB. Not built in.
    influxdb: Option<Value>,
    /// Apache SkyWalking. Not built in.
    skywalking: Option<Value>,
    /// A plugin of Argo Rollouts. Not built in.
    plugin: Option<Value>,
}

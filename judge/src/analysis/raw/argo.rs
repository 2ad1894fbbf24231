//! `argoproj.io/v1alpha1`: the documents of Argo Rollouts, as its CRDs describe them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::metric::{Argument, DryRun, MeasurementRetention, Metric, Unavailable};

/// A document of Argo Rollouts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "what Kubernetes writes into a document is accepted and has no meaning here"
)]
pub(crate) struct Document<S> {
    /// Always `argoproj.io/v1alpha1`.
    api_version: String,
    /// What the document is.
    kind: String,
    /// Name, labels and whatever else Kubernetes keeps there; only `name` is read.
    metadata: Option<Map<String, Value>>,
    /// The content.
    pub(crate) spec: S,
    /// What a controller wrote; not read.
    status: Option<Value>,
}

/// Metrics that are measured together, with arguments.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TemplateSpec {
    /// What is measured; may be left out when `templates` name it.
    pub(crate) metrics: Option<Vec<Metric<Provider>>>,
    /// What is filled in where `{{args.name}}` stands.
    #[expect(
        dead_code,
        reason = "arguments are read before they are filled in, so before this type"
    )]
    args: Option<Vec<Argument>>,
    /// Metrics that never count.
    pub(crate) dry_run: Option<Vec<DryRun>>,
    /// How many measurements are kept.
    pub(crate) measurement_retention: Option<Vec<MeasurementRetention>>,
    /// Templates whose metrics are measured too.
    #[expect(dead_code, reason = "references are followed before this type is made")]
    templates: Option<Vec<TemplateRef>>,
}

/// Another template, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "references are followed before this type is made")]
pub(crate) struct TemplateRef {
    /// `metadata.name` of the other template.
    template_name: String,
    /// Whether it is a ClusterAnalysisTemplate. Default false.
    cluster_scope: Option<bool>,
}

/// One execution of metrics.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunSpec {
    /// What is measured.
    pub(crate) metrics: Vec<Metric<Provider>>,
    /// What is filled in where `{{args.name}}` stands.
    #[expect(
        dead_code,
        reason = "arguments are read before they are filled in, so before this type"
    )]
    args: Option<Vec<Argument>>,
    /// Metrics that never count.
    pub(crate) dry_run: Option<Vec<DryRun>>,
    /// How many measurements are kept.
    pub(crate) measurement_retention: Option<Vec<MeasurementRetention>>,
    /// The run is to end at once.
    pub(crate) terminate: Option<bool>,
    /// When Kubernetes deletes the object; without a meaning for Serin, which keeps runs by its own settings.
    #[expect(
        dead_code,
        reason = "accepted unmodified; what it governs does not exist here"
    )]
    ttl_strategy: Option<TtlStrategy>,
}

/// When Kubernetes deletes a completed AnalysisRun.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "accepted unmodified; what it governs does not exist here"
)]
pub(crate) struct TtlStrategy {
    /// After any completion.
    seconds_after_completion: Option<i64>,
    /// After a failure.
    seconds_after_failure: Option<i64>,
    /// After a success.
    seconds_after_success: Option<i64>,
}

/// Whom to ask: exactly one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Provider {
    /// A PromQL query.
    pub(crate) prometheus: Option<Prometheus>,
    /// Any HTTP endpoint.
    pub(crate) web: Option<Web>,
    #[expect(dead_code, reason = "which one is given is read from the document")]
    #[serde(flatten)]
    unavailable: Unavailable,
}

/// A PromQL query.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Prometheus {
    /// With scheme and host; the configured one when left out.
    pub(crate) address: Option<String>,
    /// PromQL.
    pub(crate) query: Option<String>,
    /// Seconds; 30 when left out.
    pub(crate) timeout: Option<i64>,
    /// Certificates are not verified.
    pub(crate) insecure: Option<bool>,
    /// Sent with every request.
    pub(crate) headers: Option<Vec<Header>>,
    /// Makes it a range query.
    pub(crate) range_query: Option<RangeQuery>,
    /// How to log in.
    pub(crate) authentication: Option<Authentication>,
}

/// The range of a range query.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct RangeQuery {
    /// An expression that yields a time, such as `now() - duration("1h")`.
    pub(crate) start: String,
    /// An expression that yields a time, such as `now()`.
    pub(crate) end: String,
    /// Resolution, such as `1m`.
    pub(crate) step: String,
}

/// A header of a request.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Header {
    /// Its name.
    pub(crate) key: String,
    /// Its value.
    pub(crate) value: String,
}

/// How to log in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Authentication {
    /// User and password.
    pub(crate) basic_auth: Option<BasicAuth>,
    /// Client credentials. Not supported by this version.
    pub(crate) oauth2: Option<Value>,
    /// Amazon's signatures. Not supported by this version.
    pub(crate) sigv4: Option<Value>,
}

/// User and password.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct BasicAuth {
    /// The user.
    pub(crate) username: Option<String>,
    /// The password.
    pub(crate) password: Option<String>,
}

/// Any HTTP endpoint.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Web {
    /// `GET` when left out.
    pub(crate) method: Option<String>,
    /// Absolute.
    pub(crate) url: String,
    /// Sent as given.
    pub(crate) headers: Option<Vec<Header>>,
    /// Sent as given; not with GET.
    pub(crate) body: Option<String>,
    /// Sent as compact JSON; not with GET, not with `body`.
    pub(crate) json_body: Option<Value>,
    /// Seconds; 10 when left out or not above 0.
    pub(crate) timeout_seconds: Option<i64>,
    /// Kubernetes' dialect, such as `{$.data.ok}`; all of the answer when left out.
    pub(crate) json_path: Option<String>,
    /// Certificates are not verified.
    pub(crate) insecure: Option<bool>,
    /// How to log in; nothing of it is supported by this version.
    pub(crate) authentication: Option<Authentication>,
}

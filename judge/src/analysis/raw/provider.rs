//! Where values come from in Serin's documents: Argo's providers with more ways to log in, and Serin's own.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::argo::RangeQuery;
use super::driven::JourneyMetric;
use super::metric::Unavailable;
use super::text::{Addresses, IntOrString, SecretSource, TextOrSecret};

/// Whom to ask: exactly one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Provider {
    /// A PromQL query.
    pub(crate) prometheus: Option<PrometheusQuery>,
    /// Any HTTP endpoint.
    pub(crate) web: Option<Web>,
    /// Series read from `/metrics` endpoints directly.
    pub(crate) scrape: Option<Scrape>,
    /// Runs of a synthetic journey.
    pub(crate) journey: Option<JourneyMetric>,
    #[expect(dead_code, reason = "which one is given is read from the document")]
    #[serde(flatten)]
    unavailable: Unavailable,
}

/// How to reach a Prometheus.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrometheusAccess {
    /// With scheme and host; the configured one when left out.
    pub(crate) address: Option<String>,
    /// Sent with every request.
    pub(crate) headers: Option<Vec<Header>>,
    /// Sent as `Authorization: Bearer`.
    pub(crate) bearer: Option<SecretSource>,
    /// User and password.
    pub(crate) basic: Option<Basic>,
    /// Of one query, such as `5s`; a number is seconds. Default 30s.
    pub(crate) timeout: Option<IntOrString>,
    /// Certificates are not verified. Default false.
    pub(crate) insecure: Option<bool>,
    /// Path of a PEM file of further trusted roots.
    pub(crate) ca: Option<String>,
}

/// User and password.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Basic {
    /// The user.
    pub(crate) username: TextOrSecret,
    /// The password.
    pub(crate) password: SecretSource,
}

/// A header of a request, with `name` or (as in Argo) `key`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Header {
    /// Its name.
    pub(crate) name: Option<String>,
    /// Argo's word for `name`.
    pub(crate) key: Option<String>,
    /// Its value.
    pub(crate) value: TextOrSecret,
}

/// A PromQL query.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrometheusQuery {
    /// Where.
    #[serde(flatten)]
    pub(crate) access: PrometheusAccess,
    /// PromQL.
    pub(crate) query: String,
    /// Makes it a range query.
    pub(crate) range_query: Option<RangeQuery>,
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
    /// Seconds; 10 when left out.
    pub(crate) timeout_seconds: Option<i64>,
    /// Kubernetes' dialect, such as `{$.data.ok}`; all of the answer when left out.
    pub(crate) json_path: Option<String>,
    /// Certificates are not verified. Default false.
    pub(crate) insecure: Option<bool>,
}

/// Current values of series on `/metrics` endpoints.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Scrape {
    /// URLs of `/metrics` endpoints.
    pub(crate) addresses: Addresses,
    /// A PromQL series selector.
    pub(crate) series: String,
    /// Of one scrape. Default 5s.
    pub(crate) timeout: Option<String>,
}

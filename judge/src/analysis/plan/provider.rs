//! Where values come from, and how to get there.

use std::time::Duration;

use super::JourneyMetric;

/// Where a metric's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// A PromQL query.
    Prometheus(PrometheusQuery),
    /// Any HTTP endpoint.
    Web(WebRequest),
    /// Series read from `/metrics` endpoints directly.
    Scrape(ScrapeQuery),
    /// Runs of a synthetic journey.
    Journey(JourneyMetric),
    /// A provider this build does not have: every measurement is an Error that names it.
    Unavailable {
        /// Its key in the document, such as `datadog`.
        kind: String,
    },
}

impl Provider {
    /// Its key in the document.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Prometheus(_) => "prometheus",
            Self::Web(_) => "web",
            Self::Scrape(_) => "scrape",
            Self::Journey(_) => "journey",
            Self::Unavailable { kind } => kind,
        }
    }

    /// Gives a phase itself instead of a value for conditions, and takes its time: nobody waits for it, and it can be
    /// terminated.
    #[must_use]
    pub fn is_asynchronous(&self) -> bool {
        matches!(self.kind(), "job" | "kayenta" | "plugin")
    }
}

/// A value that must not be shown, by where it is to be found.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// An environment variable.
    Env(String),
    /// A file; trailing line ends are cut off.
    File(String),
    /// The value itself, as it stood in the document.
    Value(String),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(formatter, "Env({name})"),
            Self::File(path) => write!(formatter, "File({path})"),
            Self::Value(_) => formatter.write_str("Value(*****)"),
        }
    }
}

/// How to reach a Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrometheusAccess {
    /// With scheme and host; `None` takes the configured one.
    pub address: Option<String>,
    /// Sent with every request.
    pub headers: Vec<(String, Secret)>,
    /// `Authorization: Bearer`.
    pub bearer: Option<Secret>,
    /// User and password.
    pub basic: Option<(Secret, Secret)>,
    /// Of one query; 30 s when the document does not say.
    pub timeout: Option<Duration>,
    /// Certificates are not verified.
    pub insecure: bool,
    /// Path of a PEM file of further trusted roots.
    pub ca: Option<String>,
}

/// A PromQL query as a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrometheusQuery {
    /// Where.
    pub access: PrometheusAccess,
    /// PromQL.
    pub query: String,
    /// A range query when given.
    pub range: Option<RangeQuery>,
}

/// The range of a range query; start and end are expressions that yield a time, evaluated at each measurement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeQuery {
    /// Such as `now() - duration("1h")`.
    pub start: String,
    /// Such as `now()`.
    pub end: String,
    /// Resolution.
    pub step: Duration,
}

/// One HTTP request as a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebRequest {
    /// `GET` when the document does not say.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// Sent as given.
    pub headers: Vec<(String, Secret)>,
    /// Sent as given; never with GET.
    pub body: Option<String>,
    /// Sent as compact JSON with its content type; never with GET, never with `body`.
    pub json_body: Option<serde_json::Value>,
    /// Kubernetes' dialect, such as `{$.data.ok}`; `{$}` is the whole.
    pub json_path: String,
    /// Of the whole exchange; 10 s when the document does not say.
    pub timeout: Duration,
    /// Certificates are not verified.
    pub insecure: bool,
}

/// Current values of series on `/metrics` endpoints as a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScrapeQuery {
    /// URLs of `/metrics` endpoints; at least one.
    pub addresses: Vec<String>,
    /// A PromQL series selector, such as `process_resident_memory_bytes{job="api"}`.
    pub series: String,
    /// Of one scrape.
    pub timeout: Duration,
}

//! The checked settings of a Serin.

use super::plan::PrometheusAccess;

/// What `serin.yaml` says, as far as this version uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How to reach the Prometheus that is asked when an analysis does not name one.
    pub prometheus: Option<PrometheusAccess>,
    /// What is bounded, and where.
    pub limits: Limits,
    /// A 2xx answer to a web metric that is not JSON is Successful whatever the conditions say, as in Argo.
    pub argo_web_body: bool,
}

/// What is bounded, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the answer to a web metric, at least 1.
    pub body_bytes: u64,
    /// Measurements of one metric that are kept at most, at least 1.
    pub measurements_per_metric: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            measurements_per_metric: 1000,
        }
    }
}

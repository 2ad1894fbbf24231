//! `serin.dev/v1` `Config`: the settings of a Serin, `serin.yaml`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::provider::PrometheusAccess;
use super::text::{IntOrString, SecretSource};

/// The settings of a Serin.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "what this version does not use is reported as unused, see UNUSED"
)]
pub(crate) struct ConfigSpec {
    /// Address and port of the HTTP interface. Not used by this version.
    listen: Option<String>,
    /// How others reach it, for links. Not used by this version.
    public_url: Option<String>,
    /// Where runs are kept. Not used by this version.
    store: Option<Store>,
    /// Files and folders of analyses, re-read on change. Not used by this version.
    analyses: Option<Vec<String>>,
    /// Who may call. Not used by this version.
    tokens: Option<Vec<Token>>,
    /// Whom to tell. Not used by this version.
    hooks: Option<Vec<Hook>>,
    /// Answers to rollout controllers. Not used by this version.
    gates: Option<Gates>,
    /// Defaults of metric providers.
    pub(crate) providers: Option<Providers>,
    /// What is bounded, and where.
    pub(crate) limits: Option<Limits>,
    /// Where Serin differs from Argo on purpose, and may be told not to.
    pub(crate) compat: Option<Compat>,
    /// How long data is kept. Not used by this version.
    retention: Option<Retention>,
    /// How it logs. Not used by this version.
    log: Option<Log>,
}

/// Fields of [`ConfigSpec`] that are read but have no effect.
pub(crate) const UNUSED: [&str; 9] = [
    "listen",
    "publicUrl",
    "store",
    "analyses",
    "tokens",
    "hooks",
    "gates",
    "retention",
    "log",
];

/// Defaults of metric providers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Providers {
    /// The Prometheus that is asked when an analysis does not name one.
    pub(crate) prometheus: Option<PrometheusAccess>,
}

/// Where Serin differs from Argo on purpose, and may be told not to.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Compat {
    /// A 2xx answer to a web metric that is not JSON is Successful whatever the conditions say, as in Argo: an empty
    /// answer or a login page promotes. Default false: it is an Error.
    pub(crate) argo_web_body: Option<bool>,
}

/// What is bounded, and where.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limits {
    /// Bytes of the answer to a web metric, such as `1MiB`. Default 1MiB.
    pub(crate) body_bytes: Option<IntOrString>,
    /// Runs at the same time. Not used by this version.
    pub(crate) active_runs: Option<i64>,
    /// Newest measurements of one metric that are kept at most. Default 1000.
    pub(crate) measurements_per_metric: Option<i64>,
}

/// Where runs are kept.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "its shape is checked; this version does not use it")]
pub(crate) struct Store {
    /// `sqlite://…` or `postgres://…`.
    url: String,
}

/// Who may call.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "its shape is checked; this version does not use it")]
pub(crate) struct Token {
    /// Who it is.
    name: String,
    /// Hash of the token, in hexadecimal.
    sha256: String,
    /// What it may do.
    roles: Vec<String>,
}

/// Whom to tell.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "its shape is checked; this version does not use it")]
pub(crate) struct Hook {
    /// Its name.
    name: String,
    /// Where it listens.
    url: String,
    /// What signs deliveries.
    secret: Option<SecretSource>,
    /// Which events, such as `run.finished`.
    events: Option<Vec<String>>,
    /// How long a delivery is tried, such as `24h`.
    give_up_after: Option<String>,
}

/// Answers to rollout controllers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "its shape is checked; this version does not use it")]
pub(crate) struct Gates {
    /// How long a final verdict is repeated. Default 60s.
    repeat_for: Option<String>,
}

/// How long data is kept.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "its shape is checked; this version does not use it")]
pub(crate) struct Retention {
    /// Runs, such as `90d`.
    runs: Option<String>,
    /// Windows, such as `14d`.
    windows: Option<String>,
}

/// How it logs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "its shape is checked; this version does not use it")]
pub(crate) struct Log {
    /// `auto`, `human` or `json`.
    format: Option<String>,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    level: Option<String>,
}

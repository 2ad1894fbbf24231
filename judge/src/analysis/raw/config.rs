//! `serin.dev/v1` `Config`: the settings of a Serin, `serin.yaml`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::journey::Budget;
use super::provider::PrometheusAccess;
use super::text::{IntOrString, SecretSource};
use crate::analysis::settings::{HookEvent, LogFormat, LogLevel, Role};

/// The settings of a Serin. Relative paths start from the folder of this file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigSpec {
    /// Address and port of the HTTP interface; port 0 takes a free one. Other machines can reach it only when there are
    /// tokens. Default `127.0.0.1:7733`.
    pub(crate) listen: Option<String>,
    /// How others reach it, for links, such as `https://serin.example.com`. Default: where it listens.
    pub(crate) public_url: Option<String>,
    /// Where runs are kept.
    pub(crate) store: Option<Store>,
    /// Files and folders of analyses, re-read on change. Default: the folder `analyses`, if there is one.
    pub(crate) analyses: Option<Vec<String>>,
    /// Who may call. Without tokens everybody on this machine may, and nobody else.
    pub(crate) tokens: Option<Vec<Token>>,
    /// Whom to tell.
    pub(crate) hooks: Option<Vec<Hook>>,
    /// Answers to rollout controllers.
    pub(crate) gates: Option<Gates>,
    /// Defaults of metric providers.
    pub(crate) providers: Option<Providers>,
    /// Journeys that runs drive, and probes that Prometheus asks for.
    pub(crate) probing: Option<Probing>,
    /// What is bounded, and where.
    pub(crate) limits: Option<Limits>,
    /// Where Serin differs from Argo on purpose, and may be told not to.
    pub(crate) compat: Option<Compat>,
    /// What steps of journeys may do on this machine.
    pub(crate) probes: Option<Probes>,
    /// How long data is kept.
    pub(crate) retention: Option<Retention>,
    /// How it logs.
    pub(crate) log: Option<Log>,
}

/// Defaults of metric providers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Providers {
    /// The Prometheus that is asked when an analysis does not name one.
    pub(crate) prometheus: Option<PrometheusAccess>,
}

/// What steps of journeys may do on this machine.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Probes {
    /// Steps with `command` run programs, as the user that Serin runs as. Default false: a journey that has one is refused.
    pub(crate) allow_commands: Option<bool>,
}

/// Journeys that runs drive, and probes that Prometheus asks for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Probing {
    /// A module file of blackbox_exporter, for `GET /probe`. Default: built-in modules `http_2xx`, `http_post_2xx`,
    /// `tcp_connect`, `icmp`, `grpc` and `grpc_plain`.
    pub(crate) modules: Option<String>,
    /// What all journeys of this Serin and such probes together may ask for, beside what each one may. Default: no limit.
    pub(crate) budget: Option<Budget>,
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
    /// Bytes of a body, such as `1MiB`: the answer to a web metric, a request to the API. Default 1MiB.
    pub(crate) body_bytes: Option<IntOrString>,
    /// Runs at the same time; further ones are refused. Default 10000.
    pub(crate) active_runs: Option<i64>,
    /// Newest measurements of one metric that are kept at most. Default 1000.
    pub(crate) measurements_per_metric: Option<i64>,
    /// Requests a second of one address, of which as many may come at once; further ones are answered with 429.
    /// Default 5000.
    pub(crate) requests_per_second: Option<i64>,
    /// Requests that are being answered at once; further ones are answered with 503. Default 512.
    pub(crate) concurrent_requests: Option<i64>,
    /// Open connections. When there are more, those that have waited longest for a request are closed. Default 2048.
    pub(crate) connections: Option<i64>,
    /// Event streams of runs that are open at once; further ones are answered with 503. Default 512.
    pub(crate) event_streams: Option<i64>,
    /// How long the head of a request may take to come, and a connection to stay unused. Default 10s.
    pub(crate) header_read_timeout: Option<String>,
    /// How long a request may take, its body included; then it is answered with 503. Default 30s.
    pub(crate) request_timeout: Option<String>,
}

/// Where runs are kept.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Store {
    /// `sqlite://` and the path of a file, which is made when it is not there. Default `sqlite://serin.db`.
    pub(crate) url: String,
}

/// Somebody who may call.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Token {
    /// Who it is, for logs.
    pub(crate) name: String,
    /// SHA-256 of the token in hexadecimal, such as `printf %s "$TOKEN" | sha256sum` prints it.
    pub(crate) sha256: String,
    /// What it may do: `read`, `run` (starts and stops runs, asks gates, reads), `admin` (overrides, everything).
    pub(crate) roles: Vec<Role>,
}

/// Somebody who is told, by Standard Webhooks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hook {
    /// Its name, by which runs choose it.
    pub(crate) name: String,
    /// Where it listens.
    pub(crate) url: String,
    /// What signs deliveries.
    pub(crate) secret: SecretSource,
    /// What signs deliveries as well, while the receiver changes over to `secret`.
    pub(crate) previous_secret: Option<SecretSource>,
    /// What it wants to be told. Default `[run.finished]`.
    pub(crate) events: Option<Vec<HookEvent>>,
    /// How long a delivery is tried, such as `36h` or `2d`. Default 24h.
    pub(crate) give_up_after: Option<String>,
}

/// Answers to rollout controllers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Gates {
    /// How long a final verdict is repeated after it was first answered; a question after that starts the next attempt.
    /// Default 60s.
    pub(crate) repeat_for: Option<String>,
}

/// How long data is kept, counted from the verdict.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Retention {
    /// Runs with everything that is theirs, such as `90d`. Default 90d.
    pub(crate) runs: Option<String>,
    /// Windows of comparisons, such as `14d`. Default 14d, or as long as runs when that is shorter.
    pub(crate) windows: Option<String>,
}

/// How it logs, to standard error.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Log {
    /// `auto` (for people on a terminal, JSON otherwise), `human` or `json`. Default `auto`.
    pub(crate) format: Option<LogFormat>,
    /// `error`, `warn`, `info`, `debug` or `trace`. Default `info`.
    pub(crate) level: Option<LogLevel>,
}

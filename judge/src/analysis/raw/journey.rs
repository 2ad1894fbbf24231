//! `serin.dev/v1` `Journey`: a synthetic critical path.

pub(crate) mod assertion;
pub(crate) mod probe;
pub(crate) mod request;
pub(crate) mod step;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use self::step::Step;
use super::metric::Argument;
use super::provider::Header;
use super::text::{IntOrString, NumberOrString, SecretSource};

/// Ordered requests that a user of a service makes, with what their answers have to be. Texts may hold `{{args.name}}`;
/// those of requests, of what is captured, `{{data.column}}`, `{{account.column}}`, `{{run.id}}`, `{{run.tag}}` and
/// `{{run.idempotencyKey}}` too. Files are named relative to the file of the document.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JourneySpec {
    /// What is filled in where `{{args.name}}` stands.
    #[expect(
        dead_code,
        reason = "arguments are read before they are filled in, so before this type"
    )]
    args: Option<Vec<Argument>>,
    /// Base URL of what is driven; whoever runs the journey may name another one.
    pub(crate) target: Option<String>,
    /// Of all steps, `finally` left out. Default 30s.
    pub(crate) timeout: Option<String>,
    /// When runs start, where it runs again and again.
    pub(crate) schedule: Option<Schedule>,
    /// What its runs may ask for, whoever drives them and however fast. Default: no limit.
    pub(crate) budget: Option<Budget>,
    /// Kept connections or new ones for each run. Default `warm`.
    pub(crate) connections: Option<Connections>,
    /// How servers are met.
    pub(crate) http: Option<Http>,
    /// Who has to answer; runs that somebody else answered belong to no side. Without it nothing is checked.
    pub(crate) answered_by: Option<AnsweredBy>,
    /// Rows of which each run takes one, as `{{data.column}}`.
    pub(crate) data: Option<Data>,
    /// Accounts of which each run holds one as long as it lasts, as `{{account.column}}`.
    pub(crate) accounts: Option<Accounts>,
    /// Runs at the beginning whose latencies are left out, each side. Default 0.
    pub(crate) warm_up: Option<IntOrString>,
    /// In order; at least one.
    pub(crate) steps: Vec<Step>,
    /// Always run after the steps, with a time of their own: when a step failed, and when the run is stopped.
    pub(crate) finally: Option<Finally>,
}

/// When runs start.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Schedule {
    /// From one planned start to the next, from `100us` to `24h`. Default 30s.
    pub(crate) interval: Option<String>,
    /// Part of the interval (0 to 0.5) by which a start may lie to either side of its place. Default 0.1.
    pub(crate) jitter: Option<NumberOrString>,
    /// Runs under way at most; one that would be beyond it is counted as missed. Default 64.
    pub(crate) max_in_flight: Option<IntOrString>,
}

/// What may be asked for. A start beyond it is counted as missed; a run that has begun is never slowed down.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Budget {
    /// Of each target.
    pub(crate) per_target: Option<Allowance>,
    /// Of all targets together.
    pub(crate) in_all: Option<Allowance>,
}

/// What may be asked for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Allowance {
    /// Requests a second on average, above 0 and at most 1000000; teardown, retries and redirects count too.
    pub(crate) requests_per_second: Option<NumberOrString>,
    /// Runs under way at the same time, from 1 to 100000.
    pub(crate) max_in_flight: Option<IntOrString>,
}

/// How connections are used.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Connections {
    /// Kept between runs.
    Warm,
    /// Each run makes its own.
    Cold,
}

/// Which version of HTTP is spoken.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) enum HttpVersion {
    /// HTTP/2 where TLS agrees on it, else HTTP/1.1.
    #[serde(rename = "auto")]
    Auto,
    /// HTTP/1.1.
    #[serde(rename = "1.1")]
    Http1,
    /// HTTP/2; without TLS with prior knowledge.
    #[serde(rename = "2")]
    Http2,
}

/// How servers are met.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Http {
    /// `auto`, `"1.1"` or `"2"`. Default `auto`.
    pub(crate) version: Option<HttpVersion>,
    /// Sent with every request that has none of the same name.
    pub(crate) headers: Option<Vec<Header>>,
    /// Redirects that are followed by requests that do not say. Default 0: a redirect is an answer.
    pub(crate) redirects: Option<IntOrString>,
    /// Cookies are kept as long as a run lasts. Default true.
    pub(crate) cookies: Option<bool>,
    /// Certificates are not verified. Default false.
    pub(crate) insecure: Option<bool>,
    /// Path of a PEM file of further trusted roots.
    pub(crate) ca: Option<String>,
    /// Shown to servers that ask for one.
    pub(crate) client_certificate: Option<ClientCertificate>,
    /// Bytes of a decoded body; a larger one is a failure. Default 4MiB.
    pub(crate) max_body_bytes: Option<IntOrString>,
    /// Of one attempt of a step that does not say. Default 10s.
    pub(crate) timeout: Option<String>,
}

/// A client's certificate.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct ClientCertificate {
    /// Path of a PEM file of the chain.
    pub(crate) certificate: String,
    /// PEM of the key.
    pub(crate) key: SecretSource,
}

/// Who has to answer: exactly one of `header` and `jsonpath`, with what at least one of the sides says there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct AnsweredBy {
    /// Name of a header that tells the version.
    pub(crate) header: Option<String>,
    /// Place in the body that tells the version (RFC 9535), such as `$.version`.
    pub(crate) jsonpath: Option<String>,
    /// What the canary says.
    pub(crate) canary: Option<String>,
    /// What stable says.
    pub(crate) stable: Option<String>,
}

/// Rows of values: exactly one of `csv`, `json` and `rows`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Data {
    /// Path of a CSV file whose first line names the columns.
    pub(crate) csv: Option<String>,
    /// Path of a JSON file that holds a list of objects.
    pub(crate) json: Option<String>,
    /// The rows themselves.
    pub(crate) rows: Option<Vec<BTreeMap<String, serde_json::Value>>>,
    /// Which row comes next. Default `sequential`.
    pub(crate) order: Option<RowOrder>,
}

/// Which row comes next.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RowOrder {
    /// From the first to the last, then again.
    Sequential,
    /// Any, by the seed.
    Random,
}

/// Accounts: exactly one of `csv`, `json` and `rows`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Accounts {
    /// Path of a CSV file whose first line names the columns.
    pub(crate) csv: Option<String>,
    /// Path of a JSON file that holds a list of objects.
    pub(crate) json: Option<String>,
    /// The rows themselves.
    pub(crate) rows: Option<Vec<BTreeMap<String, serde_json::Value>>>,
    /// Columns that are shown nowhere. Default: those whose names look like a credential, such as `password`.
    pub(crate) secret: Option<Vec<String>>,
}

/// What is always run.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Finally {
    /// Of all of them. Default 10s.
    pub(crate) timeout: Option<String>,
    /// In order; each one runs whatever became of those before it.
    pub(crate) steps: Vec<Step>,
}

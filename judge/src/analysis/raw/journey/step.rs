//! Steps of a journey.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::assertion::Assertion;
use super::probe;
use super::request::Request;
use crate::analysis::plan::journey::FailureClass;
use crate::analysis::raw::text::IntOrString;

/// One step: exactly one of `request`, a probe of another protocol, and `parallel`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Step {
    /// Unique inside the journey; latencies are kept by it.
    pub(crate) name: String,
    /// One HTTP request.
    pub(crate) request: Option<Request>,
    /// A talk over TCP.
    pub(crate) tcp: Option<probe::Tcp>,
    /// What a TLS handshake shows.
    pub(crate) tls: Option<probe::Tls>,
    /// Records of a name.
    pub(crate) dns: Option<probe::Dns>,
    /// A PostgreSQL server.
    pub(crate) postgres: Option<probe::Postgres>,
    /// A Redis server.
    pub(crate) redis: Option<probe::Redis>,
    /// The health service of a gRPC server.
    pub(crate) grpc: Option<probe::Grpc>,
    /// A mail server.
    pub(crate) smtp: Option<probe::Smtp>,
    /// Echo requests.
    pub(crate) icmp: Option<probe::Icmp>,
    /// A program; only where commands are allowed.
    pub(crate) command: Option<probe::Command>,
    /// Steps that run at the same time; what one of them captures is known to the steps after.
    pub(crate) parallel: Option<Vec<Step>>,
    /// The step is left out where this does not hold: over `vars` (what was captured), `data`, `account`, `steps` (such as
    /// `steps.login.passed`).
    pub(crate) when: Option<String>,
    /// Doing the step several times.
    pub(crate) repeat: Option<Repeat>,
    /// Trying the step again when it fails. Without it nothing is tried again.
    pub(crate) retry: Option<Retry>,
    /// Waited before the step, such as `1s` or `{min: 1s, max: 3s}`; no part of any latency.
    pub(crate) think: Option<Think>,
    /// Of one attempt. Default: `http.timeout`.
    pub(crate) timeout: Option<String>,
    /// Values of the answer that later steps use, by their names.
    pub(crate) captures: Option<BTreeMap<String, Capture>>,
    /// What has to hold of the answer. Where nothing is said of a request's status, it has to be 200 to 399.
    pub(crate) assert: Option<Vec<Assertion>>,
    /// The step only reads: answers of canary and stable may be compared. Default false.
    pub(crate) compare: Option<bool>,
    /// Test data that exists once the step has passed, such as `order {{id}}`; `POST`, `PUT` and `PATCH` carry an
    /// `Idempotency-Key` then.
    pub(crate) creates: Option<String>,
    /// Test data that is gone once the step has passed, in the words of `creates`.
    pub(crate) removes: Option<String>,
    /// The run goes on when this step fails. It has failed all the same. Default false.
    pub(crate) continue_on_failure: Option<bool>,
}

/// Doing a step several times.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Repeat {
    /// At most this often, 1 to 10000.
    pub(crate) times: IntOrString,
    /// Stops once it holds of the answer, such as `result.body.status == "done"`; the step fails when it never does.
    pub(crate) until: Option<String>,
    /// Between two times. Default 0s.
    pub(crate) pause: Option<String>,
}

/// Trying a step again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Retry {
    /// Further attempts, 1 to 100.
    pub(crate) attempts: IntOrString,
    /// Before each of them. Default 0s.
    pub(crate) pause: Option<String>,
    /// Failures that are tried again, such as `connect_refused`. Default: any.
    pub(crate) on: Option<Vec<FailureClass>>,
}

/// A time, or a range that it is drawn from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Think {
    /// Always as long.
    Fixed(String),
    /// Drawn evenly.
    Drawn(ThinkRange),
}

/// A range of times.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct ThinkRange {
    /// At least.
    pub(crate) min: String,
    /// At most.
    pub(crate) max: String,
}

/// A value of an answer: exactly one place.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Capture {
    /// A place in the body (RFC 9535), such as `$.token`.
    pub(crate) jsonpath: Option<String>,
    /// Name of a header; its first value.
    pub(crate) header: Option<String>,
    /// Name of a cookie that the answer sets.
    pub(crate) cookie: Option<String>,
    /// A regular expression that is looked for in the body; its first group, or all of it.
    pub(crate) regex: Option<String>,
    /// The body as text: `true`.
    pub(crate) body: Option<bool>,
    /// The status: `true`.
    pub(crate) status: Option<bool>,
    /// Milliseconds: `true`.
    pub(crate) duration: Option<bool>,
    /// Bytes of the body: `true`.
    pub(crate) size: Option<bool>,
    /// Where the answer came from after redirects: `true`.
    pub(crate) url: Option<bool>,
    /// What it has to be. Default: whatever comes.
    #[serde(rename = "type")]
    pub(crate) of_type: Option<CaptureType>,
    /// Shown nowhere. Default: whether it looks like a credential, by its name, where it comes from, or its value.
    pub(crate) secret: Option<bool>,
    /// Without it the step goes on. Default false.
    pub(crate) optional: Option<bool>,
}

/// What a captured value has to be.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CaptureType {
    /// Whatever comes.
    Any,
    /// Text, or what can be written as one line of text.
    String,
    /// A whole number, or text that is one.
    Integer,
    /// A number, or text that is one.
    Number,
    /// `true` or `false`, or text that is one.
    Boolean,
}

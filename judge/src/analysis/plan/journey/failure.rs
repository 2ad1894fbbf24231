use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The part of a request that was under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestPhase {
    /// From a name to addresses.
    Dns,
    /// TCP's handshake.
    Connect,
    /// TLS' handshake.
    Tls,
    /// Writing the request.
    Send,
    /// From the last byte that was written to the first one of the answer.
    FirstByte,
    /// From the first byte to the last.
    Body,
}

/// What kind of failure ended a step: one closed list for all probes, so that they can be counted and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The name does not exist, or has no address of the wanted kind.
    DnsNxdomain,
    /// No answer about the name in time.
    DnsTimeout,
    /// The name server failed or refused.
    DnsServfail,
    /// Nobody listens there.
    ConnectRefused,
    /// No connection in time.
    ConnectTimeout,
    /// No way to that host.
    ConnectError,
    /// A certificate of the chain is expired or not yet valid.
    TlsExpired,
    /// The chain does not end at a trusted root.
    TlsUntrusted,
    /// The certificate is of another name.
    TlsNameMismatch,
    /// Any other failure of the handshake, alerts and its timeout included.
    TlsHandshake,
    /// The request could not be written.
    SendError,
    /// No answer began in time.
    TtfbTimeout,
    /// The answer began, and did not end in time.
    BodyTimeout,
    /// The step's own time was over (retries, repeats and think time included).
    StepTimeout,
    /// The time of the whole journey was over.
    JourneyTimeout,
    /// The connection was closed or reset before the answer was whole.
    Reset,
    /// What came is no answer of the protocol: invalid HTTP, a wrong content-length, a bad encoding.
    ProtocolError,
    /// The answer is larger than allowed, after decoding too.
    TooLarge,
    /// Redirects beyond the limit, in a circle, or to nowhere.
    Redirect,
    /// Another status than asserted.
    StatusMismatch,
    /// 401 or 403 where another status was asserted.
    AuthRejected,
    /// 429 where another status was asserted.
    RateLimited,
    /// An assertion does not hold.
    AssertFailed,
    /// A value that has to be captured is not there, or is of another type.
    CaptureMissing,
    /// The answer does not fit its JSON Schema.
    SchemaMismatch,
    /// A health endpoint says that something is down.
    Unhealthy,
    /// A value that the request needs is not known, or does not fit there.
    BadRequest,
    /// A step that it depends on failed.
    SkippedDependency,
    /// The run was stopped: interrupted, or the process ended.
    Cancelled,
    /// The prober itself could not: overloaded, or out of file descriptors, local ports or memory.
    ProberUnhealthy,
}

impl FailureClass {
    /// Time was over: the latency is at least what was waited, and is counted as censored, not as a value.
    #[must_use]
    pub fn is_timeout(self) -> bool {
        matches!(
            self,
            Self::DnsTimeout
                | Self::ConnectTimeout
                | Self::TtfbTimeout
                | Self::BodyTimeout
                | Self::StepTimeout
                | Self::JourneyTimeout
        )
    }
}

impl std::fmt::Display for FailureClass {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(formatter)
    }
}

/// Why there is no usable answer. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Its kind.
    pub class: FailureClass,
    /// What was under way; `None` outside of a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<RequestPhase>,
    /// One line for people: the step that failed, what was seen.
    pub message: String,
}

//! `prober: http`: a request, and what is expected of its answer (prober/http.go).

mod answer;
mod question;
mod target;

use http::{HeaderName, HeaderValue, Method};
use regex::bytes::Regex;

use super::{Addressing, Content, Report, TlsSettings};
pub use answer::Seen;
pub use question::Question;
pub use target::Target;

/// What a module of this kind says.
#[derive(Clone, Debug)]
pub struct Http {
    /// Statuses that are no failure; 2xx when empty.
    pub valid_status_codes: Vec<u16>,
    /// Every status is none.
    pub any_status: bool,
    /// Versions that are no failure, such as `HTTP/1.1` and `HTTP/2.0`; all when empty.
    pub valid_versions: Vec<String>,
    /// Which addresses may be asked.
    pub addressing: Addressing,
    /// Redirects are followed.
    pub follows_redirects: bool,
    /// An answer over TLS is a failure.
    pub fails_if_tls: bool,
    /// An answer without TLS is one.
    pub fails_if_not_tls: bool,
    /// Such as `GET`.
    pub method: Method,
    /// What is sent.
    pub headers: Vec<(HeaderName, Given)>,
    /// What is sent.
    pub body: Option<Content>,
    /// What the body must hold, and must not.
    pub body_rules: Vec<BodyRule>,
    /// What headers must hold, and must not.
    pub header_rules: Vec<HeaderRule>,
    /// How the body is encoded, whatever its head says; as it comes where it is not said.
    pub coding: Option<Coding>,
    /// Bytes of the decoded body; more is a failure.
    pub body_bytes_max: Option<u64>,
    /// Who asks.
    pub login: Option<Login>,
    /// How TLS is spoken.
    pub tls: TlsSettings,
    /// HTTP/2 is offered.
    pub http2: bool,
}

/// The value of a header.
#[derive(Clone)]
pub enum Given {
    /// Itself.
    Value(HeaderValue),
    /// The path of a file that has it.
    File(String),
}

impl std::fmt::Debug for Given {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(_) => formatter.write_str("Value(..)"),
            Self::File(path) => write!(formatter, "File({path})"),
        }
    }
}

/// How somebody logs in.
#[derive(Clone, Debug)]
pub enum Login {
    /// RFC 7617.
    Basic {
        /// Who.
        user: Option<Content>,
        /// The secret.
        password: Option<Content>,
    },
    /// Any other scheme.
    Token {
        /// Such as `Bearer`.
        scheme: String,
        /// The secret.
        token: Content,
    },
}

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Not at all.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 1951, in zlib's frame or without.
    Deflate,
}

impl Coding {
    /// As HTTP names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }
}

/// What a body must hold or must not.
#[derive(Clone, Debug)]
pub struct BodyRule {
    /// What is looked for.
    pub regex: Regex,
    /// It must not be there.
    pub fails_if_matches: bool,
}

/// What a header must hold or must not.
#[derive(Clone, Debug)]
pub struct HeaderRule {
    /// Which one.
    pub header: HeaderName,
    /// What is looked for in its values.
    pub regex: Regex,
    /// An answer without the header is as good.
    pub may_miss: bool,
    /// No value may hold it; otherwise some value has to.
    pub fails_if_matches: bool,
}

impl Http {
    /// What is known before anybody is asked.
    pub fn begin(report: &mut Report) {
        for name in [
            "probe_failed_due_to_regex",
            "probe_http_content_length",
            "probe_http_redirects",
            "probe_http_ssl",
            "probe_http_status_code",
            "probe_http_uncompressed_body_length",
            "probe_http_version",
        ] {
            report.gauges.set(name, 0.0);
        }
    }

    /// The target has an address; asking begins.
    pub fn resolved(report: &mut Report) {
        let phases = ["connect", "tls", "processing", "transfer"];
        report
            .gauges
            .begin("probe_http_duration_seconds", "phase", &phases);
    }
}

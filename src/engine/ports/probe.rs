use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use serin_judge::analysis::plan::journey::{Connections, Failure, HttpVersion, Terms};
use serin_judge::journey::{Answer, FilledProbe, Findings, Hop, Phases, TraceParent};
use tokio::time::Instant;

/// Makes what asks servers and times each part of it.
#[async_trait]
pub trait Prober: Send + Sync {
    /// All addresses of a name, of both families. An address as text is itself.
    ///
    /// # Errors
    /// There is none, or nobody says so.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Failure>;

    /// What asks in other protocols than HTTP, connecting to `connect_to` as [`ClientSettings::connect_to`] says.
    fn protocols(&self, connect_to: &[(String, SocketAddr)]) -> Arc<dyn ProtocolProbe>;

    /// A client with connections of its own, shared by all runs of one journey at one arm.
    ///
    /// # Errors
    /// Certificates or keys that cannot be read.
    fn client(&self, settings: &ClientSettings) -> Result<Box<dyn HttpClient>, ProbeError>;

    /// Whether journeys may run programs. Nothing of one that would is begun where they may not.
    fn commands(&self) -> Commands {
        Commands::Refused
    }
}

/// Whether probes may run programs: a journey that somebody else wrote would do on this machine whatever it likes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Commands {
    /// They may not.
    #[default]
    Refused,
    /// Whoever runs this process has said so.
    Allowed,
}

/// Sends requests over connections of its own. They belong to the runtime that made them, so a client is of one runtime.
#[async_trait]
pub trait HttpClient: Send + Sync {
    /// One request, its redirects followed. Whatever happens ends in an [`Exchange`] not later than `deadline`, give or
    /// take the time to notice.
    async fn send(
        &self,
        request: &HttpRequest<'_>,
        cookies: Option<&mut cookie_store::CookieStore>,
        deadline: Instant,
    ) -> Exchange;

    /// A client with the same settings and no connections yet, for a run that makes its own: other runs side by side cannot
    /// take them up. Cheap: nothing is read or parsed again.
    fn fresh(&self) -> Box<dyn HttpClient>;

    /// Gives up connections that nobody uses, such as at the end of a run that makes its own.
    fn forget_connections(&self);
}

/// Asks in other protocols than HTTP, each time over a connection of its own.
#[async_trait]
pub trait ProtocolProbe: Send + Sync {
    /// Asks once. Whatever happens ends in a [`Sounding`] not later than `deadline`, give or take the time to notice.
    async fn ask(&self, probe: &FilledProbe, deadline: Instant) -> Sounding;
}

/// What became of a probe.
#[derive(Clone, Debug)]
pub struct Sounding {
    /// Its parts, as far as it came.
    pub phases: Phases,
    /// What it found.
    pub outcome: Result<Findings, Failure>,
    /// What it had found when it failed; nothing where it did not.
    pub so_far: Option<Findings>,
}

/// How a client speaks.
#[derive(Clone, Debug, Default)]
pub struct ClientSettings {
    /// Kept connections, or a new one for each request chain after [`HttpClient::forget_connections`].
    pub connections: Connections,
    /// Which protocol.
    pub version: HttpVersion,
    /// PEM of further roots that are trusted.
    pub roots: Option<Bytes>,
    /// No check of certificates.
    pub insecure: bool,
    /// Further terms of TLS.
    pub terms: Terms,
    /// `host:port` that are connected to at other addresses, names and certificates as asked.
    pub connect_to: Vec<(String, SocketAddr)>,
}

/// One request, filled in.
#[derive(Clone, Debug)]
pub struct HttpRequest<'a> {
    /// Such as `GET`.
    pub method: Method,
    /// Absolute.
    pub uri: Uri,
    /// All that is sent besides `content-length`, `cookie` and what HTTP itself needs. A `host` that is first among them is
    /// sent as it is; without one it is told of `uri`.
    pub headers: Cow<'a, HeaderMap>,
    /// Replaces the `traceparent` among them, if there is one.
    pub traceparent: Option<TraceParent>,
    /// What is sent.
    pub body: Bytes,
    /// Redirects that are followed; 0 follows none. Credentials do not go to another origin.
    pub redirects_max: u32,
    /// Which protocol; `None` is the client's.
    pub version: Option<HttpVersion>,
    /// Whether somebody will look at the body. Otherwise it is read and counted only.
    pub keep_body: bool,
    /// Bytes of the decoded body that are read at most; more is a failure.
    pub body_bytes_max: u64,
    /// How the body is decoded.
    pub coding: BodyCoding,
    /// Where the first origin of the chain is reached; `None` looks its name up.
    pub reach: Option<Reach>,
}

/// How a body is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyCoding {
    /// As its head says.
    #[default]
    Told,
    /// Not at all, whatever its head says.
    Identity,
    /// With gzip, whatever its head says.
    Gzip,
    /// With deflate, whatever its head says.
    Deflate,
}

/// Where a server is, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Who is connected to.
    pub address: SocketAddr,
    /// The name that is asked for in the handshake and that the certificate has to hold.
    pub server_name: String,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// In order; at least one unless nothing could be begun.
    pub hops: Vec<Hop>,
    /// The end of the last hop, or when it was known that there is none.
    pub ended_at: Instant,
    /// The last hop's answer.
    pub outcome: Result<Answer, Failure>,
    /// What had come of the last hop's answer when it failed: its head, and no body.
    pub cut: Option<Box<Answer>>,
}

/// Why there is no client. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProbeError {
    /// What was seen, what to do.
    pub message: String,
}

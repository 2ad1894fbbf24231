use std::time::Duration;

/// Where a Prometheus is and how to be let in; secrets are resolved.
#[derive(Clone, Default)]
pub struct Connection {
    /// With scheme and host; a path before `/api/v1` is kept.
    pub address: String,
    /// Sent with every request.
    pub headers: Vec<(String, String)>,
    /// `Authorization: Bearer`.
    pub bearer: Option<String>,
    /// User and password.
    pub basic: Option<(String, String)>,
    /// Of one query; `None` is 30 s.
    pub timeout: Option<Duration>,
    /// Certificates are not verified.
    pub insecure: bool,
    /// Path of a PEM file of further trusted roots.
    pub ca: Option<String>,
    /// The proxies that the environment names are used.
    pub proxies: bool,
}

impl std::fmt::Debug for Connection {
    /// Names only: address, headers and the rest may hold secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Connection")
            .field(
                "headers",
                &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            )
            .field("bearer", &self.bearer.is_some())
            .field("basic", &self.basic.is_some())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// What one answer may hold at most, and how long samples may be on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one answer.
    pub body_bytes: usize,
    /// Samples of one answer.
    pub samples: usize,
    /// A sample carries the time its scrape began and can be queried when it has ended; a window is closed this much
    /// later. What comes later still counts, in the next window and marked as partial; from then on a window is closed
    /// a whole scrape interval later, which is the longest that a scrape may take.
    pub settling: Duration,
}

impl Default for Limits {
    /// 16 MiB, 500,000 samples (1,000 series, a day at five-minute steps or more), 5 s of settling: scrapes that
    /// take longer are rare, and time out after 10 s by default.
    fn default() -> Self {
        Self {
            body_bytes: 16 << 20,
            samples: 500_000,
            settling: Duration::from_secs(5),
        }
    }
}

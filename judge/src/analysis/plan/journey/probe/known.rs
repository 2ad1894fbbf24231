//! What is known of a protocol before anybody is asked.

use super::{Protocol, StartTls, TlsMode};

/// What a handshake shows.
const TLS_FACTS: [&str; 10] = [
    "address",
    "version",
    "cipher",
    "alpn",
    "serverName",
    "verified",
    "verifyError",
    "daysLeft",
    "ocsp",
    "chain",
];

impl<V> Protocol<V> {
    /// As documents name it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Tcp(_) => "tcp",
            Self::Tls(_) => "tls",
            Self::Dns(_) => "dns",
            Self::Postgres(_) => "postgres",
            Self::Redis(_) => "redis",
            Self::Grpc(_) => "grpc",
            Self::Smtp(_) => "smtp",
            Self::Icmp(_) => "icmp",
            Self::Command(_) => "command",
        }
    }

    /// The port where an address does not say: `None` where there is no usual one. `Some(0)` where there are no ports.
    #[must_use]
    pub fn port(&self, mode: TlsMode) -> Option<u16> {
        match self {
            Self::Tcp(_) | Self::Grpc(_) => None,
            Self::Tls(tls) => Some(match tls.start_tls {
                None => 443,
                Some(StartTls::Smtp) => 25,
                Some(StartTls::Imap) => 143,
                Some(StartTls::Pop3) => 110,
                Some(StartTls::Ftp) => 21,
                Some(StartTls::Postgres) => 5432,
                Some(StartTls::Ldap) => 389,
            }),
            Self::Dns(_) => Some(53),
            Self::Postgres(_) => Some(5432),
            Self::Redis(_) => Some(6379),
            Self::Smtp(_) if mode == TlsMode::Direct => Some(465),
            Self::Smtp(_) => Some(25),
            Self::Icmp(_) | Self::Command(_) => Some(0),
        }
    }

    /// The members of what is found, which conditions see as `result.NAME`.
    #[must_use]
    pub fn facts(&self) -> &'static [&'static str] {
        match self {
            Self::Tcp(_) => &["address", "text", "groups", "matches", "tls"],
            Self::Tls(_) => &TLS_FACTS,
            Self::Dns(_) => &[
                "server",
                "transport",
                "rcode",
                "authoritative",
                "truncated",
                "recursionAvailable",
                "answers",
                "authority",
                "additional",
                "serial",
                "text",
            ],
            Self::Postgres(_) => &[
                "address",
                "version",
                "tls",
                "inRecovery",
                "replayLagSeconds",
                "replicas",
                "columns",
                "rows",
                "rowCount",
                "text",
            ],
            Self::Redis(_) => &[
                "address",
                "version",
                "role",
                "loading",
                "connectedReplicas",
                "replicas",
                "masterLink",
                "lagBytes",
                "lagSeconds",
                "usedMemoryBytes",
                "maxMemoryBytes",
                "memoryRatio",
                "uptimeSeconds",
                "clients",
                "reply",
                "text",
                "tls",
            ],
            Self::Grpc(_) => &["address", "status", "services", "tls"],
            Self::Smtp(_) => &[
                "address",
                "banner",
                "code",
                "extensions",
                "authenticated",
                "tls",
                "text",
            ],
            Self::Icmp(_) => &["address", "sent", "received", "lossRatio", "rttMs", "ttl"],
            Self::Command(_) => &["exitCode", "signal", "text", "stderr"],
        }
    }
}

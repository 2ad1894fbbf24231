//! Questions in other protocols than HTTP.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::analysis::raw::text::{IntOrString, TextOrSecret};

/// A talk over TCP; without `dialogue` connecting is enough.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tcp {
    /// `host:port`, or `:port` of the target. Default: the target.
    pub(crate) address: Option<String>,
    /// TLS from the first byte. Default false.
    pub(crate) tls: Option<bool>,
    /// What is said, in order.
    pub(crate) dialogue: Option<Vec<DialogueStep>>,
    /// Who is trusted.
    #[serde(flatten)]
    pub(crate) trust: Trust,
}

/// One step of a talk: exactly one of `expect`, `send` and `startTls`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DialogueStep {
    /// Reads until this regular expression is found in a line.
    pub(crate) expect: Option<String>,
    /// Writes this; `${1}` is the first group of the last `expect`. A line ends with `\r\n` where the text says so.
    pub(crate) send: Option<TextOrSecret>,
    /// TLS from here on: `true`.
    pub(crate) start_tls: Option<bool>,
}

/// Who is trusted in TLS.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trust {
    /// The name that is asked for and that the certificate has to hold. Default: the host.
    pub(crate) server_name: Option<String>,
    /// Path of a PEM file of further trusted roots.
    pub(crate) ca: Option<String>,
    /// Certificates are not verified. Default false.
    pub(crate) insecure: Option<bool>,
}

/// What a TLS handshake shows.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tls {
    /// `host:port`, `host` or `:port` of the target. Default: the target. Default port 443, or that of `startTls`.
    pub(crate) address: Option<String>,
    /// The protocol in which TLS is agreed on. Default: TLS from the first byte.
    pub(crate) start_tls: Option<StartTls>,
    /// Offered with ALPN, such as `[h2, http/1.1]`.
    pub(crate) alpn: Option<Vec<String>>,
    /// The oldest version that is spoken. Default `"1.2"`.
    pub(crate) min_version: Option<TlsVersion>,
    /// The newest version that is spoken. Default `"1.3"`.
    pub(crate) max_version: Option<TlsVersion>,
    /// Who is trusted.
    #[serde(flatten)]
    pub(crate) trust: Trust,
}

/// Protocols in which TLS is agreed on.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StartTls {
    Smtp,
    Imap,
    Pop3,
    Ftp,
    Postgres,
    Ldap,
}

/// Versions of TLS.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) enum TlsVersion {
    /// TLS 1.2
    #[serde(rename = "1.2")]
    Tls12,
    /// TLS 1.3
    #[serde(rename = "1.3")]
    Tls13,
}

/// Records of a name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dns {
    /// Of what.
    pub(crate) name: String,
    /// Which records. Default `A`.
    #[serde(rename = "type")]
    pub(crate) record: Option<RecordType>,
    /// Name server as `host` or `host:port`. Default: the first one of this machine's `/etc/resolv.conf`.
    pub(crate) server: Option<String>,
    /// Over what. Default `udp`; an answer that does not fit is asked for again over TCP.
    pub(crate) transport: Option<DnsTransport>,
    /// The server shall ask others. Default true.
    pub(crate) recursion: Option<bool>,
    /// The answer's code that is no failure. Default `NOERROR`.
    pub(crate) rcode: Option<String>,
}

/// Types of records.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum RecordType {
    A,
    Aaaa,
    Cname,
    Mx,
    Ns,
    Txt,
    Srv,
    Soa,
    Ptr,
    Caa,
    Any,
}

/// What a question to a name server goes over.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DnsTransport {
    Udp,
    Tcp,
}

/// A connection to PostgreSQL, and a query.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Postgres {
    /// `host:port`, `host` or `:port` of the target. Default: the target. Default port 5432.
    pub(crate) address: Option<String>,
    /// Who connects.
    pub(crate) user: TextOrSecret,
    /// Where the server asks for one.
    pub(crate) password: Option<TextOrSecret>,
    /// Default: the one with the user's name.
    pub(crate) database: Option<String>,
    /// As PostgreSQL's `sslmode`. Default `prefer`.
    pub(crate) tls: Option<SslMode>,
    /// Run in a read-only transaction.
    pub(crate) query: Option<String>,
    /// Rows that are kept, 1 to 10000; more are counted only. Default 100.
    pub(crate) max_rows: Option<IntOrString>,
    /// Asks how far replicas are behind: on a replica its own lag, on a primary that of each one. Default false.
    pub(crate) replication: Option<bool>,
    /// The name that is asked for and that the certificate has to hold. Default: the host.
    pub(crate) server_name: Option<String>,
    /// Path of a PEM file of further trusted roots.
    pub(crate) ca: Option<String>,
}

/// PostgreSQL's `sslmode`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SslMode {
    /// No TLS.
    Disable,
    /// TLS where the server speaks it; its certificate is not verified.
    Prefer,
    /// TLS; its certificate is not verified.
    Require,
    /// TLS with a certificate of the host.
    VerifyFull,
}

/// A connection to Redis, and a command.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Redis {
    /// `host:port`, `host` or `:port` of the target. Default: the target. Default port 6379.
    pub(crate) address: Option<String>,
    /// Of the access control list.
    pub(crate) user: Option<TextOrSecret>,
    /// Where the server asks for one.
    pub(crate) password: Option<TextOrSecret>,
    /// By its number. Default 0.
    pub(crate) database: Option<IntOrString>,
    /// TLS from the first byte. Default false.
    pub(crate) tls: Option<bool>,
    /// Sent after `PING`, such as `[LLEN, jobs]`.
    pub(crate) command: Option<Vec<String>>,
    /// Asks for role, memory and replication with `INFO`. Default true.
    pub(crate) info: Option<bool>,
    /// Who is trusted.
    #[serde(flatten)]
    pub(crate) trust: Trust,
}

/// The health service of a gRPC server (`grpc.health.v1`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Grpc {
    /// `host:port`, or `:port` of the target. Default: the target.
    pub(crate) address: Option<String>,
    /// TLS from the first byte. Default false.
    pub(crate) tls: Option<bool>,
    /// Default: the whole server. Not beside `services`.
    pub(crate) service: Option<String>,
    /// Several, each of which has to serve.
    pub(crate) services: Option<Vec<String>>,
    /// Sent with each call.
    pub(crate) metadata: Option<Vec<Named>>,
    /// Who is trusted.
    #[serde(flatten)]
    pub(crate) trust: Trust,
}

/// A value with a name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Named {
    /// Its name.
    pub(crate) name: String,
    /// Its value.
    pub(crate) value: TextOrSecret,
}

/// A greeting of a mail server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Smtp {
    /// `host:port`, `host` or `:port` of the target. Default: the target. Default port 25, and 465 with `tls`.
    pub(crate) address: Option<String>,
    /// TLS from the first byte. Default false.
    pub(crate) tls: Option<bool>,
    /// TLS once the server has offered it; a failure where it does not. Default false.
    pub(crate) start_tls: Option<bool>,
    /// Who says hello. Default `serin.invalid`.
    pub(crate) ehlo: Option<String>,
    /// Logs in, with `password`.
    pub(crate) user: Option<TextOrSecret>,
    /// Of the user.
    pub(crate) password: Option<TextOrSecret>,
    /// Who is trusted.
    #[serde(flatten)]
    pub(crate) trust: Trust,
}

/// Echo requests.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Icmp {
    /// Who. Default: the target's host.
    pub(crate) host: Option<String>,
    /// How many, 1 to 100. Default 1.
    pub(crate) count: Option<IntOrString>,
    /// Bytes of each, up to 65000. Default 56.
    pub(crate) payload_bytes: Option<IntOrString>,
    /// From one to the next. Default 1s.
    pub(crate) interval: Option<String>,
}

/// A program, run without a shell. Only where commands are allowed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Command {
    /// The program and its arguments.
    pub(crate) run: Vec<String>,
    /// Its environment; else there is `PATH` only.
    pub(crate) env: Option<Vec<Named>>,
    /// What it reads.
    pub(crate) stdin: Option<String>,
    /// The code that is no failure. Default 0.
    pub(crate) exit_code: Option<IntOrString>,
    /// Bytes of its output, each of both streams; more is a failure. Default 64KiB, at most 16MiB.
    pub(crate) max_output_bytes: Option<IntOrString>,
}

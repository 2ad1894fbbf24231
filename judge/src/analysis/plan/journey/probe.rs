use std::time::Duration;

use bytes::Bytes;

mod known;
mod map;

/// A question to a server that speaks another protocol than HTTP. `V` is what its texts are: [`super::Credential`]s in a
/// journey, plain texts once they are filled in.
#[derive(Clone, Debug)]
pub struct Probe<V> {
    /// `host:port`, `host` or `:port`; what is missing is the target's. `None` is the target itself.
    pub address: Option<V>,
    /// Whether TLS is spoken, and who is trusted.
    pub security: Security<V>,
    /// What is asked.
    pub protocol: Protocol<V>,
}

/// How TLS is spoken.
#[derive(Clone, Debug)]
pub struct Security<V> {
    /// When.
    pub mode: TlsMode,
    /// The name that is asked for and that the certificate has to hold; `None` is the host.
    pub server_name: Option<V>,
    /// PEM of further roots that are trusted.
    pub roots: Option<Bytes>,
    /// Whatever certificate is shown is taken.
    pub insecure: bool,
    /// What hardly anybody says.
    pub terms: Terms,
}

/// Further terms of TLS.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// `roots` are trusted and no others, not even the machine's.
    pub only_roots: bool,
    /// The oldest version that is spoken.
    pub min_version: Option<TlsVersion>,
    /// The newest version that is spoken.
    pub max_version: Option<TlsVersion>,
    /// Shown to servers that ask for one.
    pub certificate: Option<ClientCertificate>,
    /// What the handshake shows is told as [`TlsSession`](crate::journey::TlsSession).
    pub shows_session: bool,
}

/// A client's certificate.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ClientCertificate {
    /// PEM of the chain.
    pub chain: Bytes,
    /// PEM of the key.
    pub key: Bytes,
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ClientCertificate(..)")
    }
}

/// When TLS is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsMode {
    /// Never.
    #[default]
    Off,
    /// From the first byte.
    Direct,
    /// Once the protocol has agreed on it; a server that will not is a failure.
    Upgrade,
    /// Once the protocol has agreed on it, and without it where the server will not.
    Prefer,
}

/// What is asked.
#[derive(Clone, Debug)]
pub enum Protocol<V> {
    /// Whether somebody listens, and says what is expected.
    Tcp(Tcp<V>),
    /// What a TLS handshake shows.
    Tls(Tls),
    /// Records of a name.
    Dns(Dns<V>),
    /// A PostgreSQL server.
    Postgres(Postgres<V>),
    /// A Redis server.
    Redis(Redis<V>),
    /// The health service of a gRPC server.
    Grpc(Grpc<V>),
    /// A mail server.
    Smtp(Smtp<V>),
    /// Echoes.
    Icmp(Icmp),
    /// A program.
    Command(Command<V>),
}

/// A talk over TCP.
#[derive(Clone, Debug)]
pub struct Tcp<V> {
    /// In order; empty where connecting is enough.
    pub dialogue: Vec<DialogueStep<V>>,
}

/// One step of a talk.
#[derive(Clone, Debug)]
pub enum DialogueStep<V> {
    /// Reads until this is found in a line.
    Expect(regex::Regex),
    /// Writes this; `${1}` is the first group of the last `Expect`.
    Send(V),
    /// Writes these, one after the other.
    Say(Vec<Said<V>>),
    /// TLS from here on.
    StartTls,
}

/// A part of what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said<V> {
    /// As it stands.
    Text(V),
    /// A group of the last `Expect`, 0 the whole match; nothing where there is no such group.
    Group(usize),
}

/// A TLS handshake.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Agreed on in this protocol before.
    pub start_tls: Option<StartTls>,
    /// Offered with ALPN.
    pub alpn: Vec<String>,
    /// The oldest version that is spoken.
    pub min_version: Option<TlsVersion>,
    /// The newest version that is spoken.
    pub max_version: Option<TlsVersion>,
}

/// Protocols in which TLS is agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StartTls {
    /// RFC 3207.
    Smtp,
    /// RFC 9051, 6.2.1.
    Imap,
    /// RFC 2595.
    Pop3,
    /// RFC 4217.
    Ftp,
    /// PostgreSQL's `SSLRequest`.
    Postgres,
    /// RFC 4511, 4.14.
    Ldap,
}

/// Versions of TLS that are spoken at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}

/// A question to a name server, which is the probe's address; without one it is the machine's first.
#[derive(Clone, Debug)]
pub struct Dns<V> {
    /// Of what.
    pub name: V,
    /// Which records.
    pub record: RecordType,
    /// Over what.
    pub transport: DnsTransport,
    /// The server shall ask others.
    pub recursion: bool,
    /// The answer's code that is no failure, such as `NOERROR`.
    pub rcode: String,
}

/// Types of records that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names of DNS itself")]
pub enum RecordType {
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DnsTransport {
    /// UDP; an answer that does not fit is asked for again over TCP.
    #[default]
    Udp,
    /// TCP.
    Tcp,
}

/// A connection to PostgreSQL, and a query.
#[derive(Clone, Debug)]
pub struct Postgres<V> {
    /// Who connects.
    pub user: V,
    /// Where the server asks for one.
    pub password: Option<V>,
    /// `None` is the one with the user's name.
    pub database: Option<V>,
    /// Run in a read-only transaction.
    pub query: Option<V>,
    /// Rows that are kept; more are counted only.
    pub rows_max: u32,
    /// Asks how far replicas are behind.
    pub replication: bool,
}

/// A connection to Redis, and a command.
#[derive(Clone, Debug)]
pub struct Redis<V> {
    /// Of the access control list.
    pub user: Option<V>,
    /// Where the server asks for one.
    pub password: Option<V>,
    /// By its number.
    pub database: u32,
    /// Sent after `PING`; empty is none.
    pub command: Vec<V>,
    /// Asks for role, memory and replication.
    pub info: bool,
}

/// `grpc.health.v1.Health/Check`.
#[derive(Clone, Debug)]
pub struct Grpc<V> {
    /// At least one; the empty one is the whole server.
    pub services: Vec<V>,
    /// Sent with each call.
    pub metadata: Vec<(String, V)>,
}

/// A greeting of a mail server, up to who one is.
#[derive(Clone, Debug)]
pub struct Smtp<V> {
    /// Who says hello.
    pub ehlo: V,
    /// User and password.
    pub login: Option<(V, V)>,
}

/// Echo requests.
#[derive(Clone, Debug)]
pub struct Icmp {
    /// How many, at least 1.
    pub count: u32,
    /// Of each.
    pub payload_bytes: u32,
    /// From one to the next.
    pub interval: Duration,
    /// Hops that a packet may take; the system's usual ones where it is not said.
    pub ttl: Option<u8>,
}

/// A program that is run without a shell.
#[derive(Clone, Debug)]
pub struct Command<V> {
    /// The program and its arguments; at least the program.
    pub run: Vec<V>,
    /// Nothing else is in its environment but `PATH`.
    pub env: Vec<(String, V)>,
    /// What it reads.
    pub stdin: Option<V>,
    /// The code that is no failure.
    pub exit_code: i32,
    /// Bytes of its output that are kept, each of both streams; more is a failure.
    pub output_bytes_max: u64,
}

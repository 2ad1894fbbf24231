//! What a `Journey` document means once it is checked.

mod assertion;
mod capture;
mod commands;
mod credential;
mod document;
mod failure;
mod probe;
mod request;
mod step;
mod template;

pub use assertion::{
    Assertion, Check, HealthFormat, JsonPath, Order, Predicate, Query, Schema, StatusRange, ValueKind,
};
pub use capture::{Capture, CaptureType};
pub use credential::{is_credential, is_token};
pub use document::{
    Accounts, Allowance, Answering, Budget, ClientIdentity, Connections, DataSet, HttpSettings, HttpVersion,
    Journey, NamedFile, Row, RowOrder, Rows, Schedule,
};
pub use failure::{Failure, FailureClass, RequestPhase};
pub use probe::{
    ClientCertificate, Command, DialogueStep, Dns, DnsTransport, Grpc, Icmp, Postgres, Probe, Protocol,
    RecordType, Redis, Said, Security, Smtp, StartTls, Tcp, Terms, Tls, TlsMode, TlsVersion,
};
pub use request::{Auth, Body, Credential, Part, PartContent, Request};
pub use step::{Action, Pause, Repeat, Retry, Step};
pub use template::{JsonTemplate, Piece, Reference, Template};

/// What a condition may ask of an answer, as members of `result`.
pub const RESULT_MEMBERS: [&str; 9] = [
    "status",
    "headers",
    "body",
    "durationMs",
    "size",
    "url",
    "redirects",
    "cookies",
    "tlsDaysLeft",
];

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{Action, Piece, Query, Step, Template};
use crate::analysis::plan::{FilledSecrets, Secret};

/// One journey with its arguments filled in, ready to run.
#[derive(Clone, Debug)]
pub struct Journey {
    /// `metadata.name`.
    pub name: String,
    /// `sha256:` and the hash of the document and its arguments.
    pub config_hash: String,
    /// Base URL when the caller gives none.
    pub target: Option<String>,
    /// In order.
    pub steps: Vec<Step>,
    /// Always run after them, with a time of their own.
    pub finally: Vec<Step>,
    /// Of all steps, teardown left out.
    pub timeout: Duration,
    /// Of teardown.
    pub finally_timeout: Duration,
    /// When runs start.
    pub schedule: Schedule,
    /// What its runs may ask for.
    pub budget: Budget,
    /// New connections for each run, or kept ones.
    pub connections: Connections,
    /// Which protocol.
    pub version: HttpVersion,
    /// How servers are met; what requests say is in the steps already.
    pub http: HttpSettings,
    /// Who has to answer.
    pub answering: Option<Answering>,
    /// Rows of which each run takes one.
    pub data: Option<DataSet>,
    /// Accounts of which each run holds one as long as it lasts.
    pub accounts: Option<Accounts>,
    /// Bytes of a decoded body that are read at most; more is a failure.
    pub body_bytes_max: u64,
    /// Runs of a fresh connection whose latencies are left out, each side.
    pub warm_up: u32,
    /// Values of secrets that were filled into texts: must be shown nowhere.
    pub secrets: FilledSecrets,
    /// Files that it was made of, in the order in which they were read: with the texts of the documents they make it again.
    pub files: Vec<NamedFile>,
}

/// A file that a document names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// The document's source.
    pub document: String,
    /// As it is named there.
    pub path: String,
    /// What it held.
    pub bytes: Bytes,
}

/// How servers are met.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Cookies are kept as long as a run lasts. Otherwise they are ignored.
    pub cookies: bool,
    /// Certificates are not verified.
    pub insecure: bool,
    /// PEM of further roots that are trusted.
    pub roots: Option<Bytes>,
    /// Shown to servers that ask for one.
    pub certificate: Option<ClientIdentity>,
}

/// A client's certificate and where its key is to be found.
#[derive(Clone, Debug)]
pub struct ClientIdentity {
    /// PEM of the chain.
    pub chain: Bytes,
    /// PEM of the key.
    pub key: Secret,
}

/// When runs start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// From one planned start to the next, at least 100 us.
    pub interval: Duration,
    /// Part of the interval (0 to 0.5) by which a start may be moved to either side.
    pub jitter: f64,
    /// Runs under way at most; a start beyond it is a missed run.
    pub in_flight_max: usize,
}

/// What may be asked for, of each target and of all together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Budget {
    /// Of each target.
    pub per_target: Allowance,
    /// Of all targets together.
    pub in_all: Allowance,
}

/// What may be asked for. `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Allowance {
    /// Requests a second, on average; above 0.
    pub requests_per_second: Option<f64>,
    /// Runs under way; at least 1.
    pub in_flight_max: Option<usize>,
}

/// How connections are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connections {
    /// Kept between runs.
    #[default]
    Warm,
    /// Each run makes its own.
    Cold,
}

/// Which version of HTTP is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HttpVersion {
    /// HTTP/2 where TLS agrees on it, else HTTP/1.1.
    #[default]
    Auto,
    /// HTTP/1.1.
    Http1,
    /// HTTP/2; without TLS with prior knowledge.
    Http2,
}

/// Who has to answer: otherwise the run belongs to no side.
#[derive(Clone, Debug)]
pub struct Answering {
    /// What tells who answered: a header or a place in the body.
    pub query: Query,
    /// What the canary says; `None` for any.
    pub canary: Option<String>,
    /// What stable says; `None` for any.
    pub stable: Option<String>,
}

/// One row after another.
pub type Rows = Vec<Arc<Row>>;

/// Names of columns to values. Those of CSV are texts.
pub type Row = BTreeMap<String, serde_json::Value>;

/// Rows of which each run takes one.
#[derive(Clone, Debug)]
pub struct DataSet {
    /// At least one.
    pub rows: Rows,
    /// Which comes next.
    pub order: RowOrder,
}

/// Which row comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowOrder {
    /// From the first to the last, then again.
    #[default]
    Sequential,
    /// Any, by the seed.
    Random,
}

/// Accounts of which each run holds one as long as it lasts, so that runs side by side do not collide.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// At least one.
    pub rows: Rows,
    /// Columns that are shown nowhere.
    pub secret: Vec<String>,
}

impl Journey {
    /// Whether some step does not say itself who is asked.
    #[must_use]
    pub fn needs_target(&self) -> bool {
        let mut steps = self.all_steps().into_iter();
        steps.any(|step| match &step.action {
            Action::Http(request) => is_relative(&request.url),
            Action::Probe(probe) => probe.needs_target(),
            Action::Parallel(_) => false,
        })
    }

    /// Steps and steps inside of steps, those of `finally` last: a step's place here is its `index`.
    #[must_use]
    pub fn all_steps(&self) -> Vec<&Step> {
        fn walk<'a>(steps: &'a [Step], all: &mut Vec<&'a Step>) {
            for step in steps {
                all.push(step);
                if let Action::Parallel(inner) = &step.action {
                    walk(inner, all);
                }
            }
        }
        let mut all = Vec::new();
        walk(&self.steps, &mut all);
        walk(&self.finally, &mut all);
        all
    }
}

/// What a step has captured may be a whole URL.
fn is_relative(url: &Template) -> bool {
    match url.pieces.first() {
        Some(Piece::Text(text)) => !text.contains("://"),
        Some(Piece::Value(_)) => false,
        None => true,
    }
}

//! The checked settings of a Serin.

use std::net::SocketAddr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plan::journey::Budget;
use super::plan::{PrometheusAccess, Secret};

/// What `serin.yaml` says, with the defaults of what it leaves out.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Address and port of the HTTP interface; a loopback address unless there are tokens.
    pub listen: SocketAddr,
    /// How others reach it, without a slash at the end; `None` when that is where it listens.
    pub public_url: Option<String>,
    /// Where runs are kept: `sqlite://` and a path.
    pub store_url: String,
    /// Files and folders of analyses.
    pub analyses: Vec<String>,
    /// Who may call; everybody on this machine when empty.
    pub tokens: Vec<Token>,
    /// Whom to tell.
    pub hooks: Vec<Hook>,
    /// How long a gate repeats a final verdict after it was first answered.
    pub repeat_for: Duration,
    /// How to reach the Prometheus that is asked when an analysis does not name one.
    pub prometheus: Option<PrometheusAccess>,
    /// What all journeys that runs drive may ask for together.
    pub probing: Budget,
    /// The path of a module file of blackbox_exporter.
    pub modules: Option<String>,
    /// What is bounded, and where.
    pub limits: Limits,
    /// How long data is kept.
    pub retention: Retention,
    /// How it logs.
    pub log: Log,
    /// Steps of journeys may run programs.
    pub allow_commands: bool,
    /// A 2xx answer to a web metric that is not JSON is Successful whatever the conditions say, as in Argo.
    pub argo_web_body: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7733)),
            public_url: None,
            store_url: "sqlite://serin.db".to_owned(),
            analyses: Vec::new(),
            tokens: Vec::new(),
            hooks: Vec::new(),
            repeat_for: Duration::from_secs(60),
            prometheus: None,
            probing: Budget::default(),
            modules: None,
            limits: Limits::default(),
            retention: Retention::default(),
            log: Log::default(),
            allow_commands: false,
            argo_web_body: false,
        }
    }
}

/// Somebody who may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Who it is; unique.
    pub name: String,
    /// SHA-256 of the token.
    pub sha256: [u8; 32],
    /// What it may do; never empty.
    pub roles: Vec<Role>,
}

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look at runs, analyses and figures.
    Read,
    /// Start and stop runs, ask gates, and read.
    Run,
    /// Override verdicts, send deliveries again, and everything else.
    Admin,
}

/// Somebody who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Its name; unique.
    pub name: String,
    /// Where it listens.
    pub url: String,
    /// What signs deliveries.
    pub secret: Secret,
    /// What signs them as well, while receivers change over from one secret to the other.
    pub previous_secret: Option<Secret>,
    /// What it wants to be told; never empty.
    pub events: Vec<HookEvent>,
    /// How long a delivery is tried.
    pub give_up_after: Duration,
}

/// What receivers can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
pub enum HookEvent {
    /// A run has begun.
    #[serde(rename = "run.started")]
    RunStarted,
    /// The run that has begun judges a further stage of its release.
    #[serde(rename = "run.stage")]
    RunStage,
    /// A run has its verdict.
    #[serde(rename = "run.finished")]
    RunFinished,
}

/// What is bounded, and where. All at least 1, and no duration is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body: the answer to a web metric, a request to the API.
    pub body_bytes: u64,
    /// Runs at the same time.
    pub active_runs: usize,
    /// Measurements of one metric that are kept at most.
    pub measurements_per_metric: usize,
    /// Requests a second of one address; as many may come at once.
    pub requests_per_second: u32,
    /// Requests that are being answered at once.
    pub concurrent_requests: usize,
    /// Open connections.
    pub connections: usize,
    /// Event streams that are open at once.
    pub event_streams: usize,
    /// How long the head of a request may take to come, and a connection to stay unused.
    pub header_read_timeout: Duration,
    /// How long a request may take from its head to the head of its answer.
    pub request_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            active_runs: 10_000,
            measurements_per_metric: 1000,
            requests_per_second: 5000,
            concurrent_requests: 512,
            connections: 2048,
            event_streams: 512,
            header_read_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// How long data is kept, counted from the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Runs with everything that is theirs.
    pub runs: Duration,
    /// Windows of comparisons; never longer than the run they belong to.
    pub windows: Duration,
}

const DAY: Duration = Duration::from_secs(86_400);

impl Default for Retention {
    fn default() -> Self {
        Self {
            runs: DAY * 90,
            windows: DAY * 14,
        }
    }
}

/// How it logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// Form of a line.
    pub format: LogFormat,
    /// What is worth a line.
    pub level: LogLevel,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Auto,
            level: LogLevel::Info,
        }
    }
}

/// Form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Human,
}

/// What is worth a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What is broken and needs somebody.
    Error,
    /// What somebody should know.
    Warn,
    /// What happens.
    Info,
    /// What each request and measurement does.
    Debug,
    /// Everything.
    Trace,
}

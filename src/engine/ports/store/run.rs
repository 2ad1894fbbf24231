use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Look, Measurement, Override, Phase, Reason, RunReport, Unread, Verdict};

use super::Delivery;

/// What is known of a run when it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunRecord {
    /// Unique; sorts by time.
    pub id: String,
    /// Name of the analysis.
    pub analysis: String,
    /// The release; empty for a run on its own.
    pub release: String,
    /// The release's stage; may be empty.
    pub stage: String,
    /// Attempt of the stage, from 1.
    pub attempt: u32,
    /// Free labels.
    pub labels: BTreeMap<String, String>,
    /// Hash of the analysis and its arguments.
    pub config_hash: String,
    /// When it began.
    pub started_at: Timestamp,
    /// What its plan is made from, so that it can go on in another process.
    pub request: RunRequest,
}

/// What a run's plan is made from. Documents, arguments and files may hold secrets, so a store keeps it sealed; secrets that
/// are only named are looked up again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRequest {
    /// The documents. A store keeps equal ones of many runs once.
    #[serde(skip)]
    pub sources: Arc<[SourceText]>,
    /// Which analysis of the documents; `None` when there is one.
    pub analysis: Option<String>,
    /// Values of arguments.
    pub args: BTreeMap<String, String>,
    /// Receivers of deliveries; `None` for all that there are.
    pub hooks: Option<Vec<String>>,
    /// Files that the documents name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<KeptFile>,
}

/// A file as it was when the run began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptFile {
    /// The name of the document that names it.
    pub document: String,
    /// As it is named there.
    pub path: String,
    /// All of it, in base64.
    pub base64: String,
}

/// A document's text as it was when the run began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceText {
    /// The file's name.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// A run that is to begin.
#[derive(Clone, Debug, Default)]
pub struct Beginning {
    /// The run.
    pub run: RunRecord,
    /// What makes the request for it unique, if it brought such a key.
    pub key: Option<IdempotencyKey>,
    /// What its beginning causes, in order.
    pub deliveries: Vec<Delivery>,
}

/// What makes a request unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Chosen by who asks.
    pub key: String,
    /// Hash of the request's body.
    pub body_hash: String,
}

/// What became of a beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The run is new.
    New,
    /// The same request began the run of this id before.
    Before(String),
}

/// One thing that a run learned, in the order it learned it. Replaying the records of a run gives its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Record {
    /// A measurement that keeps nobody waiting, such as a job, is under way.
    Begun {
        /// Its metric's place in the plan.
        metric: usize,
        /// When.
        at: Timestamp,
    },
    /// Finished measurements that are judged together, each with its metric's place in the plan.
    Measurements {
        /// In the plan's order.
        measurements: Vec<(usize, Measurement)>,
    },
    /// All windows that ended at one instant.
    Look {
        /// The windows.
        look: Look,
        /// Comparisons that could not be read.
        unread: Vec<Unread>,
    },
    /// The wall clock was looked at, with nothing else to tell.
    Tick {
        /// What it said.
        at: Timestamp,
    },
    /// The run goes on in another process; what was under way is lost.
    Resumed {
        /// When.
        at: Timestamp,
    },
    /// Somebody asked the run to end.
    Stop {
        /// When.
        at: Timestamp,
    },
    /// An operator has decided.
    Override(Override),
}

impl Record {
    /// When it came.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Begun { at, .. } | Self::Tick { at } | Self::Resumed { at } | Self::Stop { at } => *at,
            Self::Look { look, .. } => look.at,
            Self::Override(decided) => decided.at,
            Self::Measurements { measurements } => {
                let ends = measurements
                    .iter()
                    .map(|(_, measurement)| measurement.finished_at);
                ends.max().unwrap_or_default()
            }
        }
    }
}

/// A verdict and all that it causes.
#[derive(Clone, Debug)]
pub struct Finish {
    /// The final report.
    pub report: Arc<RunReport>,
    /// In order.
    pub deliveries: Vec<Delivery>,
    /// When the run is to be forgotten whatever the retention says: `ttlStrategy` of an AnalysisRun.
    pub expires_at: Option<Timestamp>,
}

/// The end of a run as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When the verdict fell.
    pub at: Timestamp,
    /// Never `continue`.
    pub verdict: Verdict,
    /// Argo's word for it.
    pub phase: Phase,
    /// Most important first.
    pub reasons: Vec<Reason>,
    /// One plain sentence.
    pub summary: String,
}

impl From<&RunReport> for Ended {
    fn from(report: &RunReport) -> Self {
        Self {
            at: report.finished_at.unwrap_or(report.started_at),
            verdict: report.verdict,
            phase: report.phase,
            reasons: report.reasons.clone(),
            summary: report.summary.clone(),
        }
    }
}

/// A run as the store holds it.
#[derive(Clone, Debug)]
pub struct StoredRun {
    /// From its beginning.
    pub run: RunRecord,
    /// In the order they came; without windows once these are too old.
    pub records: Vec<Record>,
    /// Once it has ended: how, and the final report as JSON.
    pub ended: Option<(Ended, Arc<str>)>,
    /// When its verdict was first told to somebody who asked.
    pub answered_at: Option<Timestamp>,
    /// In order.
    pub deliveries: Vec<Delivery>,
}

/// A run as it is listed; its request has no sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSummary {
    /// From its beginning.
    pub run: RunRecord,
    /// Once it has ended.
    pub ended: Option<Ended>,
    /// When its verdict was first told to somebody who asked.
    pub answered_at: Option<Timestamp>,
}

/// Which runs to list: those that fit everything that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Name of the analysis.
    pub analysis: Option<String>,
    /// The release.
    pub release: Option<String>,
    /// `continue` for runs without a verdict.
    pub verdict: Option<Verdict>,
}

/// Where a list of runs goes on: after this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When it began.
    pub started_at: Timestamp,
    /// Its id, for runs that began at one instant.
    pub id: String,
}

/// Whose attempts are counted together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// Name of the analysis.
    pub analysis: String,
    /// The release; never empty.
    pub release: String,
    /// Its stage; may be empty.
    pub stage: String,
}

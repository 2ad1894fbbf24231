use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Look, Measurement, RunReport, Unread};

/// What is known of a run when it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRecord {
    /// Unique.
    pub id: String,
    /// Name of the analysis.
    pub analysis: String,
    /// Hash of the analysis and its arguments.
    pub config_hash: String,
    /// When it began.
    pub started_at: Timestamp,
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
    /// Somebody asked the run to end.
    Stop {
        /// When.
        at: Timestamp,
    },
}

/// A run as the store holds it.
#[derive(Clone, Debug)]
pub struct StoredRun {
    /// From its beginning.
    pub run: RunRecord,
    /// In the order they came.
    pub records: Vec<Record>,
    /// Once it has ended.
    pub report: Option<Arc<RunReport>>,
}

/// Where runs, their measurements and windows are kept.
#[async_trait]
pub trait Store: Send + Sync {
    /// Keeps a new run.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is one of this id.
    async fn begin(&self, run: &RunRecord) -> Result<(), StoreError>;

    /// Keeps what a run learned, in order, before anything acts on it.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such run, [`StoreError::Ended`] when it has its verdict.
    async fn append(&self, id: &str, records: &[Record]) -> Result<(), StoreError>;

    /// Keeps the verdict, once.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such run, [`StoreError::Ended`] when it has its verdict.
    async fn finish(&self, id: &str, report: Arc<RunReport>) -> Result<(), StoreError>;

    /// A run with everything it learned; `None` when there is none of this id.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    async fn load(&self, id: &str) -> Result<Option<StoredRun>, StoreError>;
}

/// Why the store did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Two runs cannot have one id.
    #[error("run {0} exists already")]
    Exists(String),
    /// There is no such run.
    #[error("run {0} is not in the store")]
    Unknown(String),
    /// A verdict is given once.
    #[error("run {0} has its verdict already")]
    Ended(String),
    /// The store itself does not work; a retry may help.
    #[error("the store failed: {0}")]
    Broken(String),
}

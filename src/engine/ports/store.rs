mod delivery;
mod run;

use async_trait::async_trait;
use serin_judge::time::Timestamp;

pub use delivery::{Delivery, DeliveryEvent, DeliveryState};
pub use run::{
    Attempt, Beginning, Begun, Cursor, Ended, Finish, IdempotencyKey, KeptFile, Record, RunFilter, RunRecord,
    RunRequest, RunSummary, SourceText, StoredRun,
};

/// What a run under way needs of a store: to keep its beginning, what it learns, and its verdict.
///
/// Everything a call keeps is kept together or not at all, and is durable when the call returns. Nothing here belongs to
/// one kind of database.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Keeps a new run with the deliveries that its beginning causes. A key that was given before with the same body
    /// gives the run of then, and nothing is kept.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is one of this id, [`StoreError::AttemptExists`] when its release has this
    /// attempt, [`StoreError::KeyReused`] when the key was given with another body.
    async fn begin(&self, beginning: &Beginning) -> Result<Begun, StoreError>;

    /// Keeps what a run learned, in order, before anything acts on it. `known` is how many records it had.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such run, [`StoreError::Ended`] when it has its verdict,
    /// [`StoreError::Overtaken`] when it has another number of records: somebody else drives it.
    async fn append(&self, id: &str, known: u64, records: &[Record]) -> Result<(), StoreError>;

    /// Keeps the verdict, once, with the deliveries that it causes.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such run, [`StoreError::Ended`] when it has its verdict.
    async fn finish(&self, id: &str, finish: &Finish) -> Result<(), StoreError>;
}

/// Where runs, what they learned, their verdicts and the deliveries of these are kept.
#[async_trait]
pub trait Store: Journal {
    /// A run with everything it learned; `None` when there is none of this id.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    async fn load(&self, id: &str) -> Result<Option<StoredRun>, StoreError>;

    /// The ids of all runs without a verdict, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    async fn active(&self) -> Result<Vec<String>, StoreError>;

    /// Runs that pass the filter, newest first: those older than the cursor, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    async fn list(
        &self,
        filter: &RunFilter,
        before: Option<&Cursor>,
        limit: usize,
    ) -> Result<Vec<RunSummary>, StoreError>;

    /// The run that the same request began before; `None` when the key is new.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] when the key was given with another body, [`StoreError::Broken`] when the store cannot be
    /// read.
    async fn begun_before(&self, key: &IdempotencyKey) -> Result<Option<String>, StoreError>;

    /// An attempt of a release's stage by its number, or without one the newest.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    async fn attempt(&self, attempt: &Attempt, number: Option<u32>)
    -> Result<Option<RunSummary>, StoreError>;

    /// Whether the release has a run of this analysis in another stage.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    async fn has_other_stage(&self, attempt: &Attempt) -> Result<bool, StoreError>;

    /// Remembers when a run's verdict was first told to somebody who asked; later calls change nothing. Returns when
    /// that was.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such run.
    async fn answered(&self, id: &str, at: Timestamp) -> Result<Timestamp, StoreError>;

    /// Deliveries to a receiver to try now, at most `limit`, those that wait longest first: of each run the oldest pending
    /// one alone, and only if its time has come. That keeps the order.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    async fn due_deliveries(
        &self,
        hook: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// When, later than `after`, the next delivery to a receiver is to be tried, however far away; `None` while there is
    /// none. One that has to wait for an older one of its run has no time of its own.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    async fn next_delivery_at(&self, hook: &str, after: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// Keeps how a delivery stands: state, attempts, next time, since when, last error, end. The rest does not change.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such delivery.
    async fn update_delivery(&self, delivery: &Delivery) -> Result<(), StoreError>;

    /// A delivery by its id.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    async fn delivery(&self, id: &str) -> Result<Option<Delivery>, StoreError>;

    /// Deliveries in this state, newest first: those whose id is before `before`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be read.
    async fn deliveries(
        &self,
        state: Option<DeliveryState>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Forgets at most `limit` things: ended runs whose verdict fell before `runs`, with all that is theirs, and windows
    /// of ended runs whose verdict fell before `windows`. Returns how many went; less than `limit` means that it is done.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be written.
    async fn prune(&self, runs: Timestamp, windows: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// Forgets at most `limit` ended runs whose own time to live is over at `now`, with all that is theirs. Returns how many
    /// went.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be written.
    async fn expire(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// Writes something and takes it back.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when the store cannot be written.
    async fn check(&self) -> Result<(), StoreError>;

    /// Finishes all writes that were begun; nothing is written afterwards.
    async fn close(&self);
}

/// Why the store did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Two runs cannot have one id.
    #[error("run {0} exists already")]
    Exists(String),
    /// The release's stage has this attempt: the run of this id.
    #[error("this attempt of the release's stage is run {0}")]
    AttemptExists(String),
    /// An idempotency key stands for one request.
    #[error("the idempotency key was given before with another body, for run {0}")]
    KeyReused(String),
    /// There is no such run, or no such delivery.
    #[error("{0} is not in the store")]
    Unknown(String),
    /// A verdict is given once.
    #[error("run {0} has its verdict already")]
    Ended(String),
    /// Somebody else has written records of the run.
    #[error("run {0} is driven by somebody else")]
    Overtaken(String),
    /// The store itself does not work; a retry may help.
    #[error("the store failed: {0}")]
    Broken(String),
}

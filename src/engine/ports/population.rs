use std::time::Duration;

use async_trait::async_trait;
use serin_judge::time::Timestamp;
use serin_judge::verdict::Window;

/// The two populations of one comparison, read window by window.
#[async_trait]
pub trait Population: Send {
    /// Finds the state of the counters at the start of the run; nothing before it is counted.
    ///
    /// # Errors
    /// [`PopulationError::Refused`] when windows of this length cannot be had from this source,
    /// [`PopulationError::Unavailable`] when the source does not answer.
    async fn open(&mut self, now: Timestamp, window: Duration) -> Result<(), PopulationError>;

    /// The windows of both sides from the end of the last call that succeeded (or of `open`) to `end`.
    /// Nothing is counted twice and nothing is lost when a call fails: the next one covers its time too.
    ///
    /// # Errors
    /// [`PopulationError::Unavailable`] when neither side could be read.
    async fn close(&mut self, end: Timestamp) -> Result<Vec<Window>, PopulationError>;

    /// How long after the end of a window its counts are settled; the engine closes no window earlier, and asks again
    /// after each one.
    fn settling(&self) -> Duration {
        Duration::ZERO
    }
}

/// Why there are no counts. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PopulationError {
    /// The source answers, and cannot give such windows: the document has to change.
    #[error("{0}")]
    Refused(String),
    /// The source does not answer usably; a retry may help.
    #[error("{0}")]
    Unavailable(String),
}

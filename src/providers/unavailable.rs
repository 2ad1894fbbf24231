use async_trait::async_trait;
use serin_judge::time::Timestamp;

use crate::engine::ports::{Measure, MeasureError, Reading};

/// A source that could not be constructed: each measurement is the Error that says why.
#[derive(Clone, Debug)]
pub struct Unavailable {
    error: MeasureError,
}

impl Unavailable {
    /// Answers every measurement with this message; it must hold no secret.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            error: MeasureError {
                message: message.into(),
            },
        }
    }
}

#[async_trait]
impl Measure for Unavailable {
    async fn measure(&self, _now: Timestamp) -> Result<Reading, MeasureError> {
        Err(self.error.clone())
    }
}

//! Wall time without asking the system's clock.

use serin_judge::time::Timestamp;
use tokio::time::Instant;

/// The instant at which the system was started, by both clocks: tokio's runs on, the caller's is only added to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    started_at: Timestamp,
    started: Instant,
}

impl Clock {
    /// A clock that shows `now` at this moment.
    pub(super) fn starting_at(now: Timestamp) -> Self {
        Self {
            started_at: now,
            started: Instant::now(),
        }
    }

    /// Wall time.
    pub(super) fn now(&self) -> Timestamp {
        self.started_at + self.started.elapsed()
    }

    /// Whole seconds since the system was started.
    pub(super) fn second(&self) -> u64 {
        self.started.elapsed().as_secs()
    }
}

use std::time::Duration;

use async_trait::async_trait;
use serin_judge::time::Timestamp;
use tokio::time::Instant;

use crate::engine::ports::Clock;

/// The machine's wall clock; waits on tokio's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// A sleep is cut into parts of this length, so that a wall clock that jumps is noticed soon.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

#[async_trait]
impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock port's only adapter for production"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
    }

    async fn sleep_until(&self, deadline: Timestamp) {
        loop {
            let left = deadline.since(self.now());
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LONGEST_SLEEP)).await;
        }
    }
}

/// A clock that starts at a given instant and follows tokio's timer, so that a paused runtime decides what now is.
#[derive(Clone, Copy, Debug)]
pub struct TimerClock {
    started_at: Timestamp,
    zero: Instant,
}

impl TimerClock {
    /// A clock that reads `started_at` now. Call it inside a tokio runtime.
    #[must_use]
    pub fn new(started_at: Timestamp) -> Self {
        Self {
            started_at,
            zero: Instant::now(),
        }
    }
}

#[async_trait]
impl Clock for TimerClock {
    fn now(&self) -> Timestamp {
        self.started_at + self.zero.elapsed()
    }

    async fn sleep_until(&self, deadline: Timestamp) {
        tokio::time::sleep_until(self.zero + deadline.since(self.started_at)).await;
    }
}

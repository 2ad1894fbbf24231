use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serin_judge::time::Timestamp;
use tokio::time::Instant;

use crate::engine::ports::Clock;

/// The machine's wall clock, which never goes back here: while somebody sets it back, time goes on as the machine's
/// steady clock says, until the wall clock has caught up. Otherwise every run would stand still until then.
#[derive(Debug)]
pub struct SystemClock {
    newest: Mutex<Newest>,
}

/// What was last said, and what the steady clock showed then.
#[derive(Clone, Copy, Debug)]
struct Newest {
    now: Timestamp,
    steady: std::time::Instant,
}

/// A sleep is cut into parts of this length, so that a wall clock that is set forward is noticed soon.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

impl SystemClock {
    /// The wall clock from here on.
    #[must_use]
    pub fn new() -> Self {
        let newest = Newest {
            now: wall(),
            steady: steady(),
        };
        Self {
            newest: Mutex::new(newest),
        }
    }

    /// Now, when the clocks show this.
    fn at(&self, wall: Timestamp, steady: std::time::Instant) -> Timestamp {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = steady.saturating_duration_since(newest.steady);
        *newest = Newest {
            now: wall.max(newest.now + passed),
            steady: steady.max(newest.steady),
        };
        newest.now
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock port's only adapter for production"
)]
fn wall() -> Timestamp {
    Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock port's only adapter for production"
)]
fn steady() -> std::time::Instant {
    std::time::Instant::now()
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.at(wall(), steady())
    }

    fn has_been(&self, instant: Timestamp) {
        let _now = self.at(instant, steady());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_set_back_does_not_stop_time() {
        let clock = SystemClock::new();
        let (start, zero) = (clock.now(), steady());
        let (second, hour) = (Duration::from_secs(1), Duration::from_secs(3600));
        let base = clock.at(start + hour, zero);
        assert_eq!(base, start + hour, "set forward");
        assert_eq!(
            clock.at(start, zero + second),
            base + second,
            "set back by an hour"
        );
        assert_eq!(clock.at(start + second, zero + 2 * second), base + 2 * second);
        assert_eq!(clock.at(start + 2 * hour, zero + 3 * second), start + 2 * hour);
        clock.has_been(start + 5 * hour);
        assert!(
            clock.now() >= start + 5 * hour,
            "what is written down has happened"
        );
    }
}

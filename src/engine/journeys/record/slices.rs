use std::time::Duration;

use serin_judge::time::Timestamp;
use tokio::time::Instant;

/// Slices of time of one length. Instants are the steady clock's; what the wall clock is set to meanwhile moves nothing.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine::journeys) struct Slices {
    origin: Instant,
    origin_at: Timestamp,
    length: Duration,
}

impl Slices {
    /// The slices of which one begins at `aligned_to`, when it is `now_at` at `now`.
    pub(in crate::engine::journeys) fn new(
        now: Instant,
        now_at: Timestamp,
        aligned_to: Timestamp,
        length: Duration,
    ) -> Self {
        let length = length.max(Duration::from_millis(1));
        let micros = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        let into = (now_at.as_micros() - aligned_to.as_micros()).rem_euclid(micros);
        let into = Duration::from_micros(u64::try_from(into).unwrap_or_default());
        // An instant cannot always lie before the start of the machine.
        let origin = now.checked_sub(into);
        Self {
            origin: origin.unwrap_or(now),
            origin_at: origin.map_or(now_at, |_| now_at - into),
            length,
        }
    }

    pub(super) fn index(&self, instant: Instant) -> u64 {
        let nanos = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        nanos(instant.saturating_duration_since(self.origin)) / nanos(self.length).max(1)
    }

    pub(super) fn start(&self, index: u64) -> Instant {
        let passed = self.length.as_nanos().saturating_mul(u128::from(index));
        self.origin + Duration::from_nanos(u64::try_from(passed).unwrap_or(u64::MAX))
    }

    /// What the wall clock would show at an instant if nobody set it.
    pub(in crate::engine::journeys) fn at(&self, instant: Instant) -> Timestamp {
        if instant >= self.origin {
            self.origin_at + (instant - self.origin)
        } else {
            self.origin_at - (self.origin - instant)
        }
    }

    /// The instant at which it is `at`; the origin for times before it.
    pub(in crate::engine::journeys) fn instant(&self, at: Timestamp) -> Instant {
        self.origin + at.since(self.origin_at)
    }
}

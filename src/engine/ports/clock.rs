use async_trait::async_trait;
use serin_judge::time::Timestamp;

/// What time it is, and waiting.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, by the wall clock.
    fn now(&self) -> Timestamp;

    /// Returns when `now` is at least `deadline`; at once when it already is.
    async fn sleep_until(&self, deadline: Timestamp);
}

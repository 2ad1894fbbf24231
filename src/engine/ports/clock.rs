use async_trait::async_trait;
use serin_judge::time::Timestamp;

/// What time it is, and waiting.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, by the wall clock.
    fn now(&self) -> Timestamp;

    /// Somebody has written down that it has been `instant`: it is not earlier now, whatever the machine says.
    fn has_been(&self, instant: Timestamp) {
        let _no_difference = instant;
    }

    /// Returns when `now` is at least `deadline`; at once when it already is.
    async fn sleep_until(&self, deadline: Timestamp);
}

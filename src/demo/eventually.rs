//! Waiting in tests.

use std::time::Duration;

use tokio::time::{interval, timeout};

/// Looks again and again until `is_so`; fails after a long while. Tests wait for conditions, never for a time:
/// so they are fast on an idle machine and right on a busy one.
pub(super) async fn eventually(is_so: impl FnMut() -> bool) {
    let mut is_so = is_so;
    let mut look = interval(Duration::from_millis(5));
    let seen = timeout(Duration::from_secs(30), async {
        while !is_so() {
            look.tick().await;
        }
    });
    assert!(seen.await.is_ok(), "this did not happen in 30 s");
}

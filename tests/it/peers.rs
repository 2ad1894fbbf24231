//! What the tests talk to: real servers, and servers that misbehave on purpose.

pub(crate) mod app;
pub(crate) mod chromium;
pub(crate) mod exporter;
pub(crate) mod exposed;
pub(crate) mod faults;
pub(crate) mod health;
pub(crate) mod identity;
pub(crate) mod mail;
pub(crate) mod nsd;
pub(crate) mod openssl;
pub(crate) mod postgres;
pub(crate) mod prometheus;
pub(crate) mod receiver;
pub(crate) mod redis;
pub(crate) mod sample;
pub(crate) mod scripted;
pub(crate) mod shop;
pub(crate) mod site;
pub(crate) mod tls;

use std::time::Duration;

use serin_judge::time::Timestamp;

/// Real processes need real time; a condition that has not come true by then never will.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Now, as the peers see it.
#[expect(clippy::disallowed_methods, reason = "real peers live in real time")]
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
}

/// Asks until the condition gives something, and panics with `what` when it never does.
pub(crate) async fn wait_for<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(value) = condition().await {
                return value;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("waited {PATIENCE:?} in vain: {what}"))
}

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serin_judge::time::Timestamp;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::engine::ports::{Clock, Store};
use crate::server::App;
use crate::server::problem::Problem;

/// How often the process shows that it is alive.
pub(super) const BEAT_INTERVAL: Duration = Duration::from_secs(1);
/// Without a sign of life for this long it is taken for stuck.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// Whoever asks more often gets the answer of before: asking must not be a way to load the store.
const KEPT_FOR: Duration = Duration::from_secs(1);
/// A store that takes longer is of no use to runs.
const STORE_PATIENCE: Duration = Duration::from_secs(5);

/// Whether the process can do its work.
pub(super) struct Health {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    beaten_at: std::sync::Mutex<Timestamp>,
    checked: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Health {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        let beaten_at = std::sync::Mutex::new(clock.now());
        Self {
            store,
            clock,
            beaten_at,
            checked: Mutex::default(),
        }
    }

    /// A sign of life.
    pub(super) fn beat(&self) {
        let now = self.clock.now();
        *self
            .beaten_at
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = now;
    }

    fn is_alive(&self) -> bool {
        let beaten_at = *self
            .beaten_at
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        self.clock.now().since(beaten_at) < SILENCE_MAX
    }

    /// Whether the store can be written.
    async fn store(&self) -> Result<(), String> {
        let mut checked = self.checked.lock().await;
        if let Some((at, answer)) = &*checked
            && at.elapsed() < KEPT_FOR
        {
            return answer.clone();
        }
        let answer = match tokio::time::timeout(STORE_PATIENCE, self.store.check()).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_elapsed) => Err(format!("the store did not answer within {STORE_PATIENCE:?}")),
        };
        *checked = Some((Instant::now(), answer.clone()));
        answer
    }
}

/// Whether the process answers at all.
pub(super) async fn livez() -> &'static str {
    "ok\n"
}

/// Whether it can take work: the store can be written, the loop is alive, and it is not about to end.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let refusal = |detail: String| Err(Problem::new("unavailable", detail));
    if app.is_closing() {
        return refusal("Serin is shutting down".to_owned());
    }
    if !app.health.is_alive() {
        return refusal(format!("the loop has shown no sign of life for {SILENCE_MAX:?}"));
    }
    if let Err(message) = app.health.store().await {
        return refusal(message);
    }
    Ok((StatusCode::OK, "ok\n").into_response())
}

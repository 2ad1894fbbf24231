//! Takes Serin's webhooks as any receiver should: verified, and each message once.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde::Deserialize;
use serin_judge::verdict::Verdict;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::signature::{Secret, Signed};
use crate::demo::locked;
use crate::engine::ports::Clock;

/// The receiver's name among the hooks.
pub(crate) const HOOK: &str = "rollouts";

/// A run of an hour with hundreds of measurements is far below.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Messages that wait for the controller.
const TOLD_MAX: usize = 64;

/// A listener on the loopback, and what came in.
pub(crate) struct Receiver {
    address: SocketAddr,
    told: mpsc::Receiver<Told>,
    task: JoinHandle<()>,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) run: String,
    pub(super) verdict: Verdict,
}

struct Inbox {
    secret: Secret,
    clock: Arc<dyn Clock>,
    seen: Mutex<HashSet<String>>,
    told: mpsc::Sender<Told>,
}

#[derive(Deserialize)]
struct Message {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    run: Run,
}

#[derive(Deserialize)]
struct Run {
    id: String,
    verdict: Verdict,
}

impl Receiver {
    /// Listens on a free port of the loopback for messages signed with this secret.
    pub(crate) async fn start(secret: Secret, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (sender, told) = mpsc::channel(TOLD_MAX);
        let inbox = Arc::new(Inbox {
            secret,
            clock,
            seen: Mutex::default(),
            told: sender,
        });
        let router = Router::new()
            .route("/hook", post(take))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(inbox);
        let task = tokio::spawn(async move {
            // It ends with the task; an error of one connection does not end it.
            let _ended = axum::serve(listener, router).await;
        });
        Ok(Self { address, told, task })
    }

    /// Where messages are to be sent.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(super) async fn next(&mut self) -> Option<Told> {
        self.told.recv().await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let (id, at) = (header("webhook-id"), header("webhook-timestamp"));
    let signed = Signed {
        id,
        timestamp: at,
        body: &body,
        signatures: header("webhook-signature"),
    };
    if !inbox.secret.verifies(&signed, inbox.clock.now()) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(message) = serde_json::from_slice::<Message>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    if locked(&inbox.seen).contains(id) {
        return StatusCode::NO_CONTENT;
    }
    let told = Told {
        run: message.data.run.id,
        verdict: message.data.run.verdict,
    };
    // Only what has been handed on counts as seen; otherwise it is to come again.
    if inbox.told.try_send(told).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let _new = locked(&inbox.seen).insert(id.to_owned());
    StatusCode::NO_CONTENT
}

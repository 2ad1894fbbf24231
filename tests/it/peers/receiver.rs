use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One webhook as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Received {
    /// The text of a header.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    pub(crate) fn id(&self) -> &str {
        self.header("webhook-id")
    }
}

/// Status, headers and body of an answer.
pub(crate) type Reply = (u16, Vec<(&'static str, String)>, String);

type Script = Arc<dyn Fn(usize) -> Reply + Send + Sync>;

#[derive(Clone)]
struct Play {
    script: Script,
    received: Arc<Mutex<Vec<Received>>>,
}

/// A receiver of webhooks that writes everything down and answers by a script: its argument is how many came before.
pub(crate) struct Receiver {
    address: String,
    play: Play,
    server: JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start(script: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let play = Play {
            script: Arc::new(script),
            received: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(play.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            play,
            server,
        }
    }

    /// Answers always with this status.
    pub(crate) async fn of_status(status: u16) -> Self {
        Self::start(move |_| (status, Vec::new(), String::new())).await
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// How many came.
    pub(crate) fn count(&self) -> usize {
        self.play.received.lock().unwrap().len()
    }

    /// Everything that came, in order.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.play.received.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(
    State(play): State<Play>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, String) {
    let (status, answer, text) = {
        let mut received = play.received.lock().unwrap();
        let before = received.len();
        received.push(Received {
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        });
        (play.script)(before)
    };
    let header = |(name, value): (&'static str, String)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_str(&value).unwrap(),
        )
    };
    let headers = answer.into_iter().map(header).collect();
    (StatusCode::from_u16(status).unwrap(), headers, text)
}

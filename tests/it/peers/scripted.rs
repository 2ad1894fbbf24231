use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::{Mutex as Gate, OwnedMutexGuard};
use tokio::task::JoinHandle;

/// One answer: status, content type and body.
pub(crate) type Answer = (u16, &'static str, String);

type Script = Arc<dyn Fn(usize) -> Answer + Send + Sync>;

#[derive(Clone)]
struct Play {
    script: Script,
    asked: Arc<AtomicUsize>,
    headers: Arc<Mutex<Vec<HeaderMap>>>,
    /// Whoever holds it keeps everybody from an answer.
    gate: Arc<Gate<()>>,
}

/// A web server that answers by a script: its argument is how many requests came before.
pub(crate) struct Scripted {
    address: String,
    play: Play,
    server: JoinHandle<()>,
}

impl Scripted {
    pub(crate) async fn start(script: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        let play = Play {
            script: Arc::new(script),
            asked: Arc::default(),
            headers: Arc::default(),
            gate: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(play.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            play,
            server,
        }
    }

    /// These JSON bodies one after the other, then the last one for ever.
    pub(crate) async fn json(bodies: &[&str]) -> Self {
        let bodies: Vec<String> = bodies.iter().map(|body| (*body).to_owned()).collect();
        Self::start(move |asked| {
            let body = bodies.get(asked).or(bodies.last()).unwrap();
            (200, "application/json", body.clone())
        })
        .await
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Nobody is answered until this is dropped.
    pub(crate) async fn hold(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.play.gate).lock_owned().await
    }

    /// How many requests have come.
    pub(crate) fn asked(&self) -> usize {
        self.play.asked.load(Ordering::SeqCst)
    }

    /// The value of a header in each request that had it.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let headers = self.play.headers.lock().unwrap();
        let values = headers.iter().filter_map(|headers| headers.get(name));
        values.map(|value| value.to_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(
    State(play): State<Play>,
    request: Request,
) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    play.headers.lock().unwrap().push(request.headers().clone());
    drop(play.gate.lock().await);
    let (status, content_type, body) = (play.script)(play.asked.fetch_add(1, Ordering::SeqCst));
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("content-type", content_type)], body)
}

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use serin_judge::time::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Status codes of the requests one process answered: its own log, and the source of its metrics.
type Log = Arc<Mutex<Vec<u16>>>;

/// One process: when it began, and what it answered.
#[derive(Clone)]
struct Process {
    started_at: Timestamp,
    log: Log,
}

/// An application that answers `/answer/{code}` with that status and counts at `/metrics`. It is "restarted" like a
/// process: the port stays, the counters begin again.
pub(crate) struct App {
    address: SocketAddr,
    process: Process,
    /// What processes before this one logged.
    before: Vec<u16>,
    server: Option<JoinHandle<()>>,
    client: reqwest::Client,
}

impl App {
    pub(crate) async fn start() -> Self {
        serin::providers::http::install_tls();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let process = Process {
            started_at: super::now(),
            log: Log::default(),
        };
        Self {
            address: listener.local_addr().unwrap(),
            server: Some(serve(listener, process.clone())),
            process,
            before: Vec::new(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn metrics_url(&self) -> String {
        format!("http://{}/metrics", self.address)
    }

    pub(crate) async fn requests(&self, code: u16, times: usize) {
        for _ in 0..times {
            let url = format!("http://{}/answer/{code}", self.address);
            assert_eq!(self.client.get(url).send().await.unwrap().status().as_u16(), code);
        }
    }

    /// Stops listening: scrapes fail from now on.
    pub(crate) async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.abort();
            let _ = server.await;
        }
    }

    /// A new process on the same port.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        let process = Process {
            started_at: super::now(),
            log: Log::default(),
        };
        let ended = std::mem::replace(&mut self.process, process);
        self.before.extend(ended.log.lock().unwrap().iter());
        self.resume().await;
    }

    /// Listens again, with the counters as they were: it was only not reachable.
    pub(crate) async fn resume(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.server = Some(serve(listener, self.process.clone()));
    }

    /// Requests that the process running now has answered.
    pub(crate) fn answered(&self) -> u64 {
        self.process.log.lock().unwrap().len() as u64
    }

    /// Requests and bad requests of all processes.
    pub(crate) fn log(&self) -> (u64, u64) {
        let log = self.process.log.lock().unwrap();
        let all = self.before.iter().chain(log.iter());
        (
            all.clone().count() as u64,
            all.filter(|code| **code >= 500).count() as u64,
        )
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

fn serve(listener: TcpListener, process: Process) -> JoinHandle<()> {
    let router = Router::new()
        .route("/answer/{code}", get(work))
        .route("/metrics", get(metrics))
        .with_state(process);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() })
}

// Connections are closed after each answer, so that none outlives the listener and answers for a dead process.
async fn work(State(process): State<Process>, Path(code): Path<u16>) -> impl IntoResponse {
    process.log.lock().unwrap().push(code);
    (StatusCode::from_u16(code).unwrap(), [("connection", "close")])
}

async fn metrics(State(process): State<Process>) -> impl IntoResponse {
    let mut counters: BTreeMap<u16, u64> = BTreeMap::new();
    for code in process.log.lock().unwrap().iter() {
        *counters.entry(*code).or_default() += 1;
    }
    let mut text = String::from("# TYPE http_requests_total counter\n");
    for (code, count) in counters {
        writeln!(text, "http_requests_total{{code=\"{code}\"}} {count}").unwrap();
    }
    writeln!(
        text,
        "process_start_time_seconds {}",
        process.started_at.as_seconds()
    )
    .unwrap();
    (
        [
            ("connection", "close"),
            ("content-type", "text/plain; version=0.0.4"),
        ],
        text,
    )
}

//! What the clients ask: a process of its own, so that its time is not theirs.

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::time::Instant;

/// When it is set this program is the server.
pub(super) const MARK: &str = "SERIN_BENCH_SERVER";

/// The freezing route stands still for the first second of every five.
pub(super) const FREEZE_EVERY: Duration = Duration::from_secs(5);
pub(super) const FREEZE_FOR: Duration = Duration::from_secs(1);

pub(super) struct Server {
    process: Child,
    /// `http://127.0.0.1:port`.
    pub(super) url: String,
}

impl Server {
    pub(super) fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .env(MARK, "1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let _length = BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        Self {
            process,
            url: url.trim().to_owned(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

#[tokio::main(flavor = "current_thread")]
pub(super) async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let _began = *BEGAN;
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut connection = hyper::server::conn::http1::Builder::new();
        let _builder = connection.timer(TokioTimer::new());
        let _task = tokio::spawn(connection.serve_connection(TokioIo::new(stream), service_fn(answer)));
    }
}

static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let is_authorized = head.headers.contains_key("authorization");
    let _read = body.collect().await;
    Ok(match (&head.method, path) {
        (&Method::GET, "/") => json(StatusCode::OK, r#"{"status":"ok"}"#),
        (&Method::GET, "/freeze") => {
            let phase = Duration::from_micros(
                u64::try_from(BEGAN.elapsed().as_micros() % FREEZE_EVERY.as_micros()).unwrap(),
            );
            if phase < FREEZE_FOR {
                tokio::time::sleep(FREEZE_FOR - phase).await;
            }
            json(StatusCode::OK, r#"{"status":"ok"}"#)
        }
        (&Method::POST, "/login") => json(
            StatusCode::OK,
            r#"{"token":"t-0123456789abcdef","user":{"id":7}}"#,
        ),
        _ if !is_authorized => json(StatusCode::UNAUTHORIZED, r#"{"error":"no token"}"#),
        (&Method::GET, "/plans") => json(
            StatusCode::OK,
            r#"{"items":[{"id":1,"name":"one"},{"id":2,"name":"two"},{"id":3,"name":"three"}]}"#,
        ),
        (&Method::POST, "/plans") => json(StatusCode::CREATED, r#"{"id":42,"name":"new"}"#),
        (&Method::GET, "/plans/42") => json(StatusCode::OK, r#"{"id":42,"name":"new"}"#),
        (&Method::DELETE, "/plans/42") => Response::builder()
            .status(StatusCode::NO_CONTENT)
            .body(Full::default())
            .unwrap(),
        _ => json(StatusCode::NOT_FOUND, r#"{"error":"not found"}"#),
    })
}

fn json(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from_static(body.as_bytes())))
        .unwrap()
}

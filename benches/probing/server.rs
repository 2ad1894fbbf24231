//! What the clients ask: a process of its own, so that its time is not theirs.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use hdrhistogram::Histogram;
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

    /// Requests that it has answered, questions of the bench left out.
    pub(super) fn answered(&self) -> u64 {
        self.told("/told/answered").parse().unwrap()
    }

    /// From the arrival of requests to `/freeze` to their answers, by the server's own clock since this was last asked: p90,
    /// p99 and p99.9 in milliseconds. That is how it really froze: what waited is answered one by one, on a busy machine late.
    pub(super) fn froze(&self) -> [f64; 3] {
        serde_json::from_str(&self.told("/told/froze")).unwrap()
    }

    fn told(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://")).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        let _length = stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
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
static ANSWERED: AtomicU64 = AtomicU64::new(0);
/// Microseconds.
static FROZEN: LazyLock<Mutex<Histogram<u64>>> = LazyLock::new(|| Mutex::new(Histogram::new(3).unwrap()));

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    if let Some(asked) = path.strip_prefix("/told/") {
        return Ok(Response::new(Full::from(told(asked))));
    }
    ANSWERED.fetch_add(1, Ordering::Relaxed);
    let is_authorized = head.headers.contains_key("authorization");
    let _read = body.collect().await;
    Ok(match (&head.method, path) {
        (&Method::GET, "/") => json(StatusCode::OK, r#"{"status":"ok"}"#),
        (&Method::GET, "/freeze") => {
            let arrived = Instant::now();
            let phase = Duration::from_micros(
                u64::try_from(BEGAN.elapsed().as_micros() % FREEZE_EVERY.as_micros()).unwrap(),
            );
            if phase < FREEZE_FOR {
                tokio::time::sleep(FREEZE_FOR - phase).await;
            }
            let micros = u64::try_from(arrived.elapsed().as_micros()).unwrap();
            FROZEN.lock().unwrap().record(micros).unwrap();
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

/// What the bench wants to know.
fn told(asked: &str) -> String {
    match asked {
        "answered" => ANSWERED.load(Ordering::Relaxed).to_string(),
        _ => {
            let mut frozen = FROZEN.lock().unwrap();
            let at = |quantile| frozen.value_at_quantile(quantile) as f64 / 1e3;
            let quantiles = serde_json::json!([at(0.9), at(0.99), at(0.999)]);
            frozen.reset();
            quantiles.to_string()
        }
    }
}

fn json(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from_static(body.as_bytes())))
        .unwrap()
}

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What `/metrics` says: content type and body; `None` is an error of the server.
type Said = Arc<Mutex<Option<(&'static str, Vec<u8>)>>>;

/// Prometheus' delimited protobuf, in which alone native histograms are told.
const PROTOBUF: &str =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

/// An instance whose `/metrics` says what it is told.
pub(crate) struct Exposed {
    address: SocketAddr,
    said: Said,
    server: JoinHandle<()>,
}

impl Exposed {
    pub(crate) async fn start(text: &str) -> Self {
        serin::providers::http::install_tls();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let said = Said::default();
        let router = Router::new()
            .route("/metrics", get(metrics))
            .with_state(Arc::clone(&said));
        let exposed = Self {
            address: listener.local_addr().unwrap(),
            said,
            server: tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }),
        };
        exposed.say(text);
        exposed
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn metrics_url(&self) -> String {
        format!("http://{}/metrics", self.address)
    }

    /// From the next scrape on.
    pub(crate) fn say(&self, text: &str) {
        *self.said.lock().unwrap() = Some(("text/plain; version=0.0.4", text.as_bytes().to_vec()));
    }

    pub(crate) fn say_protobuf(&self, body: Vec<u8>) {
        *self.said.lock().unwrap() = Some((PROTOBUF, body));
    }

    pub(crate) fn fail(&self) {
        *self.said.lock().unwrap() = None;
    }
}

impl Drop for Exposed {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn metrics(State(said): State<Said>) -> impl IntoResponse {
    match said.lock().unwrap().clone() {
        Some((kind, body)) => (StatusCode::OK, [("content-type", kind)], body),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            [("content-type", "text/plain")],
            Vec::new(),
        ),
    }
}

/// A classic histogram `took_seconds`: upper bounds with the requests up to each, and all.
pub(crate) fn classic(labels: &str, buckets: &[(&str, u64)], all: u64) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("# TYPE took_seconds histogram\n");
    for (bound, count) in buckets.iter().copied().chain([("+Inf", all)]) {
        writeln!(text, "took_seconds_bucket{{{labels}le=\"{bound}\"}} {count}").unwrap();
    }
    writeln!(
        text,
        "took_seconds_sum{{{labels}}} 1\ntook_seconds_count{{{labels}}} {all}"
    )
    .unwrap();
    text
}

/// A native histogram `took_seconds` of one schema as a delimited `MetricFamily`: places and counts of its buckets, in
/// order. Field numbers are of Prometheus' `metrics.proto`.
pub(crate) fn native(schema: i64, buckets: &[(i64, i64)]) -> Vec<u8> {
    let count: i64 = buckets.iter().map(|(_, count)| count).sum();
    let mut histogram = Vec::new();
    varint_field(&mut histogram, 1, count.unsigned_abs());
    double_field(&mut histogram, 2, 1.0);
    varint_field(&mut histogram, 5, zigzag(schema));
    double_field(&mut histogram, 6, 1e-128);
    varint_field(&mut histogram, 7, 0);
    let (mut next, mut last) = (0, 0);
    for (place, count) in buckets {
        let mut span = Vec::new();
        varint_field(&mut span, 1, zigzag(place - next));
        varint_field(&mut span, 2, 1);
        bytes_field(&mut histogram, 12, &span);
        next = place + 1;
        // Counts are told as differences from the bucket before.
        varint_field(&mut histogram, 13, zigzag(count - last));
        last = *count;
    }
    let mut metric = Vec::new();
    bytes_field(&mut metric, 7, &histogram);
    let mut family = Vec::new();
    bytes_field(&mut family, 1, b"took_seconds");
    varint_field(&mut family, 3, 4);
    bytes_field(&mut family, 4, &metric);
    let mut body = Vec::new();
    varint(&mut body, family.len() as u64);
    body.extend(family);
    body
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}

fn varint_field(out: &mut Vec<u8>, number: u64, value: u64) {
    varint(out, number << 3);
    varint(out, value);
}

fn double_field(out: &mut Vec<u8>, number: u64, value: f64) {
    varint(out, number << 3 | 1);
    out.extend(value.to_le_bytes());
}

fn bytes_field(out: &mut Vec<u8>, number: u64, value: &[u8]) {
    varint(out, number << 3 | 2);
    varint(out, value.len() as u64);
    out.extend(value);
}

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How a shop behaves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manners {
    /// Says so in `x-version`.
    pub(crate) version: &'static str,
    /// Says this version in every second answer instead.
    pub(crate) other_version: Option<&'static str>,
    /// `POST /orders` answers so.
    pub(crate) order_status: Option<u16>,
    /// `DELETE` answers 500, and removes nothing.
    pub(crate) keeps_orders: bool,
    /// Every answer takes this long.
    pub(crate) takes: Duration,
    /// What `GET /items` lists first; 1 unless it is said.
    pub(crate) first_item: u64,
    /// What `POST /login` gives.
    pub(crate) token: &'static str,
}

/// A request as the shop saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Clone)]
struct Counter {
    manners: Arc<Manners>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A small shop: `POST /login` gives a token, `POST /orders` makes an order, `DELETE /orders/{id}` removes one, `GET /items`
/// lists three things, `GET /hang` hangs.
pub(crate) struct Shop {
    address: String,
    counter: Counter,
    server: JoinHandle<()>,
}

impl Shop {
    pub(crate) async fn open(manners: Manners) -> Self {
        let counter = Counter {
            manners: Arc::new(manners),
            seen: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(counter.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            counter,
            server,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.counter.seen.lock().unwrap().clone()
    }

    /// Requests of this method to paths that begin so.
    pub(crate) fn count(&self, method: &Method, path: &str) -> usize {
        let seen = self.seen();
        seen.iter()
            .filter(|seen| seen.method == *method && seen.path.starts_with(path))
            .count()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(counter): State<Counter>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let path = parts.uri.path().to_owned();
    let number = {
        let mut seen = counter.seen.lock().unwrap();
        seen.push(Seen {
            method: parts.method.clone(),
            path: path.clone(),
            headers: parts.headers,
            body,
        });
        seen.len()
    };
    let manners = &counter.manners;
    tokio::time::sleep(manners.takes).await;
    let (status, body) = match (parts.method.as_str(), path.as_str()) {
        ("POST", "/login") => (200, json!({"token": manners.token})),
        ("POST", "/orders") => (
            manners.order_status.unwrap_or(201),
            json!({"id": 7, "echo": manners.token}),
        ),
        ("DELETE", _) if manners.keeps_orders => (500, Value::Null),
        ("DELETE", _) => (200, Value::Null),
        ("GET", "/items") => (
            200,
            json!({"items": [manners.first_item.max(1), 2, 3], "number": number}),
        ),
        ("GET", "/hang") => {
            std::future::pending::<()>().await;
            (200, Value::Null)
        }
        _ => (404, Value::Null),
    };
    let version = manners
        .other_version
        .filter(|_| number % 2 == 0)
        .unwrap_or(manners.version);
    let headers = [("x-version", version), ("content-type", "application/json")];
    (StatusCode::from_u16(status).unwrap(), headers, body.to_string()).into_response()
}

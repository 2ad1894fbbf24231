//! A server that answers each path by a script of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One answer.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Body(u16, Vec<u8>),
    Redirect(String),
}

impl Reply {
    pub(super) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::Body(200, body.into())
    }
}

/// By path and query: what is answered, and how often that was asked for.
type Scripts = Arc<Mutex<HashMap<String, (Vec<Reply>, usize)>>>;

/// The server; ended when dropped.
pub(super) struct Stub {
    address: String,
    server: JoinHandle<()>,
}

impl Stub {
    /// Each path with what it answers, in order; after the end the last one for ever. Askers with different queries do
    /// not see one another: `/m1?argo` and `/m1?serin` both begin at the first answer.
    pub(super) async fn start(scripts: impl IntoIterator<Item = (String, Vec<Reply>)>) -> Self {
        let both = scripts.into_iter().flat_map(|(path, replies)| {
            ["argo", "serin"].map(|asker| (format!("{path}?{asker}"), (replies.clone(), 0)))
        });
        let scripts: Scripts = Arc::new(Mutex::new(both.collect()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(scripts);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, server }
    }

    pub(super) fn url(&self, path: &str, asker: &str) -> String {
        format!("{}{path}?{asker}", self.address)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(scripts): State<Scripts>, request: Request) -> Response {
    let asked = request.uri().to_string();
    let reply = {
        let mut scripts = scripts.lock().unwrap();
        scripts.get_mut(&asked).map(|(replies, next)| {
            let reply = replies.get(*next).or(replies.last()).cloned();
            *next += 1;
            reply.unwrap()
        })
    };
    match reply {
        None => (StatusCode::NOT_IMPLEMENTED, asked).into_response(),
        Some(Reply::Body(status, body)) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        Some(Reply::Redirect(to)) => {
            let query = request.uri().query().unwrap_or_default();
            (StatusCode::FOUND, [(header::LOCATION, format!("{to}?{query}"))]).into_response()
        }
    }
}

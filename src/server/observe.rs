use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use crate::server::App;

/// Counts a request and says in the log how it ended.
pub(super) async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    // The route and not the path: that anybody may choose.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("none", |route| route.as_str());
    let (status, taken) = (response.status(), began.elapsed());
    app.metrics.http(&method, route, status, taken);
    let taken_ms = taken.as_millis();
    if status.is_server_error() {
        tracing::warn!(%method, route, status = status.as_u16(), taken_ms, "a request was not answered");
    } else {
        tracing::debug!(%method, route, status = status.as_u16(), taken_ms, "a request was answered");
    }
    response
}

/// What every answer says to browsers: nothing here is to be guessed at, framed or run.
const HEADERS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
];

pub(super) async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

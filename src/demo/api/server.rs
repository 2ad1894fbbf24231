//! The routes of an instance, and what is done around each request.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use serin_judge::verdict::Side;
use tokio::time::{Instant, sleep_until};

use super::answer::ApiError;
use super::process::Process;
use super::recorder::Answered;
use super::route::{Route, method_label};
use super::{accounts, exposition, planning};

/// No body that the API knows has a tenth of this.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// The routes of an instance. `/metrics` and `/health` lie outside of what is counted and disturbed: they speak
/// about the service, they are not part of it.
pub(super) fn router(process: Arc<Process>) -> Router {
    let api = Router::new()
        .route(Route::Register.path(), post(accounts::register))
        .route(Route::Login.path(), post(accounts::login))
        .route(Route::Profiles.path(), post(planning::create_profile))
        .route(Route::Simulations.path(), post(planning::simulate))
        .route(Route::Export.path(), post(planning::export))
        .route(Route::Download.path(), get(planning::download))
        .fallback(async || ApiError::not_found("there is no such path"))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(&process), observe));
    Router::new()
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .merge(api)
        .with_state(process)
}

/// Lets the behaviour decide about the request, takes the time that it says, and counts the answer before
/// anybody has it: who has seen an answer finds it in the counters.
///
/// Counted is the time that the behaviour says. Both sides, the users and the judge share one machine here: what it
/// adds when it is busy with something else is a property of no release.
async fn observe(State(process): State<Arc<Process>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let entered = process.recorder.enter();
    let (method, route) = (method_label(request.method()), Route::of(request.uri().path()));
    let draw = process.pod.draw();
    let response = match draw.error {
        Some(status) => ApiError::injected(status).into_response(),
        None => next.run(request).await,
    };
    // The work is part of the latency, not on top of it.
    sleep_until(begun + draw.latency).await;
    drop(entered);
    let answered = Answered {
        method,
        route,
        code: response.status().as_u16(),
        took: draw.latency,
        second: process.pod.clock.second(),
    };
    process.recorder.record(answered, &process.pod.log);
    response
}

/// `GET /metrics`
async fn metrics(State(process): State<Arc<Process>>) -> impl IntoResponse {
    let pod = &process.pod;
    let counters = process.recorder.scrape(&pod.log);
    let text = exposition::render(&counters, pod.side, &pod.name, process.started_at);
    ([(CONTENT_TYPE, exposition::CONTENT_TYPE)], text)
}

/// `GET /health`: 200 even when degraded, since the instance does answer; who asks reads the status.
async fn health(State(process): State<Arc<Process>>) -> Json<Value> {
    let pod = &process.pod;
    let recent = process.recorder.recent(pod.clock.second());
    Json(json!({
        "status": recent.status(),
        "version": version(pod.side),
        "track": pod.side,
        "pod": pod.name,
        "checks": {
            "requests": {
                "status": recent.status(),
                "recent": recent.total,
                "recent_error_ratio": recent.error_ratio(),
            },
            "records": {"status": "healthy", "users": process.records().users()},
        },
    }))
}

/// The version that an instance of `side` runs.
fn version(side: Side) -> &'static str {
    match side {
        Side::Stable => "1.4.1",
        Side::Canary => "1.4.2",
    }
}

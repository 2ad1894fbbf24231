//! Runs: start, list, look, stop, decide.

mod events;
mod list;
mod order;
mod windows;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use serin_judge::verdict::{Override, Verdict};

use crate::engine::StartError;
use crate::engine::ports::{Attempt, StoreError};
use crate::server::App;
use crate::server::access::Caller;
use crate::server::body::JsonBody;
use crate::server::problem::Problem;

pub(super) use events::events;
pub(super) use list::{Wanted, list};
pub(super) use order::{Documented, documents};
pub(super) use windows::windows;

/// `POST /api/v1/runs`.
pub(super) async fn start(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: JsonBody<order::Order>,
) -> Result<Response, Problem> {
    let key = order::key(&headers, &caller, &body.bytes)?;
    let order = body.value.into_run_order(&app, &caller, key)?;
    let runs = app.runs.clone();
    // In a task of its own: whoever asked may hang up, and a run that is in the store has to be driven.
    let started = tokio::spawn(async move { runs.start(order).await }).await;
    let broken = |error| StartError::Store(StoreError::Broken(format!("the run did not start: {error}")));
    let started = started.map_err(broken)??;
    let status = match started.is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    let report = report(&app, &started.id).await?;
    if started.is_new {
        app.gate.forget(&attempt_of(&report));
    }
    let mut response = (status, Json(report)).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/runs/{}", started.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn attempt_of(report: &Value) -> Attempt {
    let text = |name: &str| report[name].as_str().unwrap_or_default().to_owned();
    Attempt {
        analysis: text("analysis"),
        release: text("release"),
        stage: text("stage"),
    }
}

/// `GET /api/v1/runs/{id}`.
pub(super) async fn get(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    report(&app, &id).await.map(Json)
}

/// `POST /api/v1/runs/{id}/stop`.
pub(super) async fn stop(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    app.runs.stop(&id).await?;
    report(&app, &id).await.map(Json)
}

/// What an operator decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    verdict: Verdict,
    author: String,
    reason: String,
}

/// `POST /api/v1/runs/{id}/override`.
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    body: JsonBody<Decision>,
) -> Result<Json<Value>, Problem> {
    let Decision {
        verdict,
        author,
        reason,
    } = body.value;
    let wrong = match (verdict, author.trim(), reason.trim()) {
        (Verdict::Continue, _, _) => {
            Some("`verdict` is `continue`; `promote`, `rollback` or `inconclusive` is wanted")
        }
        (_, "", _) => Some("`author` is empty; who decides has to be said"),
        (_, _, "") => Some("`reason` is empty; why has to be said"),
        _ => None,
    };
    if let Some(wrong) = wrong {
        return Err(Problem::new("malformed-request", wrong));
    }
    tracing::info!(run = id, %verdict, author, reason, token = %caller.name, "an operator decides");
    let at = app.clock.now();
    let decided = Override {
        verdict,
        author,
        reason,
        at,
    };
    app.runs.decide(&id, decided).await?;
    report(&app, &id).await.map(Json)
}

/// The run as everybody sees it.
async fn report(app: &App, id: &str) -> Result<Value, Problem> {
    let view = app.runs.get(id).await?;
    view.map(|view| view.report)
        .ok_or_else(|| Problem::unknown_run(id))
}

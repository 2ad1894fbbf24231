use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::server::App;

/// `GET /api/v1/probing`.
pub(super) async fn state(State(app): State<Arc<App>>) -> Json<Value> {
    shown(&app)
}

/// `POST /api/v1/probing/pause`: journeys of all runs, at once, until they are resumed or the process ends.
pub(super) async fn pause(State(app): State<Arc<App>>) -> Json<Value> {
    app.journeys.pause(true);
    tracing::warn!("journeys are paused: none starts until they are resumed");
    shown(&app)
}

/// `POST /api/v1/probing/resume`.
pub(super) async fn resume(State(app): State<Arc<App>>) -> Json<Value> {
    app.journeys.pause(false);
    tracing::info!("journeys go on");
    shown(&app)
}

fn shown(app: &App) -> Json<Value> {
    Json(json!({ "paused": app.journeys.is_paused(), "underWay": app.journeys.under_way() }))
}

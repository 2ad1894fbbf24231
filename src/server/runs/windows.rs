use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serin_judge::verdict::recording;

use crate::engine::ports::Record;
use crate::server::App;
use crate::server::problem::Problem;

/// `GET /api/v1/runs/{id}/windows`: what `serin compare --windows` reads.
pub(in crate::server) async fn windows(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let stored = app
        .store
        .load(&id)
        .await?
        .ok_or_else(|| Problem::unknown_run(&id))?;
    let mut lines = String::new();
    for record in &stored.records {
        if let Record::Look { look, .. } = record {
            recording::write(look, &mut lines);
        }
    }
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response())
}

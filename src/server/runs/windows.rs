use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serin_judge::verdict::recording;

use crate::server::App;
use crate::server::problem::Problem;

/// `GET /api/v1/runs/{id}/windows`: what `serin compare --windows` reads, with the stages whose evidence the run began with.
pub(in crate::server) async fn windows(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let stages = app
        .runs
        .windows(&id)
        .await?
        .ok_or_else(|| Problem::unknown_run(&id))?;
    let mut lines = String::new();
    for stage in &stages {
        let name = (stages.len() > 1).then_some(stage.name.as_str());
        for look in &stage.looks {
            recording::write(look, name, &mut lines);
        }
    }
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response())
}

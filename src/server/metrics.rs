use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serin_judge::time::Timestamp;

use crate::server::App;
use crate::server::problem::Problem;
use crate::telemetry::metrics::Standing;

/// `GET /metrics`, in the text format of Prometheus.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let figures = app.runs.figures();
    let (connections, crowded_out) = app.connections.figures();
    let now = app.clock.now();
    let mut overdue = Vec::new();
    for hook in app.outbox.receivers() {
        let first = app.store.next_delivery_at(hook, Timestamp::from_micros(0)).await;
        // While the store cannot be asked the rest is still worth knowing.
        let since = first.ok().flatten().map(|at| now.since(at));
        overdue.push((hook.to_owned(), since.unwrap_or_default()));
    }
    let standing = Standing {
        runs_active: figures.active,
        runs_stranded: figures.stranded,
        runs_begun: figures.begun,
        runs_broken: figures.broken,
        connections,
        crowded_out,
        analysis_files: app.analyses.files().len(),
        analysis_files_broken: app.analyses.broken(),
        overdue,
    };
    let text = app.metrics.text(&standing);
    let text =
        text.map_err(|error| Problem::new("internal", format!("the figures cannot be written: {error}")))?;
    Ok((
        [(
            header::CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        )],
        text,
    )
        .into_response())
}

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::server::App;
use crate::server::problem::Problem;
use crate::telemetry::metrics::Standing;

/// `GET /metrics`, in the text format of Prometheus.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let figures = app.runs.figures();
    let (connections, crowded_out) = app.connections.figures();
    let now = app.clock.now();
    // While the store cannot be asked the rest is still worth knowing.
    let next_delivery_at = app.store.next_delivery_at().await.ok().flatten();
    let standing = Standing {
        runs_active: figures.active,
        runs_stranded: figures.stranded,
        runs_begun: figures.begun,
        runs_broken: figures.broken,
        connections,
        crowded_out,
        analysis_files: app.analyses.files().len(),
        analysis_files_broken: app.analyses.broken(),
        delivery_overdue: next_delivery_at.map(|at| now.since(at)).unwrap_or_default(),
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

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use crate::server::App;
use crate::server::pages::{self, Filter};
use crate::server::paging::{Page, after};
use crate::server::problem::Problem;
use crate::server::runs::Wanted;

/// Pages run what this process serves and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// `GET /`: the list of runs.
pub(super) async fn index(
    State(app): State<Arc<App>>,
    Query(wanted): Query<Wanted>,
    Query(page): Query<Page>,
) -> Result<Response, Problem> {
    let (filter, limit, before) = (wanted.filter()?, page.limit()?, page.run_cursor()?);
    let mut runs = app.store.list(&filter, before.as_ref(), limit + 1).await?;
    let is_more = runs.len() > limit;
    runs.truncate(limit);
    let last = runs.last().filter(|_| is_more);
    let next = last.map(|last| wanted.address("/", &after(last.run.started_at, &last.run.id)));
    let shown = Filter {
        analysis: filter.analysis.unwrap_or_default(),
        release: filter.release.unwrap_or_default(),
        verdict: filter
            .verdict
            .map(|verdict| verdict.to_string())
            .unwrap_or_default(),
    };
    Ok(html(pages::index(&runs, &shown, next.as_deref()).into_string()))
}

/// `GET /runs/{id}`: a run's report for people.
pub(super) async fn run(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = app
        .runs
        .get(&id)
        .await?
        .ok_or_else(|| Problem::unknown_run(&id))?;
    let history = app.runs.history(&id).await?;
    Ok(html(pages::run(&view, &history).into_string()))
}

fn html(text: String) -> Response {
    let mut response = Html(text).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `GET /assets/style.css`.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], pages::STYLE).into_response()
}

/// `GET /assets/live.js`.
pub(super) async fn script() -> Response {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        pages::SCRIPT,
    )
        .into_response()
}

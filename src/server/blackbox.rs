use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use crate::engine::blackbox::{ProbeOrder, Probed, Refusal, ScrapeTimeout};
use crate::server::App;
use crate::server::problem::Problem;

/// What Prometheus says of its own patience.
const SCRAPE_TIMEOUT: &str = "x-prometheus-scrape-timeout-seconds";
/// What browsers say of who makes them ask.
const ASKED_BY: &str = "sec-fetch-site";

/// `GET /probe`: asks once by a module of blackbox_exporter, and tells its metrics.
pub(super) async fn probe(
    State(app): State<Arc<App>>,
    Query(parameters): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if headers.get(ASKED_BY).is_some_and(|by| by == "cross-site") {
        return Err(Problem::new(
            "foreign-origin",
            "another site makes a browser ask for a probe",
        ));
    }
    if app.journeys.is_paused() {
        return Err(Problem::new(
            "unavailable",
            "probing is paused: `POST /api/v1/probing/resume` lets it go on",
        ));
    }
    let said = |name: &str| {
        let found = parameters.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    };
    let order = ProbeOrder {
        module: said("module").unwrap_or_default(),
        target: said("target").unwrap_or_default(),
        hostname: said("hostname"),
        scrape: scrape_timeout(&headers)?,
    };
    let mut closing = app.closing.clone();
    let probed = tokio::select! {
        probed = app.blackbox.probe(&order) => probed,
        _closing = closing.wait_for(|closing| *closing) => {
            return Err(Problem::new("unavailable", "Serin is shutting down; ask again"));
        }
    };
    let probed = probed.map_err(|refusal| refused(&app, refusal))?;
    if said("debug") == Some("true") {
        let text = debugged(&probed, order.target);
        return Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response());
    }
    let text = probed.report.gauges.to_string();
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    )
        .into_response())
}

fn scrape_timeout(headers: &HeaderMap) -> Result<ScrapeTimeout, Problem> {
    let Some(given) = headers.get(SCRAPE_TIMEOUT) else {
        return Ok(ScrapeTimeout::default());
    };
    let read = ScrapeTimeout::parse(given.to_str().unwrap_or_default());
    read.map_err(|seen| {
        Problem::new(
            "malformed-parameter",
            format!("the header {SCRAPE_TIMEOUT}: {seen}"),
        )
    })
}

fn refused(app: &App, refusal: Refusal) -> Problem {
    let detail = refusal.to_string();
    match refusal {
        Refusal::UnknownModule(_) => {
            app.metrics.unknown_module();
            let known: Vec<&str> = app.blackbox.modules().names().collect();
            Problem::new("malformed-parameter", detail).with("modules", known)
        }
        Refusal::NoTarget | Refusal::Contradiction(_) => Problem::new("malformed-parameter", detail),
        Refusal::Busy(_) => Problem::new("unavailable", detail),
    }
}

/// For people: what happened, the metrics, and the module.
fn debugged(probed: &Probed, target: &str) -> String {
    let Probed { module, report } = probed;
    let mut text = "Logs for the probe:\n".to_owned();
    let target = without_user(target);
    for line in &report.lines {
        let _ = writeln!(text, "module={} target={target:?} {line}", module.name);
    }
    let _ = write!(
        text,
        "\n\n\nMetrics that would have been returned:\n{}",
        report.gauges
    );
    let _ = write!(text, "\n\n\nModule configuration:\n{}", module.shown);
    text
}

/// A user in front of a host may have a password.
fn without_user(target: &str) -> String {
    let (scheme, rest) = match target.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), target),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}*****{}", &rest[at..]),
        None => target.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_is_not_shown() {
        for (target, shown) in [
            ("http://ann:hunter2@a:1/x@y", "http://*****@a:1/x@y"),
            ("ann:hunter2@a", "*****@a"),
            ("http://a/x@y", "http://a/x@y"),
            ("a:1", "a:1"),
        ] {
            assert_eq!(without_user(target), shown);
        }
    }
}

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use serin_judge::analysis::Role;

use crate::server::access::{self, Needs};
use crate::server::problem::Problem;
use crate::server::{
    App, analyses, blackbox, deliveries, gates, health, limits, metrics, observe, openapi, probing, runs,
    site, validate,
};

/// One route of the interface.
pub(super) struct Route {
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the API's description is held against it")
    )]
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) needs: Needs,
    handler: MethodRouter<Arc<App>>,
}

const READ: Needs = Needs::Role(Role::Read);
const RUN: Needs = Needs::Role(Role::Run);
const ADMIN: Needs = Needs::Role(Role::Admin);

/// Every route: the one list of them.
pub(super) fn routes() -> Vec<Route> {
    let route = |method, path, needs, handler| Route {
        method,
        path,
        needs,
        handler,
    };
    vec![
        route("post", "/api/v1/runs", RUN, post(runs::start)),
        route("get", "/api/v1/runs", READ, get(runs::list)),
        route("get", "/api/v1/runs/{id}", READ, get(runs::get)),
        route("get", "/api/v1/runs/{id}/events", READ, get(runs::events)),
        route("get", "/api/v1/runs/{id}/windows", READ, get(runs::windows)),
        route("post", "/api/v1/runs/{id}/stop", RUN, post(runs::stop)),
        route("post", "/api/v1/runs/{id}/override", ADMIN, post(runs::decide)),
        route("post", "/api/v1/validate", RUN, post(validate::validate)),
        route("get", "/api/v1/analyses", READ, get(analyses::list)),
        route("get", "/api/v1/probing", READ, get(probing::state)),
        route("post", "/api/v1/probing/pause", ADMIN, post(probing::pause)),
        route("post", "/api/v1/probing/resume", ADMIN, post(probing::resume)),
        route("get", "/api/v1/deliveries", READ, get(deliveries::list)),
        route(
            "post",
            "/api/v1/deliveries/{id}/resend",
            ADMIN,
            post(deliveries::resend),
        ),
        route("get", "/probe", RUN, get(blackbox::probe)),
        route("post", "/gates/argo", RUN, post(gates::argo)),
        route("get", "/", READ, get(site::index)),
        route("get", "/runs/{id}", READ, get(site::run)),
        route("get", "/assets/style.css", Needs::Nothing, get(site::style)),
        route("get", "/assets/live.js", Needs::Nothing, get(site::script)),
        route("get", "/openapi.json", Needs::Nothing, get(openapi::document)),
        route("get", "/metrics", READ, get(metrics::metrics)),
        route("get", "/livez", Needs::Nothing, get(health::livez)),
        route("get", "/readyz", Needs::Nothing, get(health::readyz)),
    ]
}

/// Health is asked by those who end a process that does not answer: it may not be refused for others' load.
fn is_bounded(route: &Route) -> bool {
    !matches!(route.path, "/livez" | "/readyz")
}

pub(super) fn router(app: &Arc<App>) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let is_bounded = is_bounded(&route);
        let mut handler = route
            .handler
            .layer(from_fn_with_state((Arc::clone(app), route.needs), access::check));
        if is_bounded {
            // A probe ends by itself, when the scrape that it is for does.
            let time = (route.path != "/probe").then_some(app.limits.request_timeout);
            handler = handler.layer(from_fn_with_state((Arc::clone(app), time), limits::bound));
        }
        router = router.route(route.path, handler);
    }
    let body_bytes = usize::try_from(app.limits.body_bytes).unwrap_or(usize::MAX);
    router
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(from_fn_with_state(Arc::clone(app), observe::observe))
        .layer(from_fn(observe::harden))
        .with_state(Arc::clone(app))
}

async fn nothing(uri: http::Uri) -> Problem {
    Problem::new(
        "no-such-route",
        format!(
            "`{}` is no address of this interface; /openapi.json has them all",
            uri.path()
        ),
    )
}

async fn wrong_method(method: http::Method, uri: http::Uri) -> Problem {
    Problem::new(
        "method-not-allowed",
        format!("`{}` does not take {method}", uri.path()),
    )
}

//! HTTP requests as metrics.

use std::time::Duration;

use serde_json::Value;

use super::checks::Checks;
use super::secrets::headers;
use crate::analysis::node::Place;
use crate::analysis::plan::{Provider, Secret, WebRequest};
use crate::analysis::raw::{argo, provider as serin};

/// Argo's time for the whole exchange.
const TIMEOUT_SECONDS: u64 = 10;
/// All of the answer.
const JSON_PATH: &str = "{$}";

pub(super) fn argo(checks: &mut Checks<'_>, raw: &argo::Web, place: &Place<'_>, label: &str) -> Provider {
    if let Some(authentication) = &raw.authentication {
        let place = place.field("authentication");
        if authentication.oauth2.is_some() {
            let found = format!("{label}`oauth2` is not supported by this version");
            checks.refuse(&place.field("oauth2"), found, "a header with a token");
        }
        for (field, given) in [
            ("basicAuth", authentication.basic_auth.is_some()),
            ("sigv4", authentication.sigv4.is_some()),
        ] {
            if given {
                let found = format!("{label}`{field}`, which web metrics ignore, as in Argo");
                checks.warn(&place.field(field), found, "a header");
            }
        }
    }
    let request = WebRequest {
        headers: raw
            .headers
            .iter()
            .flatten()
            .map(|header| (header.key.clone(), Secret::Value(header.value.clone())))
            .collect(),
        ..request(
            raw.method.as_deref(),
            &raw.url,
            raw.body.as_deref(),
            raw.json_body.as_ref(),
            raw.json_path.as_deref(),
        )
    };
    checked(checks, request, raw.timeout_seconds, raw.insecure, place, label)
}

pub(super) fn serin(checks: &mut Checks<'_>, raw: &serin::Web, place: &Place<'_>, label: &str) -> Provider {
    if raw.timeout_seconds.is_some_and(|seconds| seconds <= 0) {
        checks.refuse(
            &place.field("timeoutSeconds"),
            format!("{label}a timeout that is not above 0"),
            "a number of seconds above 0",
        );
    }
    let request = WebRequest {
        headers: headers(checks, raw.headers.as_deref(), &place.field("headers"), label),
        ..request(
            raw.method.as_deref(),
            &raw.url,
            raw.body.as_deref(),
            raw.json_body.as_ref(),
            raw.json_path.as_deref(),
        )
    };
    checked(checks, request, raw.timeout_seconds, raw.insecure, place, label)
}

fn request(
    method: Option<&str>,
    url: &str,
    body: Option<&str>,
    json_body: Option<&Value>,
    json_path: Option<&str>,
) -> WebRequest {
    WebRequest {
        method: method
            .filter(|method| !method.is_empty())
            .unwrap_or("GET")
            .to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: body.filter(|body| !body.is_empty()).map(str::to_owned),
        json_body: json_body.cloned(),
        json_path: json_path
            .filter(|path| !path.is_empty())
            .unwrap_or(JSON_PATH)
            .to_owned(),
        timeout: Duration::ZERO,
        insecure: false,
    }
}

fn checked(
    checks: &mut Checks<'_>,
    request: WebRequest,
    timeout: Option<i64>,
    insecure: Option<bool>,
    place: &Place<'_>,
    label: &str,
) -> Provider {
    checks.url(&place.field("url"), &request.url, label);
    let body_field = if request.json_body.is_some() {
        "jsonBody"
    } else {
        "body"
    };
    if request.body.is_some() && request.json_body.is_some() {
        checks.refuse(
            &place.field("jsonBody"),
            format!("{label}both `body` and `jsonBody`"),
            "one of them",
        );
    } else if request.method == "GET" && (request.body.is_some() || request.json_body.is_some()) {
        let found = format!("{label}`{body_field}` with method GET");
        checks.refuse(&place.field(body_field), found, "`method: POST` or `method: PUT`");
    }
    let seconds = timeout
        .and_then(|seconds| u64::try_from(seconds).ok())
        .filter(|seconds| *seconds > 0);
    Provider::Web(WebRequest {
        timeout: Duration::from_secs(seconds.unwrap_or(TIMEOUT_SECONDS)),
        insecure: insecure.unwrap_or(false),
        ..request
    })
}

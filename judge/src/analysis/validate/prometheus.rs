//! How to reach a Prometheus, and what to ask it.

use std::time::Duration;

use super::checks::Checks;
use super::secrets::{headers, secret, text_or_secret};
use crate::analysis::node::Place;
use crate::analysis::plan::{PrometheusAccess, PrometheusQuery, Provider, RangeQuery, Secret};
use crate::analysis::raw::argo::{self, Authentication, RangeQuery as RawRange};
use crate::analysis::raw::provider as serin;
use crate::analysis::raw::text::IntOrString;

pub(super) fn argo(
    checks: &mut Checks<'_>,
    raw: &argo::Prometheus,
    place: &Place<'_>,
    label: &str,
) -> Provider {
    let address = raw.address.clone().filter(|address| !address.is_empty());
    if let Some(address) = &address {
        checks.url(&place.field("address"), address, label);
    }
    let headers = raw
        .headers
        .iter()
        .flatten()
        .map(|header| (header.key.clone(), Secret::Value(header.value.clone())))
        .collect();
    let access = PrometheusAccess {
        address,
        headers,
        bearer: None,
        basic: basic_auth(
            checks,
            raw.authentication.as_ref(),
            &place.field("authentication"),
            label,
        ),
        timeout: raw
            .timeout
            .map(|seconds| seconds_of(checks, seconds, &place.field("timeout"), label)),
        insecure: raw.insecure.unwrap_or(false),
        ca: None,
    };
    query(
        checks,
        access,
        raw.query.as_deref().unwrap_or_default(),
        raw.range_query.as_ref(),
        place,
        label,
    )
}

pub(super) fn serin(
    checks: &mut Checks<'_>,
    raw: &serin::PrometheusQuery,
    place: &Place<'_>,
    label: &str,
) -> Provider {
    let access = access(checks, &raw.access, place, label);
    query(checks, access, &raw.query, raw.range_query.as_ref(), place, label)
}

fn query(
    checks: &mut Checks<'_>,
    access: PrometheusAccess,
    text: &str,
    range: Option<&RawRange>,
    place: &Place<'_>,
    label: &str,
) -> Provider {
    if text.trim().is_empty() {
        checks.refuse_unless_argo(
            &place.field("query"),
            format!("{label}an empty query"),
            "a PromQL query",
        );
    }
    let range = range.map(|raw| {
        let step_place = place.field("rangeQuery").field("step");
        let step = checks.duration(&step_place, Some(&raw.step), |error| {
            format!("{label}rangeQuery.step: {error}")
        });
        if raw.step.is_empty() || step.is_some_and(|step| step.is_zero()) {
            checks.refuse(
                &step_place,
                format!("{label}rangeQuery without a step"),
                "a step above 0s",
            );
        }
        RangeQuery {
            start: raw.start.clone(),
            end: raw.end.clone(),
            step: step.unwrap_or(Duration::from_secs(60)),
        }
    });
    Provider::Prometheus(PrometheusQuery {
        access,
        query: text.to_owned(),
        range,
    })
}

/// How Serin's documents say where a Prometheus is.
pub(super) fn access(
    checks: &mut Checks<'_>,
    raw: &serin::PrometheusAccess,
    place: &Place<'_>,
    label: &str,
) -> PrometheusAccess {
    if let Some(address) = &raw.address {
        checks.url(&place.field("address"), address, label);
    }
    let bearer = raw
        .bearer
        .as_ref()
        .and_then(|raw| secret(checks, raw, &place.field("bearer"), label));
    let basic = raw.basic.as_ref().and_then(|raw| {
        let place = place.field("basic");
        let username = text_or_secret(checks, &raw.username, &place.field("username"), label);
        let password = secret(checks, &raw.password, &place.field("password"), label);
        username.zip(password)
    });
    if raw.bearer.is_some() && raw.basic.is_some() {
        checks.refuse(
            &place.field("basic"),
            format!("{label}both `bearer` and `basic`"),
            "one way to log in",
        );
    }
    if raw.ca.as_deref() == Some("") {
        checks.refuse(
            &place.field("ca"),
            format!("{label}an empty path"),
            "the path of a PEM file",
        );
    }
    PrometheusAccess {
        address: raw.address.clone(),
        headers: headers(checks, raw.headers.as_deref(), &place.field("headers"), label),
        bearer,
        basic,
        timeout: timeout(checks, raw.timeout.as_ref(), &place.field("timeout"), label),
        insecure: raw.insecure.unwrap_or(false),
        ca: raw.ca.clone(),
    }
}

fn timeout(
    checks: &mut Checks<'_>,
    raw: Option<&IntOrString>,
    place: &Place<'_>,
    label: &str,
) -> Option<Duration> {
    let timeout = match raw? {
        IntOrString::Number(seconds) => Some(seconds_of(checks, *seconds, place, label)),
        IntOrString::Text(text) => {
            checks.duration(place, Some(text), |error| format!("{label}timeout: {error}"))
        }
    };
    if timeout.is_some_and(|timeout| timeout.is_zero()) {
        checks.refuse(place, format!("{label}a timeout of 0s"), "a timeout above 0s");
    }
    timeout
}

fn seconds_of(checks: &mut Checks<'_>, seconds: i64, place: &Place<'_>, label: &str) -> Duration {
    u64::try_from(seconds)
        .map(Duration::from_secs)
        .unwrap_or_else(|_| {
            checks.refuse(
                place,
                format!("{label}a timeout of {seconds} seconds"),
                "0 seconds or more",
            );
            Duration::ZERO
        })
}

fn basic_auth(
    checks: &mut Checks<'_>,
    raw: Option<&Authentication>,
    place: &Place<'_>,
    label: &str,
) -> Option<(Secret, Secret)> {
    let raw = raw?;
    for (field, given) in [("oauth2", raw.oauth2.as_ref()), ("sigv4", raw.sigv4.as_ref())] {
        let is_empty = given
            .and_then(|given| given.as_object())
            .is_some_and(|given| given.is_empty());
        if given.is_some() && !is_empty {
            let found = format!("{label}`{field}` is not supported by this version");
            checks.refuse(
                &place.field(field),
                found,
                "`basicAuth`, or an `Authorization` header",
            );
        }
    }
    let basic = raw.basic_auth.as_ref()?;
    match (
        basic.username.as_deref().unwrap_or_default(),
        basic.password.as_deref().unwrap_or_default(),
    ) {
        ("", "") => None,
        ("", _) | (_, "") => {
            let found = format!("{label}basicAuth with only one of `username` and `password`");
            checks.refuse(&place.field("basicAuth"), found, "both `username` and `password`");
            None
        }
        (username, password) => Some((Secret::Value(username.into()), Secret::Value(password.into()))),
    }
}

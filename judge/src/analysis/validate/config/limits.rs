//! What is bounded, and where.

use std::time::Duration;

use super::super::checks::Checks;
use super::period::period;
use crate::analysis::node::Place;
use crate::analysis::raw::config;
use crate::analysis::raw::text::IntOrString;
use crate::analysis::settings::Limits;

const BYTE_UNITS: [(&str, u64); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];

pub(super) fn limits(checks: &mut Checks<'_>, raw: &config::Limits, place: &Place<'_>) -> Limits {
    let default = Limits::default();
    let mut count = |field: &str, raw: Option<i64>, default: usize| {
        at_least_one(checks, raw, &place.field(field))
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or(default)
    };
    let active_runs = count("activeRuns", raw.active_runs, default.active_runs);
    let measurements_per_metric = count(
        "measurementsPerMetric",
        raw.measurements_per_metric,
        default.measurements_per_metric,
    );
    let concurrent_requests = count(
        "concurrentRequests",
        raw.concurrent_requests,
        default.concurrent_requests,
    );
    let connections = count("connections", raw.connections, default.connections);
    let event_streams = count("eventStreams", raw.event_streams, default.event_streams);
    let rate = at_least_one(checks, raw.requests_per_second, &place.field("requestsPerSecond"));
    let mut timeout = |field: &str, raw: Option<&str>, default: Duration| {
        period(checks, &place.field(field), raw).unwrap_or(default)
    };
    let header_read_timeout = timeout(
        "headerReadTimeout",
        raw.header_read_timeout.as_deref(),
        default.header_read_timeout,
    );
    let request_timeout = timeout(
        "requestTimeout",
        raw.request_timeout.as_deref(),
        default.request_timeout,
    );
    Limits {
        body_bytes: body_bytes(checks, raw, place).unwrap_or(default.body_bytes),
        active_runs,
        measurements_per_metric,
        requests_per_second: rate.map_or(default.requests_per_second, |rate| {
            u32::try_from(rate).unwrap_or(u32::MAX)
        }),
        concurrent_requests,
        connections,
        event_streams,
        header_read_timeout,
        request_timeout,
    }
}

/// `None` for an absent number, and for one that is refused.
fn at_least_one(checks: &mut Checks<'_>, raw: Option<i64>, place: &Place<'_>) -> Option<u64> {
    let raw = raw?;
    let number = u64::try_from(raw).ok().filter(|number| *number > 0);
    if number.is_none() {
        checks.refuse(place, format!("the number {raw}"), "1 or more");
    }
    number
}

/// `None` for an absent size, and for one that is refused.
fn body_bytes(checks: &mut Checks<'_>, raw: &config::Limits, place: &Place<'_>) -> Option<u64> {
    let bytes = bytes(raw.body_bytes.as_ref()?).filter(|bytes| *bytes > 0);
    if bytes.is_none() {
        let place = place.field("bodyBytes");
        let found = place
            .node()
            .map(|node| format!("{:?}", node.text))
            .unwrap_or_default();
        checks.refuse(
            &place,
            found,
            "a number of bytes above 0, such as `1MiB` or `1048576`",
        );
    }
    bytes
}

pub(in crate::analysis::validate) fn bytes(raw: &IntOrString) -> Option<u64> {
    match raw {
        IntOrString::Number(bytes) => u64::try_from(*bytes).ok(),
        IntOrString::Text(text) => {
            let text = text.trim();
            let (number, scale) = BYTE_UNITS
                .iter()
                .find_map(|(unit, scale)| text.strip_suffix(unit).map(|number| (number, *scale)))
                .unwrap_or((text, 1));
            number.trim().parse::<u64>().ok()?.checked_mul(scale)
        }
    }
}

//! What a call that was not answered came to, as gRPC's status codes say.

use http::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;
use serin_judge::analysis::plan::journey::FailureClass;

use crate::probes::dial::Fault;

/// Bytes of a server's text that are shown.
const SHOWN_BYTES_MAX: usize = 500;

/// The number of the status in an answer's trailers, or in its head.
pub(super) fn code(trailers: &HeaderMap) -> Option<u32> {
    trailers.get("grpc-status")?.to_str().ok()?.parse().ok()
}

/// The number that an answer stands for which is not of gRPC at all, by the table of http-grpc-status-mapping.md of gRPC.
pub(super) fn code_of_http(status: StatusCode) -> u32 {
    match status.as_u16() {
        401 => 16,
        403 => 7,
        404 => 12,
        429 | 502 | 503 | 504 => 14,
        _ => 2,
    }
}

/// The status in an answer's trailers, or in its head where it has no body. `Ok` is one that has a message.
pub(super) fn of(service: &str, trailers: &HeaderMap) -> Option<Result<(), Fault>> {
    let text = |name: &str| {
        trailers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let code = text("grpc-status")?;
    if code == "0" {
        return Some(Ok(()));
    }
    let (name, class, what_to_do) = known(&code);
    let said = text("grpc-message").unwrap_or_default();
    let said = percent_decode_str(&said).decode_utf8_lossy();
    let said = match &said[..said.floor_char_boundary(SHOWN_BYTES_MAX)] {
        "" => String::new(),
        said => format!(": {said}"),
    };
    let what = super::named(service);
    Some(Err(Fault::new(
        class,
        format!("{name} for {what}{said}{what_to_do}"),
    )))
}

/// An answer that is not of gRPC at all.
pub(super) fn of_http(status: StatusCode) -> Fault {
    let code = code_of_http(status).to_string();
    let (name, class, what_to_do) = known(&code);
    Fault::new(class, format!("{name}: the answer is HTTP {status}{what_to_do}"))
}

fn known(code: &str) -> (&str, FailureClass, &'static str) {
    match code {
        "1" => ("CANCELLED", FailureClass::Reset, ""),
        "2" => ("UNKNOWN", FailureClass::AssertFailed, ""),
        "4" => (
            "DEADLINE_EXCEEDED",
            FailureClass::TtfbTimeout,
            "; the server gave up at the probe's deadline",
        ),
        "5" => (
            "NOT_FOUND",
            FailureClass::AssertFailed,
            "; its health service does not know that name",
        ),
        "7" => ("PERMISSION_DENIED", FailureClass::AuthRejected, ""),
        "8" => ("RESOURCE_EXHAUSTED", FailureClass::RateLimited, ""),
        "12" => (
            "UNIMPLEMENTED",
            FailureClass::AssertFailed,
            "; it has no health service (grpc.health.v1)",
        ),
        "13" => ("INTERNAL", FailureClass::AssertFailed, ""),
        "14" => ("UNAVAILABLE", FailureClass::Unhealthy, ""),
        "16" => (
            "UNAUTHENTICATED",
            FailureClass::AuthRejected,
            "; give what it asks for in `metadata`",
        ),
        other => (other, FailureClass::AssertFailed, ""),
    }
}

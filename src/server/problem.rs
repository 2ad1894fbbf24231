use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use serin_judge::analysis::Diagnostic;

use crate::controllers::argo::GateError;
use crate::engine::ports::StoreError;
use crate::engine::{CommandError, StartError};

/// Why a request was not answered: RFC 9457 problem details.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    /// Last part of the type, a closed list in the API's description.
    kind: &'static str,
    title: &'static str,
    detail: String,
    /// Further members.
    more: Vec<(String, Value)>,
    /// Seconds after which a retry makes sense.
    retry_after: Option<u32>,
}

/// What kinds of problems there are: status, last part of the type, title.
const KINDS: [(u16, &str, &str); 22] = [
    (400, "malformed-request", "The request cannot be read"),
    (400, "malformed-parameter", "A parameter cannot be read"),
    (401, "not-authenticated", "A token is needed"),
    (403, "not-allowed", "The token may not do this"),
    (403, "foreign-origin", "The request comes from another site"),
    (404, "no-such-route", "There is nothing here"),
    (404, "unknown-run", "There is no such run"),
    (404, "unknown-delivery", "There is no such delivery"),
    (404, "unknown-analysis", "There is no such analysis"),
    (405, "method-not-allowed", "The method does not fit"),
    (409, "other-args", "The attempt was started with other args"),
    (409, "no-such-attempt", "The attempt is not known"),
    (409, "attempt-exists", "The attempt exists"),
    (
        409,
        "key-reused",
        "The idempotency key stands for another request",
    ),
    (409, "run-ended", "The run has its verdict"),
    (413, "body-too-large", "The body is too large"),
    (415, "unsupported-media-type", "The body is of another type"),
    (422, "invalid-document", "The document is not valid"),
    (422, "refused", "The run cannot be started"),
    (429, "too-many-requests", "Too many requests"),
    (500, "internal", "Something is broken"),
    (503, "unavailable", "It cannot be known now"),
];

impl Problem {
    /// A problem of the closed list; one that is not in it is `internal`.
    pub(super) fn new(kind: &'static str, detail: impl Into<String>) -> Self {
        let known = KINDS.iter().find(|(_, known, _)| *known == kind);
        let (status, kind, title) = *known.unwrap_or(&KINDS[20]);
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            kind,
            title,
            detail: detail.into(),
            more: Vec::new(),
            retry_after: matches!(status, 429 | 503).then_some(1),
        }
    }

    pub(super) fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.more.push((member.to_owned(), value.into()));
        self
    }

    /// With the mistakes of a document.
    pub(super) fn invalid(diagnostics: &[Diagnostic]) -> Self {
        let errors: Vec<&Diagnostic> = diagnostics.iter().filter(|found| found.is_error()).collect();
        let count = errors.len();
        let detail = match count {
            1 => "1 error".to_owned(),
            _ => format!("{count} errors"),
        };
        let errors = serde_json::to_value(errors).unwrap_or_default();
        Self::new("invalid-document", detail).with("errors", errors)
    }

    pub(super) fn unknown_run(id: &str) -> Self {
        Self::new("unknown-run", format!("run {id} is not known"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        body.insert(
            "type".to_owned(),
            format!("urn:serin:problem:{}", self.kind).into(),
        );
        body.insert("title".to_owned(), self.title.into());
        body.insert("status".to_owned(), self.status.as_u16().into());
        body.insert("detail".to_owned(), self.detail.into());
        body.extend(self.more);
        let mut response = (self.status, Json(Value::Object(body))).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            // Without this no browser asks a person for the token.
            headers.append(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"Serin: the password is a token\""),
            );
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new("unavailable", error.to_string())
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        let detail = error.to_string();
        match error {
            StartError::Invalid(diagnostics) => Self::invalid(&diagnostics),
            StartError::Refused(_) | StartError::UnknownHooks { .. } => Self::new("refused", detail),
            StartError::AttemptExists(run) => Self::new("attempt-exists", detail).with("run", run),
            StartError::KeyReused(run) => Self::new("key-reused", detail).with("run", run),
            StartError::TooManyRuns { .. } | StartError::Closing | StartError::Store(_) => {
                Self::new("unavailable", detail)
            }
        }
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        let kind = match &error {
            CommandError::Unknown(_) => "unknown-run",
            CommandError::Ended(_) => "run-ended",
            CommandError::Stranded(_) | CommandError::Store(_) => "unavailable",
        };
        Self::new(kind, error.to_string())
    }
}

impl From<GateError> for Problem {
    fn from(error: GateError) -> Self {
        let detail = error.to_string();
        match error {
            GateError::Question(_) => Self::new("malformed-request", detail),
            GateError::UnknownAnalysis { names, .. } => {
                let known = match names.as_slice() {
                    [] => "there is none at all".to_owned(),
                    names => format!("there are: {}", names.join(", ")),
                };
                Self::new("unknown-analysis", format!("{detail}; {known}")).with("analyses", names)
            }
            GateError::OtherArgs { run, .. } => Self::new("other-args", detail).with("run", run),
            GateError::NoSuchAttempt { .. } => Self::new("no-such-attempt", detail),
            GateError::Start(error) => error.into(),
            GateError::Unknowable { .. } | GateError::Store(_) => Self::new("unavailable", detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_unique_and_the_fallback_is_internal() {
        for (at, (_, kind, _)) in KINDS.iter().enumerate() {
            assert!(
                KINDS[..at].iter().all(|(_, other, _)| other != kind),
                "{kind} twice"
            );
        }
        assert_eq!(KINDS[20].1, "internal");
        assert_eq!(Problem::new("no such kind", "").kind, "internal");
    }

    #[test]
    fn what_can_be_tried_again_says_when() {
        for (kind, expected) in [
            ("unavailable", true),
            ("too-many-requests", true),
            ("unknown-run", false),
        ] {
            let response = Problem::new(kind, "x").into_response();
            assert_eq!(
                response.headers().contains_key(header::RETRY_AFTER),
                expected,
                "{kind}"
            );
            assert_eq!(
                response.headers()[header::CONTENT_TYPE],
                "application/problem+json"
            );
        }
    }
}

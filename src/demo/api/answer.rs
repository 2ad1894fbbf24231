//! Answers of the API, good and bad.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::json;

/// A bad answer: `{"status": "error", "code": ..., "message": ...}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl ApiError {
    /// 400: the request says something that cannot be.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    /// 401: who asks is not known.
    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// 404: what is asked for is not there, or belongs to somebody else.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 409: it is there already.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    /// An error that the instance's behaviour asks for.
    pub(super) fn injected(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::SERVICE_UNAVAILABLE => ("unavailable", "The service is overloaded, try again."),
            _ => ("internal", "Something went wrong."),
        };
        Self::new(status, code, message)
    }

    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({"status": "error", "code": self.code, "message": self.message});
        (self.status, Json(body)).into_response()
    }
}

/// The body of a request. The content type is not asked for, as in many an API that people call with curl.
///
/// # Errors
/// 400 with the place, when the body is not JSON or not of this shape.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::invalid(error.to_string()))
}

/// # Errors
/// 400 with `message` unless `holds`.
pub(super) fn require(holds: bool, message: &'static str) -> Result<(), ApiError> {
    if holds {
        Ok(())
    } else {
        Err(ApiError::invalid(message))
    }
}

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::server::problem::Problem;

/// A body of JSON as a type, and the bytes it was made of.
pub(super) struct JsonBody<T> {
    pub(super) value: T,
    pub(super) bytes: Bytes,
}

/// A body within `limits.bodyBytes`.
pub(super) async fn bytes(request: Request) -> Result<Bytes, Problem> {
    let read = Bytes::from_request(request, &()).await;
    read.map_err(|rejection| match rejection.status().as_u16() {
        413 => Problem::new(
            "body-too-large",
            "the body has more bytes than `limits.bodyBytes` allows",
        ),
        _ => Problem::new("malformed-request", rejection.body_text()),
    })
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let media = media_type(request.headers());
        // Whoever says nothing means what is wanted: Argo says nothing of a `body`.
        if !media.is_empty() && !is_json(&media) {
            let detail = format!("`Content-Type: application/json` is wanted, not `{media}`");
            return Err(Problem::new("unsupported-media-type", detail));
        }
        let bytes = bytes(request).await?;
        let value = parse(&bytes)?;
        Ok(Self { value, bytes })
    }
}

/// The value, or where in the body the mistake is.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let mistake = json!([{
            "file": "body", "line": error.line(), "column": error.column(),
            "found": error.to_string(), "expected": "JSON as the API's description says",
        }]);
        Problem::new("malformed-request", format!("the body: {error}")).with("errors", mistake)
    })
}

/// Without parameters, in lower case; empty when it is not said.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let given = headers
        .get(header::CONTENT_TYPE)
        .and_then(|given| given.to_str().ok());
    let plain = given.unwrap_or_default().split(';').next().unwrap_or_default();
    plain.trim().to_lowercase()
}

pub(super) fn is_json(media: &str) -> bool {
    media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
}

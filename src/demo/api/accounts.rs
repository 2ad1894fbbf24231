//! Register, login, and who is asking.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{ApiError, parse, require};
use super::process::Process;

/// Longest email by RFC 5321; anything longer is refused before it takes up memory.
const EMAIL_BYTES_MAX: usize = 254;
const PASSWORD_BYTES_MAX: usize = 128;
const PASSWORD_BYTES_MIN: usize = 8;

/// Body of a registration.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Registration {
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) full_name: String,
}

/// Body of a login.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Credentials {
    pub(crate) email: String,
    pub(crate) password: String,
}

impl Registration {
    fn check(&self) -> Result<(), ApiError> {
        let is_email = self
            .email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
        require(
            is_email && self.email.len() <= EMAIL_BYTES_MAX,
            "email is not an email address",
        )?;
        require(
            (PASSWORD_BYTES_MIN..=PASSWORD_BYTES_MAX).contains(&self.password.len()),
            "password must have 8 to 128 bytes",
        )?;
        require(!self.full_name.trim().is_empty(), "full_name must not be empty")
    }
}

/// `POST /api/v1/auth/register`
pub(super) async fn register(
    State(process): State<Arc<Process>>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let registration: Registration = parse(&body)?;
    registration.check()?;
    let email = registration.email.clone();
    let id = process.records().register(registration)?;
    let answer = json!({"status": "success", "user_id": id, "email": email});
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `POST /api/v1/auth/login`
pub(super) async fn login(State(process): State<Arc<Process>>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let token = process.records().login(parse(&body)?)?;
    Ok(Json(
        json!({"status": "success", "access_token": token, "token_type": "bearer"}),
    ))
}

/// The email of the user whose bearer token came with the request.
pub(super) struct Caller(pub(super) String);

impl FromRequestParts<Arc<Process>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, process: &Arc<Process>) -> Result<Self, ApiError> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(|| ApiError::unauthorized("a bearer token is needed"))?;
        process.records().owner(token.trim()).map(Self)
    }
}

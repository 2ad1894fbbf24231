//! Requests of a journey.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::HttpVersion;
use crate::analysis::raw::provider::Header;
use crate::analysis::raw::text::{IntOrString, TextOrSecret};

/// One HTTP request, with at most one of `json`, `form`, `multipart`, `raw` and `file`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    /// Default `GET`, and `POST` where there is a body.
    pub(crate) method: Option<String>,
    /// Absolute, or the path below the target. Values that are filled in are encoded, except at the very beginning.
    pub(crate) url: String,
    /// Appended to the URL's query, encoded.
    #[expect(
        dead_code,
        reason = "its values are sent as they are spelled, so they are read from the document"
    )]
    query: Option<BTreeMap<String, Scalar>>,
    /// Sent with the request.
    pub(crate) headers: Option<Vec<Header>>,
    /// Sent as JSON. A text that is one placeholder only takes the value with its type.
    #[expect(
        dead_code,
        reason = "placeholders in it need their places, so it is read from the document"
    )]
    json: Option<serde_json::Value>,
    /// Sent as `application/x-www-form-urlencoded`.
    #[expect(
        dead_code,
        reason = "its values are sent as they are spelled, so they are read from the document"
    )]
    form: Option<BTreeMap<String, Scalar>>,
    /// Sent as `multipart/form-data`.
    pub(crate) multipart: Option<Vec<Part>>,
    /// Sent as it is.
    pub(crate) raw: Option<String>,
    /// Path of a file whose bytes are sent.
    pub(crate) file: Option<String>,
    /// `Content-Type`. Default: what goes with the body.
    pub(crate) content_type: Option<String>,
    /// Who asks: `basic` or `bearer`.
    pub(crate) auth: Option<Auth>,
    /// Redirects that are followed, 0 to 50. Default: `http.redirects`.
    pub(crate) redirects: Option<IntOrString>,
    /// `auto`, `"1.1"` or `"2"`. Default: `http.version`.
    pub(crate) version: Option<HttpVersion>,
}

/// A text, a number, or true or false: sent as it is written.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "its shape is checked; it is sent as it is spelled")]
pub(crate) enum Scalar {
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// A part of a multipart body: exactly one of `text` and `file`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Part {
    /// Of the field.
    pub(crate) name: String,
    /// Sent as it is.
    pub(crate) text: Option<String>,
    /// Path of a file whose bytes are sent.
    pub(crate) file: Option<String>,
    /// Told as the file's name. Default: the name of `file`.
    pub(crate) file_name: Option<String>,
    /// Its media type. Default `application/octet-stream` for files, none for texts.
    pub(crate) content_type: Option<String>,
}

/// Who asks: exactly one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Auth {
    /// `Authorization: Basic`.
    pub(crate) basic: Option<Basic>,
    /// `Authorization: Bearer`.
    pub(crate) bearer: Option<TextOrSecret>,
}

/// User and password.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Basic {
    /// The user.
    pub(crate) user: TextOrSecret,
    /// The password.
    pub(crate) password: TextOrSecret,
}

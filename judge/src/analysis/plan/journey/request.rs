use super::{HttpVersion, JsonTemplate, Template};
use crate::analysis::plan::Secret;

/// An HTTP request to be filled in.
#[derive(Clone, Debug)]
pub struct Request {
    /// Such as `GET`.
    pub method: http::Method,
    /// Absolute, or relative to the target.
    pub url: Template,
    /// Appended to the URL's query, encoded.
    pub query: Vec<(String, Template)>,
    /// In order, those of the whole journey first unless the request has its own; they win over what Serin would send
    /// itself.
    pub headers: Vec<(http::HeaderName, Credential)>,
    /// What is sent.
    pub body: Body,
    /// `Content-Type`; `None` is what goes with the body, and a header of that name wins over both.
    pub content_type: Option<Template>,
    /// Who asks.
    pub auth: Auth,
    /// Redirects that are followed; 0 follows none.
    pub redirects_max: u32,
    /// Which protocol; `None` is the journey's.
    pub version: Option<HttpVersion>,
}

/// What a request sends.
#[derive(Clone, Debug, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// `application/json`.
    Json(JsonTemplate),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, Template)>),
    /// `multipart/form-data`.
    Multipart(Vec<Part>),
    /// As it is, once filled in.
    Raw(Template),
    /// The bytes of a file, read when the journey is made.
    Bytes(bytes::Bytes),
}

/// A part of a multipart body.
#[derive(Clone, Debug)]
pub struct Part {
    /// Of the field.
    pub name: String,
    /// Told as the file's name; `None` for a plain field.
    pub file_name: Option<String>,
    /// Its media type; `None` is none for a text, and `application/octet-stream` for a file.
    pub content_type: Option<String>,
    /// What it holds.
    pub content: PartContent,
}

/// What a part holds.
#[derive(Clone, Debug)]
pub enum PartContent {
    /// Text, once filled in.
    Text(Template),
    /// The bytes of a file, read when the journey is made.
    Bytes(bytes::Bytes),
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// Nobody in particular.
    #[default]
    None,
    /// `Authorization: Basic`.
    Basic {
        /// User.
        user: Credential,
        /// Password.
        password: Credential,
    },
    /// `Authorization: Bearer`.
    Bearer(Credential),
}

/// Where a credential comes from.
#[derive(Clone, Debug)]
pub enum Credential {
    /// Text with placeholders, such as a captured token.
    Template(Template),
    /// From outside the document.
    Secret(Secret),
}

use super::HttpVersion;
use crate::analysis::plan::Secret;

/// Text with `{{name}}` in it, filled in when a step begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// In order.
    pub pieces: Vec<Piece>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Text(String),
    /// The name of a value: a capture (`token`), `args.x`, `data.column`, `account.column`, `run.id`, `run.tag`.
    Value(String),
}

/// An HTTP request to be filled in.
#[derive(Clone, Debug)]
pub struct Request {
    /// Such as `GET`.
    pub method: http::Method,
    /// Absolute, or relative to the target.
    pub url: Template,
    /// Appended to the URL's query, encoded.
    pub query: Vec<(String, Template)>,
    /// In order; they win over what Serin would send itself.
    pub headers: Vec<(http::HeaderName, Template)>,
    /// What is sent.
    pub body: Body,
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
    /// JSON whose texts are templates. A text that is one placeholder only takes the value with its type.
    Json(serde_json::Value),
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
    /// Its media type.
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

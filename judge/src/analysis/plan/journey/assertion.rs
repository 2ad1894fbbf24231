/// Something that has to hold of an answer.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// What is looked at.
    pub query: Query,
    /// Makes the run degraded, not failed.
    pub soft: bool,
}

/// Where in an answer to look.
#[derive(Clone, Debug)]
pub enum Query {
    /// The status code.
    Status,
    /// The first value of a header.
    Header(http::HeaderName),
    /// A cookie that the answer sets.
    Cookie(String),
    /// The body as text.
    Body,
    /// Bytes of the decoded body.
    Size,
    /// RFC 9535.
    JsonPath(serde_json_path::JsonPath),
    /// The first group (or the whole match) in the body.
    Regex(regex::Regex),
    /// Milliseconds.
    Duration,
    /// Days until the first certificate of the chain expires.
    TlsDaysLeft,
    /// Where the answer came from after redirects.
    Url,
    /// How many redirects.
    Redirects,
}

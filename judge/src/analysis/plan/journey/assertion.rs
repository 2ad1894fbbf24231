use std::sync::Arc;

use super::{JsonTemplate, Template};
use crate::condition::Condition;

/// Something that has to hold of an answer.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// What has to hold.
    pub check: Check,
    /// Makes the run degraded, not failed.
    pub soft: bool,
}

/// What has to hold.
#[derive(Clone, Debug)]
pub enum Check {
    /// The status code is one of these; at least one range.
    Status(Vec<StatusRange>),
    /// Each predicate holds of what the query finds; at least one.
    Value {
        /// Where to look.
        query: Query,
        /// What has to hold there.
        predicates: Vec<Predicate>,
    },
    /// The body fits a JSON Schema.
    Schema(Schema),
    /// Over `result`, and `vars`, `data`, `account`, `steps`.
    Condition(Condition),
    /// The body says that it is well, in a format of health endpoints.
    Health(HealthFormat),
}

/// Status codes from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRange {
    /// From 100.
    pub from: u16,
    /// Up to 599, at least `from`.
    pub to: u16,
}

/// Formats of health endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthFormat {
    /// Whatever of the others it looks like.
    Auto,
    /// Spring Boot's Actuator.
    Spring,
    /// `application/health+json` (draft-inadarei-api-health-check-06).
    HealthJson,
    /// The lines of Kubernetes' `?verbose`.
    Kubernetes,
}

/// A compiled JSON Schema.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Compiled once, shared by all runs.
    pub validator: Arc<jsonschema::Validator>,
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
    /// A place in the body.
    JsonPath(JsonPath),
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

/// A place in a JSON value (RFC 9535).
#[derive(Clone, Debug)]
pub struct JsonPath {
    /// As it was written.
    pub text: String,
    /// The same, parsed.
    pub path: serde_json_path::JsonPath,
    /// It can find one value only, and gives that value. Any other path gives a list.
    pub is_singular: bool,
}

/// What has to hold of a value. Words and meanings are hurl's.
#[derive(Clone, Debug)]
pub enum Predicate {
    /// There is a value.
    Exists,
    /// The same value; numbers by their value, whatever way they are written.
    Equals(JsonTemplate),
    /// One of these values.
    OneOf(Vec<JsonTemplate>),
    /// A number (or a text, by its characters) compared with another.
    Order(Order, JsonTemplate),
    /// A text that begins so.
    StartsWith(Template),
    /// A text that ends so.
    EndsWith(Template),
    /// A text with this in it.
    Contains(Template),
    /// A list with this item.
    Includes(JsonTemplate),
    /// A text in which the expression is found.
    Matches(regex::Regex),
    /// An empty text, list or map.
    IsEmpty,
    /// A value of this kind.
    Is(ValueKind),
    /// Items of a list, entries of a map or characters of a text: at least, at most; one of both is given.
    Count {
        /// At least.
        min: Option<u64>,
        /// At most.
        max: Option<u64>,
    },
    /// A number: at least, at most; one of both is given.
    Range {
        /// At least.
        min: Option<f64>,
        /// At most.
        max: Option<f64>,
    },
    /// It does not hold.
    Not(Box<Predicate>),
}

/// How a value lies to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Kinds of values that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Float,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A text.
    String,
    /// A list or a map.
    Collection,
    /// JSON's `null`.
    Null,
}

//! What has to hold of an answer.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::analysis::raw::text::{IntOrString, NumberOrString};

/// What has to hold of an answer: exactly one place or check. `header`, `cookie`, `jsonpath`, `regex`, `body` and `url`
/// take one or more of hurl's predicates beside them; all of them have to hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Assertion {
    /// A status such as `200`, a class such as `2xx`, a range such as `200-204`, or a list of such.
    pub(crate) status: Option<Status>,
    /// Name of a header; its first value.
    pub(crate) header: Option<String>,
    /// Name of a cookie that the answer sets.
    pub(crate) cookie: Option<String>,
    /// A place in the body (RFC 9535). A path that can find one value only gives that value, any other a list.
    pub(crate) jsonpath: Option<String>,
    /// A regular expression that is looked for in the body; its first group, or all of it.
    pub(crate) regex: Option<String>,
    /// The body as text: `true`.
    pub(crate) body: Option<bool>,
    /// Where the answer came from after redirects: `true`.
    pub(crate) url: Option<bool>,
    /// Bytes of the body, such as `{max: 1MiB}`.
    pub(crate) size: Option<Limits>,
    /// How long it took, such as `{max: 300ms}`.
    pub(crate) duration: Option<Limits>,
    /// Whole days until the first certificate of the chain expires, such as `{min: 14}`.
    pub(crate) tls_days_left: Option<Limits>,
    /// Redirects that were followed, such as `{max: 1}`.
    pub(crate) redirects: Option<Limits>,
    /// The body fits this JSON Schema: the schema itself, or the path of a file. References to other files are refused.
    pub(crate) json_schema: Option<Value>,
    /// A condition over `result` (`status`, `headers`, `body`, `durationMs`, `size`, `url`, `redirects`, `cookies`,
    /// `tlsDaysLeft`), `vars`, `data`, `account` and `steps`.
    pub(crate) condition: Option<String>,
    /// The body says that it is well. That status and HTTP code disagree is a failure, a warning makes the run degraded.
    pub(crate) health: Option<Health>,
    /// Makes the run degraded, not failed. Default false.
    pub(crate) soft: Option<bool>,
    /// What has to hold there.
    #[serde(flatten)]
    pub(crate) predicates: Predicates,
    /// None of these holds.
    pub(crate) not: Option<Negated>,
}

/// One status, or several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Status {
    /// Such as `200`.
    Code(i64),
    /// Such as `2xx` or `200-204`.
    Text(String),
    /// Any of them.
    List(Vec<IntOrString>),
}

/// At least, at most; one of them or both.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Limits {
    /// At least.
    pub(crate) min: Option<NumberOrString>,
    /// At most.
    pub(crate) max: Option<NumberOrString>,
}

/// Formats of health endpoints.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Health {
    /// Whatever of the others it looks like.
    Auto,
    /// Spring Boot's Actuator.
    Spring,
    /// `application/health+json`.
    #[serde(rename = "healthJson")]
    Draft,
    /// The lines of Kubernetes' `?verbose`.
    Kubernetes,
}

/// What has to hold of a value, in hurl's words. Texts may hold placeholders; one that is a placeholder only takes the
/// value with its type.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Predicates {
    /// There is a value (`true`), or none (`false`).
    pub(crate) exists: Option<bool>,
    /// The same value; numbers by their value.
    pub(crate) equals: Option<Value>,
    /// Another value.
    pub(crate) not_equals: Option<Value>,
    /// One of these values.
    pub(crate) one_of: Option<Vec<Value>>,
    /// A larger number, or a text behind this one in the order of characters.
    pub(crate) greater_than: Option<NumberOrString>,
    /// The same or larger.
    pub(crate) greater_than_or_equals: Option<NumberOrString>,
    /// A smaller number, or a text before this one in the order of characters.
    pub(crate) less_than: Option<NumberOrString>,
    /// The same or smaller.
    pub(crate) less_than_or_equals: Option<NumberOrString>,
    /// A text that begins so.
    pub(crate) starts_with: Option<String>,
    /// A text that ends so.
    pub(crate) ends_with: Option<String>,
    /// A text with this in it.
    pub(crate) contains: Option<String>,
    /// A list with this item.
    pub(crate) includes: Option<Value>,
    /// A text in which this regular expression is found.
    pub(crate) matches: Option<String>,
    /// Items of a list, entries of a map or characters of a text: a number, or `{min: 1, max: 5}`.
    pub(crate) count: Option<Count>,
    /// An empty text, list or map.
    pub(crate) is_empty: Option<bool>,
    /// A whole number.
    pub(crate) is_integer: Option<bool>,
    /// A number with a fraction.
    pub(crate) is_float: Option<bool>,
    /// A number.
    pub(crate) is_number: Option<bool>,
    /// `true` or `false`.
    pub(crate) is_boolean: Option<bool>,
    /// A text.
    pub(crate) is_string: Option<bool>,
    /// A list or a map.
    pub(crate) is_collection: Option<bool>,
    /// JSON's `null`.
    pub(crate) is_null: Option<bool>,
}

/// Predicates of which none holds.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Negated {
    /// Which.
    #[serde(flatten)]
    pub(crate) predicates: Predicates,
}

/// How many.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Count {
    /// Exactly.
    Exactly(i64),
    /// Between.
    Limits(Limits),
}

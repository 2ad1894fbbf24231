//! Values that may be written in more than one way.

use schemars::JsonSchema;
use serde::Deserialize;

/// A whole number, or a text that becomes one when its `{{args.…}}` are filled in.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum IntOrString {
    /// A whole number.
    Number(i64),
    /// Such as `"{{args.count}}"`.
    Text(String),
}

/// A number, or a text that becomes one when its `{{args.…}}` are filled in.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum NumberOrString {
    /// A number.
    Number(f64),
    /// Such as `"{{args.tolerance}}"`.
    Text(String),
}

/// A list, or one text with commas.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Addresses {
    /// One item an address.
    List(Vec<String>),
    /// Addresses separated by commas, such as an argument gives them.
    Text(String),
}

impl Addresses {
    /// Without blanks and empty parts.
    pub(crate) fn list(&self) -> Vec<String> {
        let parts: Vec<&str> = match self {
            Self::List(list) => list.iter().map(String::as_str).collect(),
            Self::Text(text) => text.split(',').collect(),
        };
        parts
            .into_iter()
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// Stable's addresses: a list, or one text with commas.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum StableAddresses {
    /// One item an address.
    List(Vec<String>),
    /// Addresses separated by commas, such as an argument gives them.
    Text(String),
    /// Refused: what an address said before cannot be read any more.
    Before(BeforeAddresses),
}

/// Stable of an earlier time, which only `prometheus` has.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
pub(crate) struct BeforeAddresses {
    /// Refused for `scrape`.
    pub(crate) before: String,
}

/// Where a secret is to be found: exactly one of `env`, `file` and `value`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
pub(crate) struct SecretSource {
    /// Name of an environment variable.
    pub(crate) env: Option<String>,
    /// Path of a file; trailing line ends are cut off.
    pub(crate) file: Option<String>,
    /// The value itself; better only for values that are no secret.
    pub(crate) value: Option<String>,
}

/// A plain text, or where a secret is to be found.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum TextOrSecret {
    /// The value itself.
    Text(String),
    /// Where it is to be found.
    Source(SecretSource),
}

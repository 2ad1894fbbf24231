//! Values of secrets that were filled into a plan.

use std::sync::Arc;

/// What stands in place of a secret, as in Argo.
pub(crate) const MASK: &str = "*****";

/// What is shorter stays in values: tokens are longer, and words such as `team` or `ok` are not.
const SECRET_BYTES_MIN: usize = 8;

/// The values of secrets that were filled into a plan, so that they can be hidden wherever they come back.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FilledSecrets(Arc<[String]>);

impl FilledSecrets {
    /// As they are and as JSON has them. Empty ones hide nothing; long ones are hidden before those that are part of them.
    pub(crate) fn new(values: impl IntoIterator<Item = String>) -> Self {
        let spellings = |value: String| {
            let quoted = serde_json::Value::from(value.as_str()).to_string();
            [quoted[1..quoted.len() - 1].to_owned(), value]
        };
        let values = values.into_iter().filter(|value| !value.is_empty());
        let mut values: Vec<String> = values.flat_map(spellings).collect();
        values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        values.dedup();
        Self(values.into())
    }

    /// All spellings of all of them.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The text of a value without those that are long enough to be secrets.
    #[must_use]
    pub fn masked_in_value(&self, text: String) -> String {
        let long = self.0.iter().filter(|secret| secret.len() >= SECRET_BYTES_MIN);
        long.fold(text, |text, secret| text.replace(secret.as_str(), MASK))
    }

    /// The text without any of them.
    #[must_use]
    pub fn masked(&self, mut text: String) -> String {
        for secret in self.0.iter() {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        text
    }
}

impl std::fmt::Debug for FilledSecrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.0.is_empty() { "no secrets" } else { MASK })
    }
}

//! Success and failure conditions: the expression language of Argo's `successCondition` and `failureCondition`.
//!
//! Nothing else in the code knows what is behind [`Condition`].

mod value;

pub use value::Value;

/// A condition whose text is well formed.
#[derive(Clone, Debug)]
pub struct Condition {
    text: std::sync::Arc<str>,
}

/// Why a condition has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConditionError {
    message: String,
    span: Option<std::ops::Range<usize>>,
}

impl ConditionError {
    /// The bytes of the condition's text that are at fault, when known.
    #[must_use]
    pub fn span(&self) -> Option<std::ops::Range<usize>> {
        self.span.clone()
    }
}

impl Condition {
    /// Parses the text.
    ///
    /// # Errors
    /// When the text is no expression.
    pub fn compile(text: &str) -> Result<Self, ConditionError> {
        Ok(Self { text: text.into() })
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The answer for one measured value.
    ///
    /// # Errors
    /// When the expression does not fit the value, or yields something else than true or false.
    pub fn evaluate(&self, _result: &Value) -> Result<bool, ConditionError> {
        Err(ConditionError {
            message: "not built yet".into(),
            span: None,
        })
    }
}

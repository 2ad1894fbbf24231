use super::syntax::Span;

/// Why a condition has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConditionError {
    message: String,
    span: Option<std::ops::Range<usize>>,
}

/// What an evaluation step gives; the error is boxed because the value is small.
pub(super) type Answer<T> = Result<T, Box<ConditionError>>;

impl ConditionError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span: None,
        }
    }

    /// The bytes of the condition's text that are at fault, when known.
    #[must_use]
    pub fn span(&self) -> Option<std::ops::Range<usize>> {
        self.span.clone()
    }

    /// Sets the place, unless an inner node has done so already.
    pub(super) fn locate(&mut self, span: Span) {
        self.span.get_or_insert(span.start..span.end);
    }
}

/// An error whose place the surrounding node will set.
pub(super) fn fail<T>(message: impl Into<String>) -> Answer<T> {
    Err(Box::new(ConditionError::new(message)))
}

/// An error at a place.
pub(super) fn fail_at<T>(span: Span, message: impl Into<String>) -> Answer<T> {
    let mut error = ConditionError::new(message);
    error.locate(span);
    Err(Box::new(error))
}

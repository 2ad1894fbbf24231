use std::sync::Arc;

use super::Query;

/// A value of an answer that later steps use.
#[derive(Clone, Debug)]
pub struct Capture {
    /// As placeholders name it.
    pub name: Arc<str>,
    /// Where it is.
    pub query: Query,
    /// What it has to be.
    pub of_type: CaptureType,
    /// Shown nowhere; `None` where its value decides: what looks like a token is secret too.
    pub secret: Option<bool>,
    /// Without it the step goes on.
    pub optional: bool,
}

/// What a captured value has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaptureType {
    /// As it comes.
    #[default]
    Any,
    /// Text, or what can be written as one line of text.
    String,
    /// A whole number, or text that is one.
    Integer,
    /// A number, or text that is one.
    Number,
    /// `true` or `false`, or text that is one.
    Boolean,
}

use std::sync::Arc;

use bytes::Bytes;

/// Text with `{{name}}` in it, filled in when a step begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// In order; texts are not empty, and no two of them follow one another.
    pub pieces: Vec<Piece>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Text(String),
    /// A value that is known when the step begins.
    Value(Reference),
}

/// What a placeholder stands for. Arguments are filled in before, when the journey is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// `{{token}}`: what a step has captured.
    Captured(Arc<str>),
    /// `{{data.column}}`: of the run's row.
    Data(Arc<str>),
    /// `{{account.column}}`: of the run's account.
    Account(Arc<str>),
    /// `{{run.id}}`
    RunId,
    /// `{{run.tag}}`: `serin-` and the run's id.
    RunTag,
    /// `{{run.idempotencyKey}}`: the same for all attempts of one step of one run.
    IdempotencyKey,
}

impl std::fmt::Display for Reference {
    /// As it stands between the braces.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Captured(name) => formatter.write_str(name),
            Self::Data(column) => write!(formatter, "data.{column}"),
            Self::Account(column) => write!(formatter, "account.{column}"),
            Self::RunId => formatter.write_str("run.id"),
            Self::RunTag => formatter.write_str("run.tag"),
            Self::IdempotencyKey => formatter.write_str("run.idempotencyKey"),
        }
    }
}

impl Template {
    /// The text of a template without placeholders.
    #[must_use]
    pub fn constant(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }
}

/// JSON whose texts are templates. A text that is one placeholder only takes the value with its type; keys are filled in
/// never.
#[derive(Clone, Debug, PartialEq)]
pub enum JsonTemplate {
    /// Without placeholders.
    Constant {
        /// Its value.
        value: serde_json::Value,
        /// The same, written compactly.
        text: Bytes,
    },
    /// A text with placeholders.
    Text(Template),
    /// In order.
    List(Vec<JsonTemplate>),
    /// In the order of the document.
    Map(Vec<(String, JsonTemplate)>),
}

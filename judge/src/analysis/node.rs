//! A document as a tree whose every value and key knows where it stands.

use std::sync::Arc;

use serde_json::{Number, Value};

use super::diagnostic::Diagnostic;
use super::source::{Source, Span};

/// One value of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// The text of a scalar, whatever it was resolved to; empty for lists and maps.
    pub(crate) text: String,
    /// Whether a scalar stood without quotes.
    pub(crate) plain: bool,
    pub(crate) span: Span,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text,
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One key of a map with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

impl PartialEq for Node {
    /// Trees are equal when their values are, wherever they stand.
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.text == other.text
    }
}

impl Node {
    pub(crate) fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }

    /// The text of a string.
    pub(crate) fn as_text(&self) -> Option<&str> {
        (self.kind == Kind::Text).then_some(self.text.as_str())
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn entries_mut(&mut self) -> &mut [Entry] {
        match &mut self.kind {
            Kind::Map(entries) => entries,
            _ => &mut [],
        }
    }

    pub(crate) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key; a key without a value counts as absent, as it does for Kubernetes.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key)
            .map(|entry| &entry.value)
            .filter(|value| !value.is_null())
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match &mut self.kind {
            Kind::Map(entries) => entries
                .iter_mut()
                .find(|entry| entry.key == key)
                .map(|entry| &mut entry.value),
            _ => None,
        }
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// What an underline should mark: a scalar as it is, the first key of a map, the first item of a list.
    pub(crate) fn mark(&self) -> Span {
        match &self.kind {
            Kind::Map(entries) => entries
                .first()
                .map_or(self.span.clone(), |entry| entry.key_span.clone()),
            Kind::List(items) => items.first().map_or(self.span.clone(), Self::mark),
            _ => self.span.clone(),
        }
    }

    /// The same as JSON.
    pub(crate) fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Integer(value) => Value::Number((*value).into()),
            Kind::Float(value) => {
                Number::from_f64(*value).map_or_else(|| Value::String(self.text.clone()), Value::Number)
            }
            Kind::Text => Value::String(self.text.clone()),
            Kind::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Kind::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.value.to_json()))
                    .collect(),
            ),
        }
    }
}

/// A value's place in its document, or the place where a missing value would stand.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    source: &'a Arc<Source>,
    node: Option<&'a Node>,
    /// What to mark when the value is missing or spreads over many lines.
    owner: Span,
}

impl<'a> Place<'a> {
    pub(crate) fn root(source: &'a Arc<Source>, node: &'a Node) -> Self {
        Self {
            source,
            node: Some(node),
            owner: node.mark(),
        }
    }

    pub(crate) fn field(&self, key: &str) -> Self {
        let entry = self.node.and_then(|node| node.entry(key));
        Self {
            source: self.source,
            node: entry.map(|entry| &entry.value).filter(|value| !value.is_null()),
            owner: entry.map_or_else(|| self.owner.clone(), |entry| entry.key_span.clone()),
        }
    }

    pub(crate) fn item(&self, index: usize) -> Self {
        let item = self.node.and_then(|node| node.items().get(index));
        Self {
            source: self.source,
            node: item,
            owner: item.map_or_else(|| self.owner.clone(), Node::mark),
        }
    }

    pub(crate) fn node(&self) -> Option<&'a Node> {
        self.node
    }

    pub(crate) fn source(&self) -> &'a Arc<Source> {
        self.source
    }

    pub(crate) fn span(&self) -> Span {
        match self.node {
            Some(node) if !matches!(node.kind, Kind::List(_) | Kind::Map(_)) => node.span.clone(),
            _ => self.owner.clone(),
        }
    }

    pub(crate) fn error(&self, found: impl Into<String>, expected: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.source, self.span(), found, expected)
    }
}

//! Whether a document has the shape of its kind: its tree is walked beside the generated schema, so that every unknown
//! field, missing field and wrong type is reported at once, each at its place.

mod allowed;

use std::sync::Arc;

use serde_json::{Map, Value};

use self::allowed::Allowed;
use super::diagnostic::{Diagnostic, SHOWN_PER_FILE_MAX, did_you_mean, listed};
use super::node::{Entry, Kind, Node};
use super::source::{Source, Span};

/// Checks a document. A lenient check also turns values into what Kubernetes would take them for.
pub(crate) fn check(
    source: &Arc<Source>,
    schema: &Value,
    lenient: bool,
    node: &mut Node,
    report: &mut Vec<Diagnostic>,
) {
    let owner = node.mark();
    Shape {
        source,
        root: schema,
        lenient,
        report,
    }
    .value(schema, node, &owner, "the document");
}

struct Shape<'a> {
    source: &'a Arc<Source>,
    root: &'a Value,
    lenient: bool,
    report: &'a mut Vec<Diagnostic>,
}

impl Shape<'_> {
    /// `owner` is what to mark when the value itself spreads over lines; `name` is the field.
    fn value(&mut self, schema: &Value, node: &mut Node, owner: &Span, name: &str) {
        let allowed = Allowed::by(schema, self.root);
        if allowed.anything || node.is_null() {
            return;
        }
        if self.lenient {
            coerce(&allowed, node);
        }
        match &mut node.kind {
            Kind::Map(entries) if let Some(schema) = allowed.object => {
                return self.map(schema, entries, owner, name);
            }
            Kind::List(items) if let Some(schema) = allowed.array => return self.list(schema, items, name),
            Kind::Text if allowed.string || allowed.words.contains(&node.text.as_str()) => return,
            Kind::Bool(_) if allowed.boolean => return,
            Kind::Integer(number)
                if allowed.number
                    || allowed.integer && allowed.minimum.is_none_or(|minimum| *number >= minimum) =>
            {
                return;
            }
            Kind::Float(_) if allowed.number => return,
            _ => {}
        }
        self.wrong_type(&allowed, node, owner, name);
        // It has been told; without it the rest of the document can still be checked for its meaning.
        node.kind = Kind::Null;
    }

    fn list(&mut self, schema: &Value, items: &mut [Node], name: &str) {
        let Some(schema) = schema.get("items") else { return };
        for item in items {
            let owner = item.mark();
            if item.is_null() {
                let expected = format!("an item with a value in `{name}`");
                self.report
                    .push(Diagnostic::error(self.source, owner, "an empty item", expected));
            } else {
                self.value(schema, item, &owner, name);
            }
        }
    }

    fn map(&mut self, schema: &Value, entries: &mut [Entry], owner: &Span, name: &str) {
        let none = Map::new();
        let properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or(&none);
        let required = schema.get("required").and_then(Value::as_array);
        for field in required.into_iter().flatten().filter_map(Value::as_str) {
            if !entries
                .iter()
                .any(|entry| entry.key == field && !entry.value.is_null())
            {
                let found = format!("missing field `{field}`");
                let expected = format!(
                    "`{field}` in `{name}`: {}",
                    described(properties.get(field), self.root)
                );
                self.report
                    .push(Diagnostic::error(self.source, owner.clone(), found, expected));
            }
        }
        let others = schema.get("additionalProperties");
        for entry in entries.iter_mut() {
            match (properties.get(&entry.key), others) {
                (Some(schema), _) => self.value(schema, &mut entry.value, &entry.key_span, &entry.key),
                (None, Some(Value::Bool(true))) => {}
                (None, Some(others @ Value::Object(_))) => {
                    self.value(others, &mut entry.value, &entry.key_span, &entry.key)
                }
                (None, others) => self.unknown_field(entry, properties, others.is_some(), name),
            }
        }
    }

    fn unknown_field(&mut self, entry: &Entry, properties: &Map<String, Value>, strict: bool, name: &str) {
        let names = || properties.keys().map(String::as_str);
        let found = format!("unknown field `{}` in `{name}`", entry.key);
        let mut diagnostic = Diagnostic::error(self.source, entry.key_span.clone(), found, "");
        // Comparing words takes time, and what is not shown needs none.
        if self.report.len() <= SHOWN_PER_FILE_MAX {
            diagnostic.expected = listed(names());
            diagnostic = diagnostic.with_suggestion(did_you_mean(&entry.key, names()));
        }
        self.report.push(if strict {
            diagnostic
        } else {
            diagnostic.into_warning()
        });
    }

    fn wrong_type(&mut self, allowed: &Allowed<'_>, node: &Node, owner: &Span, name: &str) {
        let span = match node.kind {
            Kind::Map(_) | Kind::List(_) => owner.clone(),
            _ => node.span.clone(),
        };
        let found = format!("{} for `{name}`", described_value(node));
        let mut diagnostic = Diagnostic::error(self.source, span, found, allowed.to_string());
        if let Some(text) = node.as_text() {
            diagnostic = diagnostic.with_suggestion(did_you_mean(text, allowed.words.iter().copied()));
        } else if allowed.string && !matches!(node.kind, Kind::Map(_) | Kind::List(_)) {
            diagnostic = diagnostic.with_help(format!("put it into quotes: \"{}\"", node.text));
        }
        self.report.push(diagnostic);
    }
}

/// Takes a scalar for what the field wants, as Kubernetes' YAML reader does.
fn coerce(allowed: &Allowed<'_>, node: &mut Node) {
    match node.kind {
        Kind::Integer(_) if allowed.integer || allowed.number => {}
        Kind::Float(_) if allowed.number => {}
        Kind::Bool(_) if allowed.boolean => {}
        Kind::Integer(_) | Kind::Float(_) | Kind::Bool(_) if allowed.string => node.kind = Kind::Text,
        // YAML 1.1, which Kubernetes still reads.
        Kind::Text if allowed.boolean && !allowed.string && node.plain => {
            match node.text.to_lowercase().as_str() {
                "y" | "yes" | "on" => node.kind = Kind::Bool(true),
                "n" | "no" | "off" => node.kind = Kind::Bool(false),
                _ => {}
            }
        }
        _ => {}
    }
}

fn described_value(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "nothing".into(),
        Kind::Bool(_) => format!("`{}`", node.text),
        Kind::Integer(_) | Kind::Float(_) => format!("the number {}", node.text),
        Kind::Text => {
            let short: String = node.text.chars().take(40).collect();
            format!("the text {short:?}")
        }
        Kind::List(_) => "a list".into(),
        Kind::Map(_) => "a map".into(),
    }
}

/// The first sentence of a field's documentation.
fn described(schema: Option<&Value>, root: &Value) -> String {
    let documented = schema
        .and_then(|schema| schema.get("description"))
        .and_then(Value::as_str);
    match (documented, schema) {
        (Some(text), _) => text.trim_end_matches('.').replace('\n', " "),
        (None, Some(schema)) => Allowed::by(schema, root).to_string(),
        (None, None) => "a value".into(),
    }
}

//! What a schema allows at one place, with references and alternatives followed.

use std::fmt;

use serde_json::Value;

use crate::analysis::diagnostic::listed;

#[derive(Default)]
pub(super) struct Allowed<'a> {
    pub(super) anything: bool,
    pub(super) string: bool,
    pub(super) boolean: bool,
    pub(super) integer: bool,
    /// Of a whole number.
    pub(super) minimum: Option<i64>,
    pub(super) number: bool,
    /// The only texts, when texts are not free.
    pub(super) words: Vec<&'a str>,
    pub(super) object: Option<&'a Value>,
    pub(super) array: Option<&'a Value>,
}

impl<'a> Allowed<'a> {
    pub(super) fn by(schema: &'a Value, root: &'a Value) -> Self {
        let mut allowed = Self::default();
        allowed.add(schema, root);
        allowed
    }

    fn add(&mut self, schema: &'a Value, root: &'a Value) {
        let Some(object) = schema.as_object() else {
            self.anything = true;
            return;
        };
        if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
            match reference
                .strip_prefix('#')
                .and_then(|pointer| root.pointer(pointer))
            {
                Some(target) => self.add(target, root),
                None => self.anything = true,
            }
        } else if let Some(alternatives) = object
            .get("anyOf")
            .or(object.get("oneOf"))
            .and_then(Value::as_array)
        {
            for alternative in alternatives {
                self.add(alternative, root);
            }
        } else if let Some(word) = object.get("const").and_then(Value::as_str) {
            self.words.push(word);
        } else if let Some(words) = object.get("enum").and_then(Value::as_array) {
            self.words.extend(words.iter().filter_map(Value::as_str));
        } else {
            match object.get("type") {
                Some(Value::String(name)) => self.add_type(name, schema),
                Some(Value::Array(names)) => names
                    .iter()
                    .filter_map(Value::as_str)
                    .for_each(|name| self.add_type(name, schema)),
                _ => self.anything = true,
            }
        }
    }

    fn add_type(&mut self, name: &str, schema: &'a Value) {
        match name {
            "string" => self.string = true,
            "boolean" => self.boolean = true,
            "integer" => {
                self.integer = true;
                self.minimum = schema.get("minimum").and_then(Value::as_i64);
            }
            "number" => self.number = true,
            "object" => self.object = Some(schema),
            "array" => self.array = Some(schema),
            // A key without a value counts as absent everywhere.
            _ => {}
        }
    }
}

impl fmt::Display for Allowed<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut say = |holds: bool, what: &str| {
            if holds {
                parts.push(what.to_owned());
            }
        };
        let at_least = self
            .minimum
            .map(|minimum| format!(", {minimum} or more"))
            .unwrap_or_default();
        say(self.integer && !self.number, &format!("a whole number{at_least}"));
        say(self.number, "a number");
        say(self.boolean, "true or false");
        say(self.string, "a text");
        say(!self.words.is_empty(), &listed(self.words.iter().copied()));
        say(self.array.is_some(), "a list");
        let properties = self
            .object
            .and_then(|schema| schema.get("properties"))
            .and_then(Value::as_object);
        say(self.object.is_some() && properties.is_none(), "a map");
        if let Some(properties) = properties {
            say(
                true,
                &format!("a map with {}", listed(properties.keys().map(String::as_str))),
            );
        }
        formatter.write_str(&parts.join(", or "))
    }
}

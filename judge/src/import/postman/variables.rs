//! `{{name}}`: what scripts have set before, and arguments with the collection's values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::analysis::plan::journey::is_credential;
use crate::import::draft::Draft;
use crate::import::text::{of_braces, word};

/// Values inside of values.
const DEPTH_MAX: usize = 10;

/// What is known at one place of the collection.
#[derive(Debug, Default)]
pub(super) struct Variables {
    values: BTreeMap<String, String>,
    secret: BTreeSet<String>,
    set: BTreeSet<String>,
}

impl Variables {
    pub(super) fn of(list: &Value) -> Self {
        let mut variables = Self::default();
        for variable in list.as_array().into_iter().flatten() {
            let Some(name) = variable["key"].as_str().or(variable["id"].as_str()) else {
                continue;
            };
            if variable["disabled"] == true {
                continue;
            }
            let value = match &variable["value"] {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            if variable["type"] == "secret" || is_credential(name) {
                variables.secret.insert(name.to_owned());
            }
            variables.values.insert(name.to_owned(), value);
        }
        variables
    }

    /// A script has set it to something of an answer.
    pub(super) fn set(&mut self, name: &str) {
        self.set.insert(name.to_owned());
    }

    /// The text with its placeholders.
    pub(super) fn filled(&self, text: &str, draft: &mut Draft) -> String {
        of_braces(text, |name| self.named(name, draft))
    }

    fn named(&self, name: &str, draft: &mut Draft) -> Option<String> {
        let is_name =
            !name.is_empty() && !name.contains(|char: char| char.is_whitespace() || "{}\"'".contains(char));
        if self.set.contains(name) {
            return Some(word(name));
        }
        Some(match name {
            "$guid" | "$randomUUID" => "run.id".to_owned(),
            _ if !is_name => return None,
            _ if name.starts_with('$') => {
                draft.note(format!(
                    "`{name}` is made by Postman each time; here it is an argument."
                ));
                draft.scope.arg(&name[1..], None)
            }
            _ if self.secret.contains(name) || is_credential(name) => {
                draft
                    .scope
                    .secret_arg(name, None, &format!("the variable `{name}`"))
            }
            _ => {
                let value = self.value(name, 0);
                draft
                    .scope
                    .arg(name, value.as_deref().filter(|value| !value.is_empty()))
            }
        })
    }

    /// The collection's value.
    pub(super) fn known(&self, name: &str) -> Option<String> {
        if self.set.contains(name) || self.secret.contains(name) {
            return None;
        }
        self.value(name, 0)
    }

    /// Its value with the values of others in it; `None` where one of them has to be given.
    fn value(&self, name: &str, depth: usize) -> Option<String> {
        let mut rest = self.values.get(name)?.as_str();
        let mut value = String::new();
        while let Some((before, after)) = rest.split_once("{{") {
            let (inner, after) = after.split_once("}}")?;
            if depth == DEPTH_MAX || value.len() > 10_000 {
                return None;
            }
            value.push_str(before);
            value.push_str(&self.value(inner.trim(), depth + 1)?);
            rest = after;
        }
        value.push_str(rest);
        (!value.contains("{{")).then_some(value)
    }
}

//! What a request sends: byte for byte what the tool would.

use serde_json::Value;

use super::form::{plain_pairs, put_form};
use super::parts::{Part, put_parts};
use super::secrets::{hidden_in_json, hidden_in_pairs};
use crate::import::draft::{Draft, Step};
use crate::import::scope::Slot;
use crate::import::text::has_value;
use crate::import::yaml::{Map, Yaml};

const JSON: &str = "application/json";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// Of a key in YAML.
pub(super) const KEY_MAX: usize = 200;

/// A body.
#[derive(Clone, Debug, Default)]
pub(in crate::import) enum Body {
    #[default]
    Empty,
    /// As it is, with what it is unless a header says.
    Text(String, Option<&'static str>),
    /// Pairs that are encoded when they are sent.
    Form(Vec<(String, String)>),
    Multipart(Vec<Part>),
    /// Path of a file, with what it is unless a header says.
    File(String, Option<&'static str>),
}

impl Body {
    /// The text that would have been sent, which is put elsewhere.
    pub(in crate::import) fn take_text(&mut self) -> Option<String> {
        match std::mem::take(self) {
            Self::Text(text, _) => Some(text),
            other => {
                *self = other;
                None
            }
        }
    }
}

/// Writes the body into the request; `said` is the type that a header tells.
pub(super) fn put(body: Body, said: Option<String>, request: &mut Map, draft: &mut Draft, step: &mut Step) {
    let (of_body, said_by) = match &body {
        Body::Empty => return,
        Body::Text(_, of) | Body::File(_, of) => (*of, said),
        Body::Form(_) => (Some(FORM), said),
        Body::Multipart(_) => (None, None),
    };
    let content_type = said_by.or(of_body.map(str::to_owned));
    let default = match body {
        Body::Empty => return,
        Body::Text(text, _) => put_text(&text, content_type.as_deref(), request, draft, step),
        Body::Form(pairs) => put_form(pairs, request, draft, step),
        Body::Multipart(parts) => {
            put_parts(parts, request, draft, step);
            return;
        }
        Body::File(path, _) => {
            put_path(&path, request, step);
            ""
        }
    };
    if let Some(content_type) = content_type.filter(|content_type| content_type != default) {
        match draft.scope.say(&content_type, Slot::Plain) {
            Some(content_type) => request.put("contentType", content_type),
            None => step
                .remarks
                .lose("the content type, whose braces would be a placeholder"),
        }
    }
}

/// The content type that goes with what was written.
fn put_text(
    text: &str,
    content_type: Option<&str>,
    request: &mut Map,
    draft: &mut Draft,
    step: &mut Step,
) -> &'static str {
    if content_type == Some(FORM)
        && let Some(pairs) = plain_pairs(text)
    {
        return put_form(pairs, request, draft, step);
    }
    let json: Option<Value> = serde_json::from_str(text).ok();
    let json = json.filter(|json| json.is_object() || json.is_array());
    if let Some(json) = json.as_ref().filter(|json| json.to_string() == *text) {
        let hidden = hidden_in_json(text, json, draft);
        if let Ok(hidden) = serde_json::from_str::<Value>(&hidden)
            && let Some(said) = said_json(&hidden, draft)
        {
            request.put("json", Yaml::from(&said));
            return JSON;
        }
    }
    let (hidden, slot) = match &json {
        Some(json) => (hidden_in_json(text, json, draft), Slot::Json),
        None if content_type == Some(FORM) => (hidden_in_pairs(text, "of the body", draft), Slot::Plain),
        None if text.trim_start().starts_with(['{', '[']) => (text.to_owned(), Slot::Json),
        None => (text.to_owned(), Slot::Plain),
    };
    match draft.scope.say(&hidden, slot) {
        Some(text) => request.put("raw", text),
        None => step.remarks.lose("the body, whose braces would be a placeholder"),
    }
    ""
}

/// The same with placeholders as documents have them; `None` where braces would be one.
fn said_json(json: &Value, draft: &mut Draft) -> Option<Value> {
    Some(match json {
        Value::String(text) => Value::from(draft.scope.say(text, Slot::Plain)?),
        Value::Array(items) => {
            let items: Option<Vec<Value>> = items.iter().map(|item| said_json(item, draft)).collect();
            items?.into()
        }
        Value::Object(entries) => {
            let mut said = serde_json::Map::new();
            for (key, value) in entries {
                if key.contains("{{") || has_value(key) || key.len() > KEY_MAX {
                    return None;
                }
                said.insert(key.clone(), said_json(value, draft)?);
            }
            said.into()
        }
        other => other.clone(),
    })
}

fn put_path(path: &str, request: &mut Map, step: &mut Step) {
    if is_path(path) {
        step.remarks
            .note(format!("`{path}` is read from the folder of this document."));
        request.put("file", path);
    } else {
        step.remarks.lose(format!(
            "the file `{path}`, since no placeholder stands in the path of a file"
        ));
    }
}

/// Whether a document may name it.
pub(in crate::import) fn is_path(path: &str) -> bool {
    !path.is_empty() && !has_value(path) && !path.contains("{{") && !path.contains(char::is_control)
}

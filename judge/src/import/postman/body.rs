//! What is sent.

use serde_json::Value;

use super::variables::Variables;
use crate::import::call::{Body, Part};
use crate::import::draft::{Draft, Remarks};

pub(super) fn body(given: &Value, variables: &Variables, draft: &mut Draft, remarks: &mut Remarks) -> Body {
    if given["disabled"] == true {
        return Body::Empty;
    }
    let mode = given["mode"].as_str().unwrap_or_default();
    match mode {
        "" => Body::Empty,
        "raw" => {
            let text = given["raw"].as_str().unwrap_or_default();
            if text.is_empty() {
                return Body::Empty;
            }
            let of = match given["options"]["raw"]["language"].as_str() {
                Some("json") => Some("application/json"),
                Some("xml") => Some("application/xml"),
                Some("html") => Some("text/html"),
                Some("javascript") => Some("application/javascript"),
                _ => Some("text/plain"),
            };
            Body::Text(variables.filled(text, draft), of)
        }
        "urlencoded" => {
            let pairs = fields(&given["urlencoded"]).map(|field| {
                (
                    variables.filled(text(field, "key"), draft),
                    variables.filled(text(field, "value"), draft),
                )
            });
            Body::Form(pairs.collect())
        }
        "formdata" => {
            let mut parts = Vec::new();
            for field in fields(&given["formdata"]) {
                parts.extend(part(field, variables, draft, remarks));
            }
            Body::Multipart(parts)
        }
        "graphql" => {
            let query = given["graphql"]["query"].as_str().unwrap_or_default();
            let said = given["graphql"]["variables"].as_str().unwrap_or_default();
            let said: Value =
                serde_json::from_str(said).unwrap_or_else(|_| Value::Object(serde_json::Map::new()));
            let text = serde_json::json!({"query": query, "variables": said}).to_string();
            Body::Text(variables.filled(&text, draft), Some("application/json"))
        }
        "file" => match given["file"]["src"].as_str() {
            Some(path) => Body::File(path.to_owned(), None),
            None => {
                remarks.lose("the body, a file that is not named");
                Body::Empty
            }
        },
        mode => {
            remarks.lose(format!("the body of the kind `{mode}`"));
            Body::Empty
        }
    }
}

fn part(field: &Value, variables: &Variables, draft: &mut Draft, remarks: &mut Remarks) -> Option<Part> {
    let name = text(field, "key").to_owned();
    let content_type = field["contentType"]
        .as_str()
        .filter(|said| !said.is_empty())
        .map(str::to_owned);
    let is_file = field["type"] == "file";
    let content = if is_file {
        let path = field["src"].as_str().or_else(|| field["src"][0].as_str());
        let Some(path) = path else {
            remarks.lose(format!("the part `{name}`, a file that is not named"));
            return None;
        };
        path.to_owned()
    } else {
        variables.filled(text(field, "value"), draft)
    };
    Some(Part {
        name,
        content,
        is_file,
        content_type,
        ..Part::default()
    })
}

/// Those that are not switched off.
pub(super) fn fields(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter(|field| field["disabled"] != true)
}

pub(super) fn text<'v>(field: &'v Value, key: &str) -> &'v str {
    field[key].as_str().unwrap_or_default()
}

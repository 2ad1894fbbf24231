use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value as Json;
use serin_judge::analysis::plan::WebRequest;
use serin_judge::condition::Value;
use serin_judge::time::Timestamp;

use super::client::Client;
use super::config::{Limits, WebHeaders};
use super::jsonpath::Path;
use crate::engine::ports::{Measure, MeasureError, Reading, Redaction};

/// Argo Rollouts v1.10.1 ends its process at such an answer.
const NULL: &str = "the whole body of the 2xx answer is `null`, which is no data; an answer has to be an object, a list, a text, a number, true or false";

/// One HTTP request as a metric.
#[derive(Debug)]
pub struct WebMeasure {
    client: Client,
    path: Path,
}

impl WebMeasure {
    /// For one metric; `headers` are the request's own with their secrets resolved.
    ///
    /// # Errors
    /// When such a request cannot be sent: a body with GET, two bodies, a bad address, method, header or path.
    pub fn new(request: &WebRequest, headers: &WebHeaders, limits: Limits) -> Result<Self, MeasureError> {
        Ok(Self {
            client: Client::new(request, headers, limits).map_err(failed)?,
            path: Path::parse(&request.json_path).map_err(|error| failed(format!("web: {error}")))?,
        })
    }
}

#[async_trait]
impl Measure for WebMeasure {
    async fn measure(&self, _now: Timestamp) -> Result<Reading, MeasureError> {
        let body = self.client.send().await.map_err(failed)?;
        let document = self.document(&body)?;
        if document.is_null() {
            return Err(failed(self.client.failure(&NULL)));
        }
        let found = self.path.first(&document).map_err(failed)?;
        let mut text = String::new();
        write_as_go(found, &mut text);
        Ok(Reading {
            value: Value::from_json(found),
            text,
            metadata: BTreeMap::new(),
        })
    }

    fn redaction(&self) -> &Redaction {
        self.client.redaction()
    }
}

impl WebMeasure {
    /// Argo calls any 2xx body that is not JSON a success, so that a login page promotes. Serin does not.
    fn document(&self, body: &[u8]) -> Result<Json, MeasureError> {
        // Go replaces bytes that are no UTF-8.
        let text = String::from_utf8_lossy(body);
        serde_json::from_str(&text).map_err(|error| {
            failed(self.client.failure(&format!(
                "the body of the 2xx answer is not JSON ({error}; {} bytes): `{}`; a page or an empty answer is no measurement",
                body.len(),
                self.client.excerpt(body)
            )))
        })
    }
}

/// Compact JSON as Go's encoder writes it: sorted keys, float64 numbers, `<`, `>` and `&` escaped.
fn write_as_go(json: &Json, text: &mut String) {
    match json {
        Json::Number(number) => text.push_str(&go_number(number.as_f64().unwrap_or(f64::NAN))),
        Json::String(string) => write_string(string, text),
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                text.push(if index == 0 { '[' } else { ',' });
                write_as_go(item, text);
            }
            text.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Json::Object(fields) => {
            let sorted: BTreeMap<&String, &Json> = fields.iter().collect();
            for (index, (name, field)) in sorted.into_iter().enumerate() {
                text.push(if index == 0 { '{' } else { ',' });
                write_string(name, text);
                text.push(':');
                write_as_go(field, text);
            }
            text.push_str(if fields.is_empty() { "{}" } else { "}" });
        }
        Json::Null | Json::Bool(_) => text.push_str(&json.to_string()),
    }
}

fn write_string(string: &str, text: &mut String) {
    for character in Json::from(string).to_string().chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(character)))
            }
            _ => text.push(character),
        }
    }
}

/// Shortest digits; an exponent below 1e-6 and from 1e21 on, with at least two digits when it is positive.
fn go_number(number: f64) -> String {
    let magnitude = number.abs();
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

fn failed(message: String) -> MeasureError {
    MeasureError { message }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_gos() {
        let document = json!({"b": [1.0, 1.5, -0.25, 1e21, 1e-7, 1e20, 123_456_789], "a": {"y": null, "x": "<&> \"é\""}, "c": {}, "d": []});
        let mut text = String::new();
        write_as_go(&document, &mut text);
        assert_eq!(
            text,
            r#"{"a":{"x":"\u003c\u0026\u003e \"é\"","y":null},"b":[1,1.5,-0.25,1e+21,1e-7,100000000000000000000,123456789],"c":{},"d":[]}"#
        );
    }
}

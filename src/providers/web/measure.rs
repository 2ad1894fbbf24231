use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value as Json;
use serin_judge::analysis::plan::WebRequest;
use serin_judge::condition::Value;
use serin_judge::time::Timestamp;
use serin_judge::verdict::Phase;

use super::client::Client;
use super::config::{Limits, Text, WebHeaders};
use super::jsonpath::{Found, Path};
use crate::engine::ports::{Measure, MeasureError, Reading, Redaction};

/// Argo Rollouts v1.10.1 ends its process at such an answer.
const NULL: &str = "the whole body of the 2xx answer is `null`, which is no data; an answer has to be an object, a list, a text, a number, true or false";

/// One HTTP request as a metric.
#[derive(Debug)]
pub struct WebMeasure {
    client: Client,
    path: Path,
    text: Text,
}

impl WebMeasure {
    /// For one metric; `headers` are the request's own with their secrets resolved.
    ///
    /// # Errors
    /// When such a request cannot be sent: a body with GET, two bodies, a bad address, method, header or path.
    pub fn new(
        request: &WebRequest,
        headers: &WebHeaders,
        limits: Limits,
        text: Text,
    ) -> Result<Self, MeasureError> {
        Ok(Self {
            client: Client::new(request, headers, limits).map_err(failed)?,
            path: Path::parse(&request.json_path).map_err(|error| failed(format!("web: {error}")))?,
            text,
        })
    }
}

#[async_trait]
impl Measure for WebMeasure {
    async fn measure(&self, _now: Timestamp) -> Result<Reading, MeasureError> {
        let body = self.client.send().await.map_err(failed)?;
        // Go replaces bytes that are no UTF-8.
        let body_text = String::from_utf8_lossy(&body);
        let document: Json = match (decode(&body_text), self.text) {
            (Ok(document), _) => document,
            (Err(_), Text::Successful) => return Ok(self.successful(&body_text)),
            (Err(error), Text::Error) => return Err(self.no_json(&body, &error)),
        };
        if document.is_null() {
            return Err(failed(self.client.failure(&NULL)));
        }
        let found = self.path.first(&document).map_err(failed)?;
        let (value, text) = value_of(&found);
        Ok(Reading {
            value,
            text,
            metadata: BTreeMap::new(),
            phase: None,
        })
    }

    fn redaction(&self) -> &Redaction {
        self.client.redaction()
    }
}

impl WebMeasure {
    fn successful(&self, body: &str) -> Reading {
        Reading {
            value: Value::text(body),
            text: body.to_owned(),
            metadata: BTreeMap::new(),
            phase: Some(Phase::Successful),
        }
    }

    fn no_json(&self, body: &[u8], error: &serde_json::Error) -> MeasureError {
        failed(self.client.failure(&format!(
            "the body of the 2xx answer is not JSON ({error}; {} bytes): `{}`; a page or an empty answer is no measurement",
            body.len(),
            self.client.excerpt(body)
        )))
    }
}

/// As Go decodes: an escape of half a surrogate pair is U+FFFD.
fn decode(text: &str) -> Result<Json, serde_json::Error> {
    serde_json::from_str(text).or_else(|error| match whole_surrogates(text) {
        Some(mended) => serde_json::from_str(&mended),
        None => Err(error),
    })
}

/// The text with `\ufffd` for each half of a surrogate pair that stands alone; `None` when there is none.
fn whole_surrogates(text: &str) -> Option<String> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut mended, mut at, mut taken) = (String::new(), 0, 0);
    while let Some(backslash) = text[at..].find('\\').map(|found| at + found) {
        // Of any other escape the backslash and what follows it are skipped.
        let escaped = text[backslash + 1..].chars().next().map_or(0, char::len_utf8);
        at = match (unit(backslash), unit(backslash + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => backslash + 12,
            (Some(0xD800..=0xDFFF), _) => {
                mended.push_str(&text[taken..backslash]);
                mended.push_str("\\ufffd");
                taken = backslash + 6;
                taken
            }
            _ => backslash + 1 + escaped,
        };
    }
    (taken > 0).then(|| mended + &text[taken..])
}

/// The value for the conditions and as text.
fn value_of(found: &Found<'_>) -> (Value, String) {
    let (value, json) = match found {
        Found::Part(part) => {
            let mut text = String::new();
            write_as_go(part, &mut text);
            return (Value::from_json(part), text);
        }
        Found::Text(text) => (Value::text(text), Json::from(text.as_str())),
        Found::Int(int) => return (Value::Int(*int), int.to_string()),
        Found::Byte(byte) => return (Value::Int64(i64::from(*byte)), byte.to_string()),
        Found::Float(float) => (Value::Float(*float), Json::from(*float)),
        Found::Bool(bool) => (Value::Bool(*bool), Json::from(*bool)),
    };
    let mut text = String::new();
    write_as_go(&json, &mut text);
    (value, text)
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
    fn half_a_surrogate_pair_is_a_replacement_character() {
        for (text, expected) in [
            (r#""\ud800""#, "\u{fffd}"),
            (r#""a\udc00\ud83d\ude00\ud83d""#, "a\u{fffd}\u{1f600}\u{fffd}"),
            (r#""\\ud800\ud800x""#, "\\ud800\u{fffd}x"),
        ] {
            assert_eq!(decode(text).unwrap(), json!(expected), "{text}");
        }
        for text in [r#""\ud800"#, r#""\u""#, "\\", r#"{"a":"\ud800"#] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

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

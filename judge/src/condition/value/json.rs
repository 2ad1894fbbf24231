use std::fmt::Write;
use std::sync::Arc;

use serde_json::Value as Json;

use super::Value;
use crate::condition::builtins::{display, json_float, parse_float};

/// Levels of nesting that are converted. JSON text deeper than 128 levels is refused by the parser already, so only
/// trees built by hand reach this; what is deeper becomes nil, and dropping a value can never overflow the stack.
const DEPTH_LIMIT: usize = 256;

impl Value {
    /// What Go's JSON decoder gives: every number is a `float64`.
    #[must_use]
    pub fn from_json(json: &Json) -> Self {
        from_json(json, DEPTH_LIMIT)
    }

    /// The result of a line of `serin eval --batch`: `kind` is `web` (or empty) or `prometheus`.
    ///
    /// # Errors
    /// For another kind, and for JSON that a Prometheus server cannot have answered.
    pub fn from_batch(kind: &str, json: &Json) -> Result<Self, String> {
        match (kind, json) {
            ("web" | "", _) => Ok(Self::from_json(json)),
            ("prometheus", Json::Null) => Ok(Self::floats(Vec::new())),
            ("prometheus", Json::Array(samples)) => samples
                .iter()
                .map(sample)
                .collect::<Result<_, _>>()
                .map(Self::floats),
            ("prometheus", scalar) => sample(scalar).map(Self::Float),
            _ => Err(format!(
                "`{kind}` is no kind of result: it is `web` or `prometheus`"
            )),
        }
    }

    /// Compact JSON with sorted keys; non-finite numbers are the strings `"NaN"`, `"+Inf"` and `"-Inf"`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        write_json(&mut out, self);
        out
    }
}

fn from_json(json: &Json, depth_left: usize) -> Value {
    if depth_left == 0 {
        return Value::Nil;
    }
    match json {
        Json::Null => Value::Nil,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::text(text),
        Json::Array(elements) => elements
            .iter()
            .map(|element| from_json(element, depth_left - 1))
            .collect::<Vec<_>>()
            .into_list(),
        Json::Object(fields) => Value::Map(Arc::new(
            fields
                .iter()
                .map(|(name, field)| (Arc::from(name.as_str()), from_json(field, depth_left - 1)))
                .collect(),
        )),
    }
}

trait IntoList {
    fn into_list(self) -> Value;
}

impl IntoList for Vec<Value> {
    fn into_list(self) -> Value {
        Value::list(self)
    }
}

fn sample(json: &Json) -> Result<f64, String> {
    match json {
        Json::Number(number) => Ok(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => match parse_float(text) {
            Ok(sample) | Err(Some(sample)) => Ok(sample),
            Err(None) => Err(format!("`{text}` is no sample")),
        },
        _ => Err(format!("`{json}` is no sample")),
    }
}

fn write_json(out: &mut String, value: &Value) {
    match value {
        Value::Nil | Value::Function(_) => out.push_str("null"),
        Value::Bool(bool) => {
            let _ = write!(out, "{bool}");
        }
        Value::Int(int) | Value::Int64(int) => {
            let _ = write!(out, "{int}");
        }
        Value::Float(float) => write_float(out, *float),
        Value::String(text) => write_string(out, text),
        Value::Map(map) => {
            write_fields(out, map.iter().map(|(name, field)| (name.to_string(), field)));
        }
        Value::Table(table) => {
            write_fields(
                out,
                table
                    .entries
                    .iter()
                    .map(|(key, field)| (display(&key.value()), field)),
            );
        }
        Value::Time(_) | Value::Duration(_) | Value::Zone(_) => {
            write_string(out, &display(value));
        }
        _ => {
            out.push('[');
            for (index, element) in value
                .elements()
                .into_iter()
                .flat_map(|elements| elements.values())
                .enumerate()
            {
                if index > 0 {
                    out.push(',');
                }
                write_json(out, &element);
            }
            out.push(']');
        }
    }
}

fn write_fields<'value>(out: &mut String, fields: impl Iterator<Item = (String, &'value Value)>) {
    out.push('{');
    for (index, (name, field)) in fields.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_string(out, &name);
        out.push(':');
        write_json(out, field);
    }
    out.push('}');
}

fn write_float(out: &mut String, float: f64) {
    if float.is_finite() {
        out.push_str(&json_float(float));
    } else if float.is_nan() {
        out.push_str("\"NaN\"");
    } else {
        out.push_str(if float > 0.0 { "\"+Inf\"" } else { "\"-Inf\"" });
    }
}

/// A JSON string with its quotes.
pub(in crate::condition) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            char if u32::from(char) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push('"');
}

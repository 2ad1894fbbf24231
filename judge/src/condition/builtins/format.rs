//! Values as Go prints them.

use std::fmt::Write;

use super::time;
use crate::condition::value::Value;

/// Bytes of text that a value is printed to at most; the rest is left out.
const DISPLAY_BYTES_LIMIT: usize = 1024 * 1024;

/// Go's `%v`.
pub(in crate::condition) fn display(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

fn write_value(out: &mut String, value: &Value) {
    if out.len() > DISPLAY_BYTES_LIMIT {
        return;
    }
    match value {
        Value::Nil => out.push_str("<nil>"),
        Value::Bool(bool) => {
            let _ = write!(out, "{bool}");
        }
        Value::Int(int) | Value::Int64(int) => {
            let _ = write!(out, "{int}");
        }
        Value::Float(float) => out.push_str(&float_text(*float)),
        Value::String(text) => out.push_str(text),
        Value::Map(fields) => {
            out.push_str("map[");
            for (index, (name, field)) in fields.iter().enumerate() {
                let _ = write!(out, "{}{name}:", if index > 0 { " " } else { "" });
                write_value(out, field);
            }
            out.push(']');
        }
        Value::Table(table) => {
            out.push_str("map[");
            for (index, (key, entry)) in table.entries.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                write_value(out, &key.value());
                out.push(':');
                write_value(out, entry);
            }
            out.push(']');
        }
        Value::Time(time) => out.push_str(&time::time_text(time)),
        Value::Duration(nanos) => out.push_str(&time::duration_text(*nanos)),
        Value::Zone(zone) => out.push_str(zone.iana_name().unwrap_or("UTC")),
        Value::Function(_) => out.push_str("func"),
        list => {
            out.push('[');
            let elements = list.elements().into_iter().flat_map(|elements| elements.values());
            for (index, element) in elements.enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                write_value(out, &element);
            }
            out.push(']');
        }
    }
}

/// The shortest digits and the power of ten of the first one.
fn shortest(float: f64) -> (String, i32) {
    let text = format!("{float:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (digits.to_owned(), exponent.parse().unwrap_or(0))
}

/// Go's `%v` of a float: an exponent below 1e-4 and from 1e6.
fn float_text(float: f64) -> String {
    if float.is_nan() {
        return "NaN".into();
    }
    if float.is_infinite() {
        return if float > 0.0 { "+Inf" } else { "-Inf" }.into();
    }
    let (digits, exponent) = shortest(float);
    if float != 0.0 && !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    format!("{float}")
}

/// Go's JSON encoder: an exponent below 1e-6 and from 1e21. Finite numbers only.
pub(in crate::condition) fn json_float(float: f64) -> String {
    let (digits, exponent) = shortest(float);
    if float != 0.0 && !(-6..21).contains(&exponent) {
        let sign = if exponent < 0 { "-" } else { "+" };
        // Go takes the leading zero off again, from small numbers only.
        let width = if exponent < 0 { 1 } else { 2 };
        return format!("{digits}e{sign}{:0width$}", exponent.abs());
    }
    format!("{float}")
}

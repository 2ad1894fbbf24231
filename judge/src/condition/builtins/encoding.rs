use std::fmt::Write;

use super::{Builtin, json_float, overloads, text, time};
use crate::condition::check::Type;
use crate::condition::error::{Answer, fail};
use crate::condition::machine::Run;
use crate::condition::value::Value;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const ONE_TEXT: &[&[Type]] = &[&[Type::String]];

pub(super) const TABLE: &[Builtin] = &[
    overloads("toJSON", &[&[Type::Any]], &Type::String, to_json),
    overloads("fromJSON", ONE_TEXT, &Type::Any, from_json),
    overloads("toBase64", ONE_TEXT, &Type::String, |run, arguments| {
        let encoded = encode(text(arguments, 0)?.as_bytes());
        run.text(encoded)
    }),
    overloads(
        "fromBase64",
        ONE_TEXT,
        &Type::String,
        |run, arguments| match decode(text(arguments, 0)?) {
            Ok(bytes) => run.text(String::from_utf8_lossy(&bytes).into_owned()),
            Err(position) => fail(format!("illegal base64 data at input byte {position}")),
        },
    ),
];

fn from_json(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let text = text(arguments, 0)?;
    run.budget.make_text(text.len())?;
    run.budget.steps(text.len())?;
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) => Ok(Value::from_json(&json)),
        Err(error) => fail(error.to_string()),
    }
}

fn to_json(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let mut out = String::new();
    write_json(run, &mut out, &arguments[0], 0)?;
    run.text(out)
}

fn write_json(run: &mut Run, out: &mut String, value: &Value, level: usize) -> Answer<()> {
    run.budget.step()?;
    // What has been written so far is paid for when it is done; this keeps it from growing without end before.
    if out.len() > 16 * 1024 * 1024 {
        return fail("evaluation makes too much text");
    }
    match value {
        Value::Nil | Value::NilList => out.push_str("null"),
        Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        Value::Int(int) | Value::Int64(int) | Value::Duration(int) => out.push_str(&int.to_string()),
        Value::Float(float) if float.is_finite() => out.push_str(&json_float(*float)),
        Value::Float(_) => {
            let name = super::display(value);
            return fail(format!("json: unsupported value: {name}"));
        }
        Value::String(text) => write_text(out, text),
        Value::Time(time) => write_text(out, &time::rfc3339(time)),
        Value::Zone(_) => out.push_str("{}"),
        Value::Map(fields) if fields.is_empty() => out.push_str("{}"),
        Value::Map(fields) => {
            let mut separator = "{";
            for (name, field) in fields.iter() {
                out.push_str(separator);
                indent(out, level + 1);
                write_text(out, name);
                out.push_str(": ");
                write_json(run, out, field, level + 1)?;
                separator = ",";
            }
            indent(out, level);
            out.push('}');
        }
        Value::Table(_) | Value::Function(_) => {
            return fail(format!("json: unsupported type: {}", value.type_name()));
        }
        list => return write_list(run, out, list, level),
    }
    Ok(())
}

fn write_list(run: &mut Run, out: &mut String, list: &Value, level: usize) -> Answer<()> {
    let mut separator = "[";
    for element in list.elements().into_iter().flat_map(|elements| elements.values()) {
        out.push_str(separator);
        indent(out, level + 1);
        write_json(run, out, &element, level + 1)?;
        separator = ",";
    }
    if separator == "[" {
        out.push_str("[]");
    } else {
        indent(out, level);
        out.push(']');
    }
    Ok(())
}

fn indent(out: &mut String, level: usize) {
    out.push('\n');
    for _ in 0..level {
        out.push_str("  ");
    }
}

/// A string as Go's encoder writes it, safe inside of HTML.
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push('"');
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_u32, |group, index| {
            group << 8 | u32::from(chunk.get(index).copied().unwrap_or(0))
        });
        for index in 0..4 {
            if index <= chunk.len() {
                let sextet = (group >> (18 - 6 * index)) & 63;
                out.push(char::from(ALPHABET[sextet as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// Standard alphabet with padding; line ends are skipped, as Go does. The error is the position of the mistake.
fn decode(text: &str) -> Result<Vec<u8>, usize> {
    let input: Vec<(usize, u8)> = text
        .bytes()
        .enumerate()
        .filter(|(_, byte)| !matches!(byte, b'\r' | b'\n'))
        .collect();
    let mut out = Vec::with_capacity(input.len() / 4 * 3);
    let groups = input.chunks(4);
    let last = groups.len().saturating_sub(1);
    for (index, group) in groups.enumerate() {
        let padding = group.iter().rev().take_while(|(_, byte)| *byte == b'=').count();
        let start = group.first().map_or(0, |(position, _)| *position);
        if group.len() < 4 || padding > 2 || padding > 0 && index != last {
            return Err(start);
        }
        let mut bits = 0_u32;
        for (position, byte) in &group[..4 - padding] {
            let sextet = ALPHABET.iter().position(|known| known == byte).ok_or(*position)?;
            bits = bits << 6 | u32::try_from(sextet).unwrap_or(0);
        }
        bits <<= 6 * padding;
        out.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
    }
    Ok(out)
}

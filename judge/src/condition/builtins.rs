//! The builtins of expr v1.17.7 that take no predicate. One line in a family's table adds one.

mod aggregates;
mod bits;
mod encoding;
mod format;
mod lists;
mod maps;
mod numbers;
mod sorting;
mod strings;
mod time;

pub(super) use format::{display, json_float};
pub(super) use numbers::{parse_float, parse_int};
pub(super) use sorting::sort_by;
pub(super) use time::method;

use super::check::{Signature, Type};
use super::error::Answer;
use super::machine::Run;
use super::value::Value;

/// A function that every condition may call.
#[derive(Debug)]
pub(super) struct Builtin {
    pub(super) name: &'static str,
    pub(super) signature: Signature,
    pub(super) call: fn(&mut Run, &[Value]) -> Answer<Value>,
}

const TABLES: [&[Builtin]; 9] = [
    strings::TABLE,
    numbers::TABLE,
    aggregates::TABLE,
    lists::TABLE,
    sorting::TABLE,
    maps::TABLE,
    bits::TABLE,
    encoding::TABLE,
    time::TABLE,
];

/// The builtin of that name.
pub(super) fn named(name: &str) -> Option<&'static Builtin> {
    TABLES
        .iter()
        .flat_map(|table| table.iter())
        .find(|builtin| builtin.name == name)
}

const fn overloads(
    name: &'static str,
    parameters: &'static [&'static [Type]],
    result: &'static Type,
    call: fn(&mut Run, &[Value]) -> Answer<Value>,
) -> Builtin {
    Builtin {
        name,
        signature: Signature::Overloads(parameters, result),
        call,
    }
}

const fn checked(
    name: &'static str,
    check: fn(&[Type]) -> Result<Type, String>,
    call: fn(&mut Run, &[Value]) -> Answer<Value>,
) -> Builtin {
    Builtin {
        name,
        signature: Signature::Checked(check),
        call,
    }
}

/// The one argument of a builtin that takes one.
fn one(arguments: &[Type]) -> Result<&Type, String> {
    match arguments {
        [argument] => Ok(argument),
        _ => Err(format!(
            "invalid number of arguments (expected 1, got {})",
            arguments.len()
        )),
    }
}

/// An argument that must be text.
fn text(arguments: &[Value], index: usize) -> Answer<&str> {
    match arguments.get(index) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => super::machine::conversion(other, "string"),
        None => super::machine::conversion(&Value::Nil, "string"),
    }
}

fn int(value: usize) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

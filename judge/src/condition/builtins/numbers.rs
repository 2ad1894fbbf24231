use super::{Builtin, checked, display, int, one, overloads};
use crate::condition::arithmetic::truncate;
use crate::condition::check::Type;
use crate::condition::error::{Answer, fail};
use crate::condition::machine::Run;
use crate::condition::value::{Number, Value};

const ANY: &[&[Type]] = &[&[Type::Any]];

pub(super) const TABLE: &[Builtin] = &[
    checked("len", check_length, length),
    overloads("type", ANY, &Type::String, |run, arguments| {
        run.text(type_of(&arguments[0]).into())
    }),
    checked("abs", |arguments| check_number("abs", arguments, None), abs),
    checked("ceil", check_round, |_, arguments| {
        round("ceil", arguments, f64::ceil)
    }),
    checked("floor", check_round, |_, arguments| {
        round("floor", arguments, f64::floor)
    }),
    checked("round", check_round, |_, arguments| {
        round("round", arguments, f64::round)
    }),
    checked(
        "int",
        |arguments| check_conversion("int", arguments, Type::Int),
        to_int,
    ),
    checked(
        "float",
        |arguments| check_conversion("float", arguments, Type::Float),
        to_float,
    ),
    overloads("string", ANY, &Type::String, |run, arguments| {
        run.budget.steps(1)?;
        run.text(display(&arguments[0]))
    }),
];

fn check_length(arguments: &[Type]) -> Result<Type, String> {
    let argument = one(arguments)?;
    if argument.is_list() || argument.is_map() || argument.is_string() || argument.is_unknown() {
        return Ok(Type::Int);
    }
    Err(format!("invalid argument for len (type {argument})"))
}

/// Durations are numbers to Go's checks here, though not to what runs.
pub(super) fn is_numeric_kind(found: &Type) -> bool {
    found.is_number() || found.is_duration()
}

fn check_number(name: &str, arguments: &[Type], result: Option<Type>) -> Result<Type, String> {
    let argument = one(arguments)?;
    if is_numeric_kind(argument) || argument.is_unknown() {
        return Ok(result.unwrap_or_else(|| argument.clone()));
    }
    Err(format!("invalid argument for {name} (type {argument})"))
}

fn check_round(arguments: &[Type]) -> Result<Type, String> {
    check_number("rounding", arguments, Some(Type::Float))
}

fn check_conversion(name: &str, arguments: &[Type], result: Type) -> Result<Type, String> {
    if one(arguments)?.is_string() {
        return Ok(result);
    }
    check_number(name, arguments, Some(result))
}

fn length(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    match &arguments[0] {
        Value::String(text) => {
            run.budget.read_text(text.len())?;
            Ok(int(text.chars().count()))
        }
        Value::Map(fields) => Ok(int(fields.len())),
        Value::Table(table) => Ok(int(table.entries.len())),
        other => match other.elements() {
            Some(elements) => Ok(int(elements.len())),
            None => fail(format!("invalid argument for len (type {})", other.type_name())),
        },
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Nil => "nil",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Int64(_) => "int",
        Value::Float(_) => "float",
        Value::String(_) => "string",
        Value::Map(_) | Value::Table(_) => "map",
        Value::Time(_) => "time.Time",
        Value::Duration(_) => "time.Duration",
        Value::Zone(_) => "time.Location",
        Value::Function(_) => "func",
        _ => "array",
    }
}

fn abs(_: &mut Run, arguments: &[Value]) -> Answer<Value> {
    match &arguments[0] {
        Value::Int(int) => Ok(Value::Int(int.wrapping_abs())),
        Value::Int64(int) => Ok(Value::Int64(int.wrapping_abs())),
        // Go turns the sign of what is below zero, which leaves minus zero as it is.
        Value::Float(float) => Ok(Value::Float(if *float < 0.0 { -float } else { *float })),
        other => fail(format!("invalid argument for abs (type {})", other.type_name())),
    }
}

fn round(name: &str, arguments: &[Value], round: fn(f64) -> f64) -> Answer<Value> {
    match arguments[0].number() {
        Some(Number::Float(float)) => Ok(Value::Float(round(float))),
        Some(number) => Ok(Value::Float(number.float())),
        None => fail(format!(
            "invalid argument for {name} (type {})",
            arguments[0].type_name()
        )),
    }
}

fn to_int(_: &mut Run, arguments: &[Value]) -> Answer<Value> {
    match (&arguments[0], arguments[0].number()) {
        (_, Some(Number::Int(int))) => Ok(Value::Int(int)),
        (_, Some(Number::Float(float))) => Ok(Value::Int(truncate(float))),
        (Value::Duration(nanos), None) => Ok(Value::Int(*nanos)),
        (Value::String(text), None) => match parse_int(text) {
            Some(int) => Ok(Value::Int(int)),
            None => fail(format!("invalid operation: int({text})")),
        },
        (other, None) => fail(format!("invalid operation: int({})", other.type_name())),
    }
}

fn to_float(_: &mut Run, arguments: &[Value]) -> Answer<Value> {
    match (&arguments[0], arguments[0].number()) {
        (_, Some(number)) => Ok(Value::Float(number.float())),
        (Value::String(text), None) => match parse_float(text) {
            Ok(float) => Ok(Value::Float(float)),
            Err(_) => fail(format!("invalid operation: float({text})")),
        },
        (other, None) => fail(format!("invalid operation: float({})", other.type_name())),
    }
}

/// Go's `strconv.ParseInt(text, 10, 64)`.
pub(in crate::condition) fn parse_int(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// Go's `strconv.ParseFloat(text, 64)`; the error holds the infinity that a number out of range gives.
pub(in crate::condition) fn parse_float(text: &str) -> Result<f64, Option<f64>> {
    if text.contains('_') {
        return parse_float(&without_underscores(text).ok_or(None)?);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    if let Some(hex) = lower.strip_prefix("0x") {
        return parse_hex(hex, text.starts_with('-')).ok_or(None);
    }
    if lower == "nan" && unsigned.len() < text.len() {
        return Err(None);
    }
    match text.parse::<f64>() {
        Ok(float) if float.is_infinite() && !lower.starts_with("inf") => Err(Some(float)),
        Ok(float) => Ok(float),
        Err(_) => Err(None),
    }
}

/// Underscores may stand between digits only.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_hexdigit);
    let misplaced = bytes
        .iter()
        .enumerate()
        .any(|(at, byte)| *byte == b'_' && !(is_digit(at.checked_sub(1)) && is_digit(Some(at + 1))));
    (!misplaced).then(|| text.replace('_', ""))
}

/// `1.8p3`: hexadecimal digits and a power of two, which Go requires.
fn parse_hex(text: &str, is_negative: bool) -> Option<f64> {
    let (digits, exponent) = text.split_once('p')?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let exponent: i32 = exponent.parse().ok()?;
    if whole.len() + fraction.len() == 0 || whole.len() + fraction.len() > 13 {
        return None;
    }
    let mantissa = u64::from_str_radix(&format!("{whole}{fraction}"), 16).ok()?;
    let shift = i32::try_from(fraction.len()).ok()? * 4;
    #[expect(
        clippy::cast_precision_loss,
        reason = "at most 13 hexadecimal digits are 52 bits"
    )]
    let magnitude = libm::ldexp(mantissa as f64, exponent.checked_sub(shift)?);
    Some(if is_negative { -magnitude } else { magnitude })
}

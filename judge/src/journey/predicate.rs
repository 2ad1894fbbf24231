//! Whether a predicate holds of what was found.

use serde_json::Value;

use super::Turn;
use super::observed::Found;
use super::values::{Values, text_of};
use crate::analysis::plan::journey::{Failure, JsonTemplate, Order, Predicate, ValueKind};

/// What came of a predicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Yes,
    No,
    /// It cannot be asked of that value: neither it nor its contrary holds.
    Unfit,
}

impl Held {
    fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    fn negated(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unfit => Self::Unfit,
        }
    }
}

/// Puts a predicate to what was found. `is_text` where whatever is found is a text, so that a number is compared with
/// what the text says.
pub(super) fn holds(
    predicate: &Predicate,
    found: &Found<'_>,
    is_text: bool,
    values: &Values,
) -> Result<Held, Failure> {
    if let Predicate::Exists = predicate {
        return Ok(Held::of(match found {
            Found::One(_) => true,
            Found::Several(several) => !several.is_empty(),
            Found::Nothing | Found::Unreadable(_) => false,
        }));
    }
    if let Predicate::Not(inner) = predicate {
        return Ok(holds(inner, found, is_text, values)?.negated());
    }
    match found {
        Found::One(value) => of_value(predicate, value, is_text, values),
        Found::Several(several) => of_value(predicate, &Value::Array(several.clone()), false, values),
        Found::Nothing | Found::Unreadable(_) => Ok(Held::Unfit),
    }
}

fn of_value(predicate: &Predicate, value: &Value, is_text: bool, values: &Values) -> Result<Held, Failure> {
    let turn = Turn::default();
    let json = |template: &JsonTemplate| Ok::<_, Failure>(values.json(template, turn)?.into_owned());
    let text = |template| values.plain(template, turn);
    let of_text =
        |holds: &dyn Fn(&str) -> bool| value.as_str().map_or(Held::Unfit, |text| Held::of(holds(text)));
    Ok(match predicate {
        Predicate::Equals(expected) => Held::of(is_equal(value, &json(expected)?, is_text)),
        Predicate::OneOf(expected) => {
            let expected = expected.iter().map(json).collect::<Result<Vec<_>, _>>()?;
            Held::of(expected.iter().any(|expected| is_equal(value, expected, is_text)))
        }
        Predicate::Order(order, bound) => ordered(value, *order, &json(bound)?, is_text),
        Predicate::StartsWith(expected) => {
            let expected = text(expected)?;
            of_text(&|text| text.starts_with(&expected))
        }
        Predicate::EndsWith(expected) => {
            let expected = text(expected)?;
            of_text(&|text| text.ends_with(&expected))
        }
        Predicate::Contains(expected) => {
            let expected = text(expected)?;
            of_text(&|text| text.contains(&expected))
        }
        Predicate::Includes(expected) => {
            let expected = json(expected)?;
            let items = value.as_array();
            items.map_or(Held::Unfit, |items| {
                Held::of(items.iter().any(|item| is_equal(item, &expected, false)))
            })
        }
        Predicate::Matches(regex) => of_text(&|text| regex.is_match(text)),
        Predicate::IsEmpty => length(value).map_or(Held::Unfit, |length| Held::of(length == 0)),
        Predicate::Is(kind) => Held::of(is_kind(value, *kind)),
        Predicate::Count { min, max } => length(value).map_or(Held::Unfit, |length| {
            Held::of(min.is_none_or(|min| length >= min) && max.is_none_or(|max| length <= max))
        }),
        Predicate::Range { min, max } => value.as_f64().map_or(Held::Unfit, |number| {
            Held::of(min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max))
        }),
        Predicate::Exists => Held::Yes,
        Predicate::Not(inner) => of_value(inner, value, is_text, values)?.negated(),
    })
}

/// Items of a list, entries of a map, characters of a text.
fn length(value: &Value) -> Option<u64> {
    let length = match value {
        Value::Array(items) => items.len(),
        Value::Object(entries) => entries.len(),
        Value::String(text) => text.chars().count(),
        _ => return None,
    };
    u64::try_from(length).ok()
}

fn is_kind(value: &Value, kind: ValueKind) -> bool {
    match kind {
        ValueKind::Integer => value.is_i64() || value.is_u64(),
        ValueKind::Float => value.is_f64(),
        ValueKind::Number => value.is_number(),
        ValueKind::Boolean => value.is_boolean(),
        ValueKind::String => value.is_string(),
        ValueKind::Collection => value.is_array() || value.is_object(),
        ValueKind::Null => value.is_null(),
    }
}

/// Numbers by their value, wherever they stand; everything else as it is.
fn is_equal(value: &Value, expected: &Value, is_text: bool) -> bool {
    match (value, expected) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || compared(one, other).is_some_and(|order| order == std::cmp::Ordering::Equal)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_equal(one, other, false))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, value)| other.get(key).is_some_and(|other| is_equal(value, other, false)))
        }
        (Value::String(text), Value::Number(_) | Value::Bool(_)) if is_text => {
            read(text).is_some_and(|value| is_equal(&value, expected, false))
        }
        _ => value == expected,
    }
}

/// A text as the number, or the true or false, that it says.
fn read(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text.trim()).ok()?;
    (value.is_number() || value.is_boolean()).then_some(value)
}

/// Whole numbers to the last digit, all others as floating-point numbers.
fn compared(one: &serde_json::Number, other: &serde_json::Number) -> Option<std::cmp::Ordering> {
    let whole = |number: &serde_json::Number| {
        let signed = number.as_i64().map(i128::from);
        signed.or(number.as_u64().map(i128::from))
    };
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

fn ordered(value: &Value, order: Order, bound: &Value, is_text: bool) -> Held {
    let compared = match (value, bound) {
        (Value::Number(one), Value::Number(other)) => compared(one, other),
        // What an argument gave is a text.
        (Value::Number(_), Value::String(text)) => match read(text) {
            Some(bound @ Value::Number(_)) => return ordered(value, order, &bound, false),
            _ => None,
        },
        (Value::String(text), Value::Number(_)) if is_text => match read(text) {
            Some(value @ Value::Number(_)) => return ordered(&value, order, bound, false),
            _ => None,
        },
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        _ => None,
    };
    compared.map_or(Held::Unfit, |compared| {
        Held::of(match order {
            Order::Less => compared.is_lt(),
            Order::LessOrEqual => compared.is_le(),
            Order::Greater => compared.is_gt(),
            Order::GreaterOrEqual => compared.is_ge(),
        })
    })
}

/// A predicate as people read it, with its placeholders filled in as far as they can be.
pub(super) fn described(predicate: &Predicate, values: &Values) -> String {
    let turn = Turn::default();
    let json = |template: &JsonTemplate| match values.json(template, turn) {
        Ok(value) => value.to_string(),
        Err(failure) => failure.message,
    };
    let text = |template| match values.plain(template, turn) {
        Ok(text) => format!("{text:?}"),
        Err(failure) => failure.message,
    };
    match predicate {
        Predicate::Exists => "exists".into(),
        Predicate::Equals(expected) => format!("equals {}", json(expected)),
        Predicate::OneOf(expected) => {
            let expected: Vec<String> = expected.iter().map(json).collect();
            format!("one of {}", expected.join(", "))
        }
        Predicate::Order(order, bound) => {
            let sign = match order {
                Order::Less => "<",
                Order::LessOrEqual => "<=",
                Order::Greater => ">",
                Order::GreaterOrEqual => ">=",
            };
            format!("{sign} {}", json(bound))
        }
        Predicate::StartsWith(expected) => format!("starts with {}", text(expected)),
        Predicate::EndsWith(expected) => format!("ends with {}", text(expected)),
        Predicate::Contains(expected) => format!("contains {}", text(expected)),
        Predicate::Includes(expected) => format!("includes {}", json(expected)),
        Predicate::Matches(regex) => format!("matches {regex}"),
        Predicate::IsEmpty => "is empty".into(),
        Predicate::Is(kind) => kind_named(*kind).into(),
        Predicate::Count { min, max } => limits("count", min.as_ref(), max.as_ref()),
        Predicate::Range { min, max } => limits("", min.as_ref(), max.as_ref()).trim_start().to_owned(),
        Predicate::Not(inner) => format!("not {}", described(inner, values)),
    }
}

fn kind_named(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Integer => "is a whole number",
        ValueKind::Float => "is a number with a fraction",
        ValueKind::Number => "is a number",
        ValueKind::Boolean => "is true or false",
        ValueKind::String => "is a text",
        ValueKind::Collection => "is a list or a map",
        ValueKind::Null => "is null",
    }
}

fn limits<T: std::fmt::Display + PartialEq>(what: &str, min: Option<&T>, max: Option<&T>) -> String {
    match (min, max) {
        (Some(min), Some(max)) if min == max => format!("{what} == {min}"),
        (Some(min), Some(max)) => format!("{what} from {min} to {max}"),
        (Some(min), None) => format!("{what} >= {min}"),
        (None, Some(max)) => format!("{what} <= {max}"),
        (None, None) => what.to_owned(),
    }
}

/// What was found, as people read it.
pub(super) fn shown(found: &Found<'_>) -> String {
    match found {
        Found::One(value) => match value.as_ref() {
            Value::String(_) | Value::Array(_) | Value::Object(_) | Value::Null => value.to_string(),
            scalar => text_of(scalar).unwrap_or_default().into_owned(),
        },
        Found::Several(several) => Value::Array(several.clone()).to_string(),
        Found::Nothing => "nothing".into(),
        Found::Unreadable(why) => why.clone(),
    }
}

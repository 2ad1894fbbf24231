//! Go's arithmetic and comparison of values whose types are known only now: expr v1.17.7, `vm/runtime`.

mod equality;
mod power;
mod span;

use std::cmp::Ordering;

pub(super) use equality::equal;
pub(super) use span::{add_duration, time_between};

use super::error::{Answer, fail};
use super::value::{Number, Value};

fn undefined<T>(operator: &str, left: &Value, right: &Value) -> Answer<T> {
    fail(format!(
        "invalid operation: {} {operator} {}",
        left.type_name(),
        right.type_name()
    ))
}

/// `left + right`; texts are put together by the caller, who knows the budget.
pub(super) fn add(left: &Value, right: &Value) -> Answer<Value> {
    match (left.number(), right.number()) {
        (Some(Number::Int(left)), Some(Number::Int(right))) => Ok(Value::Int(left.wrapping_add(right))),
        (Some(left), Some(right)) => Ok(Value::Float(left.float() + right.float())),
        _ => match (left, right) {
            (Value::Time(time), Value::Duration(nanos)) | (Value::Duration(nanos), Value::Time(time)) => {
                add_duration(time, *nanos)
            }
            (Value::Duration(left), Value::Duration(right)) => Ok(Value::Duration(left.wrapping_add(*right))),
            _ => undefined("+", left, right),
        },
    }
}

/// `left - right`
pub(super) fn subtract(left: &Value, right: &Value) -> Answer<Value> {
    match (left.number(), right.number()) {
        (Some(Number::Int(left)), Some(Number::Int(right))) => Ok(Value::Int(left.wrapping_sub(right))),
        (Some(left), Some(right)) => Ok(Value::Float(left.float() - right.float())),
        _ => match (left, right) {
            (Value::Time(left), Value::Time(right)) => Ok(Value::Duration(time_between(left, right))),
            (Value::Time(time), Value::Duration(nanos)) => add_duration(time, nanos.wrapping_neg()),
            (Value::Duration(left), Value::Duration(right)) => Ok(Value::Duration(left.wrapping_sub(*right))),
            _ => undefined("-", left, right),
        },
    }
}

/// `left * right`
pub(super) fn multiply(left: &Value, right: &Value) -> Answer<Value> {
    match (left.number(), right.number()) {
        (Some(Number::Int(left)), Some(Number::Int(right))) => Ok(Value::Int(left.wrapping_mul(right))),
        (Some(left), Some(right)) => Ok(Value::Float(left.float() * right.float())),
        _ => match (left, right) {
            (Value::Duration(left), Value::Duration(right)) => Ok(Value::Duration(left.wrapping_mul(*right))),
            (Value::Duration(nanos), number) | (number, Value::Duration(nanos)) => match number.number() {
                Some(Number::Int(int)) => Ok(Value::Duration(nanos.wrapping_mul(int))),
                // With a float Go gives a plain float64.
                Some(Number::Float(float)) => Ok(Value::Float(Number::Int(*nanos).float() * float)),
                None => undefined("*", left, right),
            },
            _ => undefined("*", left, right),
        },
    }
}

/// `left / right`, always a float.
pub(super) fn divide(left: &Value, right: &Value) -> Answer<Value> {
    match (left.number(), right.number()) {
        (Some(left), Some(right)) => Ok(Value::Float(left.float() / right.float())),
        _ => undefined("/", left, right),
    }
}

/// `left % right`, integers only.
pub(super) fn modulo(left: &Value, right: &Value) -> Answer<Value> {
    match (left.number(), right.number()) {
        (Some(Number::Int(_)), Some(Number::Int(0))) => fail("runtime error: integer divide by zero"),
        (Some(Number::Int(left)), Some(Number::Int(right))) => Ok(Value::Int(left.wrapping_rem(right))),
        _ => undefined("%", left, right),
    }
}

/// `left ** right`, always a float.
pub(super) fn power(left: &Value, right: &Value) -> Answer<Value> {
    let float = |value: &Value| match value.number() {
        Some(number) => Ok(number.float()),
        None => fail(format!("invalid operation: float({})", value.type_name())),
    };
    Ok(Value::Float(power::power(float(left)?, float(right)?)))
}

/// `-value`
pub(super) fn negate(value: &Value) -> Answer<Value> {
    match value {
        Value::Int(int) => Ok(Value::Int(int.wrapping_neg())),
        Value::Int64(int) => Ok(Value::Int64(int.wrapping_neg())),
        Value::Float(float) => Ok(Value::Float(-float)),
        other => fail(format!("invalid operation: - {}", other.type_name())),
    }
}

/// How both compare; `None` where NaN makes every comparison false. `operator` is for the error only.
pub(super) fn compare(operator: &str, left: &Value, right: &Value) -> Answer<Option<Ordering>> {
    if let (Value::Float(left), Value::Float(right)) = (left, right) {
        return Ok(left.partial_cmp(right));
    }
    match (left.number(), right.number()) {
        (Some(Number::Int(left)), Some(Number::Int(right))) => Ok(Some(left.cmp(&right))),
        (Some(left), Some(right)) => Ok(left.float().partial_cmp(&right.float())),
        _ => match (left, right) {
            (Value::String(left), Value::String(right)) => Ok(Some(left.cmp(right))),
            (Value::Time(left), Value::Time(right)) => Ok(Some(left.timestamp().cmp(&right.timestamp()))),
            (Value::Duration(left), Value::Duration(right)) => Ok(Some(left.cmp(right))),
            _ => undefined(operator, left, right),
        },
    }
}

/// `left < right`, for sorting.
pub(super) fn is_less(left: &Value, right: &Value) -> Answer<bool> {
    Ok(compare("<", left, right)? == Some(Ordering::Less))
}

/// Go's `int(float64)` on amd64: the fraction is cut off, and what does not fit is the smallest integer.
pub(super) fn truncate(float: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked in the same expression"
    )]
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float) {
        float as i64
    } else {
        i64::MIN
    }
}

/// Go's `runtime.ToInt`: any number, floats cut off.
pub(super) fn to_int(value: &Value) -> Answer<i64> {
    match value.number() {
        Some(Number::Int(int)) => Ok(int),
        Some(Number::Float(float)) => Ok(truncate(float)),
        None => fail(format!("invalid operation: int({})", value.type_name())),
    }
}

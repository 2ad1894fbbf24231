use std::sync::Arc;

use crate::condition::value::{Elements, Value};

/// Go's `runtime.Equal`: numbers by value, lists of `any` element by element, everything else by type and value.
pub(in crate::condition) fn equal(left: &Value, right: &Value) -> bool {
    if let (Value::Float(left), Value::Float(right)) = (left, right) {
        return left == right;
    }
    match (left.number(), right.number()) {
        (Some(left), Some(right)) => return is_same_number(left, right),
        (Some(_), None) | (None, Some(_)) => return false,
        (None, None) => {}
    }
    match (left, right) {
        (Value::Pair(_), _) | (_, Value::Pair(_)) => is_deeply_equal(left, right),
        (Value::List(_) | Value::NilList, _) | (_, Value::List(_) | Value::NilList) => {
            match (left.elements(), right.elements()) {
                (Some(left), Some(right)) => are_elements_equal(left, right),
                _ => left.is_nil() && right.is_nil(),
            }
        }
        _ => (left.is_nil() && right.is_nil()) || is_deeply_equal(left, right),
    }
}

fn is_same_number(left: crate::condition::value::Number, right: crate::condition::value::Number) -> bool {
    use crate::condition::value::Number::Int;
    match (left, right) {
        (Int(left), Int(right)) => left == right,
        (left, right) => left.float() == right.float(),
    }
}

fn are_elements_equal(left: Elements<'_>, right: Elements<'_>) -> bool {
    left.len() == right.len()
        && left
            .values()
            .zip(right.values())
            .all(|(left, right)| equal(&left, &right))
}

/// Go's `reflect.DeepEqual`: types must be the same, so `1` and `1.0` inside of two maps differ, and what is stored at
/// the same place is equal even when it holds NaN. The depth of values is bounded where they are made.
fn is_deeply_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Map(left), Value::Map(right)) => {
            Arc::ptr_eq(left, right)
                || left.len() == right.len()
                    && left
                        .iter()
                        .zip(right.iter())
                        .all(|(left, right)| left.0 == right.0 && is_deeply_equal(left.1, right.1))
        }
        (Value::List(left), Value::List(right)) => {
            Arc::ptr_eq(left, right)
                || left.len() == right.len()
                    && left
                        .iter()
                        .zip(right.iter())
                        .all(|(left, right)| is_deeply_equal(left, right))
        }
        (Value::Pair(left), Value::Pair(right)) => left
            .iter()
            .zip(right.iter())
            .all(|(left, right)| is_deeply_equal(left, right)),
        (Value::Table(left), Value::Table(right)) => {
            Arc::ptr_eq(left, right)
                || left.is_groups == right.is_groups
                    && left.entries.len() == right.entries.len()
                    && left
                        .entries
                        .iter()
                        .zip(&right.entries)
                        .all(|(left, right)| left.0 == right.0 && is_deeply_equal(left.1, right.1))
        }
        (Value::Time(left), Value::Time(right)) => left.timestamp() == right.timestamp(),
        // Go finds two functions equal only when both are nil.
        (Value::Function(_), Value::Function(_)) => false,
        (left, right) => left == right,
    }
}

use super::Type;
use crate::condition::error::{Answer, fail};
use crate::condition::pattern;
use crate::condition::syntax::{Binary, Unary};
use crate::condition::value::Value;

/// The type of an operator with one operand.
pub(super) fn unary(operator: Unary, operand: &Type) -> Answer<Type> {
    match operator {
        Unary::Not if operand.is_bool() || operand.is_unknown() => Ok(Type::Bool),
        Unary::Minus | Unary::Plus if operand.is_number() => Ok(operand.clone()),
        Unary::Minus | Unary::Plus if operand.is_unknown() => Ok(Type::Unknown),
        _ => fail(format!(
            "invalid operation: {} (mismatched type {operand})",
            operator.text()
        )),
    }
}

/// The type of an operator with two operands; `literal` is the right one when it is a literal.
pub(super) fn binary(operator: Binary, left: &Type, right: &Type, literal: Option<&Value>) -> Answer<Type> {
    let found = match operator {
        Binary::Equal | Binary::NotEqual => left.is_comparable_to(right).then_some(Type::Bool),
        Binary::Or | Binary::And => both_or_unknown(left, right, &[Type::is_bool]).then_some(Type::Bool),
        Binary::Less | Binary::Greater | Binary::LessOrEqual | Binary::GreaterOrEqual => {
            let accepted: &[Test] = &[Type::is_number, Type::is_string, Type::is_time, Type::is_duration];
            both_or_unknown(left, right, accepted).then_some(Type::Bool)
        }
        Binary::In => return membership(left, right),
        Binary::Matches => {
            if let Some(Value::String(text)) = literal {
                pattern::Pattern::new(text)?;
            }
            both_or_unknown(left, right, &[Type::is_string]).then_some(Type::Bool)
        }
        Binary::Contains | Binary::StartsWith | Binary::EndsWith => {
            both_or_unknown(left, right, &[Type::is_string]).then_some(Type::Bool)
        }
        Binary::Range => both_or_unknown(left, right, &[Type::is_integer]).then(|| Type::list_of(Type::Int)),
        Binary::Add | Binary::Subtract | Binary::Multiply => arithmetic(operator, left, right),
        Binary::Divide | Binary::Power => {
            both_or_unknown(left, right, &[Type::is_number]).then_some(Type::Float)
        }
        Binary::Modulo => both_or_unknown(left, right, &[Type::is_integer]).then_some(Type::Int),
        Binary::Coalesce => return Ok(coalesce(left, right)),
        // A pipe is a call by the time the parser is done.
        Binary::Pipe => None,
    };
    match found {
        Some(found) => Ok(found),
        None => mismatch(operator, left, right),
    }
}

fn mismatch(operator: Binary, left: &Type, right: &Type) -> Answer<Type> {
    fail(format!(
        "invalid operation: {} (mismatched types {left} and {right})",
        operator.text()
    ))
}

type Test = fn(&Type) -> bool;

/// Both are of one accepted type, or one of them is unknown and the other unknown or of an accepted type.
fn both_or_unknown(left: &Type, right: &Type, accepted: &[Test]) -> bool {
    accepted.iter().any(|test| test(left) && test(right)) || is_maybe(left, right, accepted)
}

fn is_maybe(left: &Type, right: &Type, accepted: &[Test]) -> bool {
    let fits = |operand: &Type| operand.is_unknown() || accepted.iter().any(|test| test(operand));
    left.is_unknown() && fits(right) || right.is_unknown() && fits(left)
}

fn arithmetic(operator: Binary, left: &Type, right: &Type) -> Option<Type> {
    let accepted: &[Test] = match operator {
        Binary::Add => &[Type::is_number, Type::is_string, Type::is_time, Type::is_duration],
        Binary::Subtract => &[Type::is_number, Type::is_time, Type::is_duration],
        _ => &[Type::is_number, Type::is_duration],
    };
    Some(match (operator, left, right) {
        (_, left, right) if left.is_number() && right.is_number() => {
            if left.is_integer() && right.is_integer() {
                Type::Int
            } else {
                Type::Float
            }
        }
        (Binary::Add, Type::String, Type::String) => Type::String,
        (Binary::Add, Type::Time, Type::Duration) | (Binary::Add, Type::Duration, Type::Time) => Type::Time,
        (Binary::Subtract, Type::Time, Type::Time) => Type::Duration,
        (Binary::Subtract, Type::Time, Type::Duration) => Type::Time,
        (_, Type::Duration, Type::Duration) => Type::Duration,
        (Binary::Multiply, Type::Duration, number) | (Binary::Multiply, number, Type::Duration)
            if number.is_number() =>
        {
            Type::Duration
        }
        _ if is_maybe(left, right, accepted) => Type::Unknown,
        _ => return None,
    })
}

fn membership(left: &Type, right: &Type) -> Answer<Type> {
    // time.Time is the only struct there is, and none of its fields can be seen.
    let is_struct = matches!(right, Type::Time | Type::Zone);
    if is_struct && (left.is_string() || left.is_unknown()) {
        return Ok(Type::Bool);
    }
    if right.is_map() {
        let key = if matches!(right, Type::Map) {
            Type::String
        } else {
            Type::Any
        };
        if !left.is_unknown() && !left.is_assignable_to(&key) {
            return fail(format!("cannot use {left} as type {key} in map key"));
        }
        return Ok(Type::Bool);
    }
    if right.is_list() {
        let element = right.element();
        if !left.is_comparable_to(&element) {
            return fail(format!("cannot use {left} as type {element} in array"));
        }
        return Ok(Type::Bool);
    }
    if right.is_unknown() || left.is_unknown() && right.is_string() {
        return Ok(Type::Bool);
    }
    mismatch(Binary::In, left, right)
}

fn coalesce(left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::Nil, _) => right.clone(),
        (_, Type::Nil) => left.clone(),
        _ if right.is_assignable_to(left) => left.clone(),
        _ => Type::Unknown,
    }
}

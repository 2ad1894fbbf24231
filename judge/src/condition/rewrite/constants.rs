use super::take;
use crate::condition::arithmetic;
use crate::condition::check::Type;
use crate::condition::error::{Answer, fail_at};
use crate::condition::syntax::{Binary, Fold, FoldCall, Kind, Node, Operands, Texture, Unary};
use crate::condition::value::Value;

/// Go folds until nothing changes, and gives up after this many rounds.
const ROUNDS_LIMIT: usize = 1000;

/// Constant folding.
pub(super) fn fold(node: &mut Node) -> Answer<()> {
    for _ in 0..ROUNDS_LIMIT {
        let mut has_changed = false;
        node.walk(&mut |inner| {
            if let Some(folded) = folded(inner)? {
                inner.static_type = match &folded {
                    Kind::Literal(value) => Type::of(value),
                    _ => inner.static_type.clone(),
                };
                inner.kind = folded;
                has_changed = true;
            }
            Ok(())
        })?;
        if !has_changed {
            break;
        }
    }
    Ok(())
}

fn folded(node: &mut Node) -> Answer<Option<Kind>> {
    let span = node.span;
    match &mut node.kind {
        Kind::Unary(operator, operand) => {
            let value = operand.literal().and_then(|literal| unary(*operator, literal));
            Ok(value.map(Kind::Literal))
        }
        Kind::Binary(operator @ (Binary::And | Binary::Or), _, operands) => Ok(logic(*operator, operands)),
        Kind::Binary(operator, _, operands) => match (operands.left.literal(), operands.right.literal()) {
            (Some(left), Some(right)) => {
                if let (Binary::Modulo, Value::Int(_), Value::Int(0)) = (&*operator, left, right) {
                    return fail_at(span, "integer divide by zero");
                }
                Ok(binary(*operator, left, right).map(Kind::Literal))
            }
            _ => Ok(None),
        },
        Kind::Array(elements) if !elements.is_empty() => {
            let literals: Option<Vec<Value>> = elements
                .iter()
                .map(|element| element.literal().filter(|value| is_scalar(value)).cloned())
                .collect();
            Ok(literals.map(|values| Kind::Literal(Value::list(values))))
        }
        Kind::Fold(call) => Ok(filter_of_filter(call)),
        _ => Ok(None),
    }
}

fn is_scalar(value: &Value) -> bool {
    matches!(
        value,
        Value::Int(_) | Value::Float(_) | Value::String(_) | Value::Bool(_)
    )
}

fn unary(operator: Unary, operand: &Value) -> Option<Value> {
    match (operator, operand) {
        (Unary::Minus, Value::Int(int)) => Some(Value::Int(int.wrapping_neg())),
        (Unary::Minus, Value::Float(float)) => Some(Value::Float(-float)),
        (Unary::Plus, Value::Int(_) | Value::Float(_)) => Some(operand.clone()),
        (Unary::Not, Value::Bool(bool)) => Some(Value::Bool(!bool)),
        _ => None,
    }
}

/// `true && x` is `x`, `x && true` is `x`, and any other literal decides without evaluating the other side.
fn logic(operator: Binary, operands: &mut Operands) -> Option<Kind> {
    let neutral = operator == Binary::And;
    let as_bool = |node: &Node| match node.literal() {
        Some(Value::Bool(bool)) => Some(*bool),
        _ => None,
    };
    match (as_bool(&operands.left), as_bool(&operands.right)) {
        (Some(left), _) if left == neutral => Some(take(&mut operands.right)),
        (_, Some(right)) if right == neutral => Some(take(&mut operands.left)),
        (Some(_), _) | (_, Some(_)) => Some(Kind::Literal(Value::Bool(!neutral))),
        (None, None) => None,
    }
}

fn binary(operator: Binary, left: &Value, right: &Value) -> Option<Value> {
    let are_numbers = is_number(left) && is_number(right);
    match operator {
        Binary::Add if are_numbers => arithmetic::add(left, right).ok(),
        Binary::Add => match (left, right) {
            (Value::String(left), Value::String(right)) => Some(Value::text(&format!("{left}{right}"))),
            _ => None,
        },
        Binary::Subtract if are_numbers => arithmetic::subtract(left, right).ok(),
        Binary::Multiply if are_numbers => arithmetic::multiply(left, right).ok(),
        Binary::Divide if are_numbers => arithmetic::divide(left, right).ok(),
        Binary::Power if are_numbers => arithmetic::power(left, right).ok(),
        Binary::Modulo => match (left, right) {
            (Value::Int(_), Value::Int(_)) => arithmetic::modulo(left, right).ok(),
            _ => None,
        },
        Binary::Equal => match (left, right) {
            (Value::Int(left), Value::Int(right)) => Some(Value::Bool(left == right)),
            (Value::String(left), Value::String(right)) => Some(Value::Bool(left == right)),
            (Value::Bool(left), Value::Bool(right)) => Some(Value::Bool(left == right)),
            _ => None,
        },
        _ => None,
    }
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Int(_) | Value::Float(_))
}

/// `filter(filter(x, p), q)` is `filter(x, p && q)`.
fn filter_of_filter(call: &mut FoldCall) -> Option<Kind> {
    let is_filter = |call: &FoldCall| call.fold == Fold::Filter && call.projection.is_none();
    let Kind::Fold(inner) = &call.collection.kind else {
        return None;
    };
    if !is_filter(call) || !is_filter(inner) {
        return None;
    }
    let outer_predicate = call.predicate.take()?;
    let Kind::Fold(inner) = take(&mut call.collection) else {
        return None;
    };
    let FoldCall {
        collection,
        predicate,
        ..
    } = *inner;
    let inner_predicate = predicate?;
    Some(Kind::Fold(Box::new(FoldCall {
        fold: Fold::Filter,
        collection,
        predicate: Some(both(Binary::And, inner_predicate, outer_predicate)),
        extra: None,
        projection: None,
        fails_when_missing: false,
    })))
}

/// One predicate out of two.
pub(super) fn both(operator: Binary, left: Node, right: Node) -> Node {
    let span = left.span.to(right.span);
    let operands = Box::new(Operands { left, right });
    Node::new(span, Kind::Binary(operator, Texture::Any, operands))
}

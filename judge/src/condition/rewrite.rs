//! What Go's optimizer makes of a checked tree, as far as it changes an answer.
//!
//! It does: `false && x` never evaluates `x`, `first(filter(x, p))` stops at the first match, `all(x, p) && all(x, q)`
//! tests both on one element after the other, `1 % 0` is an error wherever it stands. Source: expr v1.17.7, `optimizer/`.

mod constants;
mod shapes;
mod similar;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::Type;
use super::error::Answer;
use super::pattern::Pattern;
use super::syntax::{Binary, Kind, Node, Operands, Set, Texture};
use super::value::Value;

/// Rewrites a checked tree in the order of Go's passes.
pub(super) fn rewrite(node: &mut Node) -> Answer<()> {
    node.walk(&mut |inner| {
        literal_set(inner);
        Ok(())
    })?;
    constants::fold(node)?;
    let passes: [fn(&mut Node); 8] = [
        literal_range,
        shapes::filter_map,
        shapes::filter_length,
        shapes::filter_last,
        shapes::filter_first,
        shapes::combine_predicates,
        shapes::sum_array,
        shapes::sum_map,
    ];
    for pass in passes {
        node.walk(&mut |inner| {
            pass(inner);
            Ok(())
        })?;
    }
    node.walk(&mut specialise)
}

/// `x in [1, 2]` for an `int`, and `x in ['a', 'b']` for anything, look into a map in Go.
fn literal_set(node: &mut Node) {
    let Kind::Binary(Binary::In, _, operands) = &mut node.kind else {
        return;
    };
    let Kind::Array(elements) = &operands.right.kind else {
        return;
    };
    if elements.is_empty() {
        return;
    }
    let literals = || elements.iter().map(Node::literal);
    let ints: Option<BTreeSet<i64>> = literals()
        .map(|literal| match literal {
            Some(Value::Int(int)) if matches!(operands.left.static_type, Type::Int) => Some(*int),
            _ => None,
        })
        .collect();
    let strings: Option<BTreeSet<Arc<str>>> = literals()
        .map(|literal| match literal {
            Some(Value::String(text)) => Some(Arc::clone(text)),
            _ => None,
        })
        .collect();
    let set = match (ints, strings) {
        (Some(ints), _) => Set::Ints(ints),
        (_, Some(strings)) => Set::Strings(strings),
        _ => return,
    };
    within(node, set);
}

/// `x in 1..3` for an `int` compares in Go.
fn literal_range(node: &mut Node) {
    let Kind::Binary(Binary::In, _, operands) = &node.kind else {
        return;
    };
    let Kind::Binary(Binary::Range, _, bounds) = &operands.right.kind else {
        return;
    };
    if let (Type::Int, Some(Value::Int(from)), Some(Value::Int(to))) = (
        &operands.left.static_type,
        bounds.left.literal(),
        bounds.right.literal(),
    ) {
        let set = Set::Range(*from, *to);
        within(node, set);
    }
}

fn within(node: &mut Node, set: Set) {
    if let Kind::Binary(_, _, operands) = take(node) {
        let Operands { left, .. } = *operands;
        node.kind = Kind::Within(Box::new(left), Box::new(set));
    }
}

/// The node's kind, with nil in its place until the caller puts another one there.
fn take(node: &mut Node) -> Kind {
    std::mem::replace(&mut node.kind, Kind::Literal(Value::Nil))
}

/// Settles how `==` compares, and compiles the patterns that are literals.
fn specialise(node: &mut Node) -> Answer<()> {
    match &mut node.kind {
        Kind::Binary(Binary::Equal | Binary::NotEqual, texture, operands) => {
            *texture = match (&operands.left.static_type, &operands.right.static_type) {
                (Type::Int, Type::Int) => Texture::Int,
                (Type::String, Type::String) => Texture::String,
                _ => Texture::Any,
            };
        }
        Kind::Binary(Binary::Matches, _, operands) => {
            if let Some(Value::String(text)) = operands.right.literal() {
                let pattern = Pattern::new(text).map_err(|mut error| {
                    error.locate(operands.right.span);
                    error
                })?;
                if let Kind::Binary(_, _, operands) = take(node) {
                    let Operands { left, .. } = *operands;
                    node.kind = Kind::Matches(Box::new(left), Arc::new(pattern));
                }
            }
        }
        _ => {}
    }
    Ok(())
}

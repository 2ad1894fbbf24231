use super::constants::both;
use super::similar::are_similar;
use super::take;
use crate::condition::syntax::{Binary, Fold, FoldCall, Kind, Node, Operands, Pointer, Texture};
use crate::condition::value::Value;

fn as_fold(node: &Node, fold: Fold) -> Option<&FoldCall> {
    match &node.kind {
        Kind::Fold(call) if call.fold == fold => Some(call),
        _ => None,
    }
}

/// Takes the call out of a node that [`as_fold`] has looked at.
fn take_fold(node: &mut Node) -> Option<FoldCall> {
    match take(node) {
        Kind::Fold(call) => Some(*call),
        _ => None,
    }
}

/// `map(filter(x, p), f)` becomes a filter that gives `f`.
pub(super) fn filter_map(node: &mut Node) {
    let Kind::Fold(call) = &mut node.kind else {
        return;
    };
    let is_candidate = call.fold == Fold::Map
        && as_fold(&call.collection, Fold::Filter).is_some_and(|filter| filter.projection.is_none())
        && call
            .predicate
            .as_mut()
            .is_some_and(|predicate| !uses_index(predicate));
    if !is_candidate {
        return;
    }
    let projection = call.predicate.take();
    if let Some(mut filter) = take_fold(&mut call.collection) {
        filter.projection = projection;
        node.kind = Kind::Fold(Box::new(filter));
    }
}

fn uses_index(node: &mut Node) -> bool {
    matches!(node.kind, Kind::Pointer(Pointer::Index)) || node.children_mut().into_iter().any(uses_index)
}

/// `len(filter(x, p))` is `count(x, p)`. What a projection would have done is lost, in Go as here.
pub(super) fn filter_length(node: &mut Node) {
    let Kind::Builtin(builtin, arguments) = &mut node.kind else {
        return;
    };
    if let ("len", [filter]) = (builtin.name, arguments.as_mut_slice())
        && as_fold(filter, Fold::Filter).is_some()
        && let Some(mut call) = take_fold(filter)
    {
        call.fold = Fold::Count;
        call.projection = None;
        node.kind = Kind::Fold(Box::new(call));
    }
}

/// `filter(x, p)[0]` and `first(filter(x, p))` stop at the first match.
pub(super) fn filter_first(node: &mut Node) {
    filter_end(node, 0, "first", Fold::Find);
}

/// `filter(x, p)[-1]` and `last(filter(x, p))` stop at the last match.
pub(super) fn filter_last(node: &mut Node) {
    filter_end(node, -1, "last", Fold::FindLast);
}

fn filter_end(node: &mut Node, index: i64, name: &str, fold: Fold) {
    let (filter, fails_when_missing) = match &mut node.kind {
        Kind::Member(member)
            if !member.is_optional && member.property.literal() == Some(&Value::Int(index)) =>
        {
            (&mut member.base, true)
        }
        Kind::Builtin(builtin, arguments) if builtin.name == name => match arguments.as_mut_slice() {
            [filter] => (filter, false),
            _ => return,
        },
        _ => return,
    };
    if as_fold(filter, Fold::Filter).is_none() {
        return;
    }
    if let Some(mut call) = take_fold(filter) {
        call.fold = fold;
        call.fails_when_missing = fails_when_missing;
        node.kind = Kind::Fold(Box::new(call));
    }
}

/// `all(x, p) && all(x, q)` is `all(x, p && q)`; likewise `any` with `||`, and `none` with `&&`.
pub(super) fn combine_predicates(node: &mut Node) {
    let Kind::Binary(operator @ (Binary::And | Binary::Or), _, operands) = &mut node.kind else {
        return;
    };
    let (Kind::Fold(left), Kind::Fold(right)) = (&operands.left.kind, &operands.right.kind) else {
        return;
    };
    let combined = match (left.fold, *operator) {
        (Fold::All, Binary::And) => Binary::And,
        (Fold::Any, Binary::Or) | (Fold::None, Binary::And) => Binary::Or,
        _ => return,
    };
    if left.fold != right.fold || !are_similar(&left.collection, &right.collection) {
        return;
    }
    let (Some(mut left), Some(right)) = (take_fold(&mut operands.left), take_fold(&mut operands.right))
    else {
        return;
    };
    if let (Some(first), Some(second)) = (left.predicate.take(), right.predicate) {
        let mut predicate = both(combined, first, second);
        combine_predicates(&mut predicate);
        left.predicate = Some(predicate);
        node.kind = Kind::Fold(Box::new(left));
    }
}

/// `sum([a, b, c])` is `a + (b + c)`.
pub(super) fn sum_array(node: &mut Node) {
    let Kind::Fold(call) = &mut node.kind else {
        return;
    };
    let is_candidate = call.fold == Fold::Sum
        && call.predicate.is_none()
        && matches!(&call.collection.kind, Kind::Array(nodes) if nodes.len() >= 2);
    if !is_candidate {
        return;
    }
    let Kind::Array(nodes) = take(&mut call.collection) else {
        return;
    };
    let sum = nodes.into_iter().rev().reduce(|sum, left| {
        let span = left.span.to(sum.span);
        let operands = Box::new(Operands { left, right: sum });
        Node::new(span, Kind::Binary(Binary::Add, Texture::Any, operands))
    });
    if let Some(sum) = sum {
        node.kind = sum.kind;
    }
}

/// `sum(map(x, f))` is `sum(x, f)`.
pub(super) fn sum_map(node: &mut Node) {
    let Kind::Fold(call) = &mut node.kind else {
        return;
    };
    let is_candidate =
        call.fold == Fold::Sum && call.predicate.is_none() && as_fold(&call.collection, Fold::Map).is_some();
    if !is_candidate {
        return;
    }
    if let Some(map) = take_fold(&mut call.collection) {
        call.collection = map.collection;
        call.predicate = map.predicate;
    }
}

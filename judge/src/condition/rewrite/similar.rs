use crate::condition::syntax::{FoldCall, Kind, Node, Pointer};

/// True when both trees print alike in Go. The parser's limits bound the recursion.
pub(super) fn are_similar(left: &Node, right: &Node) -> bool {
    match (&left.kind, &right.kind) {
        (Kind::Literal(left), Kind::Literal(right)) => left == right,
        (Kind::Name(left, left_binding), Kind::Name(right, right_binding)) => {
            left == right && left_binding == right_binding
        }
        (Kind::Unary(left_operator, left), Kind::Unary(right_operator, right)) => {
            left_operator == right_operator && are_similar(left, right)
        }
        (Kind::Binary(left_operator, _, left), Kind::Binary(right_operator, _, right)) => {
            left_operator == right_operator
                && are_similar(&left.left, &right.left)
                && are_similar(&left.right, &right.right)
        }
        (Kind::Chain(left), Kind::Chain(right)) => are_similar(left, right),
        (Kind::Member(left), Kind::Member(right)) => {
            left.is_optional == right.is_optional
                && are_similar(&left.base, &right.base)
                && are_similar(&left.property, &right.property)
        }
        (Kind::Slice(left, left_from, left_to), Kind::Slice(right, right_from, right_to)) => {
            are_similar(left, right)
                && are_options_similar(left_from.as_deref(), right_from.as_deref())
                && are_options_similar(left_to.as_deref(), right_to.as_deref())
        }
        (Kind::Call(left, left_arguments), Kind::Call(right, right_arguments)) => {
            are_similar(left, right) && are_lists_similar(left_arguments, right_arguments)
        }
        (Kind::Builtin(left, left_arguments), Kind::Builtin(right, right_arguments)) => {
            left.name == right.name && are_lists_similar(left_arguments, right_arguments)
        }
        (Kind::Fold(left), Kind::Fold(right)) => are_folds_similar(left, right),
        (Kind::Pointer(left), Kind::Pointer(right)) => match (left, right) {
            (Pointer::Other(left), Pointer::Other(right)) => left == right,
            (left, right) => std::mem::discriminant(left) == std::mem::discriminant(right),
        },
        (Kind::Conditional(left), Kind::Conditional(right)) => {
            are_lists_similar(left.as_slice(), right.as_slice())
        }
        (Kind::Array(left), Kind::Array(right)) | (Kind::Sequence(left), Kind::Sequence(right)) => {
            are_lists_similar(left, right)
        }
        (Kind::Map(left), Kind::Map(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| are_similar(&left.0, &right.0) && are_similar(&left.1, &right.1))
        }
        _ => false,
    }
}

fn are_lists_similar(left: &[Node], right: &[Node]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(left, right)| are_similar(left, right))
}

fn are_options_similar(left: Option<&Node>, right: Option<&Node>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => are_similar(left, right),
        (None, None) => true,
        _ => false,
    }
}

fn are_folds_similar(left: &FoldCall, right: &FoldCall) -> bool {
    left.fold == right.fold
        && are_similar(&left.collection, &right.collection)
        && are_options_similar(left.predicate.as_ref(), right.predicate.as_ref())
        && are_options_similar(left.extra.as_ref(), right.extra.as_ref())
}

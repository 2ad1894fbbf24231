use super::{Explanation, Part, on_one_line};
use crate::condition::builtins::display;
use crate::condition::error::{Answer, ConditionError};
use crate::condition::machine::Trace;
use crate::condition::syntax::{Binary, Fold, FoldCall, Kind, Node, Operands, Unary};
use crate::condition::value::Value;

/// Characters of a value that are shown.
const VALUE_CHARS_LIMIT: usize = 120;

/// The explanation of an evaluation.
pub(in crate::condition) fn explain(
    program: &Node,
    text: &str,
    answer: Answer<Value>,
    trace: &Trace,
) -> Explanation {
    let deciding = deciding(program, trace);
    let root = part(program, text, trace, deciding, None).unwrap_or_else(|| Part {
        source: text.into(),
        span: 0..text.len(),
        value: String::new(),
        element: None,
        is_deciding: false,
        children: Vec::new(),
    });
    Explanation {
        answer: answer.map_err(|error| *error),
        text: text.into(),
        root,
    }
}

/// The explanation of what was refused before it was evaluated.
pub(in crate::condition) fn refused(tree: &Node, text: &str, error: ConditionError) -> Explanation {
    let span = error.span().unwrap_or(tree.span.start..tree.span.end);
    let fault = Part {
        source: text.get(span.clone()).unwrap_or(text).into(),
        span,
        value: format!("error: {}", on_one_line(&error.to_string())),
        element: None,
        is_deciding: true,
        children: Vec::new(),
    };
    Explanation {
        root: Part {
            source: text.into(),
            span: 0..text.len(),
            value: "error".into(),
            element: None,
            is_deciding: false,
            children: vec![fault],
        },
        text: text.into(),
        answer: Err(error),
    }
}

fn part(
    node: &Node,
    text: &str,
    trace: &Trace,
    deciding: &Node,
    element: Option<(usize, usize)>,
) -> Option<Part> {
    let value = match trace.value(node)? {
        Ok(value) => shorten(&on_one_line(&display(value))),
        Err(message) => format!("error: {}", on_one_line(message)),
    };
    let children = inner(node)
        .into_iter()
        .filter(|child| child.literal().is_none())
        .filter_map(|child| part(child, text, trace, deciding, element_of(node, child, trace)))
        .collect();
    let span = node.span.start..node.span.end;
    Some(Part {
        source: text.get(span.clone()).unwrap_or(text).into(),
        span,
        value,
        element,
        is_deciding: std::ptr::eq(node, deciding),
        children,
    })
}

/// Which element a part of a loop is about.
fn element_of(node: &Node, child: &Node, trace: &Trace) -> Option<(usize, usize)> {
    let Kind::Fold(call) = &node.kind else {
        return None;
    };
    let is_repeated = [&call.predicate, &call.projection]
        .into_iter()
        .flatten()
        .any(|repeated| std::ptr::eq(repeated, child));
    let turn = trace.turn(call).filter(|_| is_repeated)?;
    Some((turn.index + 1, turn.of))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARS_LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

/// The nodes inside of a node, in the order of the text.
fn inner(node: &Node) -> Vec<&Node> {
    match &node.kind {
        Kind::Literal(_) | Kind::Name(..) | Kind::Pointer(_) => Vec::new(),
        Kind::Unary(_, node) | Kind::Within(node, _) | Kind::Matches(node, _) => vec![node],
        // A chain has the text of what is inside of it.
        Kind::Chain(chained) => inner(chained),
        Kind::Binary(_, _, operands) | Kind::Let(_, _, operands) => {
            vec![&operands.left, &operands.right]
        }
        Kind::Member(member) => vec![&member.base, &member.property],
        Kind::Slice(base, from, to) => {
            let bounds = [from, to].into_iter().flatten().map(Box::as_ref);
            std::iter::once(base.as_ref()).chain(bounds).collect()
        }
        Kind::Call(callee, arguments) => {
            // What a method is called on; a function's name tells nothing.
            let base = match &callee.kind {
                Kind::Member(member) => Some(&member.base),
                _ => None,
            };
            base.into_iter().chain(arguments).collect()
        }
        Kind::Builtin(_, nodes) | Kind::Sequence(nodes) | Kind::Array(nodes) => nodes.iter().collect(),
        Kind::Fold(call) => {
            let FoldCall {
                collection,
                predicate,
                extra,
                projection,
                ..
            } = call.as_ref();
            let others = [predicate, projection, extra].into_iter().flatten();
            std::iter::once(collection).chain(others).collect()
        }
        Kind::Conditional(nodes) => nodes.iter().collect(),
        Kind::Map(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
    }
}

/// The innermost operand that made the answer what it is.
fn deciding<'tree>(node: &'tree Node, trace: &Trace) -> &'tree Node {
    let is = |node: &Node, wanted: bool| trace.value(node) == Some(&Ok(Value::Bool(wanted)));
    let has_failed = |node: &Node| matches!(trace.value(node), Some(Err(_)));
    if has_failed(node) {
        let culprit = inner(node).into_iter().find(|child| has_failed(child));
        return culprit.map_or(node, |child| deciding(child, trace));
    }
    // A literal tells nothing of why it is there, and is no part.
    let inside = |child: &'tree Node| {
        if child.literal().is_some() {
            node
        } else {
            deciding(child, trace)
        }
    };
    match &node.kind {
        Kind::Binary(operator @ (Binary::And | Binary::Or), _, operands) => {
            let Operands { left, right } = operands.as_ref();
            // `&&` is decided by what is false, `||` by what is true; otherwise it takes both.
            let decisive = *operator == Binary::Or;
            if is(left, decisive) {
                inside(left)
            } else if is(right, decisive) {
                inside(right)
            } else {
                node
            }
        }
        Kind::Unary(Unary::Not, operand) => inside(operand),
        Kind::Conditional(nodes) => {
            let [condition, then, otherwise] = nodes.as_ref();
            let taken = if is(condition, true) { then } else { otherwise };
            // `condition ? true : false` is decided by the condition.
            inside(if taken.literal().is_some() {
                condition
            } else {
                taken
            })
        }
        Kind::Let(_, _, operands) => inside(&operands.right),
        Kind::Sequence(nodes) => nodes.last().map_or(node, inside),
        Kind::Fold(call) => stopped_by(call, node, trace).map_or(node, inside),
        _ => node,
    }
}

/// The predicate, when the element that was looked at last has decided for them all.
fn stopped_by<'tree>(call: &'tree FoldCall, node: &Node, trace: &Trace) -> Option<&'tree Node> {
    let decisive = match call.fold {
        Fold::All | Fold::None => false,
        Fold::Any => true,
        _ => return None,
    };
    let predicate = call.predicate.as_ref()?;
    let has_decided = trace.value(node) == Some(&Ok(Value::Bool(decisive)));
    has_decided.then_some(predicate)
}

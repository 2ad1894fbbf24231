//! Why a condition came to its answer, for people.

use std::fmt;

use super::builtins::display;
use super::error::{Answer, ConditionError};
use super::machine::{Trace, address};
use super::syntax::{Binary, Kind, Node, Operands, Unary};
use super::value::Value;

/// Characters of a value that are shown.
const VALUE_CHARS_LIMIT: usize = 120;

/// The parts of a condition with what each came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// What the whole expression came to.
    pub answer: Result<Value, ConditionError>,
    /// The whole expression.
    pub root: Part,
}

/// A part of a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its text.
    pub source: String,
    /// What it came to, as Go prints it; or its error.
    pub value: String,
    /// True for the part that decided the answer.
    pub is_deciding: bool,
    /// The parts inside of it that were evaluated. What was evaluated once for each element is left out.
    pub children: Vec<Self>,
}

impl Explanation {
    /// The part that decided: the innermost operand without which the answer would be another one.
    #[must_use]
    pub fn deciding(&self) -> Option<&Part> {
        find_deciding(&self.root)
    }
}

fn find_deciding(part: &Part) -> Option<&Part> {
    if part.is_deciding {
        return Some(part);
    }
    part.children.iter().find_map(find_deciding)
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_part(formatter, &self.root, 0)
    }
}

fn write_part(formatter: &mut fmt::Formatter<'_>, part: &Part, level: usize) -> fmt::Result {
    let mark = if part.is_deciding { "   <- decided" } else { "" };
    writeln!(
        formatter,
        "{:indent$}{} = {}{mark}",
        "",
        part.source,
        part.value,
        indent = level * 2
    )?;
    part.children
        .iter()
        .try_for_each(|child| write_part(formatter, child, level + 1))
}

/// The explanation of an evaluation.
pub(super) fn explain(program: &Node, text: &str, answer: Answer<Value>, trace: &Trace) -> Explanation {
    let deciding = address(deciding(program, trace));
    let root = part(program, text, trace, deciding).unwrap_or_else(|| Part {
        source: text.into(),
        value: String::new(),
        is_deciding: false,
        children: Vec::new(),
    });
    Explanation {
        answer: answer.map_err(|error| *error),
        root,
    }
}

/// The explanation of what was refused before it was evaluated.
pub(super) fn refused(tree: &Node, text: &str, error: ConditionError) -> Explanation {
    let at = |span: std::ops::Range<usize>| text.get(span).unwrap_or(text).to_owned();
    let fault = Part {
        source: at(error.span().unwrap_or(tree.span.start..tree.span.end)),
        value: format!("error: {error}"),
        is_deciding: true,
        children: Vec::new(),
    };
    Explanation {
        root: Part {
            source: text.into(),
            value: "error".into(),
            is_deciding: false,
            children: vec![fault],
        },
        answer: Err(error),
    }
}

fn part(node: &Node, text: &str, trace: &Trace, deciding: usize) -> Option<Part> {
    let value = match trace.get(&address(node))? {
        Ok(value) => shorten(&display(value)),
        Err(message) => format!("error: {message}"),
    };
    let children = inner(node)
        .into_iter()
        .filter(|child| child.literal().is_none())
        .filter_map(|child| part(child, text, trace, deciding))
        .collect();
    Some(Part {
        source: text.get(node.span.start..node.span.end).unwrap_or(text).into(),
        value,
        is_deciding: address(node) == deciding,
        children,
    })
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARS_LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

/// The nodes inside of a node that are evaluated at most once with it.
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
        Kind::Call(_, nodes) | Kind::Builtin(_, nodes) | Kind::Sequence(nodes) | Kind::Array(nodes) => {
            nodes.iter().collect()
        }
        Kind::Fold(call) => vec![&call.collection],
        Kind::Conditional(nodes) => nodes.iter().collect(),
        Kind::Map(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
    }
}

/// The innermost operand that made the answer what it is.
fn deciding<'tree>(node: &'tree Node, trace: &Trace) -> &'tree Node {
    let is = |node: &Node, wanted: bool| trace.get(&address(node)) == Some(&Ok(Value::Bool(wanted)));
    let has_failed = |node: &Node| matches!(trace.get(&address(node)), Some(Err(_)));
    if has_failed(node) {
        let culprit = inner(node).into_iter().find(|child| has_failed(child));
        return culprit.map_or(node, |child| deciding(child, trace));
    }
    match &node.kind {
        Kind::Binary(operator @ (Binary::And | Binary::Or), _, operands) => {
            let Operands { left, right } = operands.as_ref();
            // `&&` is decided by what is false, `||` by what is true; otherwise it takes both.
            let decisive = *operator == Binary::Or;
            if is(left, decisive) {
                deciding(left, trace)
            } else if is(right, decisive) {
                deciding(right, trace)
            } else {
                node
            }
        }
        Kind::Unary(Unary::Not, operand) => deciding(operand, trace),
        Kind::Conditional(nodes) => {
            let [condition, then, otherwise] = nodes.as_ref();
            deciding(if is(condition, true) { then } else { otherwise }, trace)
        }
        Kind::Let(_, _, operands) => deciding(&operands.right, trace),
        Kind::Sequence(nodes) => nodes.last().map_or(node, |last| deciding(last, trace)),
        _ => node,
    }
}

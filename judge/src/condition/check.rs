//! What Go's checker refuses before anything is evaluated, given the type of the actual result.
//!
//! Source: expr v1.17.7, `checker/checker.go`. Every node gets its static type, from which the rewriting decides what
//! Go's optimizer would have decided.

mod calls;
mod folds;
mod members;
mod operators;
mod types;

use std::sync::Arc;

pub(super) use calls::Signature;
pub(super) use types::Type;

use super::builtins;
use super::error::{Answer, fail_at};
use super::syntax::{Binding, Fold, Kind, Member, Node, Pointer, Span};
use super::value::{Native, Value};

/// What names mean: which variables there are and which functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// `result` and Argo's six functions.
    Condition,
    /// `isNaN` and `isInf` only: times of range queries.
    Time,
    /// Before a step of a journey: [`BEFORE_STEP`], which are parts of the result, and Argo's functions.
    BeforeStep,
    /// Of the answer to a step: [`OF_ANSWER`], which are parts of the result, and Argo's functions.
    OfAnswer,
}

/// What a step of a journey knows when it begins.
const BEFORE_STEP: [&str; 4] = ["vars", "data", "account", "steps"];
/// What it knows when it has an answer.
const OF_ANSWER: [&str; 5] = ["result", "vars", "data", "account", "steps"];

impl Scope {
    pub(super) fn binding(self, name: &str) -> Option<Binding> {
        match (self, name) {
            (Self::Condition, "result") => Some(Binding::Result),
            (Self::Condition | Self::BeforeStep | Self::OfAnswer, _) | (Self::Time, "isNaN" | "isInf") => {
                Native::named(name).map(Binding::Native)
            }
            _ => None,
        }
    }

    /// Names that stand for a part of the result, which is a map then.
    pub(super) fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Condition | Self::Time => &[],
            Self::BeforeStep => &BEFORE_STEP,
            Self::OfAnswer => &OF_ANSWER,
        }
    }
}

struct Checker<'result> {
    scope: Scope,
    result: &'result Type,
    variables: Vec<(Arc<str>, usize, Type)>,
    collections: Vec<(Type, Fold)>,
}

/// Checks the tree against the type of the result, and settles names and static types in it.
pub(super) fn check(node: &mut Node, scope: Scope, result: &Type) -> Answer<()> {
    bind(node, scope, &mut Vec::new());
    let mut checker = Checker {
        scope,
        result,
        variables: Vec::new(),
        collections: Vec::new(),
    };
    checker.visit(node).map(|_| ())
}

/// Settles what names stand for, also where Go's checker does not look.
fn bind(node: &mut Node, scope: Scope, variables: &mut Vec<(Arc<str>, usize)>) {
    match &mut node.kind {
        Kind::Name(name, binding) => {
            let variable = variables.iter().rev().find(|(known, _)| known == name);
            *binding = match variable {
                Some((_, slot)) => Binding::Variable(*slot),
                None if scope.parts().contains(&name.as_ref()) => {
                    node.kind = part_of_result(name, node.span);
                    return;
                }
                None if name.as_ref() == "$env" && scope.parts().is_empty() => Binding::Environment,
                None => scope.binding(name).unwrap_or(Binding::Absent),
            };
        }
        Kind::Let(name, slot, operands) => {
            bind(&mut operands.left, scope, variables);
            variables.push((Arc::clone(name), *slot));
            bind(&mut operands.right, scope, variables);
            variables.pop();
        }
        _ => {
            for child in node.children_mut() {
                bind(child, scope, variables);
            }
        }
    }
}

fn part_of_result(name: &Arc<str>, span: Span) -> Kind {
    Kind::Member(Box::new(Member {
        base: Node::new(span, Kind::Name("result".into(), Binding::Result)),
        property: Node::new(span, Kind::Literal(Value::String(Arc::clone(name)))),
        is_optional: false,
    }))
}

impl Checker<'_> {
    fn visit(&mut self, node: &mut Node) -> Answer<Type> {
        let span = node.span;
        let checked = self.type_of(node).map_err(|mut error| {
            error.locate(span);
            error
        })?;
        node.static_type = checked.clone();
        Ok(checked)
    }

    fn type_of(&mut self, node: &mut Node) -> Answer<Type> {
        match &mut node.kind {
            Kind::Literal(value) => Ok(Type::of(value)),
            Kind::Name(name, binding) => self.name(name, *binding, node.span),
            Kind::Unary(operator, operand) => {
                let operand = self.visit(operand)?;
                operators::unary(*operator, &operand)
            }
            Kind::Binary(operator, _, operands) => {
                let left = self.visit(&mut operands.left)?;
                let right = self.visit(&mut operands.right)?;
                operators::binary(*operator, &left, &right, operands.right.literal())
            }
            Kind::Chain(inner) => self.visit(inner),
            Kind::Member(member) => self.member(member),
            Kind::Slice(base, from, to) => self.slice(base, from, to),
            Kind::Call(callee, arguments) => self.call(callee, arguments),
            Kind::Builtin(builtin, arguments) => self.builtin(builtin, arguments),
            Kind::Fold(call) => self.fold(call),
            Kind::Pointer(pointer) => self.pointer(pointer),
            Kind::Let(..) => self.declaration(node),
            Kind::Sequence(nodes) => {
                let mut last = Type::Unknown;
                for inner in nodes {
                    last = self.visit(inner)?;
                }
                Ok(last)
            }
            Kind::Conditional(nodes) => self.conditional(nodes),
            Kind::Array(nodes) => self.array(nodes),
            Kind::Map(pairs) => {
                for (key, value) in pairs {
                    self.visit(key)?;
                    self.visit(value)?;
                }
                Ok(Type::Map)
            }
            // These two are made by the rewriting, which comes later.
            Kind::Within(..) | Kind::Matches(..) => Ok(Type::Bool),
        }
    }

    fn name(&self, name: &str, binding: Binding, span: Span) -> Answer<Type> {
        match binding {
            Binding::Variable(slot) => {
                let variable = self.variables.iter().rev().find(|(_, known, _)| *known == slot);
                Ok(variable.map_or(Type::Unknown, |(_, _, found)| found.clone()))
            }
            Binding::Environment => Ok(Type::Unknown),
            Binding::Result => Ok(self.result.clone()),
            Binding::Native(native) => Ok(Type::Native(native)),
            // A builtin that is not called passes Go's checker and is nil at run time.
            Binding::Absent if Fold::is_name(name) => Ok(Type::Builtin(None)),
            Binding::Absent => match builtins::named(name) {
                Some(builtin) => Ok(Type::Builtin(Some(builtin))),
                None => fail_at(span, format!("unknown name {name}")),
            },
        }
    }

    fn declaration(&mut self, node: &mut Node) -> Answer<Type> {
        let span = node.span;
        let Kind::Let(name, slot, operands) = &mut node.kind else {
            return Ok(Type::Unknown);
        };
        if self.scope.binding(name).is_some() {
            return fail_at(span, format!("cannot redeclare {name}"));
        }
        if Fold::is_name(name) || builtins::named(name).is_some() {
            return fail_at(span, format!("cannot redeclare builtin {name}"));
        }
        if self.variables.iter().any(|(known, ..)| known == name) {
            return fail_at(span, format!("cannot redeclare variable {name}"));
        }
        let value = self.visit(&mut operands.left)?;
        self.variables.push((Arc::clone(name), *slot, value));
        let body = self.visit(&mut operands.right)?;
        self.variables.pop();
        Ok(body)
    }

    fn conditional(&mut self, nodes: &mut [Node; 3]) -> Answer<Type> {
        let [condition, then, otherwise] = nodes;
        let tested = self.visit(condition)?;
        if !tested.is_bool() && !tested.is_unknown() {
            return fail_at(
                condition.span,
                format!("non-bool expression (type {tested}) used as condition"),
            );
        }
        let then = self.visit(then)?;
        let otherwise = self.visit(otherwise)?;
        Ok(match (&then, &otherwise) {
            (Type::Nil, _) => otherwise,
            (_, Type::Nil) => then,
            _ if then.is_assignable_to(&otherwise) => {
                let (left, right) = (then.element(), otherwise.element());
                let is_mixed = then.is_list()
                    && otherwise.is_list()
                    && (!left.is_assignable_to(&right) || !right.is_assignable_to(&left));
                if is_mixed { Type::List(None) } else { then }
            }
            _ => Type::Unknown,
        })
    }

    /// The element type is known when all elements are of one kind.
    fn array(&mut self, nodes: &mut [Node]) -> Answer<Type> {
        let mut previous: Option<Type> = None;
        let mut is_uniform = true;
        for node in nodes {
            let current = self.visit(node)?;
            is_uniform &= previous.is_none_or(|previous| previous.has_kind_of(&current));
            previous = Some(current);
        }
        Ok(if is_uniform {
            Type::list_of(previous.unwrap_or(Type::Unknown))
        } else {
            Type::List(None)
        })
    }

    fn pointer(&self, pointer: &Pointer) -> Answer<Type> {
        let unknown = |name: &str| super::error::fail(format!("unknown pointer #{name}"));
        let Some((collection, fold)) = self.collections.last() else {
            return super::error::fail("cannot use pointer accessor outside predicate");
        };
        match pointer {
            Pointer::Element if collection.is_unknown() => Ok(Type::Unknown),
            Pointer::Element => Ok(collection.element()),
            Pointer::Index if matches!(fold, Fold::Map | Fold::Reduce) => Ok(Type::Int),
            Pointer::Accumulator if *fold == Fold::Reduce => Ok(Type::Unknown),
            Pointer::Index => unknown("index"),
            Pointer::Accumulator => unknown("acc"),
            Pointer::Other(name) => unknown(name),
        }
    }
}

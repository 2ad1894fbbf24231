use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Binary, Unary};
use crate::condition::builtins::Builtin;
use crate::condition::check::Type;
use crate::condition::error::Answer;
use crate::condition::pattern::Pattern;
use crate::condition::value::{Native, Value};

/// Bytes of the condition's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::condition) struct Span {
    pub(in crate::condition) start: usize,
    pub(in crate::condition) end: usize,
}

impl Span {
    pub(in crate::condition) fn to(self, other: Self) -> Self {
        Self {
            start: self.start,
            end: other.end.max(self.end),
        }
    }
}

/// One node: where it stands, what it is, and after checking its static type.
#[derive(Clone, Debug)]
pub(in crate::condition) struct Node {
    pub(in crate::condition) span: Span,
    pub(in crate::condition) kind: Kind,
    pub(in crate::condition) static_type: Type,
}

/// What a name stands for; settled after parsing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::condition) enum Binding {
    Result,
    Native(Native),
    /// The variable that this `let` (counted in the order of the text) declares.
    Variable(usize),
    /// `$env`
    Environment,
    /// A name that nothing has: nil when it is evaluated, which only unchecked corners of Go's checker allow.
    Absent,
}

/// How both sides of `==` are compared, which Go decides from the static types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Texture {
    Any,
    Int,
    String,
}

#[derive(Clone, Debug)]
pub(in crate::condition) enum Pointer {
    Element,
    Index,
    Accumulator,
    Other(Arc<str>),
}

/// The functions that take a predicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Fold {
    All,
    Any,
    None,
    One,
    Filter,
    Map,
    Count,
    Sum,
    Find,
    FindIndex,
    FindLast,
    FindLastIndex,
    GroupBy,
    SortBy,
    Reduce,
}

#[derive(Clone, Debug)]
pub(in crate::condition) struct FoldCall {
    pub(in crate::condition) fold: Fold,
    pub(in crate::condition) collection: Node,
    pub(in crate::condition) predicate: Option<Node>,
    /// The first value of `reduce`, the order of `sortBy`.
    pub(in crate::condition) extra: Option<Node>,
    /// What `filter` and `find` give instead of the element: `map(filter(…), this)`.
    pub(in crate::condition) projection: Option<Node>,
    /// True when `find` stands for `filter(…)[0]`, which fails when nothing is found.
    pub(in crate::condition) fails_when_missing: bool,
}

#[derive(Clone, Debug)]
pub(in crate::condition) struct Member {
    pub(in crate::condition) base: Node,
    pub(in crate::condition) property: Node,
    pub(in crate::condition) is_optional: bool,
}

#[derive(Clone, Debug)]
pub(in crate::condition) struct Operands {
    pub(in crate::condition) left: Node,
    pub(in crate::condition) right: Node,
}

/// The literals on the right of `in`, when Go turns them into a map.
#[derive(Clone, Debug)]
pub(in crate::condition) enum Set {
    Ints(BTreeSet<i64>),
    Strings(BTreeSet<Arc<str>>),
    /// `from..to`, both included.
    Range(i64, i64),
}

#[derive(Clone, Debug)]
pub(in crate::condition) enum Kind {
    Literal(Value),
    Name(Arc<str>, Binding),
    Unary(Unary, Box<Node>),
    Binary(Binary, Texture, Box<Operands>),
    /// `needle in [literals]`, after rewriting.
    Within(Box<Node>, Box<Set>),
    /// `text matches 'pattern'`, after rewriting.
    Matches(Box<Node>, Arc<Pattern>),
    /// Where a `?.` that meets nil stops.
    Chain(Box<Node>),
    Member(Box<Member>),
    Slice(Box<Node>, Option<Box<Node>>, Option<Box<Node>>),
    Call(Box<Node>, Vec<Node>),
    Builtin(&'static Builtin, Vec<Node>),
    Fold(Box<FoldCall>),
    Pointer(Pointer),
    Let(Arc<str>, usize, Box<Operands>),
    Sequence(Vec<Node>),
    /// Condition, then, otherwise.
    Conditional(Box<[Node; 3]>),
    Array(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    pub(in crate::condition) fn new(span: Span, kind: Kind) -> Self {
        Self {
            span,
            kind,
            static_type: Type::Unknown,
        }
    }

    /// The value of a literal.
    pub(in crate::condition) fn literal(&self) -> Option<&Value> {
        match &self.kind {
            Kind::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// Visits every node below this one and then this one. The parser's limits bound the recursion.
    pub(in crate::condition) fn walk(
        &mut self,
        visit: &mut dyn FnMut(&mut Self) -> Answer<()>,
    ) -> Answer<()> {
        for child in self.children_mut() {
            child.walk(visit)?;
        }
        visit(self)
    }

    pub(in crate::condition) fn children_mut(&mut self) -> Vec<&mut Self> {
        match &mut self.kind {
            Kind::Literal(_) | Kind::Name(..) | Kind::Pointer(_) => Vec::new(),
            Kind::Unary(_, node) | Kind::Chain(node) | Kind::Within(node, _) | Kind::Matches(node, _) => {
                vec![node]
            }
            Kind::Binary(_, _, operands) | Kind::Let(_, _, operands) => {
                let Operands { left, right } = operands.as_mut();
                vec![left, right]
            }
            Kind::Member(member) => {
                let Member { base, property, .. } = member.as_mut();
                vec![base, property]
            }
            Kind::Slice(base, from, to) => {
                let mut children = vec![base.as_mut()];
                children.extend(from.as_deref_mut());
                children.extend(to.as_deref_mut());
                children
            }
            Kind::Call(callee, arguments) => {
                let mut children = vec![callee.as_mut()];
                children.extend(arguments);
                children
            }
            Kind::Builtin(_, nodes) | Kind::Sequence(nodes) | Kind::Array(nodes) => {
                nodes.iter_mut().collect()
            }
            Kind::Fold(call) => {
                let FoldCall {
                    collection,
                    predicate,
                    extra,
                    projection,
                    ..
                } = call.as_mut();
                let mut children = vec![collection];
                children.extend(predicate);
                children.extend(extra);
                children.extend(projection);
                children
            }
            Kind::Conditional(nodes) => nodes.iter_mut().collect(),
            Kind::Map(pairs) => pairs.iter_mut().flat_map(|(key, value)| [key, value]).collect(),
        }
    }
}

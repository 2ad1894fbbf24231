use super::lexer::{Token, TokenKind};
use super::operators::LOOSEST;
use super::parser::Parser;
use super::tree::{Binding, Fold, FoldCall, Kind, Node};
use crate::condition::builtins;
use crate::condition::error::{Answer, fail_at};
use crate::condition::value::Value;

/// Whether the argument behind the collection must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

impl Fold {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "all" => Self::All,
            "any" => Self::Any,
            "none" => Self::None,
            "one" => Self::One,
            "filter" => Self::Filter,
            "map" => Self::Map,
            "count" => Self::Count,
            "sum" => Self::Sum,
            "find" => Self::Find,
            "findIndex" => Self::FindIndex,
            "findLast" => Self::FindLast,
            "findLastIndex" => Self::FindLastIndex,
            "groupBy" => Self::GroupBy,
            "sortBy" => Self::SortBy,
            "reduce" => Self::Reduce,
            _ => return None,
        })
    }

    /// True when `name` is one of the functions that take a predicate.
    pub(in crate::condition) fn is_name(name: &str) -> bool {
        Self::named(name).is_some()
    }

    pub(in crate::condition) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::None => "none",
            Self::One => "one",
            Self::Filter => "filter",
            Self::Map => "map",
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Find => "find",
            Self::FindIndex => "findIndex",
            Self::FindLast => "findLast",
            Self::FindLastIndex => "findLastIndex",
            Self::GroupBy => "groupBy",
            Self::SortBy => "sortBy",
            Self::Reduce => "reduce",
        }
    }

    fn predicate_presence(self) -> Presence {
        match self {
            Self::Count | Self::Sum => Presence::Optional,
            _ => Presence::Required,
        }
    }

    fn takes_extra(self) -> bool {
        matches!(self, Self::SortBy | Self::Reduce)
    }
}

impl Parser<'_> {
    /// The arguments of `name`, whose opening parenthesis is the current token. `piped` is what stands left of a pipe.
    pub(super) fn call(&mut self, name: &Token<'_>, piped: Option<Node>) -> Answer<Node> {
        let start = piped.as_ref().map_or(name.span.start, |node| node.span.start);
        if let Some(fold) = Fold::named(&name.text) {
            return self.fold(fold, start, piped);
        }
        let first = piped.into_iter().collect();
        if let Some(builtin) = builtins::named(&name.text) {
            let arguments = self.arguments(first)?;
            return self.node(self.span_from(start), Kind::Builtin(builtin, arguments));
        }
        let callee = self.node(name.span, Kind::Name(name.text.as_ref().into(), Binding::Absent))?;
        let arguments = self.arguments(first)?;
        self.node(self.span_from(start), Kind::Call(Box::new(callee), arguments))
    }

    pub(super) fn arguments(&mut self, mut arguments: Vec<Node>) -> Answer<Vec<Node>> {
        self.expect_bracket("(")?;
        let piped = arguments.len();
        while !self.current.is_bracket(")") {
            if arguments.len() > piped {
                self.expect_operator(",")?;
                if self.current.is_bracket(")") {
                    break;
                }
            }
            arguments.push(self.expression(LOOSEST)?);
        }
        self.expect_bracket(")")?;
        Ok(arguments)
    }

    fn fold(&mut self, fold: Fold, start: usize, piped: Option<Node>) -> Answer<Node> {
        self.expect_bracket("(")?;
        let mut is_first = true;
        let collection = match piped {
            Some(collection) => collection,
            None => {
                self.required(fold)?;
                is_first = false;
                self.expression(LOOSEST)?
            }
        };
        if fold.predicate_presence() == Presence::Required {
            self.required(fold)?;
        }
        let predicate = if self.current.is_bracket(")") {
            None
        } else {
            if !is_first {
                self.expect_operator(",")?;
            }
            Some(self.predicate()?)
        };
        let has_extra = fold.takes_extra() && predicate.is_some() && !self.current.is_bracket(")");
        let extra = if has_extra {
            self.expect_operator(",")?;
            Some(self.expression(LOOSEST)?)
        } else {
            None
        };
        if self.current.is_operator(",") {
            self.next()?;
        }
        self.expect_bracket(")")?;
        let call = FoldCall {
            fold,
            collection,
            predicate,
            extra,
            projection: None,
            fails_when_missing: false,
        };
        self.node(self.span_from(start), Kind::Fold(Box::new(call)))
    }

    fn required(&self, fold: Fold) -> Answer<()> {
        if self.current.is_bracket(")") {
            let count = if fold.takes_extra() { 3 } else { 2 };
            return fail_at(self.current.span, format!("expected at least {count} arguments"));
        }
        Ok(())
    }

    fn predicate(&mut self) -> Answer<Node> {
        let has_braces = self.current.is_bracket("{");
        if has_braces {
            self.next()?;
        }
        self.predicate_depth += 1;
        let node = if has_braces {
            self.sequence()?
        } else {
            self.expression(LOOSEST)?
        };
        self.predicate_depth -= 1;
        if has_braces {
            self.expect_bracket("}")?;
        } else if self.current.is_operator(";") {
            return fail_at(self.current.span, "wrap predicate with brackets { and }");
        }
        Ok(node)
    }

    pub(super) fn array(&mut self) -> Answer<Node> {
        let start = self.current.span.start;
        self.expect_bracket("[")?;
        let mut nodes = Vec::new();
        while !self.current.is_bracket("]") {
            if !nodes.is_empty() {
                self.expect_operator(",")?;
                if self.current.is_bracket("]") {
                    break;
                }
            }
            nodes.push(self.expression(LOOSEST)?);
        }
        self.expect_bracket("]")?;
        self.node(self.span_from(start), Kind::Array(nodes))
    }

    pub(super) fn map(&mut self) -> Answer<Node> {
        let start = self.current.span.start;
        self.expect_bracket("{")?;
        let mut pairs = Vec::new();
        while !self.current.is_bracket("}") {
            if !pairs.is_empty() {
                self.expect_operator(",")?;
                if self.current.is_bracket("}") {
                    break;
                }
                if self.current.is_operator(",") {
                    return self.unexpected();
                }
            }
            let key = self.map_key()?;
            self.expect_operator(":")?;
            let value = self.expression(LOOSEST)?;
            pairs.push((key, value));
        }
        self.expect_bracket("}")?;
        self.node(self.span_from(start), Kind::Map(pairs))
    }

    /// A name, a string or a number, all of which are strings then, or any expression in parentheses.
    fn map_key(&mut self) -> Answer<Node> {
        match self.current.kind {
            TokenKind::Number | TokenKind::String | TokenKind::Identifier => {
                let token = self.take()?;
                self.node(token.span, Kind::Literal(Value::text(&token.text)))
            }
            _ if self.current.is_bracket("(") => self.expression(LOOSEST),
            _ => fail_at(
                self.current.span,
                format!(
                    "a map key must be a quoted string, a number, a identifier, or an expression enclosed in \
                     parentheses (unexpected token {})",
                    self.current.describe()
                ),
            ),
        }
    }
}

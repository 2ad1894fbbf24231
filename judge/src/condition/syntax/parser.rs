use std::borrow::Cow;

use super::lexer::{Lexer, Token, TokenKind};
use super::literal;
use super::operators::{Binary, LOOSEST, Unary};
use super::tree::{Binding, Kind, Node, Operands, Pointer, Span, Texture};
use crate::condition::budget::{NESTING_LIMIT, NODES_LIMIT, TEXT_BYTES_LIMIT};
use crate::condition::error::{Answer, fail_at};
use crate::condition::value::Value;

/// A Pratt parser that follows expr's `parser/parser.go` decision by decision.
pub(super) struct Parser<'text> {
    lexer: Lexer<'text>,
    pub(super) current: Token<'text>,
    stashed: Option<Token<'text>>,
    previous_end: usize,
    /// Predicates around the current token: `#` means something only inside of one.
    pub(super) predicate_depth: usize,
    nesting: usize,
    nodes: usize,
    pub(super) variables: usize,
}

/// Parses the whole text.
pub(in crate::condition) fn parse(text: &str) -> Answer<Node> {
    if text.len() > TEXT_BYTES_LIMIT {
        let span = Span {
            start: TEXT_BYTES_LIMIT,
            end: text.len(),
        };
        return fail_at(
            span,
            format!(
                "the condition has {} bytes; at most {TEXT_BYTES_LIMIT} are allowed",
                text.len()
            ),
        );
    }
    let mut parser = Parser {
        lexer: Lexer::new(text),
        current: Token {
            kind: TokenKind::End,
            text: Cow::Borrowed(""),
            span: Span::default(),
        },
        stashed: None,
        previous_end: 0,
        predicate_depth: 0,
        nesting: 0,
        nodes: 0,
        variables: 0,
    };
    parser.next()?;
    let node = parser.sequence()?;
    if parser.current.kind != TokenKind::End {
        return parser.unexpected();
    }
    Ok(node)
}

fn too_many_parts<T>(span: Span) -> Answer<T> {
    fail_at(
        span,
        format!("the condition has too many parts; at most {NODES_LIMIT} are allowed"),
    )
}

impl<'text> Parser<'text> {
    pub(super) fn next(&mut self) -> Answer<()> {
        self.take().map(|_| ())
    }

    /// The current token; the next one becomes current.
    pub(super) fn take(&mut self) -> Answer<Token<'text>> {
        let next = match self.stashed.take() {
            Some(token) => token,
            None => self.lexer.next_token()?,
        };
        self.previous_end = self.current.span.end;
        Ok(std::mem::replace(&mut self.current, next))
    }

    pub(super) fn unexpected<T>(&self) -> Answer<T> {
        fail_at(
            self.current.span,
            format!("unexpected token {}", self.current.describe()),
        )
    }

    pub(super) fn expect_operator(&mut self, text: &str) -> Answer<()> {
        if self.current.is_operator(text) {
            self.next()
        } else {
            self.unexpected()
        }
    }

    pub(super) fn expect_bracket(&mut self, text: &str) -> Answer<()> {
        if self.current.is_bracket(text) {
            self.next()
        } else {
            self.unexpected()
        }
    }

    pub(super) fn expect_identifier(&mut self) -> Answer<Token<'text>> {
        if self.current.kind == TokenKind::Identifier {
            self.take()
        } else {
            self.unexpected()
        }
    }

    /// From `start` to the end of the token before the current one.
    pub(super) fn span_from(&self, start: usize) -> Span {
        Span {
            start,
            end: self.previous_end.max(start),
        }
    }

    pub(super) fn node(&mut self, span: Span, kind: Kind) -> Answer<Node> {
        self.nodes += 1;
        if self.nodes > NODES_LIMIT {
            return too_many_parts(span);
        }
        Ok(Node::new(span, kind))
    }

    /// A copy whose nodes count, too; or nested `?:` and chained comparisons would double the tree at each level.
    pub(super) fn duplicate(&mut self, node: &Node) -> Answer<Node> {
        let mut copy = node.clone();
        copy.walk(&mut |inner| {
            self.nodes += 1;
            if self.nodes > NODES_LIMIT {
                return too_many_parts(inner.span);
            }
            Ok(())
        })?;
        Ok(copy)
    }

    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Answer<T>) -> Answer<T> {
        self.nesting += 1;
        if self.nesting > NESTING_LIMIT {
            return fail_at(
                self.current.span,
                format!("the condition is nested too deep; at most {NESTING_LIMIT} levels are allowed"),
            );
        }
        let parsed = parse(self);
        self.nesting -= 1;
        parsed
    }

    /// Expressions separated by semicolons.
    pub(super) fn sequence(&mut self) -> Answer<Node> {
        let first = self.expression(LOOSEST)?;
        let start = first.span.start;
        let mut nodes = vec![first];
        while self.current.is_operator(";") {
            self.next()?;
            if self.current.kind == TokenKind::End {
                break;
            }
            nodes.push(self.expression(LOOSEST)?);
        }
        if nodes.len() > 1 {
            return self.node(self.span_from(start), Kind::Sequence(nodes));
        }
        match nodes.pop() {
            Some(node) => Ok(node),
            None => self.unexpected(),
        }
    }

    pub(super) fn expression(&mut self, precedence: u16) -> Answer<Node> {
        self.nested(|parser| {
            if precedence == LOOSEST && parser.current.is_operator("let") {
                return parser.declaration();
            }
            if precedence == LOOSEST && parser.current.is_operator("if") {
                return parser.conditional_if();
            }
            let left = parser.primary()?;
            let node = parser.operators(left, precedence)?;
            if precedence == LOOSEST {
                parser.ternary(node)
            } else {
                Ok(node)
            }
        })
    }

    /// What follows the first operand.
    fn operators(&mut self, mut left: Node, precedence: u16) -> Answer<Node> {
        let mut previous = None;
        while self.current.kind == TokenKind::Operator {
            let negation = self.current.is_operator("not").then_some(self.current.span);
            if negation.is_some() && !self.begin_negation(precedence)? {
                break;
            }
            let Some(operator) =
                Binary::of(&self.current.text).filter(|operator| operator.precedence() >= precedence)
            else {
                break;
            };
            let token = self.take()?;
            if operator == Binary::Pipe {
                let name = self.expect_identifier()?;
                left = self.call(&name, Some(left))?;
            } else if previous == Some(Binary::Coalesce) && operator != Binary::Coalesce {
                return fail_at(
                    token.span,
                    format!(
                        "Operator ({}) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses.",
                        token.text
                    ),
                );
            } else if operator.is_ordering() {
                left = self.comparison(left, operator)?;
            } else {
                let tighter = operator.precedence() + u16::from(!operator.is_right_associative());
                let right = self.expression(tighter)?;
                left = self.binary(operator, left, right)?;
                if negation.is_some() {
                    left = self.node(left.span, Kind::Unary(Unary::Not, Box::new(left)))?;
                }
            }
            previous = Some(operator);
        }
        Ok(left)
    }

    /// `not` before `in`, `contains` and so on. False when the operator binds too loosely to be taken here.
    fn begin_negation(&mut self, precedence: u16) -> Answer<bool> {
        let end_before = self.previous_end;
        let not = self.take()?;
        match Binary::of(&self.current.text).filter(|operator| operator.is_negatable()) {
            Some(operator) if operator.precedence() >= precedence => Ok(true),
            Some(_) => {
                self.stashed = Some(std::mem::replace(&mut self.current, not));
                self.previous_end = end_before;
                Ok(false)
            }
            None => self.unexpected(),
        }
    }

    pub(super) fn binary(&mut self, operator: Binary, left: Node, right: Node) -> Answer<Node> {
        let span = left.span.to(right.span);
        let operands = Box::new(Operands { left, right });
        self.node(span, Kind::Binary(operator, Texture::Any, operands))
    }

    fn primary(&mut self) -> Answer<Node> {
        let start = self.current.span.start;
        if let Some(operator) = Unary::of(&self.current.text).filter(|_| self.is_operator()) {
            self.next()?;
            let operand = self.expression(operator.precedence())?;
            let node = self.node(self.span_from(start), Kind::Unary(operator, Box::new(operand)))?;
            return self.postfix(node);
        }
        if self.current.is_bracket("(") {
            self.next()?;
            let mut node = self.sequence()?;
            self.expect_bracket(")")?;
            node.span = self.span_from(start);
            return self.postfix(node);
        }
        if self.predicate_depth > 0 && (self.current.is_operator("#") || self.current.is_operator(".")) {
            let pointer = self.pointer()?;
            let node = self.node(self.span_from(start), Kind::Pointer(pointer))?;
            return self.postfix(node);
        }
        if self.current.is_operator("::") {
            self.next()?;
            let name = self.expect_identifier()?;
            let node = self.call(&name, None)?;
            return self.postfix(node);
        }
        self.secondary()
    }

    fn is_operator(&self) -> bool {
        self.current.kind == TokenKind::Operator
    }

    /// `#`, `#acc`, or nothing before a dot.
    fn pointer(&mut self) -> Answer<Pointer> {
        if !self.current.is_operator("#") {
            return Ok(Pointer::Element);
        }
        self.next()?;
        if self.current.kind != TokenKind::Identifier {
            return Ok(Pointer::Element);
        }
        let name = self.take()?;
        Ok(match name.text.as_ref() {
            "index" => Pointer::Index,
            "acc" => Pointer::Accumulator,
            other => Pointer::Other(other.into()),
        })
    }

    fn secondary(&mut self) -> Answer<Node> {
        let span = self.current.span;
        match self.current.kind {
            TokenKind::Identifier => {
                let token = self.take()?;
                let literal = match token.text.as_ref() {
                    "true" => Some(Value::Bool(true)),
                    "false" => Some(Value::Bool(false)),
                    "nil" => Some(Value::Nil),
                    _ => None,
                };
                // Only names go on with `.` or `[`: `nil.x` is a syntax error in Go, too.
                if let Some(value) = literal {
                    return self.node(span, Kind::Literal(value));
                }
                let node = if self.current.is_bracket("(") {
                    self.call(&token, None)?
                } else {
                    self.node(span, Kind::Name(token.text.as_ref().into(), Binding::Absent))?
                };
                self.postfix(node)
            }
            TokenKind::Number => {
                let token = self.take()?;
                let value = literal::number(&token.text).map_err(|mut error| {
                    error.locate(span);
                    error
                })?;
                self.node(span, Kind::Literal(value))
            }
            TokenKind::String => {
                let token = self.take()?;
                let node = self.node(span, Kind::Literal(Value::text(&token.text)))?;
                self.postfix(node)
            }
            _ if self.current.is_bracket("[") => {
                let node = self.array()?;
                self.postfix(node)
            }
            _ if self.current.is_bracket("{") => {
                let node = self.map()?;
                self.postfix(node)
            }
            _ => self.unexpected(),
        }
    }
}

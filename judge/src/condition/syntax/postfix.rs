use super::classes::is_alphabetic;
use super::lexer::{Token, TokenKind};
use super::operators::LOOSEST;
use super::parser::Parser;
use super::tree::{Kind, Member, Node};
use crate::condition::error::{Answer, fail_at};
use crate::condition::value::Value;

impl Parser<'_> {
    /// What follows a value: `.name`, `?.name`, `[index]`, `?.[index]`, `[from:to]`, `.method()`.
    pub(super) fn postfix(&mut self, mut node: Node) -> Answer<Node> {
        loop {
            let is_optional = self.current.is_operator("?.");
            if is_optional || self.current.is_operator(".") {
                self.next()?;
                node = if is_optional && self.current.is_bracket("[") {
                    self.index(node, true)?
                } else {
                    self.property(node, is_optional)?
                };
            } else if self.current.is_bracket("[") {
                node = self.index(node, false)?;
            } else {
                return Ok(node);
            }
        }
    }

    fn property(&mut self, base: Node, is_optional: bool) -> Answer<Node> {
        let start = base.span.start;
        let name = self.current.clone();
        if !is_property_name(&name) {
            return fail_at(name.span, "expected name");
        }
        self.next()?;
        let property = self.node(name.span, Kind::Literal(Value::text(&name.text)))?;
        // A chain goes on: `a?.b.c` is nil as a whole when `a` is.
        let (base, is_chain) = match base.kind {
            Kind::Chain(inner) => (*inner, true),
            _ => (base, false),
        };
        let member = Member {
            base,
            property,
            is_optional,
        };
        let mut node = self.node(self.span_from(start), Kind::Member(Box::new(member)))?;
        if self.current.is_bracket("(") {
            let arguments = self.arguments(Vec::new())?;
            node = self.node(self.span_from(start), Kind::Call(Box::new(node), arguments))?;
        }
        if is_chain || is_optional {
            node = self.node(node.span, Kind::Chain(Box::new(node)))?;
        }
        Ok(node)
    }

    fn index(&mut self, base: Node, is_optional: bool) -> Answer<Node> {
        let start = base.span.start;
        self.next()?;
        if self.current.is_operator(":") {
            return self.slice(base, None);
        }
        let property = self.expression(LOOSEST)?;
        if self.current.is_operator(":") {
            return self.slice(base, Some(Box::new(property)));
        }
        self.expect_bracket("]")?;
        let member = Member {
            base,
            property,
            is_optional,
        };
        let node = self.node(self.span_from(start), Kind::Member(Box::new(member)))?;
        if is_optional {
            return self.node(node.span, Kind::Chain(Box::new(node)));
        }
        Ok(node)
    }

    fn slice(&mut self, base: Node, from: Option<Box<Node>>) -> Answer<Node> {
        let start = base.span.start;
        self.next()?;
        let to = if self.current.is_bracket("]") {
            None
        } else {
            Some(Box::new(self.expression(LOOSEST)?))
        };
        self.expect_bracket("]")?;
        self.node(self.span_from(start), Kind::Slice(Box::new(base), from, to))
    }
}

/// Operators such as `not` and `matches` are property names, too.
fn is_property_name(token: &Token<'_>) -> bool {
    match token.kind {
        TokenKind::Identifier => true,
        TokenKind::Operator => token.text.starts_with(is_alphabetic),
        _ => false,
    }
}

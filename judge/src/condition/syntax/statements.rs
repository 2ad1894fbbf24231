use super::lexer::TokenKind;
use super::operators::{Binary, LOOSEST};
use super::parser::Parser;
use super::tree::{Kind, Node, Operands};
use crate::condition::error::Answer;

impl Parser<'_> {
    /// `a < b < c` is `a < b && b < c`.
    pub(super) fn comparison(&mut self, mut left: Node, mut operator: Binary) -> Answer<Node> {
        let mut root: Option<Node> = None;
        loop {
            let right = self.expression(operator.precedence() + 1)?;
            let is_chained = Binary::of(&self.current.text)
                .filter(|next| self.current.kind == TokenKind::Operator && next.is_ordering());
            let next_left = match is_chained {
                Some(_) => Some(self.duplicate(&right)?),
                None => None,
            };
            let compared = self.binary(operator, left, right)?;
            let whole = match root.take() {
                Some(root) => self.binary(Binary::And, root, compared)?,
                None => compared,
            };
            match (is_chained, next_left) {
                (Some(next), Some(operand)) => {
                    self.next()?;
                    operator = next;
                    left = operand;
                    root = Some(whole);
                }
                _ => return Ok(whole),
            }
        }
    }

    pub(super) fn declaration(&mut self) -> Answer<Node> {
        let start = self.current.span.start;
        self.next()?;
        let name = self.expect_identifier()?;
        self.expect_operator("=")?;
        let left = self.expression(LOOSEST)?;
        self.expect_operator(";")?;
        let slot = self.variables;
        self.variables += 1;
        let right = self.nested(Self::sequence)?;
        let operands = Box::new(Operands { left, right });
        self.node(
            self.span_from(start),
            Kind::Let(name.text.as_ref().into(), slot, operands),
        )
    }

    pub(super) fn conditional_if(&mut self) -> Answer<Node> {
        let start = self.current.span.start;
        self.next()?;
        let condition = self.expression(LOOSEST)?;
        let then = self.block()?;
        self.expect_operator("else")?;
        let otherwise = if self.current.is_operator("if") {
            self.nested(Self::conditional_if)?
        } else {
            self.block()?
        };
        let nodes = Box::new([condition, then, otherwise]);
        self.node(self.span_from(start), Kind::Conditional(nodes))
    }

    fn block(&mut self) -> Answer<Node> {
        self.expect_bracket("{")?;
        let node = self.sequence()?;
        self.expect_bracket("}")?;
        Ok(node)
    }

    pub(super) fn ternary(&mut self, mut node: Node) -> Answer<Node> {
        while self.current.is_operator("?") {
            self.next()?;
            let start = node.span.start;
            let then = if self.current.is_operator(":") {
                self.duplicate(&node)?
            } else {
                self.expression(LOOSEST)?
            };
            self.expect_operator(":")?;
            let otherwise = self.expression(LOOSEST)?;
            let nodes = Box::new([node, then, otherwise]);
            node = self.node(self.span_from(start), Kind::Conditional(nodes))?;
        }
        Ok(node)
    }
}

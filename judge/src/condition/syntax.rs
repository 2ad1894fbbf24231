//! From text to a syntax tree: lexer, literals and parser, as expr-lang/expr v1.17.7 has them.

mod calls;
mod classes;
mod lexer;
mod literal;
mod operators;
mod parser;
mod postfix;
mod statements;
mod tree;

pub(super) use operators::{Binary, Unary};
pub(super) use parser::parse;
pub(super) use tree::{Binding, Fold, FoldCall, Kind, Member, Node, Operands, Pointer, Set, Span, Texture};

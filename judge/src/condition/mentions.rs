//! What a condition of a journey looks at.

use std::ops::Range;
use std::sync::Arc;

use super::syntax::{Binding, Kind, Node};
use super::value::Value;

/// A part of what a condition of a journey knows, and what it takes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Such as `vars`.
    pub part: Arc<str>,
    /// Such as `token` of `vars.token`; `None` when it takes the whole, or what only shows when it is evaluated.
    pub member: Option<Arc<str>>,
    /// Bytes of the condition's text.
    pub span: Range<usize>,
}

/// Of a tree whose names are settled.
pub(super) fn of(tree: &mut Node) -> Vec<Mention> {
    let mut mentions = Vec::new();
    collect(tree, &mut mentions);
    mentions
}

fn collect(node: &mut Node, mentions: &mut Vec<Mention>) {
    let span = node.span.start..node.span.end;
    if let Some(part) = part(node) {
        return mentions.push(Mention {
            part,
            member: None,
            span,
        });
    }
    if let Kind::Member(member) = &node.kind
        && let (Some(part), Some(name)) = (part(&member.base), name(&member.property))
    {
        let member = Some(name);
        return mentions.push(Mention { part, member, span });
    }
    for child in node.children_mut() {
        collect(child, mentions);
    }
}

/// The part that a node is, such as `vars`.
fn part(node: &Node) -> Option<Arc<str>> {
    match &node.kind {
        Kind::Member(member) if matches!(member.base.kind, Kind::Name(_, Binding::Result)) => {
            name(&member.property)
        }
        Kind::Chain(inner) => part(inner),
        _ => None,
    }
}

fn name(property: &Node) -> Option<Arc<str>> {
    match property.literal() {
        Some(Value::String(name)) => Some(Arc::clone(name)),
        _ => None,
    }
}

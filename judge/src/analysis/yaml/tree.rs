//! The parser's events put together to trees, within limits.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, ScalarStyle, Tag};

use super::merge::merged;
use super::{DEPTH_MAX, scalar, too_deep};
use crate::analysis::diagnostic::Diagnostic;
use crate::analysis::node::{Entry, Kind, Node};
use crate::analysis::source::{Source, Span};

/// What is built while events come in.
pub(super) struct Tree<'a> {
    source: &'a Arc<Source>,
    open: Vec<Open>,
    /// Complete anchored nodes by the parser's number, with how many nodes they hold.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    nodes_max: usize,
    pub(super) documents: Vec<Node>,
    pub(super) problems: Vec<Diagnostic>,
}

/// A list or map whose end has not come yet.
struct Open {
    anchor: usize,
    span: Span,
    nodes_before: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        /// Where each key stood first.
        seen: HashMap<String, usize>,
        key: Option<(String, Span)>,
    },
}

impl<'a> Tree<'a> {
    pub(super) fn new(source: &'a Arc<Source>, nodes_max: usize) -> Self {
        Self {
            source,
            open: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            nodes_max,
            documents: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Takes one event; an error ends the reading of the file.
    pub(super) fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Box<Diagnostic>> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, &span)?;
                let node = self.scalar(text.into_owned(), style, tag.as_deref(), span);
                if anchor > 0 {
                    self.anchors.insert(anchor, (node.clone(), 1));
                }
                self.add(node)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(anchor, tag.as_deref(), span, Content::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                let content = Content::Map {
                    entries: Vec::new(),
                    seen: HashMap::new(),
                    key: None,
                };
                self.start(anchor, tag.as_deref(), span, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(&span),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Node {
        let plain = style == ScalarStyle::Plain;
        let kind = match tag.map(|tag| (tag.core_suffix(), tag)) {
            None if plain => scalar::resolve(&text),
            None | Some((Some("str"), _)) => Kind::Text,
            Some((Some("null" | "bool" | "int" | "float"), _)) => scalar::resolve(&text),
            Some((_, tag)) => {
                self.refuse_tag(tag, &span);
                Kind::Text
            }
        };
        Node {
            kind,
            text,
            plain,
            span,
        }
    }

    fn refuse_tag(&mut self, tag: &Tag, span: &Span) {
        let problem = Diagnostic::error(
            self.source,
            span.clone(),
            format!("the tag `{}`", tag.original()),
            "a value without a tag",
        );
        self.problems.push(problem);
    }

    fn count(&mut self, more: usize, span: &Span) -> Result<(), Box<Diagnostic>> {
        self.nodes += more;
        if self.nodes <= self.nodes_max {
            return Ok(());
        }
        let expected = format!(
            "at most {} values in one file, with those that aliases repeat",
            self.nodes_max
        );
        Err(Diagnostic::error(
            self.source,
            span.clone(),
            format!("more than {} values in one file", self.nodes_max),
            expected,
        )
        .into())
    }

    fn start(
        &mut self,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
        content: Content,
    ) -> Result<(), Box<Diagnostic>> {
        let nodes_before = self.nodes;
        self.count(1, &span)?;
        if self.open.len() == DEPTH_MAX {
            return Err(too_deep(self.source, span).into());
        }
        if let Some(tag) = tag
            && !matches!(tag.core_suffix(), Some("map" | "seq"))
        {
            self.refuse_tag(tag, &span);
        }
        self.open.push(Open {
            anchor,
            span,
            nodes_before,
            content,
        });
        Ok(())
    }

    fn end(&mut self, end: &Span) -> Result<(), Box<Diagnostic>> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let kind = match open.content {
            Content::List(items) => Kind::List(items),
            Content::Map { entries, .. } => Kind::Map(merged(entries)),
        };
        let node = Node {
            kind,
            text: String::new(),
            plain: false,
            span: open.span.start..end.end.max(open.span.start),
        };
        if open.anchor > 0 {
            let size = self.nodes - open.nodes_before;
            // The copy that is kept for aliases counts too, or anchors inside anchors would be kept many times over.
            self.count(size, &open.span)?;
            self.anchors.insert(open.anchor, (node.clone(), size));
        }
        self.add(node)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Box<Diagnostic>> {
        let Some((_, size)) = self.anchors.get(&anchor) else {
            return Err(Diagnostic::error(
                self.source,
                span,
                "an alias inside the value that it repeats",
                "a value that ends",
            )
            .into());
        };
        self.count(*size, &span)?;
        let mut node = self.anchors[&anchor].0.clone();
        node.span = span;
        self.add(node)
    }

    /// Puts a complete value where it belongs.
    fn add(&mut self, node: Node) -> Result<(), Box<Diagnostic>> {
        match self.open.last_mut().map(|open| &mut open.content) {
            None if node.is_null() => Ok(()),
            None => {
                self.documents.push(node);
                Ok(())
            }
            Some(Content::List(items)) => {
                items.push(node);
                Ok(())
            }
            Some(Content::Map { entries, seen, key }) => match key.take() {
                None => {
                    if matches!(node.kind, Kind::List(_) | Kind::Map(_)) {
                        return Err(Diagnostic::error(
                            self.source,
                            node.mark(),
                            "a list or map as a key",
                            "a word as a key",
                        )
                        .into());
                    }
                    *key = Some((node.text, node.span));
                    Ok(())
                }
                Some((key, key_span)) => {
                    match seen.insert(key.clone(), key_span.start) {
                        None => entries.push(Entry {
                            key,
                            key_span,
                            value: node,
                        }),
                        Some(first) => self.problems.push(duplicate(self.source, &key, key_span, first)),
                    }
                    Ok(())
                }
            },
        }
    }
}

fn duplicate(source: &Arc<Source>, key: &str, span: Span, first: usize) -> Diagnostic {
    let line = source.line(first);
    Diagnostic::error(
        source,
        span,
        format!("the key `{key}` a second time"),
        format!("each key once; it stands already in line {line}"),
    )
}

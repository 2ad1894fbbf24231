mod values;

use std::sync::Arc;

use crate::analysis::{Diagnostic, Entry, Node, NodeKind, Source, Span, did_you_mean};

/// The keys of one map of a module file. Whatever is not asked for is refused in the end.
pub(in crate::blackbox::modules) struct Fields<'a> {
    source: &'a Arc<Source>,
    entries: &'a [Entry],
    owner: Span,
    /// Such as ``module `http_2xx` ``.
    place: String,
    known: Vec<&'static str>,
    report: &'a mut Vec<Diagnostic>,
}

impl<'a> Fields<'a> {
    pub(in crate::blackbox::modules) fn new(
        source: &'a Arc<Source>,
        node: &'a Node,
        report: &'a mut Vec<Diagnostic>,
    ) -> Self {
        if !matches!(node.kind, NodeKind::Map(_)) {
            report.push(Diagnostic::error(
                source,
                node.mark(),
                "no map of keys",
                "keys with values",
            ));
        }
        Self {
            source,
            entries: node.entries(),
            owner: node.mark(),
            place: "a module file".to_owned(),
            known: Vec::new(),
            report,
        }
    }

    pub(in crate::blackbox::modules) fn of_module(mut self, name: &str) -> Self {
        self.place = format!("module `{name}`");
        self
    }

    /// The keys of a map in this one; none where there is no such map.
    pub(in crate::blackbox::modules) fn within<'b>(&'b mut self, node: Option<&'b Node>) -> Fields<'b> {
        Fields {
            source: self.source,
            entries: node.map_or(&[], Node::entries),
            owner: node.map_or_else(|| self.owner.clone(), Node::mark),
            place: self.place.clone(),
            known: Vec::new(),
            report: self.report,
        }
    }

    pub(in crate::blackbox::modules) fn report(&mut self) -> &mut Vec<Diagnostic> {
        self.report
    }

    fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        self.known.push(key);
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        (!entry.value.is_null()).then_some(entry)
    }

    /// The value of a key that is read elsewhere.
    pub(in crate::blackbox::modules) fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// A key that means nothing here and is no mistake.
    pub(in crate::blackbox::modules) fn pass_over(&mut self, key: &'static str) {
        self.known.push(key);
    }

    pub(in crate::blackbox::modules) fn has(&self, key: &str) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.key == key && !entry.value.is_null())
    }

    pub(in crate::blackbox::modules) fn map(&mut self, key: &'static str) -> Option<&'a Node> {
        let node = self.node(key)?;
        let is_map = matches!(node.kind, NodeKind::Map(_));
        if !is_map {
            self.refuse(key, "no map", "keys with values");
        }
        is_map.then_some(node)
    }

    /// The items of a list; one that is none is refused.
    pub(in crate::blackbox::modules) fn items(&mut self, key: &'static str) -> &'a [Node] {
        match self.node(key) {
            None => &[],
            Some(node) if matches!(node.kind, NodeKind::List(_)) => node.items(),
            Some(_) => {
                self.refuse(key, "no list", "a list, `[...]` or a line with `-` for each item");
                &[]
            }
        }
    }

    /// Something that the exporter knows and Serin has not. An empty value asks for nothing.
    pub(in crate::blackbox::modules) fn lacks(&mut self, key: &'static str, what: &str, instead: &str) {
        let asks = self.node(key).is_some_and(|node| match &node.kind {
            NodeKind::Bool(flag) => *flag,
            NodeKind::List(items) => !items.is_empty(),
            NodeKind::Map(entries) => !entries.is_empty(),
            _ => !node.text.is_empty(),
        });
        if asks {
            self.cannot(key, what, instead);
        }
    }

    pub(in crate::blackbox::modules) fn cannot(&mut self, key: &str, what: &str, instead: &str) {
        let found = format!("`{key}` of {}: {what}, which Serin does not have", self.place);
        self.refuse(key, found, instead);
    }

    pub(in crate::blackbox::modules) fn refuse(
        &mut self,
        key: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        let entry = self.entries.iter().find(|entry| entry.key == key);
        let span = entry.map_or_else(
            || self.owner.clone(),
            |entry| match entry.value.kind {
                NodeKind::List(_) | NodeKind::Map(_) => entry.key_span.clone(),
                _ => entry.value.span.clone(),
            },
        );
        self.refuse_at(span, found, expected);
    }

    pub(in crate::blackbox::modules) fn refuse_here(&mut self, found: &str, expected: &str) {
        let found = format!("{found} in {}", self.place);
        self.refuse_at(self.owner.clone(), found, expected);
    }

    pub(in crate::blackbox::modules) fn refuse_at(
        &mut self,
        span: Span,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.report
            .push(Diagnostic::error(self.source, span, found, expected));
    }

    /// Keys that nobody asked for are mistakes.
    pub(in crate::blackbox::modules) fn finish(self) {
        for entry in self.entries {
            if self.known.contains(&entry.key.as_str()) {
                continue;
            }
            let found = format!("unknown key `{}` of {}", entry.key, self.place);
            let meant = did_you_mean(&entry.key, self.known.iter().copied());
            let mistake = Diagnostic::error(
                self.source,
                entry.key_span.clone(),
                found,
                "a key of blackbox_exporter",
            );
            self.report.push(mistake.with_suggestion(meant));
        }
    }
}

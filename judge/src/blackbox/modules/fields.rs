use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::Content;
use crate::analysis::{Diagnostic, Entry, Node, NodeKind, Source, Span, did_you_mean, duration};
use crate::blackbox::{Addressing, Family};

/// The keys of one map of a module file. Whatever is not asked for is refused in the end.
pub(super) struct Fields<'a> {
    source: &'a Arc<Source>,
    entries: &'a [Entry],
    owner: Span,
    /// Such as ``module `http_2xx` ``.
    place: String,
    known: Vec<&'static str>,
    report: &'a mut Vec<Diagnostic>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(source: &'a Arc<Source>, node: &'a Node, report: &'a mut Vec<Diagnostic>) -> Self {
        if !matches!(node.kind, NodeKind::Map(_)) {
            report.push(Diagnostic::error(source, node.mark(), "no map of keys", "keys with values"));
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

    pub(super) fn of_module(mut self, name: &str) -> Self {
        self.place = format!("module `{name}`");
        self
    }

    /// The keys of a map in this one; none where there is no such map.
    pub(super) fn within<'b>(&'b mut self, node: Option<&'b Node>) -> Fields<'b> {
        Fields {
            source: self.source,
            entries: node.map_or(&[], Node::entries),
            owner: node.map_or_else(|| self.owner.clone(), Node::mark),
            place: self.place.clone(),
            known: Vec::new(),
            report: self.report,
        }
    }

    pub(super) fn report(&mut self) -> &mut Vec<Diagnostic> {
        self.report
    }

    fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        self.known.push(key);
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        (!entry.value.is_null()).then_some(entry)
    }

    /// The value of a key that is read elsewhere.
    pub(super) fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// A key that means nothing here and is no mistake.
    pub(super) fn pass_over(&mut self, key: &'static str) {
        self.known.push(key);
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key && !entry.value.is_null())
    }

    pub(super) fn map(&mut self, key: &'static str) -> Option<&'a Node> {
        let node = self.node(key)?;
        let is_map = matches!(node.kind, NodeKind::Map(_));
        if !is_map {
            self.refuse(key, "no map", "keys with values");
        }
        is_map.then_some(node)
    }

    /// The items of a list; one that is none is refused.
    pub(super) fn items(&mut self, key: &'static str) -> &'a [Node] {
        match self.node(key) {
            None => &[],
            Some(node) if matches!(node.kind, NodeKind::List(_)) => node.items(),
            Some(_) => {
                self.refuse(key, "no list", "a list, `[...]` or a line with `-` for each item");
                &[]
            }
        }
    }

    /// A text, or what a number and a flag are written as, as Go reads them.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let node = self.node(key)?;
        self.text_of(key, node)
    }

    pub(super) fn text_of(&mut self, key: &str, node: &Node) -> Option<String> {
        match node.kind {
            NodeKind::List(_) | NodeKind::Map(_) | NodeKind::Null => {
                self.refuse_at(node.mark(), format!("`{key}` that is no text"), "a text");
                None
            }
            _ => Some(node.text.clone()),
        }
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let items = self.items(key);
        items.iter().filter_map(|node| self.text_of(key, node)).collect()
    }

    /// As Go's YAML has flags: `yes` and `on` too.
    pub(super) fn flag(&mut self, key: &'static str, default: bool) -> bool {
        let Some(node) = self.node(key) else { return default };
        match (&node.kind, node.text.as_str()) {
            (NodeKind::Bool(flag), _) => *flag,
            (NodeKind::Text, "y" | "Y" | "yes" | "on") if node.plain => true,
            (NodeKind::Text, "n" | "N" | "no" | "off") if node.plain => false,
            _ => {
                self.refuse(key, format!("{:?}", node.text), "`true` or `false`");
                default
            }
        }
    }

    pub(super) fn integer(&mut self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let node = self.node(key)?;
        self.integer_of(node, range)
    }

    pub(super) fn integer_of(&mut self, node: &Node, range: RangeInclusive<i64>) -> Option<i64> {
        match node.kind {
            NodeKind::Integer(value) if range.contains(&value) => Some(value),
            _ => {
                let expected = format!("a whole number from {} to {}", range.start(), range.end());
                self.refuse_at(node.mark(), format!("{:?}", node.text), expected);
                None
            }
        }
    }

    pub(super) fn duration(&mut self, key: &'static str) -> Option<Duration> {
        let text = self.text(key)?;
        match duration::parse(&text) {
            Ok(read) => Some(read).filter(|read| !read.is_zero()),
            Err(error) => {
                self.refuse(key, error.to_string(), "a duration such as `5s` or `1m30s`");
                None
            }
        }
    }

    pub(super) fn regex(&mut self, key: &'static str) -> Option<regex::bytes::Regex> {
        let node = self.node(key)?;
        self.regex_of(node)
    }

    pub(super) fn regexes(&mut self, key: &'static str) -> Vec<regex::bytes::Regex> {
        let items = self.items(key);
        items.iter().filter_map(|node| self.regex_of(node)).collect()
    }

    fn regex_of(&mut self, node: &Node) -> Option<regex::bytes::Regex> {
        let text = self.text_of("regexp", node)?;
        match regex::bytes::Regex::new(&text) {
            Ok(regex) => Some(regex),
            Err(error) => {
                let seen = error.to_string();
                let seen = seen.lines().last().unwrap_or_default();
                let found = format!("no regular expression: {}", seen.trim_start_matches("error: "));
                self.refuse_at(node.mark(), found, "an expression as RE2 has them, without look-around");
                None
            }
        }
    }

    /// A text of the file, or what a file has whose path stands in another key. Both are refused.
    pub(super) fn content(&mut self, key: &'static str, file: &'static str) -> Option<Content> {
        let given = self.text(key).filter(|text| !text.is_empty());
        let path = self.text(file).filter(|path| !path.is_empty());
        match (given, path) {
            (Some(_), Some(_)) => {
                self.refuse(file, format!("both `{key}` and `{file}`"), "one of them");
                None
            }
            (Some(given), None) => Some(Content::Given(given.into())),
            (None, path) => path.map(Content::File),
        }
    }

    pub(super) fn addressing(&mut self) -> Addressing {
        let preferred = match self.text("preferred_ip_protocol").as_deref() {
            None | Some("" | "ip6") => Family::V6,
            Some("ip4") => Family::V4,
            Some(other) => {
                let found = format!("{other:?}");
                self.refuse("preferred_ip_protocol", found, "`ip4` or `ip6`");
                Family::V6
            }
        };
        Addressing {
            preferred,
            fallback: self.flag("ip_protocol_fallback", true),
        }
    }

    /// Something that the exporter knows and Serin has not. An empty value asks for nothing.
    pub(super) fn lacks(&mut self, key: &'static str, what: &str, instead: &str) {
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

    pub(super) fn cannot(&mut self, key: &str, what: &str, instead: &str) {
        let found = format!("`{key}` of {}: {what}, which Serin does not have", self.place);
        self.refuse(key, found, instead);
    }

    pub(super) fn refuse(&mut self, key: &str, found: impl Into<String>, expected: impl Into<String>) {
        let entry = self.entries.iter().find(|entry| entry.key == key);
        let span = entry.map_or_else(|| self.owner.clone(), |entry| match entry.value.kind {
            NodeKind::List(_) | NodeKind::Map(_) => entry.key_span.clone(),
            _ => entry.value.span.clone(),
        });
        self.refuse_at(span, found, expected);
    }

    pub(super) fn refuse_here(&mut self, found: &str, expected: &str) {
        let found = format!("{found} in {}", self.place);
        self.refuse_at(self.owner.clone(), found, expected);
    }

    pub(super) fn refuse_at(&mut self, span: Span, found: impl Into<String>, expected: impl Into<String>) {
        self.report.push(Diagnostic::error(self.source, span, found, expected));
    }

    /// Keys that nobody asked for are mistakes.
    pub(super) fn finish(self) {
        for entry in self.entries {
            if self.known.contains(&entry.key.as_str()) {
                continue;
            }
            let found = format!("unknown key `{}` of {}", entry.key, self.place);
            let meant = did_you_mean(&entry.key, self.known.iter().copied());
            let mistake =
                Diagnostic::error(self.source, entry.key_span.clone(), found, "a key of blackbox_exporter");
            self.report.push(mistake.with_suggestion(meant));
        }
    }
}


use std::ops::RangeInclusive;
use std::time::Duration;

use super::Fields;
use crate::analysis::{Node, NodeKind, duration};
use crate::blackbox::modules::Content;
use crate::blackbox::{Addressing, Family};

impl Fields<'_> {
    /// A text, or what a number and a flag are written as, as Go reads them.
    pub(in crate::blackbox::modules) fn text(&mut self, key: &'static str) -> Option<String> {
        let node = self.node(key)?;
        self.text_of(key, node)
    }

    pub(in crate::blackbox::modules) fn text_of(&mut self, key: &str, node: &Node) -> Option<String> {
        match node.kind {
            NodeKind::List(_) | NodeKind::Map(_) | NodeKind::Null => {
                self.refuse_at(node.mark(), format!("`{key}` that is no text"), "a text");
                None
            }
            _ => Some(node.text.clone()),
        }
    }

    pub(in crate::blackbox::modules) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let items = self.items(key);
        items.iter().filter_map(|node| self.text_of(key, node)).collect()
    }

    /// As Go's YAML has flags: `yes` and `on` too.
    pub(in crate::blackbox::modules) fn flag(&mut self, key: &'static str, default: bool) -> bool {
        let Some(node) = self.node(key) else {
            return default;
        };
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

    pub(in crate::blackbox::modules) fn integer(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        let node = self.node(key)?;
        self.integer_of(node, range)
    }

    pub(in crate::blackbox::modules) fn integer_of(
        &mut self,
        node: &Node,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        match node.kind {
            NodeKind::Integer(value) if range.contains(&value) => Some(value),
            _ => {
                let expected = format!("a whole number from {} to {}", range.start(), range.end());
                self.refuse_at(node.mark(), format!("{:?}", node.text), expected);
                None
            }
        }
    }

    pub(in crate::blackbox::modules) fn duration(&mut self, key: &'static str) -> Option<Duration> {
        let text = self.text(key)?;
        match duration::parse(&text) {
            Ok(read) => Some(read).filter(|read| !read.is_zero()),
            Err(error) => {
                self.refuse(key, error.to_string(), "a duration such as `5s` or `1m30s`");
                None
            }
        }
    }

    pub(in crate::blackbox::modules) fn regex(&mut self, key: &'static str) -> Option<regex::bytes::Regex> {
        let node = self.node(key)?;
        self.regex_of(node)
    }

    pub(in crate::blackbox::modules) fn regexes(&mut self, key: &'static str) -> Vec<regex::bytes::Regex> {
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
                self.refuse_at(
                    node.mark(),
                    found,
                    "an expression as RE2 has them, without look-around",
                );
                None
            }
        }
    }

    /// A text of the file, or what a file has whose path stands in another key. Both are refused.
    pub(in crate::blackbox::modules) fn content(
        &mut self,
        key: &'static str,
        file: &'static str,
    ) -> Option<Content> {
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

    pub(in crate::blackbox::modules) fn addressing(&mut self) -> Addressing {
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
}

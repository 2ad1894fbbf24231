//! Queries in the words of Journeys.

use super::expect::Looked;
use crate::import::text::has_value;
use crate::import::yaml::{Map, Yaml};

/// A place in an answer: a key and what it is given.
pub(super) struct Where {
    pub(super) key: &'static str,
    pub(super) value: Yaml,
    /// `count` is asked for.
    pub(super) counts: bool,
    /// A number is meant, whatever the value is.
    is_number: bool,
}

/// The place that a query with its filters looks at, where Journeys have it.
pub(super) fn place(looked: &Looked) -> Option<Where> {
    let argument = looked.argument.as_deref().unwrap_or_default();
    if argument.contains("{{") {
        return None;
    }
    let (key, value): (&'static str, Yaml) = match looked.query.as_str() {
        "status" => ("status", true.into()),
        "duration" => ("duration", true.into()),
        "url" => ("url", true.into()),
        "redirects" => ("redirects", true.into()),
        "body" => ("body", true.into()),
        "bytes" => ("bytes", true.into()),
        "jsonpath" => ("jsonpath", argument.into()),
        "regex" => ("regex", argument.into()),
        "header" => ("header", argument.into()),
        "cookie" => {
            let (name, attribute) = match argument.split_once('[') {
                Some((name, attribute)) => (name, attribute.trim_end_matches(']')),
                None => (argument, "Value"),
            };
            if attribute != "Value" {
                return None;
            }
            ("cookie", name.into())
        }
        "certificate" if argument == "Expire-Date" => ("certificate", true.into()),
        _ => return None,
    };
    let mut found = Where {
        key,
        value,
        counts: false,
        is_number: false,
    };
    for (name, arguments) in &looked.filters {
        found.filter(name, arguments)?;
    }
    let is_open = matches!(found.key, "bytes" | "redirects") && !found.counts;
    (!is_open && found.key != "certificate" && found.is_known()).then_some(found)
}

impl Where {
    fn filter(&mut self, name: &str, arguments: &[String]) -> Option<()> {
        let is_text = matches!(self.key, "header" | "cookie" | "regex" | "body" | "url");
        let argument = arguments.first().map(String::as_str).unwrap_or_default();
        if argument.contains("{{") || self.counts {
            return None;
        }
        match (name, self.key, &self.value) {
            ("count", "bytes", _) => {
                self.key = "size";
                self.counts = true;
            }
            ("count", "jsonpath" | "redirects", _) => self.counts = true,
            ("toInt" | "toFloat", _, _) if is_text => self.is_number = true,
            ("daysAfterNow", "certificate", _) => self.key = "tlsDaysLeft",
            ("regex", "body", _) => {
                self.key = "regex";
                self.value = argument.into();
            }
            ("jsonpath", "body", _) => {
                self.key = "jsonpath";
                self.value = argument.into();
            }
            ("nth", "jsonpath", Yaml::Text(path)) => {
                let index: i64 = argument.parse().ok()?;
                self.value = format!("{path}[{index}]").into();
            }
            ("first" | "last", "jsonpath", Yaml::Text(path)) => {
                let index = if name == "first" { 0 } else { -1 };
                self.value = format!("{path}[{index}]").into();
            }
            ("decode", "bytes", _) if argument.eq_ignore_ascii_case("utf-8") => self.key = "body",
            _ => return None,
        }
        Some(())
    }

    /// Whether its path, expression or name is one here too.
    fn is_known(&self) -> bool {
        match (self.key, &self.value) {
            ("jsonpath", Yaml::Text(path)) => serde_json_path::JsonPath::parse(path).is_ok(),
            ("regex", Yaml::Text(regex)) => is_regex(regex),
            ("header", Yaml::Text(name)) => http::HeaderName::from_bytes(name.as_bytes()).is_ok(),
            ("cookie", Yaml::Text(name)) => !name.is_empty(),
            _ => true,
        }
    }

    /// As a capture, where it can be one.
    pub(super) fn capture(self) -> Option<Map> {
        let is_one = !matches!(self.key, "redirects" | "tlsDaysLeft" | "size") && !self.counts;
        let mut map = (is_one || self.key == "size").then(|| Map::of(self.key, self.value))?;
        if self.is_number {
            map.put("type", "number");
        }
        Some(map)
    }
}

/// Whether it is an expression of Rust's `regex`, as checks of documents ask.
pub(in crate::import) fn is_regex(text: &str) -> bool {
    let is_plain = !text.contains("{{") && !has_value(text);
    is_plain && regex::RegexBuilder::new(text).size_limit(1 << 20).build().is_ok()
}

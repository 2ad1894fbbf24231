//! Checks of single values, each reported at the value's place.

use std::time::Duration;

use crate::analysis::args::Inputs;
use crate::analysis::diagnostic::Diagnostic;
use crate::analysis::documents::Documents;
use crate::analysis::duration::{self, DurationError};
use crate::analysis::locate::locate;
use crate::analysis::node::Place;
use crate::analysis::plan::Dialect;
use crate::analysis::raw::text::{IntOrString, NumberOrString};
use crate::condition::Condition;
use crate::counter::Selector;

const SELECTOR: &str = "a series selector such as `http_requests_total{code=~\"5..\"}`";

/// Where problems go, and whose rules apply.
pub(crate) struct Checks<'r> {
    pub(crate) dialect: Dialect,
    /// Arguments may be without a value; what depends on them is not checked.
    pub(crate) draft: bool,
    /// Where journeys are looked up by their names, with the secrets that are known; `None` where none can be named.
    pub(crate) documents: Option<(&'r Documents, &'r Inputs)>,
    pub(crate) report: &'r mut Vec<Diagnostic>,
}

impl Checks<'_> {
    pub(crate) fn refuse(
        &mut self,
        place: &Place<'_>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.report.push(place.error(found, expected));
    }

    pub(super) fn warn(&mut self, place: &Place<'_>, found: impl Into<String>, expected: impl Into<String>) {
        self.report.push(place.error(found, expected).into_warning());
    }

    /// An error, but a warning for Argo, where the same shows only when the metric is measured.
    pub(super) fn refuse_unless_argo(&mut self, place: &Place<'_>, found: String, expected: &str) {
        match self.dialect {
            Dialect::Argo => self.warn(
                place,
                found,
                format!("{expected}; every measurement will be an Error"),
            ),
            Dialect::Serin => self.refuse(place, found, expected),
        }
    }

    /// Whether a text still waits for an argument.
    pub(super) fn is_open(&self, text: &str) -> bool {
        self.draft && text.contains("{{")
    }

    /// `None` for an absent duration, and for one that is refused or open.
    pub(super) fn duration(
        &mut self,
        place: &Place<'_>,
        text: Option<&str>,
        say: impl Fn(DurationError) -> String,
    ) -> Option<Duration> {
        let text = text.filter(|text| !text.is_empty() && !self.is_open(text))?;
        duration::parse(text)
            .map_err(|error| self.refuse(place, say(error), "a duration such as `30s`, `1m30s` or `500ms`"))
            .ok()
    }

    /// The default for an absent number; `None` for one that is refused or open.
    pub(super) fn integer(
        &mut self,
        place: &Place<'_>,
        value: Option<&IntOrString>,
        default: i64,
    ) -> Option<i64> {
        match value {
            None => Some(default),
            Some(IntOrString::Number(value)) => Some(*value),
            Some(IntOrString::Text(text)) if self.is_open(text) => None,
            Some(IntOrString::Text(text)) => match (text.trim().parse(), self.dialect) {
                (Ok(value), _) => Some(value),
                // As in Kubernetes' IntValue().
                (Err(_), Dialect::Argo) => {
                    self.warn(
                        place,
                        format!("{text:?}, which Argo takes for 0"),
                        "a whole number",
                    );
                    Some(0)
                }
                (Err(_), Dialect::Serin) => {
                    self.refuse(place, format!("{text:?}"), "a whole number");
                    None
                }
            },
        }
    }

    /// The default for an absent number; `None` for one that is refused or open.
    pub(super) fn number(
        &mut self,
        place: &Place<'_>,
        value: Option<&NumberOrString>,
        default: f64,
    ) -> Option<f64> {
        match value {
            None => Some(default),
            Some(NumberOrString::Number(value)) => Some(*value),
            Some(NumberOrString::Text(text)) if self.is_open(text) => None,
            Some(NumberOrString::Text(text)) => match text.trim().parse::<f64>() {
                Ok(value) if value.is_finite() => Some(value),
                _ => {
                    self.refuse(place, format!("{text:?}"), "a number");
                    None
                }
            },
        }
    }

    /// A number inside a range; `holds` and `range` have to say the same.
    pub(super) fn number_in(
        &mut self,
        place: &Place<'_>,
        value: Option<&NumberOrString>,
        default: f64,
        holds: impl Fn(f64) -> bool,
        range: &str,
    ) -> Option<f64> {
        let number = self.number(place, value, default)?;
        if holds(number) {
            return Some(number);
        }
        self.refuse(place, format!("the number {number}"), range);
        None
    }

    /// `None` for an absent or empty condition, as in Argo, and for one that is refused or open.
    pub(super) fn condition(
        &mut self,
        place: &Place<'_>,
        text: Option<&str>,
        label: &str,
    ) -> Option<Condition> {
        let text = text.filter(|text| !text.is_empty() && !self.is_open(text))?;
        match Condition::compile(text) {
            Ok(condition) => Some(condition),
            Err(error) => {
                let mut problem = place.error(
                    format!("{label}{error}"),
                    "a condition such as `result[0] >= 0.95`",
                );
                if let (Some(part), Some(node)) = (error.span(), place.node()) {
                    problem.span = locate(place.source(), node, &part);
                    let written = place.source().text().get(node.span.clone());
                    if written.is_some_and(|written| written.contains("{{")) {
                        problem = problem.with_help(format!("with its arguments it is `{text}`"));
                    }
                }
                self.report.push(problem);
                None
            }
        }
    }

    /// Whether an address can be reached at all.
    pub(super) fn url(&mut self, place: &Place<'_>, text: &str, label: &str) {
        if self.is_open(text) {
            return;
        }
        let found = match text.split_once("://") {
            Some(("http" | "https", rest)) if !rest.starts_with(['/', '?', '#', ':']) && !rest.is_empty() => {
                return;
            }
            Some((scheme, _)) if !matches!(scheme, "http" | "https") => {
                format!("{label}the scheme {scheme:?} in {text:?}")
            }
            _ => format!("{label}{text:?} without scheme and host"),
        };
        self.refuse_unless_argo(
            place,
            found,
            "an address with scheme and host, such as `http://prometheus:9090`",
        );
    }

    /// An address that journeys ask. Credentials in it would be shown wherever the address is.
    pub(super) fn target(&mut self, place: &Place<'_>, text: &str, label: &str) {
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            let found = format!("{label}credentials in a URL");
            return self.refuse(
                place,
                found,
                "a URL without them, and `auth: {basic: ...}` in the requests",
            );
        }
        self.url(place, text, label);
    }

    /// A list of URLs with at least one.
    pub(super) fn urls(&mut self, place: &Place<'_>, urls: &[String], label: &str) {
        if urls.is_empty() {
            self.refuse(
                place,
                format!("{label}no address"),
                "at least one URL of a `/metrics` endpoint",
            );
        }
        for (at, url) in urls.iter().enumerate() {
            let item = place.item(at);
            self.url(if item.node().is_some() { &item } else { place }, url, label);
        }
    }

    /// A series selector as the counters read it.
    pub(super) fn selector(&mut self, place: &Place<'_>, text: &str, label: &str) {
        if self.is_open(text) {
            return;
        }
        let Err(error) = Selector::parse(text) else {
            return;
        };
        let bare = text.trim();
        if bare.is_empty() {
            self.refuse(place, format!("{label}an empty selector"), SELECTOR);
        } else if bare == "{}" {
            self.refuse(
                place,
                format!("{label}a selector of every series"),
                "a metric's name or at least one label",
            );
        } else {
            let mut problem = place.error(format!("{label}{error}"), SELECTOR);
            if let Some(node) = place.node() {
                let at = text
                    .char_indices()
                    .nth(error.at.saturating_sub(1))
                    .map_or(text.len(), |(at, _)| at);
                problem.span = locate(place.source(), node, &(at..at + 1));
                let written = place.source().text().get(node.span.clone());
                if written.is_some_and(|written| written.contains("{{")) {
                    problem = problem.with_help(format!("with its arguments it is `{text}`"));
                }
            }
            self.report.push(problem);
        }
    }
}

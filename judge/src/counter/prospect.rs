//! Whether a selector that matched nothing could match at all.
//!
//! Nothing bad among many requests is good news only when bad ones would have been seen. A selector with a mistyped
//! metric or label sees none either, so the series that are there have to bear it out.

use std::collections::BTreeSet;

use super::selector::Selector;
use super::series::{NAME_LABEL, Series};

/// Names that one message lists.
const LISTED_MAX: usize = 20;
/// A counter that appears with its first error cannot be told from one that is mistyped.
const COUNTER_HELP: &str =
    "expose the counter from the start, or select the errors from the counter of all requests by a label";

/// Looks at series and tells whether a selector could match one of them or one like them.
#[derive(Clone, Debug)]
pub struct Prospect<'s> {
    selector: &'s Selector,
    /// Metrics of another name.
    others: BTreeSet<Box<str>>,
    /// Labels of the selector's metric; `None` while there is no such metric.
    labels: Option<BTreeSet<Box<str>>>,
}

/// Why a selector can never match, with what there is instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoProspect {
    /// The metric is not there.
    #[error("`{selector}` matches nothing: there is no such metric; there {}{}; {COUNTER_HELP}", are(.metrics), meant(.suggestion.as_deref()))]
    Metric {
        /// As it was written.
        selector: String,
        /// Those that are there.
        metrics: Vec<String>,
        /// One of them that was probably meant.
        suggestion: Option<String>,
    },
    /// The metric is there, and none of its series has a label that the selector asks for.
    #[error("`{selector}` can match nothing: the metric has no label `{label}`; there {}{}", are(.labels), meant(.suggestion.as_deref()))]
    Label {
        /// As it was written.
        selector: String,
        /// The one that is missing.
        label: String,
        /// Those that are there.
        labels: Vec<String>,
        /// One of them that was probably meant.
        suggestion: Option<String>,
    },
}

impl<'s> Prospect<'s> {
    /// For one selector; nothing was seen yet.
    #[must_use]
    pub fn new(selector: &'s Selector) -> Self {
        Self {
            selector,
            others: BTreeSet::new(),
            labels: None,
        }
    }

    /// Takes a series that is there into account.
    pub fn see(&mut self, series: &Series) {
        if !self.selector.names(series) {
            self.see_metric(series.get(NAME_LABEL));
            return;
        }
        let labels = self.labels.get_or_insert_default();
        for (label, _) in series.labels().filter(|(label, _)| *label != NAME_LABEL) {
            if !labels.contains(label) {
                let _ = labels.insert(label.into());
            }
        }
    }

    /// Takes a metric into account of which only the name is known, and that is not the selector's.
    pub fn see_metric(&mut self, name: &str) {
        if !name.is_empty() && !self.others.contains(name) {
            let _ = self.others.insert(name.into());
        }
    }

    /// Whether the selector could match what was seen, or a series that is like it but for the values of its labels.
    ///
    /// # Errors
    /// What is missing.
    pub fn verdict(&self) -> Result<(), NoProspect> {
        let selector = self.selector.text().to_owned();
        let Some(labels) = &self.labels else {
            return Err(NoProspect::Metric {
                suggestion: self.selector.name().and_then(|name| nearest(name, &self.others)),
                metrics: owned(&self.others),
                selector,
            });
        };
        match self
            .selector
            .needed_labels()
            .find(|label| !labels.contains(*label))
        {
            None => Ok(()),
            Some(label) => Err(NoProspect::Label {
                suggestion: nearest(label, labels),
                labels: owned(labels),
                label: label.to_owned(),
                selector,
            }),
        }
    }
}

fn owned(words: &BTreeSet<Box<str>>) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

/// The one that differs by a few letters only.
fn nearest(word: &str, candidates: &BTreeSet<Box<str>>) -> Option<String> {
    let tolerance = (word.chars().count() / 3).clamp(1, 4);
    candidates
        .iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= tolerance)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= tolerance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate.to_string())
}

fn are(words: &[String]) -> String {
    let shown: Vec<String> = words
        .iter()
        .take(LISTED_MAX)
        .map(|word| format!("`{word}`"))
        .collect();
    match (shown.len(), words.len().saturating_sub(LISTED_MAX)) {
        (0, _) => "is none".to_owned(),
        (1, _) => format!("is {}", shown.join("")),
        (_, 0) => format!("are {}", shown.join(", ")),
        (_, more) => format!("are {} and {more} more", shown.join(", ")),
    }
}

fn meant(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |word| format!("; did you mean `{word}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(selector: &str, series: &[&[(&str, &str)]]) -> String {
        let selector = Selector::parse(selector).unwrap();
        let mut prospect = Prospect::new(&selector);
        for labels in series {
            prospect.see(&Series::new(labels.iter().copied()));
        }
        prospect
            .verdict()
            .map_or_else(|error| error.to_string(), |()| "yes".to_owned())
    }

    #[test]
    fn what_could_match() {
        let requests: &[(&str, &str)] = &[("__name__", "requests"), ("code", "200"), ("pod", "a")];
        let up: &[(&str, &str)] = &[("__name__", "up")];
        for selector in [
            "requests",
            "requests{code=~\"5..\"}",
            "requests{status!=\"200\"}",
            "requests{status=~\".*\"}",
            "{__name__=~\"req.*\",code=\"500\"}",
            "{code=\"500\"}",
        ] {
            assert_eq!(verdict(selector, &[up, requests]), "yes", "{selector}");
        }
        for (selector, expected) in [
            (
                "requests{status=~\"5..\"}",
                "no label `status`; there are `code`, `pod`",
            ),
            (
                "requests{codes=~\"5..\"}",
                "no label `codes`; there are `code`, `pod`; did you mean `code`?",
            ),
            (
                "request{code=~\"5..\"}",
                "no such metric; there are `requests`, `up`; did you mean `requests`?",
            ),
            ("{__name__=~\"http.*\"}", "no such metric; there are `requests`"),
        ] {
            let said = verdict(selector, &[up, requests]);
            assert!(said.contains(expected) && said.contains(selector), "{said}");
        }
        let other: &[(&str, &str)] = &[("__name__", "errors"), ("status", "1")];
        let said = verdict("requests{status=~\"5..\"}", &[requests, other]);
        assert!(said.contains("no label `status`"), "of another metric: {said}");
        assert!(verdict("a{b=\"1\"}", &[&[("__name__", "a")]]).ends_with("there is none"));
        let many: Vec<[(&str, String); 1]> = (0..30)
            .map(|index| [("__name__", format!("m{index:02}"))])
            .collect();
        let selector = Selector::parse("zzzzzz").unwrap();
        let mut prospect = Prospect::new(&selector);
        many.iter()
            .for_each(|[(name, value)]| prospect.see(&Series::new([(*name, value.as_str())])));
        let said = prospect.verdict().unwrap_err().to_string();
        assert!(
            said.contains("`m19` and 10 more; expose the counter from the start"),
            "{said}"
        );
    }
}

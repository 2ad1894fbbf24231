//! Rules that pick metrics by name: `dryRun` and `measurementRetention`.

use regex::{Regex, RegexBuilder};

use super::checks::Checks;
use crate::analysis::diagnostic::{Diagnostic, listed};
use crate::analysis::node::Place;
use crate::analysis::plan::Metric;
use crate::analysis::raw::metric::{DryRun, MeasurementRetention};

/// Newest measurements of a metric that are kept when no rule says otherwise, as in Argo.
pub(super) const RETENTION_DEFAULT: usize = 10;
/// Bytes of a compiled rule: names are short, so are rules.
const REGEX_BYTES_MAX: usize = 256 * 1024;

/// The rules of all documents of a run, in order.
#[derive(Default)]
pub(super) struct Rules {
    dry_run: Vec<Rule>,
    retention: Vec<(Rule, usize)>,
}

struct Rule {
    text: String,
    /// `None` for a text that is no regular expression: it matches nothing, as in Argo.
    regex: Option<Regex>,
    /// What to say when it matches nothing, with its place.
    unmatched: Diagnostic,
}

impl Rules {
    pub(super) fn dry_run(&mut self, checks: &mut Checks<'_>, raw: &[DryRun], place: &Place<'_>) {
        for (at, raw) in raw.iter().enumerate() {
            let place = place.item(at).field("metricName");
            let known = self.dry_run.iter().any(|rule| rule.text == raw.metric_name);
            refuse_double(checks, known, "Dry-Run", &raw.metric_name, &place);
            self.dry_run.push(Rule::new(
                &raw.metric_name,
                &format!("dryRun[{}]", self.dry_run.len()),
                &place,
            ));
        }
    }

    pub(super) fn retention(
        &mut self,
        checks: &mut Checks<'_>,
        raw: &[MeasurementRetention],
        place: &Place<'_>,
    ) {
        for (at, raw) in raw.iter().enumerate() {
            let place = place.item(at).field("metricName");
            let known = self
                .retention
                .iter()
                .any(|(rule, _)| rule.text == raw.metric_name);
            refuse_double(checks, known, "Measurement Retention", &raw.metric_name, &place);
            let rule = Rule::new(
                &raw.metric_name,
                &format!("measurementRetention[{}]", self.retention.len()),
                &place,
            );
            let limit = usize::try_from(raw.limit)
                .ok()
                .filter(|limit| *limit > 0)
                .unwrap_or(RETENTION_DEFAULT);
            self.retention.push((rule, limit));
        }
    }

    /// Marks the metrics that the rules pick; the last matching rule of a kind wins.
    pub(super) fn apply(&self, checks: &mut Checks<'_>, metrics: &mut [Metric]) {
        for rule in &self.dry_run {
            rule.pick(checks, metrics, |metric| metric.dry_run = true);
        }
        for (rule, limit) in &self.retention {
            rule.pick(checks, metrics, |metric| metric.retention = *limit);
        }
    }
}

impl Rule {
    fn new(text: &str, label: &str, place: &Place<'_>) -> Self {
        let regex = RegexBuilder::new(text).size_limit(REGEX_BYTES_MAX).build().ok();
        let unmatched = place.error(
            format!("{label}: Rule didn't match any metric name(s)"),
            "a regular expression that is found in a metric's name",
        );
        let unmatched = match (&regex, text) {
            (None, "*") => unmatched.with_help("`*` is no regular expression; `.*` matches every name"),
            (None, _) => unmatched.with_help(format!("{text:?} is no regular expression")),
            (Some(_), _) => unmatched,
        };
        Self {
            text: text.into(),
            regex,
            unmatched,
        }
    }

    fn pick(&self, checks: &mut Checks<'_>, metrics: &mut [Metric], mut mark: impl FnMut(&mut Metric)) {
        let mut matched = false;
        for metric in metrics.iter_mut() {
            if self
                .regex
                .as_ref()
                .is_some_and(|regex| regex.is_match(&metric.name))
            {
                matched = true;
                mark(metric);
            }
        }
        if !matched {
            let mut unmatched = self.unmatched.clone();
            unmatched.expected = format!(
                "{}: {}",
                unmatched.expected,
                listed(metrics.iter().map(|metric| metric.name.as_str()))
            );
            checks.report.push(unmatched);
        }
    }
}

fn refuse_double(checks: &mut Checks<'_>, known: bool, kind: &str, text: &str, place: &Place<'_>) {
    if known {
        let found = format!("two {kind} metric rules have the same name '{text}'");
        checks.refuse(place, found, "each rule once");
    }
}

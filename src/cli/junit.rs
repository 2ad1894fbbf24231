//! A run as JUnit XML: one test case for each metric, one for each comparison, one for the verdict.

use std::fmt::Write;

use serin_judge::verdict::{Phase, RunReport, Verdict};

pub(super) const HEADER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The report as one XML document.
#[must_use]
pub fn document(report: &RunReport) -> String {
    format!("{HEADER}{}", suite(report))
}

/// Several reports as one XML document.
#[must_use]
pub fn documents<'report>(reports: impl Iterator<Item = &'report RunReport>) -> String {
    let suites: String = reports.map(suite).collect();
    format!("{HEADER}<testsuites>\n{suites}</testsuites>\n")
}

fn suite(report: &RunReport) -> String {
    let mut cases = Cases::default();
    for metric in report.metrics.iter().filter(|metric| !metric.dry_run) {
        let outcome = match metric.phase {
            Phase::Successful => Outcome::Passed,
            Phase::Error => Outcome::Error,
            Phase::Pending | Phase::Running | Phase::Inconclusive => Outcome::Skipped,
            Phase::Failed => Outcome::Failed,
        };
        cases.add("metric", &metric.name, outcome, &metric.message);
    }
    for comparison in &report.comparisons {
        let outcome = match comparison.decision {
            serin_judge::verdict::ComparisonDecision::Regressed => Outcome::Failed,
            serin_judge::verdict::ComparisonDecision::Noninferior => Outcome::Passed,
            serin_judge::verdict::ComparisonDecision::Undecided => Outcome::Skipped,
        };
        cases.add("comparison", &comparison.name, outcome, &comparison.sentence);
    }
    let outcome = match report.verdict {
        Verdict::Promote => Outcome::Passed,
        Verdict::Rollback => Outcome::Failed,
        _ => Outcome::Error,
    };
    cases.add("verdict", &report.verdict.to_string(), outcome, &report.summary);
    cases.finish(&report.analysis)
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Passed,
    Failed,
    Error,
    Skipped,
}

/// Test cases of one suite.
#[derive(Default)]
pub(super) struct Cases {
    xml: String,
    counts: [u32; 4],
    /// Of the next case.
    output: String,
}

impl Cases {
    /// The next case printed this, so to speak.
    pub(super) fn print(&mut self, text: &str) {
        text.clone_into(&mut self.output);
    }

    pub(super) fn passed(&mut self, class: &str, name: &str) {
        self.add(class, name, Outcome::Passed, "");
    }

    pub(super) fn failed(&mut self, class: &str, name: &str, message: &str) {
        self.add(class, name, Outcome::Failed, message);
    }

    pub(super) fn broken(&mut self, class: &str, name: &str, message: &str) {
        self.add(class, name, Outcome::Error, message);
    }

    pub(super) fn skipped(&mut self, class: &str, name: &str, message: &str) {
        self.add(class, name, Outcome::Skipped, message);
    }

    fn add(&mut self, class: &str, name: &str, outcome: Outcome, message: &str) {
        self.counts[outcome as usize] += 1;
        let (class, name, message) = (escape(class), escape(name), escape(message));
        let element = match outcome {
            Outcome::Passed => String::new(),
            Outcome::Failed => format!("<failure message=\"{message}\"/>"),
            Outcome::Error => format!("<error message=\"{message}\"/>"),
            Outcome::Skipped => format!("<skipped message=\"{message}\"/>"),
        };
        let output = match std::mem::take(&mut self.output) {
            output if output.is_empty() => output,
            output => format!("<system-out>{}</system-out>", escape(&output)),
        };
        let _infallible = writeln!(
            self.xml,
            "  <testcase classname=\"{class}\" name=\"{name}\">{element}{output}</testcase>"
        );
    }

    pub(super) fn finish(self, suite: &str) -> String {
        let [passed, failed, error, skipped] = self.counts;
        let (tests, suite) = (passed + failed + error + skipped, escape(suite));
        format!(
            "<testsuite name=\"{suite}\" tests=\"{tests}\" \
             failures=\"{failed}\" errors=\"{error}\" skipped=\"{skipped}\">\n{}</testsuite>\n",
            self.xml
        )
    }
}

/// Markup becomes entities; control characters, which XML cannot hold at all, become a question mark.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            control if control.is_control() => escaped.push('?'),
            other => escaped.push(other),
        }
    }
    escaped
}

//! Expected against got.

use std::time::Duration;

use serde::Serialize;

use crate::analysis::cases::{Case, ExpectMetric, ExpectSummary};
use crate::analysis::duration;
use crate::analysis::plan::{Phase, RunStatus, Summary};
use crate::verdict::{ComparisonReport, MetricState, Reason, RunState, Verdict};

/// Something that came out otherwise than it was expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The key below `expect`, such as `metrics.success-rate.failed`.
    pub what: String,
    /// As the test says.
    pub expected: String,
    /// What came out.
    pub got: String,
}

/// How a run ended.
pub(super) struct Ended<'a> {
    pub(super) phase: Phase,
    pub(super) verdict: Verdict,
    pub(super) reasons: &'a [Reason],
    pub(super) message: &'a str,
    pub(super) at: Duration,
    pub(super) state: Option<&'a RunState>,
    pub(super) comparisons: &'a [ComparisonReport],
    pub(super) status: Option<&'a RunStatus>,
}

/// Everything that came out otherwise.
pub(super) fn differences(case: &Case, ended: &Ended<'_>) -> Vec<Difference> {
    let expect = &case.expect;
    let mut found = Differences::default();
    found.compare("phase", expect.phase.map(|phase| format!("{phase:?}")), || {
        format!("{:?}", ended.phase)
    });
    found.compare("verdict", expect.verdict.clone(), || ended.verdict.to_string());
    found.reasons(
        expect.reasons.iter().flatten().map(|reason| reason.0.as_str()),
        ended.reasons,
    );
    found.compare("message", expect.message.clone(), || ended.message.to_owned());
    found.compare("at", case.ends_at.map(duration::format), || {
        duration::format(ended.at)
    });
    for (name, expected) in expect.metrics.iter().flatten() {
        let got = ended.state.and_then(|state| metric(state, name));
        found.metric(&format!("metrics.{name}"), expected, got);
    }
    for (name, expected) in expect.comparisons.iter().flatten() {
        let report = ended.comparisons.iter().find(|report| *report.name == **name);
        let got = || {
            report.map_or_else(
                || "nothing".to_owned(),
                |report| format!("{:?}", report.decision).to_lowercase(),
            )
        };
        found.compare(
            &format!("comparisons.{name}.decision"),
            expected.decision.clone(),
            got,
        );
    }
    let status = ended.status.cloned().unwrap_or_default();
    found.summary("runSummary", expect.run_summary.as_ref(), status.run_summary);
    found.summary(
        "dryRunSummary",
        expect.dry_run_summary.as_ref(),
        status.dry_run_summary,
    );
    found.0
}

fn metric<'a>(state: &'a RunState, name: &str) -> Option<&'a MetricState> {
    let at = state
        .plan()
        .metrics
        .iter()
        .position(|metric| metric.name == name)?;
    state.metrics().get(at)
}

#[derive(Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn compare(&mut self, what: &str, expected: Option<String>, got: impl FnOnce() -> String) {
        let Some(expected) = expected else { return };
        let got = got();
        if expected != got {
            self.0.push(Difference {
                what: what.to_owned(),
                expected,
                got,
            });
        }
    }

    /// Each has to be among those that there are.
    fn reasons<'e>(&mut self, expected: impl Iterator<Item = &'e str>, got: &[Reason]) {
        let got: Vec<String> = got.iter().map(ToString::to_string).collect();
        for expected in expected.filter(|expected| !got.iter().any(|got| got == expected)) {
            self.0.push(Difference {
                what: "reasons".to_owned(),
                expected: expected.to_owned(),
                got: got.join(", "),
            });
        }
    }

    fn metric(&mut self, path: &str, expected: &ExpectMetric, got: Option<&MetricState>) {
        let nothing = MetricState::default();
        let got = got.unwrap_or(&nothing);
        let counters = got.counters;
        let path = |key: &str| format!("{path}.{key}");
        self.compare(
            &path("phase"),
            expected.phase.map(|phase| format!("{phase:?}")),
            || format!("{:?}", got.phase),
        );
        self.compare(&path("message"), expected.message.clone(), || {
            got.argo_message.clone()
        });
        let numbers = [
            ("count", expected.count, counters.count),
            ("successful", expected.successful, counters.successful),
            ("failed", expected.failed, counters.failed),
            ("inconclusive", expected.inconclusive, counters.inconclusive),
            ("error", expected.error, counters.error),
            (
                "consecutiveError",
                expected.consecutive_error,
                counters.consecutive_error,
            ),
            (
                "consecutiveSuccess",
                expected.consecutive_success,
                counters.consecutive_success,
            ),
        ];
        for (key, expected, got) in numbers {
            self.compare(&path(key), expected.map(|number| number.to_string()), || {
                got.to_string()
            });
        }
        let phases = |phases: &mut dyn Iterator<Item = Phase>| {
            let words: Vec<String> = phases.map(|phase| format!("{phase:?}")).collect();
            format!("[{}]", words.join(", "))
        };
        let expected = expected.measurements.as_ref();
        self.compare(
            &path("measurements"),
            expected.map(|expected| phases(&mut expected.iter().copied())),
            || phases(&mut got.phases()),
        );
    }

    fn summary(&mut self, path: &str, expected: Option<&ExpectSummary>, got: Summary) {
        let Some(expected) = expected else { return };
        let numbers = [
            ("count", expected.count, got.count),
            ("successful", expected.successful, got.successful),
            ("failed", expected.failed, got.failed),
            ("inconclusive", expected.inconclusive, got.inconclusive),
            ("error", expected.error, got.error),
        ];
        for (key, expected, got) in numbers {
            self.compare(
                &format!("{path}.{key}"),
                expected.map(|number| number.to_string()),
                || got.to_string(),
            );
        }
    }
}

//! What a test came to.

use std::sync::Arc;
use std::time::Duration;

use super::compare::{self, Difference, Ended};
use super::coverage::Coverage;
use super::run::Course;
use super::timeline::Timeline;
use crate::analysis::cases::Case;
use crate::analysis::plan::{Phase, Plan};
use crate::verdict::{Reason, RunIdentity, RunReport, Verdict};

/// What a test came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Where what came out is not what was expected; none for a test that passed.
    pub differences: Vec<Difference>,
    /// What led there; empty for a test that passed.
    pub timeline: Timeline,
    /// The run at its end; `None` when its analysis could not be run.
    pub report: Option<RunReport>,
    /// Why the run has no verdict, when it has none.
    pub note: Option<String>,
}

/// Runs a test. What its run has exercised is added to `coverage`.
#[must_use]
pub fn simulate(case: &Case, coverage: &mut Coverage) -> Outcome {
    let plan = match &case.plan {
        Ok(plan) => plan,
        Err(message) => return refused(case, message),
    };
    let mut course = Course::new(case, plan, false);
    let was_cut = course.finish();
    coverage.add(case, plan, &course);
    let state = &course.state;
    let ended_at = state.decided_at().unwrap_or(course.now);
    let report = state.report(&RunIdentity::default(), ended_at);
    let note = (report.verdict == Verdict::Continue).then(|| undecided(was_cut, &course));
    let ended = Ended {
        phase: report.phase,
        verdict: report.verdict,
        reasons: &report.reasons,
        message: match state.message() {
            "" if !plan.comparisons.is_empty() || plan.has_deadline() => &report.summary,
            message => message,
        },
        at: ended_at.since(course.began_at),
        state: Some(state),
        comparisons: &report.comparisons,
        status: Some(&report.status),
    };
    let differences = compare::differences(case, &ended);
    Outcome {
        timeline: match differences.is_empty() {
            true => course.timeline,
            false => told(case, plan),
        },
        differences,
        report: Some(report),
        note,
    }
}

/// What led there: the same again, now with somebody to tell it to. Most tests pass, and need no telling.
pub(super) fn told(case: &Case, plan: &Arc<Plan>) -> Timeline {
    let mut course = Course::new(case, plan, true);
    let _was_cut = course.finish();
    course.timeline
}

/// As Argo's controller ends a run whose spec is not valid or whose arguments are missing.
fn refused(case: &Case, message: &str) -> Outcome {
    let ended = Ended {
        phase: Phase::Error,
        verdict: Verdict::Inconclusive,
        reasons: &[Reason::ProviderError],
        message,
        at: Duration::ZERO,
        state: None,
        comparisons: &[],
        status: None,
    };
    Outcome {
        differences: compare::differences(case, &ended),
        timeline: Timeline::new(crate::time::Timestamp::default(), false),
        report: None,
        note: Some(format!("nothing was measured: {message}")),
    }
}

fn undecided(was_cut: bool, course: &Course<'_>) -> String {
    let waits_for = course.waits_for();
    if was_cut {
        "undecided after too many measurements and windows: is an interval too short?".to_owned()
    } else if waits_for.is_empty() {
        "undecided: the last answers may repeat for ever".to_owned()
    } else {
        format!(
            "undecided: the test lets {} never answer again",
            waits_for.join(", ")
        )
    }
}

use serde::Serialize;
use serin_judge::verdict::{Phase, Reason, RunReport, Verdict};

use crate::engine::ports::{Ended, RunRecord};

/// What a rollout controller is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GateAnswer {
    /// `continue` while it is undecided.
    pub verdict: Verdict,
    /// Argo's word for it.
    pub phase: Phase,
    /// Most important first.
    pub reasons: Vec<Reason>,
    /// One plain sentence.
    pub summary: String,
    /// The run that judges.
    pub run: String,
    /// Attempt of the stage, from 1.
    pub attempt: u32,
    /// A page about it for people.
    pub url: String,
}

impl GateAnswer {
    /// Of a run under way, by its newest state if there is one yet.
    pub(super) fn undecided(run: &str, attempt: u32, url: String, report: Option<&RunReport>) -> Self {
        let summary = report.map_or_else(
            || "Measuring has begun.".to_owned(),
            |report| report.summary.clone(),
        );
        Self {
            verdict: Verdict::Continue,
            phase: Phase::Running,
            reasons: report.map(|report| report.reasons.clone()).unwrap_or_default(),
            summary,
            run: run.to_owned(),
            attempt,
            url,
        }
    }

    /// Of a run with its verdict.
    pub(super) fn decided(run: &RunRecord, ended: Ended, url: String) -> Self {
        Self {
            verdict: ended.verdict,
            phase: ended.phase,
            reasons: ended.reasons,
            summary: ended.summary,
            run: run.id.clone(),
            attempt: run.attempt,
            url,
        }
    }
}

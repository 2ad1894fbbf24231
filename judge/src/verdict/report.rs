use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::plan::RunStatus;
use crate::time::Timestamp;
use crate::verdict::kayenta::{KayentaReport, KayentaRun};
use crate::verdict::{
    ComparisonReport, Counters, Measurement, Override, Phase, Reason, RunIdentity, RunState, Verdict,
};

/// A run as everybody outside sees it: the command line, the API, webhooks.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// Unique.
    pub id: String,
    /// Name of the analysis.
    pub analysis: String,
    /// The release; may be empty.
    pub release: String,
    /// Its stage; may be empty.
    pub stage: String,
    /// Attempt of the stage, from 1.
    pub attempt: u32,
    /// Free labels.
    pub labels: BTreeMap<String, String>,
    /// Argo's phase of the run.
    pub phase: Phase,
    /// `continue` while undecided.
    pub verdict: Verdict,
    /// Most important first.
    pub reasons: Vec<Reason>,
    /// One plain sentence.
    pub summary: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When the verdict fell; absent while undecided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// Hash of the analysis and its arguments.
    pub config_hash: String,
    /// A page for people; empty when nothing serves one.
    pub url: String,
    /// In the document's order.
    pub metrics: Vec<MetricReport>,
    /// In the document's order.
    pub comparisons: Vec<ComparisonReport>,
    /// Windows of comparisons that were lost while nobody drove the run.
    #[serde(skip_serializing_if = "is_zero")]
    pub discarded_windows: u64,
    /// What Kayenta's judge says; absent where it is not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kayenta: Option<KayentaReport>,
    /// Operators' decisions.
    pub overrides: Vec<Override>,
    /// Verdicts sent to others, filled in by whoever sends them.
    pub deliveries: Vec<serde_json::Value>,
    /// The same as Argo's controller would write it; not part of this format.
    #[serde(skip)]
    pub status: RunStatus,
}

/// One metric of a [`RunReport`].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricReport {
    /// From the document.
    pub name: String,
    /// As assessed.
    pub phase: Phase,
    /// Which limit broke, or the newest error.
    pub message: String,
    /// Never part of the verdict.
    pub dry_run: bool,
    /// How often what was measured.
    #[serde(flatten)]
    pub counters: Counters,
    /// The newest, oldest first.
    pub measurements: Vec<Measurement>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl RunState {
    /// The run as others see it, at `now`.
    #[must_use]
    pub fn report(&self, identity: &RunIdentity, now: Timestamp) -> RunReport {
        let decision = self.decision();
        RunReport {
            id: identity.id.clone(),
            analysis: self.plan.name.clone(),
            release: identity.release.clone(),
            stage: identity.stage.clone(),
            attempt: identity.attempt,
            labels: identity.labels.clone(),
            phase: self.phase(decision.verdict),
            verdict: decision.verdict,
            reasons: decision.reasons,
            summary: decision.summary,
            started_at: self.started_at,
            finished_at: self.decided_at(),
            config_hash: self.plan.config_hash.clone(),
            url: identity.url.clone(),
            metrics: self.metric_reports(),
            comparisons: self.comparisons.reports(now),
            kayenta: self.kayenta.as_ref().map(KayentaRun::report),
            discarded_windows: self.discarded_windows,
            overrides: self.overrides.clone(),
            deliveries: Vec::new(),
            status: self.status(),
        }
    }

    /// Argo's phase, which for a run with comparisons follows from the verdict.
    fn phase(&self, verdict: Verdict) -> Phase {
        if self.plan.comparisons.is_empty() && self.run_phase.phase.is_final() {
            return self.run_phase.phase;
        }
        match verdict {
            Verdict::Continue => Phase::Running,
            Verdict::Promote => Phase::Successful,
            Verdict::Rollback => Phase::Failed,
            Verdict::Inconclusive if self.decision().exit_code() == 4 => Phase::Error,
            Verdict::Inconclusive => Phase::Inconclusive,
        }
    }

    fn metric_reports(&self) -> Vec<MetricReport> {
        let both = self.plan.metrics.iter().zip(&self.metrics);
        both.map(|(metric, state)| {
            let broken = state.broken_limit(metric).map(|(_, reason)| reason);
            MetricReport {
                name: metric.name.clone(),
                phase: state.phase,
                message: if state.message.is_empty() {
                    broken.unwrap_or_default()
                } else {
                    state.message.clone()
                },
                dry_run: metric.dry_run,
                counters: state.counters,
                measurements: state.measurements.iter().cloned().collect(),
            }
        })
        .collect()
    }
}

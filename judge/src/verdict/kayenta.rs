//! Kayenta's judge over a run's windows, as the judge of the comparisons or in the shadow of Serin's.
//!
//! Each look makes a point of each comparison and side: failed requests in percent, events per exposure, the p99 of
//! latencies in milliseconds, the mean of a series over its targets. Points are of windows after the burn-in, history aside.
//! Labels and score are exactly those of [`crate::kayenta`]; what they mean for the release differs from Spinnaker where
//! nothing was seen: neither a Pass of metrics that all lack data or cannot be tested, nor a Fail that no High or Low has
//! part in, is a verdict. Both are inconclusive for missing data.

mod points;

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use crate::analysis::plan::{Kayenta, KayentaRole, Plan};
use crate::kayenta::{self, Answer, Canary, Classification, Label, Metric};
use crate::time::Timestamp;
use crate::verdict::{Decision, Look, Reason, Verdict, Window};

/// Newest points of a comparison that are kept: three days of windows of ten seconds, and a tenth of a second to judge.
const POINTS_MAX: usize = 25_920;

/// Points of one comparison, control and experiment; NaN is a missing one.
type Points = VecDeque<(f64, f64)>;

/// What Kayenta's judge has seen and said in one run.
#[derive(Clone, Debug)]
pub(super) struct KayentaRun {
    asked: Kayenta,
    analysis: String,
    names: Vec<String>,
    started_at: Timestamp,
    /// Windows that start earlier are not judged.
    judged_from: Timestamp,
    points: Vec<Points>,
    /// When it is to judge next; `None` only at the end.
    next: Option<Timestamp>,
    answer: Option<Answer>,
}

/// What Kayenta's judge says of a run.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KayentaReport {
    /// Whether the run's verdict is its own.
    pub role: KayentaRole,
    /// `continue` before it has judged.
    pub verdict: Verdict,
    /// One plain sentence.
    pub summary: String,
    /// Its answer, as of the verdict or of the last time it judged.
    #[serde(flatten)]
    pub answer: Option<Answer>,
}

impl KayentaRun {
    pub(super) fn new(asked: &Kayenta, plan: &Arc<Plan>, started_at: Timestamp) -> Self {
        Self {
            asked: asked.clone(),
            analysis: plan.name.clone(),
            names: plan
                .comparisons
                .iter()
                .map(|comparison| comparison.name.clone())
                .collect(),
            started_at,
            judged_from: started_at + plan.policy.burn_in,
            points: vec![Points::new(); plan.comparisons.len()],
            next: asked.interval.map(|interval| started_at + interval),
            answer: None,
        }
    }

    /// Its answer is the verdict on the comparisons.
    pub(super) fn is_judge(&self) -> bool {
        self.asked.role == KayentaRole::Judge
    }

    /// Takes in a look that is later than the one before.
    pub(super) fn see(&mut self, look: &Look) {
        for (name, points) in self.names.iter().zip(&mut self.points) {
            let is_judged = |window: &&Window| {
                *window.comparison == **name && !window.flags.history && window.start >= self.judged_from
            };
            let windows: Vec<&Window> = look.windows.iter().filter(is_judged).collect();
            if !windows.is_empty() {
                points.push_back(points::of(&windows));
            }
            if points.len() > POINTS_MAX {
                points.pop_front();
            }
        }
    }

    /// It is time to judge again.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.next.is_some_and(|next| now >= next)
    }

    /// Judges everything that was seen.
    pub(super) fn judge(&mut self, now: Timestamp) {
        if let (Some(interval), Some(next)) = (self.asked.interval, self.next.filter(|next| now >= *next)) {
            let passed = now.since(self.started_at).as_micros() / interval.as_micros().max(1);
            let periods = u32::try_from(passed + 1).unwrap_or(u32::MAX);
            self.next = Some((self.started_at + interval.saturating_mul(periods)).max(next));
        }
        let metrics = self
            .asked
            .metrics
            .iter()
            .zip(&self.points)
            .map(|(metric, points)| Metric {
                control: points.iter().map(|point| point.0).collect(),
                experiment: points.iter().map(|point| point.1).collect(),
                ..metric.clone()
            });
        let asked = &self.asked;
        let canary = Canary::new(
            &self.analysis,
            asked.thresholds,
            asked.group_weights.clone(),
            metrics.collect(),
        );
        self.answer = Some(kayenta::judge(&canary));
    }

    /// What its last answer means for the release; `None` before it has judged.
    pub(super) fn decision(&self) -> Option<Decision> {
        let answer = self.answer.as_ref()?;
        let counted = || {
            let both = self.asked.metrics.iter().zip(&answer.metrics);
            both.filter(|(metric, _)| !metric.muted)
                .map(|(_, answer)| answer.classification)
        };
        let is_worse = counted().any(|label| matches!(label, Label::High | Label::Low));
        let (verdict, reason) = match answer.classification {
            Classification::Pass if is_worse || counted().any(|label| label == Label::Pass) => {
                (Verdict::Promote, Reason::MetricsSuccessful)
            }
            Classification::Marginal => (Verdict::Inconclusive, Reason::MetricInconclusive),
            Classification::Fail if is_worse => (Verdict::Rollback, Reason::RegressionDetected),
            Classification::Pass | Classification::Fail => (Verdict::Inconclusive, Reason::MissingData),
        };
        Some(Decision {
            verdict,
            reasons: vec![reason],
            summary: sentence(answer, reason),
        })
    }

    pub(super) fn report(&self) -> KayentaReport {
        let (verdict, summary) = self.decision().map_or_else(
            || {
                (
                    Verdict::Continue,
                    "Kayenta's judge has not judged yet.".to_owned(),
                )
            },
            |decision| (decision.verdict, decision.summary),
        );
        KayentaReport {
            role: self.asked.role,
            verdict,
            summary,
            answer: self.answer.clone(),
        }
    }
}

fn sentence(answer: &Answer, reason: Reason) -> String {
    let failed: Vec<String> = answer
        .metrics
        .iter()
        .filter(|metric| metric.classification != Label::Pass)
        .map(|metric| {
            let critical = if metric.critical { ", critical" } else { "" };
            format!("{} is {:?}{critical}", metric.name, metric.classification)
        })
        .collect();
    let why = match (answer.reason.is_empty(), failed.is_empty()) {
        (false, _) => format!(": {}", answer.reason.trim_end_matches('.')),
        (true, false) => format!(": {}", failed.join(", ")),
        (true, true) => String::new(),
    };
    let missing = if reason == Reason::MissingData {
        "; nothing was seen that could decide"
    } else {
        ""
    };
    format!(
        "Kayenta's judge gives a score of {} ({:?}){why}{missing}.",
        answer.score, answer.classification
    )
}

#[cfg(test)]
mod tests;

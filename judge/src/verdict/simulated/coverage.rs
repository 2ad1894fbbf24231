//! What of the analyses no test has exercised.

use serde::Serialize;

use super::run::Course;
use crate::analysis::cases::{Answers, Case, Said};
use crate::analysis::plan::{Metric, Plan};
use crate::condition::Condition;
use crate::verdict::{Measurement, MetricState, Phase, Verdict};

/// Conditions, limits and verdicts of the analyses that are tested, and which of them came to pass.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    is_on: bool,
    /// In the order of their first test.
    analyses: Vec<Analysis>,
}

#[derive(Clone, Debug)]
struct Analysis {
    name: String,
    /// What could come to pass, and whether it has.
    paths: Vec<(String, bool)>,
}

/// One analysis and what no test has exercised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Its name.
    pub analysis: String,
    /// How many conditions' answers, limits and verdicts there are.
    pub paths: usize,
    /// Those that never came to pass.
    pub never: Vec<String>,
}

impl Coverage {
    /// Keeps account.
    #[must_use]
    pub fn on() -> Self {
        Self {
            is_on: true,
            ..Self::default()
        }
    }

    /// One for each analysis that was tested, also for those without a gap.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let gap = |analysis: &Analysis| Gap {
            analysis: analysis.name.clone(),
            paths: analysis.paths.len(),
            never: analysis
                .paths
                .iter()
                .filter(|(_, seen)| !seen)
                .map(|(what, _)| what.clone())
                .collect(),
        };
        self.analyses.iter().map(gap).collect()
    }

    pub(super) fn add(&mut self, case: &Case, plan: &Plan, course: &Course<'_>) {
        if !self.is_on {
            return;
        }
        let at = self
            .analyses
            .iter()
            .position(|known| known.name == plan.name)
            .unwrap_or_else(|| {
                self.analyses.push(Analysis {
                    name: plan.name.clone(),
                    paths: Vec::new(),
                });
                self.analyses.len() - 1
            });
        let analysis = &mut self.analyses[at];
        for (index, metric) in plan.metrics.iter().enumerate() {
            let answers = match &case.answers[index] {
                Answers::Unscripted => &[][..],
                Answers::Scripted(answers) => answers,
            };
            let given: Vec<(&Said, &Measurement)> = answers
                .iter()
                .zip(&course.given[index])
                .filter_map(|(answer, measured)| Some((&answer.what.says, measured.as_ref()?)))
                .collect();
            analysis.conditions(metric, &given);
            analysis.limits(metric, &course.state.metrics()[index]);
        }
        let reports = course.state.comparisons.reports(course.now);
        for report in reports {
            for decision in ["regressed", "noninferior", "undecided"] {
                let seen = format!("{:?}", report.decision).to_lowercase() == decision;
                analysis.path(format!("comparison {}: {decision}", report.name), seen);
            }
        }
        let verdict = course.state.verdict();
        let possible = [Verdict::Promote, Verdict::Rollback, Verdict::Inconclusive].into_iter();
        for wanted in possible.filter(|verdict| *verdict != Verdict::Promote || !watches_for_ever(plan)) {
            analysis.path(format!("verdict {wanted}"), verdict == wanted);
        }
    }
}

/// Whether it has a metric that no success ends, as an analysis beside a whole rollout has: it is ended, never promoted.
fn watches_for_ever(plan: &Plan) -> bool {
    let mut counting = plan.metrics.iter().filter(|metric| !metric.dry_run);
    counting.any(|metric| metric.effective_count().is_none() && metric.consecutive_success_limit == 0)
}

impl Analysis {
    fn path(&mut self, what: String, seen: bool) {
        match self.paths.iter_mut().find(|(known, _)| *known == what) {
            Some((_, before)) => *before |= seen,
            None => self.paths.push((what, seen)),
        }
    }

    fn conditions(&mut self, metric: &Metric, given: &[(&Said, &Measurement)]) {
        let name = &metric.name;
        let both = [
            ("successCondition", &metric.success),
            ("failureCondition", &metric.failure),
        ];
        for (label, condition) in both {
            let Some(condition) = condition else { continue };
            for wanted in [true, false] {
                let seen = given
                    .iter()
                    .any(|given| answers(condition, given) == Some(wanted));
                self.path(format!("metric {name}: {label} {wanted}"), seen);
            }
        }
        let error = given
            .iter()
            .any(|(_, measurement)| measurement.phase == Phase::Error);
        self.path(format!("metric {name}: a measurement without a value"), error);
    }

    fn limits(&mut self, metric: &Metric, state: &MetricState) {
        let (name, counters) = (&metric.name, state.counters);
        let judges_itself = metric.provider.is_asynchronous();
        if let Some(limit) = metric.failure_limit
            && (judges_itself || metric.success.is_some() || metric.failure.is_some())
        {
            self.path(
                format!("metric {name}: failureLimit exceeded"),
                counters.failed > limit,
            );
        }
        if judges_itself || metric.success.is_some() && metric.failure.is_some() {
            let seen = counters.inconclusive > metric.inconclusive_limit;
            self.path(format!("metric {name}: inconclusiveLimit exceeded"), seen);
        }
        let seen = counters.consecutive_error > metric.consecutive_error_limit;
        self.path(format!("metric {name}: consecutiveErrorLimit exceeded"), seen);
        if metric.consecutive_success_limit > 0 {
            let seen = counters.consecutive_success >= metric.consecutive_success_limit;
            self.path(format!("metric {name}: consecutiveSuccessLimit reached"), seen);
        }
        if let Some(count) = metric.effective_count() {
            self.path(format!("metric {name}: count reached"), counters.count >= count);
        }
    }
}

/// What a condition said of an answer; `None` when it had none to give.
fn answers(condition: &Condition, (said, measurement): &(&Said, &Measurement)) -> Option<bool> {
    match said {
        Said::Value(value, _) => condition.evaluate_at(value, measurement.finished_at).ok(),
        Said::Error(_) | Said::Phase(_) => None,
    }
}

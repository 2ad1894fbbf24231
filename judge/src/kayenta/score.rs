//! From labels to group scores, a score and its class.

use super::answer::{Answer, Classification, Label, MetricAnswer};
use super::canary::{Canary, Thresholds};

/// What counts in one group.
#[derive(Clone, Copy, Default)]
struct Tally {
    passed: f64,
    /// Nodata and Error are neither passed nor failed.
    failed: f64,
}

impl Tally {
    fn add(&mut self, label: Label) {
        match label {
            Label::Pass => self.passed += 1.0,
            Label::High | Label::Low | Label::NodataFailMetric => self.failed += 1.0,
            Label::Nodata | Label::Error => {}
        }
    }

    fn has_data(&self) -> bool {
        self.passed + self.failed > 0.0
    }

    fn score(&self) -> f64 {
        if self.has_data() {
            self.passed / (self.passed + self.failed) * 100.0
        } else {
            0.0
        }
    }
}

/// Scores the labels of a canary's metrics, given in its order.
pub(super) fn score(canary: &Canary, metrics: Vec<MetricAnswer>) -> Answer {
    let counted: Vec<(&[String], &MetricAnswer)> = canary
        .metrics
        .iter()
        .zip(&metrics)
        .filter(|(metric, _)| !metric.muted)
        .map(|(metric, answer)| (metric.groups.as_slice(), answer))
        .collect();
    let groups = tallies(&counted);
    let (score, reason) = match forced_to_zero(&counted) {
        Some(reason) => (0.0, reason),
        None => (rounded(weighted(canary, &groups)), String::new()),
    };
    Answer {
        id: canary.id.clone(),
        group_scores: groups
            .iter()
            .map(|(group, tally)| ((*group).to_owned(), tally.score()))
            .collect(),
        score,
        classification: class(score, canary.classifier_thresholds),
        reason,
        metrics,
    }
}

/// Groups in order of appearance.
fn tallies<'a>(counted: &[(&'a [String], &MetricAnswer)]) -> Vec<(&'a str, Tally)> {
    let mut groups: Vec<(&str, Tally)> = Vec::new();
    for (names, answer) in counted {
        for name in *names {
            let place = groups
                .iter()
                .position(|(group, _)| group == name)
                .unwrap_or_else(|| {
                    groups.push((name, Tally::default()));
                    groups.len() - 1
                });
            groups[place].1.add(answer.classification);
        }
    }
    groups
}

/// A critical failure, or half of the metrics without data.
fn forced_to_zero(counted: &[(&[String], &MetricAnswer)]) -> Option<String> {
    let fails = |answer: &&MetricAnswer| answer.critical && answer.classification != Label::Pass;
    if let Some(answer) = counted.iter().map(|(_, answer)| *answer).find(fails) {
        return Some(format!(
            "Canary Failed: {}",
            answer.reason.as_deref().unwrap_or_default()
        ));
    }
    let without = counted
        .iter()
        .filter(|(_, answer)| answer.classification == Label::Nodata)
        .count();
    (!counted.is_empty() && 2 * without >= counted.len())
        .then(|| "Canary Failed: 50% or more metrics returned NODATA".to_owned())
}

/// A group without data counts as 100; groups without a weight share what the given ones leave of 100, be it negative.
fn weighted(canary: &Canary, groups: &[(&str, Tally)]) -> f64 {
    let given = |group: &str| canary.group_weights.get(group).copied();
    let unweighted = groups.iter().filter(|(group, _)| given(group).is_none()).count() as f64;
    let share = (100.0 - canary.group_weights.values().sum::<f64>()) / unweighted;
    groups
        .iter()
        .map(|(group, tally)| {
            let score = if tally.has_data() { tally.score() } else { 100.0 };
            score * given(group).unwrap_or(share) / 100.0
        })
        .sum()
}

fn rounded(score: f64) -> f64 {
    (score * 100.0).round() / 100.0 + 0.0
}

fn class(score: f64, thresholds: Thresholds) -> Classification {
    if score >= thresholds.pass {
        Classification::Pass
    } else if score >= thresholds.marginal {
        Classification::Marginal
    } else {
        Classification::Fail
    }
}

//! One frame of a run under way.

use std::time::Duration;

use serin_judge::analysis::plan::Plan;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{ComparisonReport, MetricReport, Phase, RunReport};

use super::format::{bar, clock, count, cut, evidence, percent, ratio};

const BAR_WIDTH: usize = 24;
/// A decision that is expected sooner than this is about to fall, or something keeps it from falling.
const SOON: Duration = Duration::from_secs(1);
/// A longer value, such as a whole JSON document, tells nothing when it is cut off.
const VALUE_WIDTH: usize = 40;

/// The lines of one frame, none longer than `width`.
#[must_use]
pub(super) fn frame(report: &RunReport, plan: &Plan, now: Timestamp, width: usize) -> Vec<String> {
    let mut lines = vec![headline(report, plan, now)];
    for comparison in &report.comparisons {
        lines.extend(comparison_lines(comparison, report, plan, now));
    }
    lines.extend(report.metrics.iter().map(metric_line));
    lines.push(format!("  {}", report.summary));
    lines.iter().map(|line| cut(line, width)).collect()
}

fn headline(report: &RunReport, plan: &Plan, now: Timestamp) -> String {
    let lasted = clock(now.since(report.started_at));
    if plan.has_deadline() {
        format!(
            "{}  {lasted} of {} at most",
            report.analysis,
            clock(plan.policy.deadline)
        )
    } else {
        format!("{}  {lasted}", report.analysis)
    }
}

fn comparison_lines(
    comparison: &ComparisonReport,
    report: &RunReport,
    plan: &Plan,
    now: Timestamp,
) -> Vec<String> {
    if comparison.n_canary == 0 && comparison.n_stable == 0 {
        let why = if now.since(report.started_at) <= plan.policy.burn_in {
            format!(" (burn-in until {})", clock(plan.policy.burn_in))
        } else {
            String::new()
        };
        return vec![format!("  {}: nothing compared yet{why}", comparison.name)];
    }
    let canary = percent(comparison.events_canary, comparison.n_canary);
    let stable = percent(comparison.events_stable, comparison.n_stable);
    let mut lines = vec![
        format!(
            "  {}: canary {canary} of {}, stable {stable} of {}, ratio {}",
            comparison.name,
            count(comparison.n_canary),
            count(comparison.n_stable),
            ratio(comparison.estimate)
        ),
        worse_line(comparison),
        evidence_line(
            "good  ",
            comparison.promotion.e_value,
            comparison.promotion.threshold,
        ),
    ];
    lines.extend(comparison.mde_at_deadline.map(|mde| {
        let expected = comparison.expected_decision_at.filter(|at| at.since(now) >= SOON);
        let in_about = expected.map(|at| format!("; decision in about {}", clock(at.since(now))));
        format!(
            "    a ratio of {} would show by the deadline{}",
            ratio(Some(mde)),
            in_about.unwrap_or_default()
        )
    }));
    lines
}

/// A group-sequential boundary differs from look to look, so there is no bar to fill.
fn worse_line(comparison: &ComparisonReport) -> String {
    match comparison.threshold {
        Some(threshold) => evidence_line("worse ", comparison.e_value, threshold),
        None => format!("    worse  evidence {}", evidence(comparison.e_value)),
    }
}

fn evidence_line(word: &str, value: f64, threshold: f64) -> String {
    let bar = bar(value, threshold, BAR_WIDTH);
    format!(
        "    {word} {bar} evidence {} of {}",
        evidence(value),
        evidence(threshold)
    )
}

fn metric_line(metric: &MetricReport) -> String {
    let counters = metric.counters;
    let mut parts = vec![format!("{} ok", counters.successful)];
    for (number, word) in [
        (counters.failed, "failed"),
        (counters.inconclusive, "inconclusive"),
        (counters.error, "errors"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {word}"));
        }
    }
    let last = newest(metric);
    let phase = if metric.phase == Phase::Pending {
        Phase::Running
    } else {
        metric.phase
    };
    format!("  {}: {phase:?}, {}{last}", metric.name, parts.join(", "))
}

fn newest(metric: &MetricReport) -> String {
    match metric.measurements.last() {
        None => String::new(),
        Some(last) if last.message.is_empty() && last.value.chars().count() <= VALUE_WIDTH => {
            format!("; last {}", last.value)
        }
        Some(last) if last.message.is_empty() => format!("; last {:?}", last.phase),
        Some(last) => format!("; last {:?}: {}", last.phase, last.message),
    }
}

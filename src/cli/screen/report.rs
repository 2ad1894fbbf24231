//! The end of a run: the verdict first, then the numbers that decided it.

use console::{Style, style};
use serin_judge::analysis::plan::KayentaRole;
use serin_judge::verdict::{ComparisonReport, KayentaReport, MetricReport, Phase, RunReport, Verdict};

use super::format::{clock, count, cut, evidence, percent, ratio, wrap};

const WIDTH: usize = 80;

/// The final report as text; coloured only when standard output is a terminal that wants colour.
#[must_use]
pub fn report(report: &RunReport) -> String {
    let verdict = report.verdict.to_string().to_uppercase();
    let reasons: Vec<String> = report.reasons.iter().map(ToString::to_string).collect();
    let lasted = report.finished_at.map_or_else(String::new, |at| {
        format!(" after {}", clock(at.since(report.started_at)))
    });
    let mut text = format!(
        "{} {}{lasted}\n",
        colour(report.verdict).apply_to(verdict),
        style(&report.analysis).bold()
    );
    text.push_str(&wrap(&format!("reasons: {}", reasons.join(", ")), 2, WIDTH));
    text.push_str(&wrap(&report.summary, 2, WIDTH));
    if let Some(kayenta) = &report.kayenta {
        text.push_str(&kayenta_text(kayenta));
    }
    for comparison in &report.comparisons {
        text.push_str(&comparison_text(comparison, &report.summary));
    }
    for metric in &report.metrics {
        text.push_str(&metric_text(metric));
    }
    text
}

fn colour(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Promote => Style::new().green().bold(),
        Verdict::Rollback => Style::new().red().bold(),
        _ => Style::new().yellow().bold(),
    }
}

/// Kayenta's verdict beside the run's, or how it came to it.
fn kayenta_text(kayenta: &KayentaReport) -> String {
    let who = match kayenta.role {
        KayentaRole::Judge => "judged by Kayenta",
        KayentaRole::Shadow => "Kayenta, in the shadow",
    };
    let verdict = kayenta.verdict.to_string().to_uppercase();
    let mut text = format!("\n  {who}: {}\n", colour(kayenta.verdict).apply_to(verdict));
    text.push_str(&wrap(&kayenta.summary, 4, WIDTH));
    let metrics = kayenta.answer.iter().flat_map(|answer| &answer.metrics);
    for metric in metrics {
        let label = format!("{:?}", metric.classification);
        let critical = if metric.critical { "  critical" } else { "" };
        text.push_str(&format!(
            "    {:<24} {label:<16} {:>4} against {:>4} points, means {} and {}{critical}\n",
            cut(&metric.name, 24),
            metric.experiment.count,
            metric.control.count,
            ratio(Some(metric.experiment.mean)),
            ratio(Some(metric.control.mean)),
        ));
    }
    text
}

fn comparison_text(comparison: &ComparisonReport, summary: &str) -> String {
    let decision = format!("{:?}", comparison.decision).to_lowercase();
    let interval = comparison.interval.as_ref().map_or_else(String::new, |interval| {
        format!(
            " [{}, {}]",
            ratio(Some(interval.lower)),
            ratio(Some(interval.upper))
        )
    });
    let (what, of) = match comparison.kind {
        "errors" => ("bad of", true),
        "latency" => ("slow of", true),
        "events" => ("in", false),
        _ => ("of", false),
    };
    let row = |side: &str, events: u64, requests: u64| {
        let part = if of {
            percent(events, requests)
        } else {
            String::new()
        };
        format!(
            "    {side:<8} {:>10} {what} {:>10}   {part:>8}",
            count(events),
            count(requests)
        )
        .trim_end()
        .to_owned()
            + "\n"
    };
    let mut text = format!(
        "\n  {} ({}): {decision}\n",
        style(&comparison.name).bold(),
        comparison.kind
    );
    if comparison.kind == "series" {
        text.push_str(&format!("    {} pairs of values\n", count(comparison.n_canary)));
    } else {
        text.push_str(&row("canary", comparison.events_canary, comparison.n_canary));
        text.push_str(&row("stable", comparison.events_stable, comparison.n_stable));
    }
    text.push_str(&format!(
        "    ratio    {}{interval}\n",
        ratio(comparison.estimate)
    ));
    let threshold = comparison
        .threshold
        .map(|threshold| format!(" ({} needed)", evidence(threshold)));
    text.push_str(&format!(
        "    evidence that it is worse: {}{}\n    evidence that it is good enough: {} ({} needed)\n",
        evidence(comparison.e_value_max),
        threshold.unwrap_or_default(),
        evidence(comparison.promotion.e_value),
        evidence(comparison.promotion.threshold),
    ));
    // The summary quotes the comparisons that decided.
    if !summary.contains(comparison.sentence.trim_end_matches('.')) {
        text.push_str(&wrap(&comparison.sentence, 4, WIDTH));
    }
    for remark in &comparison.remarks {
        text.push_str(&wrap(&format!("remark: {remark}"), 4, WIDTH));
    }
    text
}

fn metric_text(metric: &MetricReport) -> String {
    let counters = metric.counters;
    let dry = if metric.dry_run { " (dry run)" } else { "" };
    let mut text = format!("\n  {}{dry}: {:?}\n", style(&metric.name).bold(), metric.phase);
    text.push_str(&format!(
        "    {} successful, {} failed, {} inconclusive, {} errors\n",
        counters.successful, counters.failed, counters.inconclusive, counters.error
    ));
    if !metric.message.is_empty() {
        text.push_str(&wrap(&metric.message, 4, WIDTH));
    }
    let telling = metric
        .measurements
        .iter()
        .rev()
        .find(|measurement| measurement.phase != Phase::Successful);
    if let Some(measurement) = telling.or(metric.measurements.last()) {
        let value = if measurement.value.is_empty() {
            "no value"
        } else {
            &measurement.value
        };
        text.push_str(&format!(
            "    {:?}: {}\n",
            measurement.phase,
            cut(value, WIDTH - 20)
        ));
        if !measurement.message.is_empty() {
            text.push_str(&wrap(&measurement.message, 6, WIDTH));
        }
        for line in measurement.explanation.lines() {
            text.push_str(&format!("      {line}\n"));
        }
    }
    text
}

//! The outlook for people at a terminal.

use std::time::Duration;

use console::style;
use serin_judge::analysis::duration;

use super::history::History;
use super::report::{Effect, Planned, Report};
use crate::cli::screen::wrap;

const WIDTH: usize = 96;
const BAR: usize = 40;

/// So many comparisons' effects fit a line.
const EFFECTS_SHOWN_MAX: usize = 3;

/// The whole text.
pub(super) fn text(report: &Report) -> String {
    let mut text = format!(
        "{}: {} requests a second, {} % of them on the canary\n",
        style(&report.analysis).bold(),
        digits(report.requests_per_second),
        digits(100.0 * report.canary_weight),
    );
    if let Some(history) = &report.history {
        text.push_str(&wrap(&of_history(history), 2, WIDTH));
    }
    text.push_str(&wrap(&sentence(report), 2, WIDTH));
    for planned in &report.comparisons {
        text.push_str(&table(planned));
    }
    text.push_str("\n  what would shorten it, one at a time                    promotion after   smallest effect seen\n");
    for lever in &report.levers {
        let mut lines = wrap(&lever.change, 4, 56);
        let last = lines.trim_end().lines().last().unwrap_or_default().to_owned();
        lines.truncate(lines.trim_end().len() - last.len());
        text.push_str(&format!(
            "{lines}{last:<58}{:<18}{}\n",
            time(lever.promotion_after),
            effects(&lever.detectable)
        ));
    }
    if report.levers.is_empty() {
        text.push_str("    nothing that was tried\n");
    }
    for remark in &report.remarks {
        text.push_str(&wrap(&format!("remark: {remark}"), 2, WIDTH));
    }
    text
}

fn of_history(history: &History) -> String {
    let promoted = match history.promotion_after {
        Some(after) => format!(
            "{} promoted (median {})",
            history.promoted,
            duration::format(after)
        ),
        None => "none promoted".to_owned(),
    };
    format!(
        "As in the newest {} of {} runs for {} releases from {} to {}: {promoted}, {} rolled back, {} inconclusive.",
        history.runs_with_windows,
        history.runs,
        history.releases,
        history.from,
        history.to,
        history.rolled_back,
        history.inconclusive
    )
}

fn sentence(report: &Report) -> String {
    let promotion = match report.promotion_after {
        Some(after) => format!(
            "A canary like stable is promoted after {} (median).",
            duration::format(after)
        ),
        None => "A canary like stable is more likely undecided than promoted at the deadline.".to_owned(),
    };
    let runs = if report.runs_per_release > 1.0 {
        format!(" of {} runs each", digits(report.runs_per_release))
    } else {
        String::new()
    };
    format!(
        "{promotion} At {} releases a week{runs} at most {} false rollbacks a year are to be expected (falseRollback {}).",
        digits(report.deploys_per_week),
        digits(report.false_rollbacks_per_year),
        report.false_rollback
    )
}

fn table(planned: &Planned) -> String {
    let worse = match planned.error_rate {
        Some(_) => "times stable's rate",
        None => "times as slow as stable",
    };
    let seen = planned.detectable.map_or_else(
        || "no effect is rolled back by the deadline in 80 of 100 runs".to_owned(),
        |effect| format!("{effect:.2} {worse} is rolled back by the deadline in 80 of 100 runs"),
    );
    let mut text = format!("\n  {}: {seen}\n", style(&planned.name).bold());
    if let Some(fares) = fares(planned) {
        text.push_str(&wrap(&fares, 4, WIDTH));
    }
    text.push_str("    effect  rolled back by the deadline                      after     promoted  after\n");
    for row in &planned.effects {
        text.push_str(&line(row));
    }
    text
}

/// How stable fares, as far as it is known.
fn fares(planned: &Planned) -> Option<String> {
    let how = match (planned.error_rate, planned.p50_ms.zip(planned.p99_ms)) {
        (Some(rate), _) => format!("{} % of stable's requests fail", digits(100.0 * rate)),
        (None, Some((median, high))) => format!(
            "stable takes {} ms at the median and {} ms at the 99th percentile",
            digits(median),
            digits(high)
        ),
        (None, None) => return None,
    };
    let noise = planned.measured_dispersion.map(|factor| {
        format!(
            "; the service varies {} times as much as independent requests",
            digits(factor)
        )
    });
    Some(how + &noise.unwrap_or_default())
}

fn line(row: &Effect) -> String {
    let filled = (0..=BAR)
        .rev()
        .find(|length| *length as f64 <= row.rollback_probability * BAR as f64 + 0.5)
        .unwrap_or(0);
    let bar = format!("{}{}", "#".repeat(filled), ".".repeat(BAR - filled));
    let line = format!(
        "    x{:<6} {bar} {:>5}  {:<9} {:>5}     {}",
        digits(row.effect),
        percent(row.rollback_probability),
        time(row.rollback_after),
        percent(row.promotion_probability),
        time(row.promotion_after)
    );
    format!("{}\n", line.trim_end())
}

fn percent(part: f64) -> String {
    format!("{:.0} %", 100.0 * part)
}

fn time(after: Option<Duration>) -> String {
    after.map_or_else(|| "-".to_owned(), duration::format)
}

/// Of each comparison, or of many the range.
fn effects(detectable: &[Option<f64>]) -> String {
    let shown =
        |effect: &Option<f64>| effect.map_or_else(|| "-".to_owned(), |effect| format!("x{effect:.2}"));
    if detectable.len() <= EFFECTS_SHOWN_MAX {
        return detectable.iter().map(shown).collect::<Vec<_>>().join(", ");
    }
    let unseen = |effect: &Option<f64>| effect.unwrap_or(f64::INFINITY);
    let mut sorted = detectable.to_vec();
    sorted.sort_by(|a, b| unseen(a).total_cmp(&unseen(b)));
    format!("{} to {}", shown(&sorted[0]), shown(&sorted[sorted.len() - 1]))
}

/// Up to three significant digits, without zeros at the end.
fn digits(value: f64) -> String {
    let places = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.1 => 3,
        _ => 5,
    };
    let text = format!("{value:.places$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

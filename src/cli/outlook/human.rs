//! The outlook for people at a terminal.

use std::time::Duration;

use console::style;
use serin_judge::analysis::duration;

use super::{Effect, Planned, Report};
use crate::cli::screen::wrap;

const WIDTH: usize = 96;
const BAR: usize = 40;

/// The whole text.
pub(super) fn text(report: &Report) -> String {
    let mut text = format!(
        "{}: {} requests a second, {} % of them on the canary, {} % of stable's fail\n",
        style(&report.analysis).bold(),
        digits(report.requests_per_second),
        digits(100.0 * report.canary_weight),
        digits(100.0 * report.error_rate)
    );
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
            effect(lever.detectable)
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

fn sentence(report: &Report) -> String {
    let promotion = match report.promotion_after {
        Some(after) => format!(
            "A canary like stable is promoted after {} (median).",
            duration::format(after)
        ),
        None => "A canary like stable is more likely undecided than promoted at the deadline.".to_owned(),
    };
    format!(
        "{promotion} At {} releases a week at most {} false rollbacks a year are to be expected (falseRollback {}).",
        digits(report.deploys_per_week),
        digits(report.false_rollbacks_per_year),
        report.false_rollback
    )
}

fn table(planned: &Planned) -> String {
    let seen = planned.detectable.map_or_else(
        || "no effect is rolled back by the deadline in 80 of 100 runs".to_owned(),
        |effect| format!("{effect:.2} times stable's rate is rolled back by the deadline in 80 of 100 runs"),
    );
    let mut text = format!("\n  {}: {seen}\n", style(&planned.name).bold());
    text.push_str("    effect  rolled back by the deadline                      after     promoted  after\n");
    for row in &planned.effects {
        text.push_str(&line(row));
    }
    text
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

fn effect(effect: Option<f64>) -> String {
    effect.map_or_else(|| "-".to_owned(), |effect| format!("x{effect:.2}"))
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

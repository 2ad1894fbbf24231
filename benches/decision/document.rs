//! The document that the benchmark writes.

use std::fmt::Write as _;
use std::path::Path;

use crate::goals;
use crate::picture::{self, Kind, Point};
use crate::rules;
use crate::scenario::{ERRORS_X3, LATENCY_X12, PLAIN_NULL};
use crate::summary::{Median, Score, Scored};
use crate::words::{INTRODUCTION, READING_NULLS, READING_PICTURES, TRADE_OFFS};

/// The default's row, and those of its parts.
const OURS: [&str; 6] = [
    "Serin",
    "Serin, default factors",
    "no dispersion",
    "no restarts",
    "no deadline test",
    "plain e-process",
];

/// Settings in the table of trade-offs.
const SETTINGS: [&str; 8] = [
    "falseRollback 0.1%",
    "falseRollback 0.3%",
    "Serin",
    "falseRollback 3%",
    "falseRollback 10%",
    "restarts every 2 min",
    "restarts every 5 min",
    "no restarts",
];

/// How it was effort.
pub(crate) struct Effort {
    /// Releases of each kind without fault, and with one.
    pub(crate) nulls: usize,
    pub(crate) worse: usize,
    pub(crate) wall_seconds: f64,
    /// Of all threads.
    pub(crate) processor_seconds: Option<f64>,
}

/// Writes the document and its pictures to a folder.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write(folder: &Path, effort: &Effort, scored: &[Scored]) -> std::io::Result<()> {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _written = compose(&mut text, effort, scored);
    std::fs::write(folder.join("decision-benchmark.md"), text)?;
    for (file, title, scenario) in PICTURES {
        let points = points(scored, scenario);
        if !points.is_empty() {
            std::fs::write(folder.join(file), picture::draw(title, &points))?;
        }
    }
    Ok(())
}

const PICTURES: [(&str, &str, &str); 2] = [
    (
        "decision-benchmark-errors.svg",
        "Errors rise from 0.5% to 1.5%: false rollbacks against delay",
        ERRORS_X3,
    ),
    (
        "decision-benchmark-latency.svg",
        "All requests 1.2 times as slow: false rollbacks against delay",
        LATENCY_X12,
    ),
];

fn points(scored: &[Scored], scenario: &str) -> Vec<Point> {
    let of = |name: &str| scored.iter().find(|one| one.scenario == name);
    let (Some(null), Some(worse)) = (of(PLAIN_NULL), of(scenario)) else {
        return Vec::new();
    };
    let kind = |name: &str| {
        if name == OURS[0] || name.starts_with("falseRollback") {
            Some(Kind::Serin)
        } else if rules::NAMES.contains(&name) {
            Some(Kind::Peer)
        } else {
            (name == "plain e-process" || name == "Serin, default factors").then_some(Kind::Part)
        }
    };
    let both = worse.scores.iter().filter_map(|score| {
        let kind = kind(&score.method)?;
        Point::new(kind, null.of(&score.method)?, score)
    });
    both.collect()
}

fn compose(text: &mut String, effort: &Effort, scored: &[Scored]) -> std::fmt::Result {
    text.push_str(INTRODUCTION);
    let processor = effort.processor_seconds.map_or_else(String::new, |seconds| {
        format!(", {:.0} minutes of processor time", seconds / 60.0)
    });
    writeln!(
        text,
        "Releases played here: {} of each kind without fault, {} of each kind with one, on two threads of an {} machine: {:.0} \
         minutes by the clock{processor}.\n",
        effort.nulls,
        effort.worse,
        std::env::consts::ARCH,
        effort.wall_seconds / 60.0,
    )?;
    text.push_str("## Goals\n\n| what | goal | measured | met |\n|---|---|---|---|\n");
    for goal in goals::all(scored) {
        let met = if goal.is_met { "yes" } else { "**no**" };
        writeln!(
            text,
            "| {} | {} | {} | {met} |",
            goal.what, goal.wanted, goal.measured
        )?;
    }
    text.push_str(
        "\n## False rollbacks\n\nPercent of the releases without fault that were rolled back, with standard errors. \
         Nominal for Serin: 1%.\n\n",
    );
    let nulls: Vec<&Scored> = scored.iter().filter(|one| one.is_null).collect();
    let worse: Vec<&Scored> = scored.iter().filter(|one| !one.is_null).collect();
    table(text, &nulls, &OURS, false_rollback)?;
    table(text, &nulls, &rules::NAMES, false_rollback)?;
    text.push_str(READING_NULLS);
    text.push_str(
        "## Detection\n\nRolled back by minute 30 in percent / canary requests at the median / seconds at the median, from \
         the end of the burn-in or the onset, each with its standard error. The bound is what any test with this \
         tolerance needs on average. For errors it is that of the tolerated ratio (x1.1) alone; the default also tolerates 0.1 \
         percentage points, which makes it 1032 in place of 900.\n\n",
    );
    table(text, &worse, &OURS, detection)?;
    table(text, &worse, &rules::NAMES, detection)?;
    text.push_str("## Promotion\n\nPromoted by minute 30 in percent / seconds at the median.\n\n");
    table(text, &nulls, &OURS, promotion)?;
    text.push_str("With a fault, where a promotion is wrong, or early:\n\n");
    table(text, &worse, &OURS, promotion)?;
    text.push_str(TRADE_OFFS);
    trade_offs(text, scored)?;
    text.push_str("## Pictures\n\n");
    for (file, title, _) in PICTURES {
        writeln!(text, "![{title}]({file})\n")?;
    }
    text.push_str(READING_PICTURES);
    Ok(())
}

fn table(
    text: &mut String,
    scored: &[&Scored],
    methods: &[&str],
    cell: impl Fn(&Score) -> String,
) -> std::fmt::Result {
    let with_bound = scored.iter().any(|one| one.bound.is_some());
    let bound_head = if with_bound { " bound |" } else { "" };
    writeln!(text, "| scenario |{bound_head} {} |", methods.join(" | "))?;
    writeln!(
        text,
        "|---|{}{}",
        if with_bound { "---|" } else { "" },
        "---|".repeat(methods.len())
    )?;
    for one in scored {
        let bound = match (with_bound, one.bound) {
            (false, _) => String::new(),
            (true, None) => " |".to_owned(),
            (true, Some(bound)) => format!(" {bound:.0} |"),
        };
        let cells: Vec<String> = methods
            .iter()
            .map(|method| one.of(method).map_or_else(String::new, &cell))
            .collect();
        writeln!(text, "| {} |{bound} {} |", one.scenario, cells.join(" | "))?;
    }
    text.push('\n');
    Ok(())
}

fn false_rollback(score: &Score) -> String {
    let (percent, error) = score.rollback_percent();
    format!("{percent:.2} ± {error:.2}")
}

fn detection(score: &Score) -> String {
    let (percent, error) = score.rollback_percent();
    let share = if score.rolled_back == 0 {
        return "0".to_owned();
    } else if score.rolled_back == score.runs {
        "100".to_owned()
    } else {
        format!("{percent:.1} ± {error:.1}")
    };
    format!("{share} / {} / {}", median(score.requests), median(score.seconds))
}

fn promotion(score: &Score) -> String {
    let (percent, error) = score.promotion_percent();
    if score.promoted == 0 {
        return "0".to_owned();
    }
    format!("{percent:.1} ± {error:.1} / {}", median(score.promotion_seconds))
}

fn median(median: Option<Median>) -> String {
    median.map_or_else(String::new, |median| {
        format!("{:.0} ± {:.0}", median.value, median.error)
    })
}

/// A row a setting, a column a scenario.
fn trade_offs(text: &mut String, scored: &[Scored]) -> std::fmt::Result {
    let columns: Vec<&Scored> = scored
        .iter()
        .filter(|one| SETTINGS.iter().all(|setting| one.of(setting).is_some()))
        .collect();
    let heads: Vec<&str> = columns.iter().map(|one| one.scenario.as_str()).collect();
    writeln!(text, "| setting | {} |", heads.join(" | "))?;
    writeln!(text, "|---|{}", "---|".repeat(heads.len()))?;
    for setting in SETTINGS {
        let cells: Vec<String> = columns
            .iter()
            .filter_map(|one| {
                let score = one.of(setting)?;
                Some(if one.is_null {
                    false_rollback(score)
                } else {
                    detection(score)
                })
            })
            .collect();
        let name = if setting == OURS[0] {
            "the default: falseRollback 1%, restarts every minute"
        } else {
            setting
        };
        writeln!(text, "| {name} | {} |", cells.join(" | "))?;
    }
    text.push('\n');
    Ok(())
}

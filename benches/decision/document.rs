//! The document that the benchmark writes.

use std::fmt::Write as _;
use std::path::Path;

use crate::goals;
use crate::picture::{self, Kind, Point};
use crate::rules;
use crate::scenario::{ERRORS_X3, LATENCY_X12, PLAIN_NULL};
use crate::summary::{Median, Score, Scored};

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
    writeln!(
        text,
        "Releases played here: {} of each kind without fault, {} of each kind with one; {:.0} minutes by the clock{} on \
         an x86-64 server with two cores that other work shared.\n",
        effort.nulls,
        effort.worse,
        effort.wall_seconds / 60.0,
        effort
            .processor_seconds
            .map_or_else(String::new, |seconds| format!(
                ", {:.0} minutes of processor time",
                seconds / 60.0
            )),
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
         the end of the burn-in or the onset, each with its standard error. The bound is what any test needs on average that \
         tolerates what Serin's first design tolerates.\n\n",
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

const INTRODUCTION: &str = "\
# The decision benchmark

Written by `make bench-decision`; do not edit.

Simulated releases, judged by Serin as it is by default, by Serin with one part off at a time, and by what others do with the
same windows. Windows of 10 s; 30 minutes after a burn-in of 120 s that is left out for all; an hour of history before. Traffic:
A 200 requests a second with 5% on the canary, B 20 with 10%, C 1000 with 1%, D 20 with half; Poisson arrivals under a load
that varies by 10%. 0.5% errors; latencies with a median of 81 ms, p95 187 ms, p99 330 ms, in buckets of 2%. Pods: 2 of the
canary and 38 of stable, each with noise of its own (time constant a minute; small: 5% in latency and 30% in the error
rate, big: 15% and 80%). Everything is seeded: the same counts of releases give the same numbers.

- **Serin**: all defaults, history for calibration. **default factors**: no history. **no dispersion**: requests taken as
  independent. **plain e-process**: neither dispersion, restarts nor a test at the deadline.
- **Kayenta**: Serin's port of its judge on one-minute points of error rate and p99, two groups of equal weight, judged every
  five minutes or once. **Argo**: success rate over the trailing five minutes, each minute, `failureLimit: 3`; 95% with
  `count: 5`, 99% for all 30 minutes. **Flagger**: success rate of 99% and p99 of 500 ms each minute, `threshold: 5`.
  **Mann-Whitney + z**: both on all requests so far, one-sided at 1%, uncorrected, every minute or once.

The scenarios and the effects are ours, and the thresholds of the others are those of their examples: read the comparison as
what can be had, not as a ranking.

";

const READING_NULLS: &str = "\
At the tolerance (errors x1.1, latency x1.05) a method without tolerance is right to roll back; it stands among the nulls for
those that have one. The rows with noisy pods show what calibration is for.

";

const TRADE_OFFS: &str = "\
## Trade-offs

`falseRollback` buys speed with false rollbacks. More frequent restarts of the evidence find a fault that begins late sooner and
cost those that are there from the start next to nothing, so they come every minute; none at all would find most faults a
little sooner and late ones minutes later. Cells as above: percent for the first two, detection for the others. Settings other
than the default see every fourth release.

";

const READING_PICTURES: &str = "\
Lower left is better. Across: seconds until half of the releases with the fault were rolled back. Up: how often a release without
any change was, on the same traffic. The blue line is Serin from `falseRollback` 0.1% to 10%; the dashed line is 1%. Methods that
find the fault in less than half of the releases are left out.
";

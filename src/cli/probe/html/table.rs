//! The steps of one side: their table, and the plot of whole runs.

use std::fmt::Write as _;

use serin_judge::stats::distribution::Distribution;

use crate::cli::compare::{Bins, share_plot};
use crate::cli::number::time;
use crate::cli::page::{Room, escaped};
use crate::cli::probe::json::milliseconds;
use crate::cli::probe::probed::ProbedJourney;
use crate::cli::screen::count;
use crate::engine::journeys::{ArmWindow, Durations, Since};

/// Bins of the plot of shares.
const BINS: usize = 60;

/// Response and service times of whole runs and of each step.
pub(super) fn table(journey: &ProbedJourney, arm: &ArmWindow) -> String {
    let mut rows = String::new();
    let mut row = |name: &str, passed: u64, failures: &str, response: &Durations, service: &Durations| {
        let cells = |durations: &Durations| {
            let quantiles = durations.quantiles([0.5, 0.9, 0.95, 0.99, 0.999, 1.0]);
            quantiles.map(|quantile| {
                quantile.map_or_else(|| "-".to_owned(), |quantile| time(milliseconds(quantile)))
            })
        };
        let both: String = cells(response)
            .iter()
            .zip(cells(service))
            .map(|(response, service)| format!("<td>{response} <small>{service}</small></td>"))
            .collect();
        let class = if failures.is_empty() { "" } else { "worse" };
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"{class}\">{failures}</td>{both}</tr>",
            escaped(name),
            count(passed)
        );
    };
    let times = [Since::Planned, Since::Begun].map(|since| arm.times.since(since));
    let failed = if arm.runs.failed > 0 {
        count(arm.runs.failed)
    } else {
        String::new()
    };
    row(
        "whole run",
        arm.runs.passed + arm.runs.degraded,
        &failed,
        times[0],
        times[1],
    );
    for step in journey.steps() {
        let Some(window) = arm.steps.get(step.index) else {
            continue;
        };
        let classes: Vec<String> = window
            .failures
            .iter()
            .map(|(class, number)| format!("{} {class}", count(*number)))
            .collect();
        row(
            &step.name,
            window.passed + window.degraded,
            &classes.join(", "),
            &window.durations(Since::Planned),
            &window.durations(Since::Begun),
        );
    }
    let heads: String = ["passed", "failed", "p50", "p90", "p95", "p99", "p99.9", "max"]
        .iter()
        .map(|head| format!("<th scope=\"col\">{head}</th>"))
        .collect();
    format!(
        "<table>\n<thead><tr><th scope=\"col\">response <small>service</small></th>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )
}

/// Which share of runs took how long.
pub(super) fn shares(population: &Distribution, room: Room) -> String {
    let bins = Bins::new([population, population], BINS);
    share_plot(&bins, &["a"], room, "Share of runs by response time, logarithmic")
}

//! Response times as a picture.

use serin_judge::stats::distribution::Distribution;

use crate::cli::compare::{self, Bins};
use crate::cli::number::time;
use crate::cli::probe::probed::{ProbedJourney, population, responses};

/// Rows of the histogram of one side, and its longest bar.
const ROWS: usize = 12;
const BAR: usize = 50;

/// So many runs have a shape worth drawing.
const DRAWN_FROM: u64 = 20;

/// Response times of whole runs: of one side, or of both beside each other.
pub(super) fn histogram(journey: &ProbedJourney) -> String {
    let populations: Vec<Distribution> = journey
        .arms()
        .filter(|(_, arm)| responses(arm).len() >= DRAWN_FROM)
        .map(|(_, arm)| population(responses(arm)))
        .collect();
    match populations.as_slice() {
        [] => String::new(),
        [one] => format!("\n{}", bars(one)),
        [a, b, ..] => format!("\n  A stable, B canary\n{}", compare::rows([a, b])),
    }
}

fn bars(population: &Distribution) -> String {
    let bins = Bins::new([population, population], ROWS);
    let shares = &bins.shares[0];
    let most = shares.iter().copied().fold(0.0, f64::max);
    let mut text = String::new();
    for (from, share) in bins.bounds.iter().zip(shares) {
        let wanted = share / most * BAR as f64;
        let length = (0..=BAR)
            .rev()
            .find(|length| *length as f64 <= wanted + 0.5)
            .unwrap_or(0);
        let length = length.max(usize::from(*share > 0.0));
        let line = format!(
            "  {:>10}  {} {:.1} %",
            time(*from),
            "#".repeat(length),
            100.0 * share
        );
        text.push_str(&line);
        text.push('\n');
    }
    text
}

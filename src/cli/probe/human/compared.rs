//! One side against another.

use console::style;

use super::{WIDTH, several};
use crate::cli::compare::{Compared, ratio_text};
use crate::cli::number::order;
use crate::cli::probe::probed::{ProbedJourney, arm_word};
use crate::cli::probe::sides::{self, Sides};
use crate::cli::screen::wrap;

/// One side against the other: ratios of quantiles with intervals.
pub(super) fn against(journey: &ProbedJourney) -> String {
    let mut text = String::new();
    let mut arms = None;
    for Sides {
        step,
        arms: of,
        compared,
    } in sides::all(journey)
    {
        if arms != Some(of) {
            arms = Some(of);
            let [a, b] = of.map(arm_word);
            text.push_str(&format!("\n  {}\n", style(format!("{b} / {a}")).bold()));
        }
        let name = step.unwrap_or_else(|| "whole run".to_owned());
        text.push_str(&format!("    {name}\n"));
        for pair in compared.latencies.iter().flat_map(|found| &found.quantiles) {
            let Some(ratio) = Compared::ratio(pair) else {
                continue;
            };
            text.push_str(&format!(
                "      {:<6} {}\n",
                order(pair.p),
                ratio_text(&compared, &ratio)
            ));
        }
        if let Some(ratio) = compared.errors.as_ref().and_then(|errors| errors.ratio) {
            text.push_str(&format!("      failed {}\n", ratio_text(&compared, &ratio)));
        }
    }
    if !text.is_empty() {
        let caution =
            "Intervals at 95 % that hold together for each line's quantiles, for one look at the end.";
        text.push_str(&wrap(caution, 4, WIDTH));
    }
    text
}

/// Where answers differ that should be alike.
pub(super) fn differences(journey: &ProbedJourney) -> String {
    let mut text = String::new();
    for (step, path, place) in journey.differences() {
        let line = format!(
            "{} {path}: stable says {}, the canary {} ({})",
            step.name,
            place.example.one,
            place.example.other,
            several(place.pairs, "pair")
        );
        text.push_str(&wrap(&line, 4, WIDTH));
    }
    if text.is_empty() {
        return text;
    }
    format!("\n  answers that differ\n{text}")
}

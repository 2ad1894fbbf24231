//! The result in one plain sentence.

use super::compared::{Compared, Outcome, Ratio, Shows};
use crate::cli::number::{order, percent, ratio, time};

/// What the comparison says, for people.
pub(in crate::cli) fn sentence(compared: &Compared) -> String {
    let tolerance = percent(compared.settings.tolerance);
    match compared.outcome {
        Outcome::Regression => {
            let better = found(compared, Shows::Better);
            let but = if better.is_empty() {
                String::new()
            } else {
                format!("; better: {}", better.join(", "))
            };
            format!(
                "B is worse than A by more than {tolerance}: {}{but}.",
                found(compared, Shows::Worse).join(", ")
            )
        }
        Outcome::Improvement => format!(
            "B is better than A by more than {tolerance}: {}; nothing is shown to be worse.",
            found(compared, Shows::Better).join(", ")
        ),
        Outcome::Same => format!("B is the same as A within {tolerance}: every interval lies inside it."),
        Outcome::Undecided => undecided(compared, &tolerance),
    }
}

/// Everything that shows `wanted`, with its ratio.
fn found(compared: &Compared, wanted: Shows) -> Vec<String> {
    let told = |what: &str, found: &Ratio| {
        format!(
            "{what} {} times A's ({} to {})",
            ratio(found.estimate),
            ratio(found.lower),
            ratio(found.upper)
        )
    };
    let quantiles = compared.latencies.iter().flat_map(|found| &found.quantiles);
    let mut list: Vec<String> = quantiles
        .filter_map(|pair| Some((pair, Compared::ratio(pair)?)))
        .filter(|(_, found)| compared.shows(found) == wanted)
        .map(|(pair, found)| told(&order(pair.p), &found))
        .collect();
    let errors = compared.errors.as_ref();
    if let Some(found) = errors
        .and_then(|errors| errors.ratio)
        .filter(|found| compared.shows(found) == wanted)
    {
        list.push(told("failed requests", &found));
    }
    list
}

fn undecided(compared: &Compared, tolerance: &str) -> String {
    let medians = compared
        .latencies
        .as_ref()
        .and_then(|found| found.quantiles.first());
    let seen = medians.map_or_else(String::new, |pair| {
        format!(
            " (the medians are {} and {})",
            time(pair.y.value),
            time(pair.x.value)
        )
    });
    let more = "more requests, or a larger tolerance, would decide";
    format!("No difference of more than {tolerance} is shown, and none is ruled out{seen}; {more}.")
}

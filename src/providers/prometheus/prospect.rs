//! Whether the selector of bad requests could match, asked for as long as it never has.

use std::collections::BTreeSet;
use std::time::Duration;

use serin_judge::counter::{NoProspect, Prospect, Selector, quoted};
use serin_judge::time::Timestamp;

use super::client::Client;
use super::counters::raw;
use super::decode::{Matrix, QueryResult};

/// Targets that are looked at: those of one side run one version.
const TARGETS_MAX: usize = 20;

/// Looks whether `bad` could match on the targets that `total` has matched; false when there are none yet. In the
/// usual case both are of one metric, and nothing is asked.
pub(super) async fn prove(
    client: &Client,
    (bad, target_label): (&Selector, &str),
    total: &Matrix,
    (end, range): (Timestamp, Duration),
) -> Result<Result<bool, NoProspect>, String> {
    if total.is_empty() {
        return Ok(Ok(false));
    }
    let mut prospect = Prospect::new(bad);
    total.iter().for_each(|(series, _)| prospect.see(series));
    if prospect.verdict().is_ok() {
        return Ok(Ok(true));
    }
    let here = targets_matcher(target_label, total);
    let name = bad.name_matchers();
    let separator = if name.is_empty() { "" } else { "," };
    let selector = format!("{{{name}{separator}{here}}}");
    for (series, _) in raw(client, &selector, end, range).await?.matrix {
        prospect.see(&series);
    }
    if let Err(NoProspect::Metric { .. }) = prospect.verdict() {
        // Only to say what there is: the verdict stands without it.
        let query = format!("count by (__name__) ({{{here}}})");
        if let Ok(answer) = client.instant(&query, end).await
            && let QueryResult::Vector(names) = answer.result
        {
            names
                .iter()
                .for_each(|(series, _)| prospect.see_metric(series.get("__name__")));
        }
    }
    Ok(prospect.verdict().map(|()| true))
}

/// Looks whether a selector that matched nothing could match, by what its metric has anywhere.
pub(super) async fn prove_alone(
    client: &Client,
    selector: &Selector,
    (end, range): (Timestamp, Duration),
) -> Result<Result<bool, NoProspect>, String> {
    let name = selector.name_matchers();
    let mut prospect = Prospect::new(selector);
    if !name.is_empty() {
        for (series, _) in raw(client, &format!("{{{name}}}"), end, range).await?.matrix {
            prospect.see(&series);
        }
    }
    Ok(prospect.verdict().map(|()| true))
}

/// A matcher of the first targets.
fn targets_matcher(label: &str, total: &Matrix) -> String {
    let targets: BTreeSet<&str> = total.iter().map(|(series, _)| series.get(label)).collect();
    let alternatives: Vec<String> = targets.into_iter().take(TARGETS_MAX).map(literal).collect();
    format!("{label}=~{}", quoted(&alternatives.join("|")))
}

/// A regular expression that matches this text only.
fn literal(text: &str) -> String {
    let mut expression = String::new();
    for character in text.chars() {
        if "\\.+*?()|[]{}^$".contains(character) {
            expression.push('\\');
        }
        expression.push(character);
    }
    expression
}

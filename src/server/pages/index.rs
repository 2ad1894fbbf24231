use maud::{Markup, html};

use super::layout::page;
use super::number::time;
use crate::engine::ports::RunSummary;

/// What the list shows, as it stands in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Name of an analysis; empty for all.
    pub analysis: String,
    /// A release; empty for all.
    pub release: String,
    /// A verdict; empty for all.
    pub verdict: String,
}

/// Verdicts as people say them.
const VERDICTS: [(&str, &str); 5] = [
    ("", "all"),
    ("continue", "still judging"),
    ("promote", "promote"),
    ("rollback", "rollback"),
    ("inconclusive", "inconclusive"),
];

/// The list of runs, newest first. `next` is the address of those that are older.
#[must_use]
pub fn index(runs: &[RunSummary], filter: &Filter, next: Option<&str>) -> Markup {
    let main = html! {
        h1 { "Runs" }
        form class="filter" method="get" action="/" {
            label { "Analysis" input name="analysis" value=(filter.analysis); }
            label { "Release" input name="release" value=(filter.release); }
            label { "Verdict" select name="verdict" {
                @for (value, word) in VERDICTS {
                    option value=(value) selected[value == filter.verdict] { (word) }
                }
            } }
            button type="submit" { "Show" }
        }
        @if runs.is_empty() {
            p { "No run fits. A run is started over the API (" code { "POST /api/v1/runs" } ") or by a gate's first question." }
        } @else {
            (rows(runs))
        }
        @if let Some(next) = next { p { a href=(next) { "Older runs" } } }
    };
    page("Serin: runs", None, &main)
}

fn rows(runs: &[RunSummary]) -> Markup {
    html! {
        div class="wide" tabindex="0" role="group" aria-label="Runs, newest first" {
            table {
                tr { @for head in ["Began", "Analysis", "Release", "Verdict", "Why"] { th scope="col" { (head) } } }
                @for run in runs { (row(run)) }
            }
        }
    }
}

fn row(summary: &RunSummary) -> Markup {
    let run = &summary.run;
    let began = serde_json::to_value(run.started_at).unwrap_or_default();
    let verdict = summary
        .ended
        .as_ref()
        .map_or_else(|| "continue".to_owned(), |ended| ended.verdict.to_string());
    let word = if verdict == "continue" {
        "still judging"
    } else {
        verdict.as_str()
    };
    html! {
        tr {
            td { a href={"/runs/" (run.id)} { (time(&began)) } }
            td { (run.analysis) }
            td { (run.release) @if !run.stage.is_empty() { ", stage " (run.stage) } @if run.attempt > 1 { ", attempt " (run.attempt) } }
            td { strong class=(verdict) { (word) } }
            td { @if let Some(ended) = &summary.ended { (ended.summary) } }
        }
    }
}

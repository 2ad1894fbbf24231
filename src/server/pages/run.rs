use maud::{Markup, html};
use serde_json::Value;

use super::layout::page;
use super::number::{count, number, percent, short, time};
use super::picture;
use crate::engine::{Course, RunView};

/// Measurements of one metric that are shown; the API has all that are kept.
const MEASUREMENTS_MAX: usize = 50;

/// The page of one run: what is to be done and why, then everything that led to it.
#[must_use]
pub fn run(view: &RunView, history: &[Course]) -> Markup {
    let report = &view.report;
    let (verdict, analysis) = (text(&report["verdict"]), text(&report["analysis"]));
    let main = html! {
        (head(report))
        @if let Some(comparisons) = some(&report["comparisons"]) {
            h2 { "Canary against stable" }
            @for comparison in comparisons {
                @let course = history.iter().find(|course| course.comparison == text(&comparison["name"]));
                (compared(comparison, course))
            }
        }
        @if let Some(metrics) = some(&report["metrics"]) {
            h2 { "Metrics" }
            @for (at, metric) in metrics.iter().enumerate() { (measured(metric, at)) }
        }
        @if let Some(overrides) = some(&report["overrides"]) {
            h2 { "Decided by people" }
            (table(&["When", "Who", "What", "Why"], overrides, |one| html! {
                td { (time(&one["at"])) } td { (text(&one["author"])) }
                td class=(text(&one["verdict"])) { (text(&one["verdict"])) } td { (text(&one["reason"])) }
            }))
        }
        @if let Some(deliveries) = some(&report["deliveries"]) {
            h2 { "Told to others" }
            (table(&["To", "What", "State", "Attempts", "Last error"], deliveries, |one| html! {
                td { (text(&one["hook"])) } td { (text(&one["event"])) }
                td class=(text(&one["state"])) { (text(&one["state"]).replace('_', " ")) }
                td { (count(&one["attempts"])) } td { (text(&one["lastError"])) }
            }))
        }
    };
    let live = format!("/api/v1/runs/{}/events", view.run.id);
    let is_live = view.ended.is_none();
    page(
        &format!("{verdict}: {analysis}"),
        is_live.then_some(live.as_str()),
        &main,
    )
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn some(value: &Value) -> Option<&Vec<Value>> {
    value.as_array().filter(|list| !list.is_empty())
}

fn words(value: &Value) -> String {
    let list = value.as_array().into_iter().flatten();
    list.map(|word| text(word).replace('_', " "))
        .collect::<Vec<_>>()
        .join(", ")
}

fn head(report: &Value) -> Markup {
    let (verdict, id) = (text(&report["verdict"]), text(&report["id"]));
    let word = if verdict == "continue" {
        "still judging"
    } else {
        verdict
    };
    let release = [text(&report["release"]), text(&report["stage"])];
    html! {
        p { strong class={"verdict " (verdict)} { (word) } }
        h1 { (text(&report["analysis"])) }
        p class="summary" { (text(&report["summary"])) }
        dl class="facts" {
            @if !text(&report["release"]).is_empty() {
                dt { "Release" }
                dd { (release[0]) @if !release[1].is_empty() { ", stage " (release[1]) } ", attempt " (count(&report["attempt"])) }
            }
            @if some(&report["reasons"]).is_some() { dt { "Reasons" } dd { (words(&report["reasons"])) } }
            dt { "Began" } dd { (time(&report["startedAt"])) }
            @if report["finishedAt"].is_string() { dt { "Ended" } dd { (time(&report["finishedAt"])) } }
            @if let Some(lost) = report["discardedWindows"].as_u64() {
                dt { "Lost windows" } dd { (lost) ", while Serin was not running" }
            }
            @for (name, value) in report["labels"].as_object().into_iter().flatten() {
                dt { (name) } dd { (text(value)) }
            }
            dt { "More" }
            dd { a href={"/api/v1/runs/" (id)} { "JSON" } ", " a href={"/api/v1/runs/" (id) "/windows"} { "windows" } }
        }
    }
}

fn compared(comparison: &Value, course: Option<&Course>) -> Markup {
    let decision = text(&comparison["decision"]);
    let needed = if comparison["required"].as_bool() == Some(true) {
        "required"
    } else {
        "not required"
    };
    html! {
        section class="card" {
            h3 { (text(&comparison["name"])) ": " span class=(decision) { (decision) } }
            p { (text(&comparison["sentence"])) " " span class="soft" { "(" (text(&comparison["kind"])) ", " (needed) ")" } }
            div class="pictures" {
                @if let Some(picture) = picture::interval(comparison) { (picture) }
                @if let Some(picture) = course.and_then(|course| picture::evidence(course, comparison)) { (picture) }
            }
            (counts(comparison))
            @if let Some(remarks) = some(&comparison["remarks"]) {
                p class="soft" { "Remarks: " @for (at, remark) in remarks.iter().enumerate() {
                    @if at > 0 { ", " } (text(remark).replace('_', " "))
                } }
            }
        }
    }
}

fn counts(comparison: &Value) -> Markup {
    let kind = text(&comparison["kind"]);
    let of = match kind {
        "errors" => ["Requests", "Errors"],
        "latency" => ["Requests", "Slow"],
        "events" => ["Exposure", "Events"],
        _ => ["Values", ""],
    };
    let rows = [
        ("canary", "nCanary", "eventsCanary"),
        ("stable", "nStable", "eventsStable"),
    ];
    html! {
        div class="wide" tabindex="0" role="group" aria-label={"Counts of " (text(&comparison["name"]))} {
            table {
                tr { th scope="col" { "Side" } @for name in of { @if !name.is_empty() { th class="number" scope="col" { (name) } } }
                    @if matches!(kind, "errors" | "latency") { th class="number" scope="col" { "Part" } } }
                @for (side, n, events) in rows {
                    tr {
                        th scope="row" { (side) }
                        td class="number" { (count(&comparison[n])) }
                        @if !of[1].is_empty() { td class="number" { (count(&comparison[events])) } }
                        @if matches!(kind, "errors" | "latency") {
                            td class="number" { (percent(&comparison[events], &comparison[n])) }
                        }
                    }
                }
            }
        }
        p class="soft" {
            "Noise factor " (short(number(&comparison["dispersion"]["factor"]))) " (" (text(&comparison["dispersion"]["source"])) ")"
            @if let Some(least) = number(&comparison["mdeAtDeadline"]) {
                "; a ratio of " (short(Some(least))) " is expected to be seen by the deadline"
            }
            "; method " (text(&comparison["method"])) "."
        }
    }
}

fn measured(metric: &Value, at: usize) -> Markup {
    let none = Vec::new();
    let measurements = metric["measurements"].as_array().unwrap_or(&none);
    let telling = measurements
        .iter()
        .rev()
        .find(|one| !text(&one["explanation"]).is_empty());
    let shown = measurements.iter().rev().take(MEASUREMENTS_MAX);
    let phase = text(&metric["phase"]);
    html! {
        section class="card" {
            h3 { (text(&metric["name"])) ": " span class=(phase) { (phase) }
                @if metric["dryRun"].as_bool() == Some(true) { " (dry run)" } }
            p { (count(&metric["successful"])) " successful, " (count(&metric["failed"])) " failed, "
                (count(&metric["inconclusive"])) " inconclusive, " (count(&metric["error"])) " errors" }
            @if !text(&metric["message"]).is_empty() { p { (text(&metric["message"])) } }
            @if let Some(telling) = telling {
                p class="soft" { "What decided at " (time(&telling["finishedAt"])) ":" }
                pre tabindex="0" { (text(&telling["explanation"])) }
            }
            details id={"metric-" (at)} {
                summary { "Measurements (" (measurements.len()) ")" }
                (table(&["When", "Phase", "Value", "Message"], shown, |one| html! {
                    td { (time(&one["finishedAt"])) } td class=(text(&one["phase"])) { (text(&one["phase"])) }
                    td { code { (text(&one["value"])) } } td { (text(&one["message"])) }
                }))
            }
        }
    }
}

pub(super) fn table<'a>(
    heads: &[&str],
    rows: impl IntoIterator<Item = &'a Value>,
    row: impl Fn(&Value) -> Markup,
) -> Markup {
    html! {
        div class="wide" tabindex="0" role="group" aria-label={"Table: " (heads.join(", "))} {
            table {
                tr { @for head in heads { th scope="col" { (head) } } }
                @for one in rows { tr { (row(one)) } }
            }
        }
    }
}

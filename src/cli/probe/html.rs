//! The result as one page that needs nothing else.

mod table;

use std::fmt::Write as _;

use super::json::milliseconds;
use super::probed::{Outcome, Probed, ProbedJourney, arm_word, population, responses, shown_target};
use super::sides::{self, Sides};
use super::{examples, found};
use crate::cli::compare;
use crate::cli::number::time;
use crate::cli::page::{escaped, in_both, page as whole};
use crate::cli::screen::count;
use crate::engine::journeys::{ArmWindow, Target};

/// The whole page.
pub(super) fn page(probed: &Probed) -> String {
    let outcome = probed.outcome();
    let names: Vec<&str> = probed
        .journeys
        .iter()
        .map(|journey| journey.journey.name.as_str())
        .collect();
    let names = names.join(", ");
    let heading = format!(
        "<span class=\"{}\">{}</span> {}",
        class(outcome),
        outcome.word(),
        escaped(&names)
    );
    let mut body: String = probed.journeys.iter().map(of_journey).collect();
    let lateness = probed.lateness();
    let late = |order: f64| {
        lateness
            .quantile(order)
            .map_or_else(|| "-".to_owned(), |late| time(milliseconds(late)))
    };
    let overloaded: u64 = probed
        .journeys
        .iter()
        .map(|journey| journey.totals.overloaded_windows)
        .sum();
    let windows: u64 = probed.journeys.iter().map(|journey| journey.windows).sum();
    let _ = writeln!(
        body,
        "<p class=\"fine\">Response times are counted from the planned start, service times from the first request. Starts were \
         late by {} (p50), {} (p99). The prober was overloaded in {overloaded} of {windows} windows.</p>",
        late(0.5),
        late(0.99)
    );
    let lead = format!(
        "From {} to {}, {:.1} s.",
        probed.started_at,
        probed.finished_at,
        probed.lasted().as_secs_f64()
    );
    whole(&format!("{}: {names}", outcome.word()), &heading, &lead, &body)
}

/// Of the shared style.
fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "improvement",
        Outcome::Degraded => "undecided",
        Outcome::Failed => "regression",
    }
}

fn of_journey(journey: &ProbedJourney) -> String {
    let (outcome, reasons) = journey.judged();
    let mut text = format!(
        "<h2><span class=\"{}\">{}</span> {}</h2>\n",
        class(outcome),
        outcome.word(),
        escaped(&journey.journey.name)
    );
    if !reasons.is_empty() {
        let _ = writeln!(text, "<p>{}</p>", escaped(&reasons.join("; ")));
    }
    for (target, arm) in journey.arms() {
        text.push_str(&of_arm(journey, target, arm));
    }
    text.push_str(&differences(journey));
    for Sides { step, arms, compared } in sides::all(journey).iter().filter(|sides| sides.step.is_none()) {
        let [a, b] = arms.map(arm_word);
        let what = step.as_deref().unwrap_or("whole runs");
        let _ = write!(
            text,
            "<h2>{}: <span class=\"key b\">B</span> {b} against <span class=\"key a\">A</span> {a}</h2>\n{}",
            escaped(what),
            compare::section(compared)
        );
    }
    text
}

/// Where answers differ that should be alike.
fn differences(journey: &ProbedJourney) -> String {
    let mut items = String::new();
    for (step, path, place) in journey.differences() {
        let _ = write!(
            items,
            "<li>{} <code>{}</code>: stable says {}, the canary {} <small>{} pairs</small></li>",
            escaped(&step.name),
            escaped(path),
            escaped(&place.example.one),
            escaped(&place.example.other),
            count(place.pairs)
        );
    }
    if items.is_empty() {
        return items;
    }
    format!("<h2>Answers that differ</h2>\n<ul>{items}</ul>\n")
}

fn of_arm(journey: &ProbedJourney, target: &Target, arm: &ArmWindow) -> String {
    let mut text = format!(
        "<h2>{} at {}</h2>\n{}",
        arm_word(target.arm),
        escaped(&shown_target(target)),
        table::table(journey, arm)
    );
    if !journey.is_paired() && !responses(arm).is_empty() {
        let _ = write!(text, "<h2>Runs by response time</h2>\n{}", {
            let population = population(responses(arm));
            in_both(|room| table::shares(&population, room))
        });
    }
    text.push_str(&of_probes(journey, arm));
    text.push_str(&failures(journey, arm));
    if !arm.leaks.is_empty() {
        let items: String = arm
            .leaks
            .iter()
            .map(|leak| format!("<li>{}</li>", escaped(leak)))
            .collect();
        let _ = writeln!(
            text,
            "<h2>Test data that is left: {}</h2>\n<ul>{items}</ul>",
            count(arm.leak_count)
        );
    }
    text
}

fn of_probes(journey: &ProbedJourney, arm: &ArmWindow) -> String {
    let items: String = found::all(journey, arm)
        .map(|(step, said)| format!("<li>{}: {}</li>", escaped(&step.name), escaped(&said)))
        .collect();
    if items.is_empty() {
        return items;
    }
    format!("<h2>What probes found in the newest run</h2>\n<ul>{items}</ul>\n")
}

fn failures(journey: &ProbedJourney, arm: &ArmWindow) -> String {
    let mut items = String::new();
    for step in journey.steps() {
        for example in examples::of_step(arm, step.index) {
            let sentences: Vec<String> = example
                .sentences()
                .iter()
                .map(|sentence| escaped(sentence))
                .collect();
            let _ = write!(
                items,
                "<li>{}: {}<br><small>{}</small></li>",
                escaped(&step.name),
                sentences.join("<br>"),
                escaped(&example.place())
            );
        }
    }
    if items.is_empty() {
        return items;
    }
    format!("<h2>Examples of what did not pass</h2>\n<ul>{items}</ul>\n")
}

//! The result for people at a terminal: how it went first, then the numbers.

mod compared;
mod shape;
mod steps;

pub(super) use steps::shown as shown_time;

use console::{Style, style};

use super::probed::{Outcome, Probed, ProbedJourney, arm_word, shown_target};
use super::{examples, found};
use crate::cli::screen::{count, cut, wrap};
use crate::engine::journeys::{ArmWindow, Target};

const WIDTH: usize = 96;

/// The whole report.
pub(super) fn report(probed: &Probed) -> String {
    let mut text = headlines(probed);
    for journey in &probed.journeys {
        text.push_str(&of_journey(journey));
    }
    text.push_str(&prober(probed));
    text
}

/// How it went: a line in all, a line a journey.
pub(super) fn headlines(probed: &Probed) -> String {
    let mut text = String::new();
    for journey in &probed.journeys {
        let (outcome, reasons) = journey.judged();
        let targets: Vec<String> = journey
            .targets
            .iter()
            .map(|target| shown(journey, target))
            .collect();
        let headline = format!(
            "{} {} {}",
            colour(outcome).apply_to(outcome.word().to_uppercase()),
            style(&journey.journey.name).bold(),
            targets.join(", "),
        );
        // Steps that say themselves whom they ask have no target.
        text.push_str(headline.trim_end());
        text.push('\n');
        if !reasons.is_empty() {
            text.push_str(&wrap(&reasons.join("; "), 2, WIDTH));
        }
    }
    text
}

fn shown(journey: &ProbedJourney, target: &Target) -> String {
    let url = shown_target(target);
    if journey.is_paired() {
        format!("{} {url}", arm_word(target.arm))
    } else if url.is_empty() {
        String::new()
    } else {
        format!("at {url}")
    }
}

fn colour(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Passed => Style::new().green().bold(),
        Outcome::Degraded => Style::new().yellow().bold(),
        Outcome::Failed => Style::new().red().bold(),
    }
}

fn of_journey(journey: &ProbedJourney) -> String {
    let mut text = String::new();
    for (target, arm) in journey.arms() {
        let headline = format!(
            "{} {}",
            style(&journey.journey.name).bold(),
            shown(journey, target)
        );
        text.push_str(&format!("\n  {}\n", headline.trim_end()));
        text.push_str(&wrap(&runs(journey, arm), 4, WIDTH));
        text.push_str(&steps::table(journey, arm));
        text.push_str(&steps::phases(journey, arm));
        text.push_str(&found(journey, arm));
        text.push_str(&failures(journey, arm));
        text.push_str(&leaks(arm));
    }
    text.push_str(&compared::against(journey));
    text.push_str(&compared::differences(journey));
    text.push_str(&shape::histogram(journey));
    text
}

/// What probes found; nothing where there is no probe.
fn found(journey: &ProbedJourney, arm: &ArmWindow) -> String {
    let mut text = String::new();
    for (step, said) in found::all(journey, arm) {
        text.push_str(&format!("      {}\n", cut(&step.name, WIDTH - 6)));
        text.push_str(&wrap(&said, 8, WIDTH));
    }
    match text.is_empty() {
        true => text,
        false => format!("    found\n{text}"),
    }
}

/// How runs ended, in words.
fn runs(journey: &ProbedJourney, arm: &ArmWindow) -> String {
    let runs = &arm.runs;
    let measured = runs.passed + runs.degraded + runs.failed;
    let mut parts = vec![format!("{} passed", count(runs.passed))];
    for (number, word) in [
        (runs.degraded, "degraded"),
        (runs.failed, "failed"),
        (runs.cancelled, "stopped before their end"),
        (runs.wrong_side, "answered by the wrong side, left out"),
        (runs.warm_up, "left out as warm-up"),
        (runs.unanswered, "not over"),
    ] {
        if number > 0 {
            parts.push(format!("{} {word}", count(number)));
        }
    }
    let all = journey.all();
    for (reason, missed) in all.map(|all| &all.missed).into_iter().flatten() {
        parts.push(format!(
            "{} missed ({})",
            count(*missed),
            reason.as_str().replace('_', " ")
        ));
    }
    let requests = arm.steps.iter().map(|step| step.requests).sum();
    format!(
        "{}, {}: {}.",
        several(measured, "run"),
        several(requests, "request"),
        parts.join(", ")
    )
}

/// `1 run`, `60,321 runs`.
fn several(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number))
}

/// Examples of each step that did not pass: what was expected, what came, where.
fn failures(journey: &ProbedJourney, arm: &ArmWindow) -> String {
    let mut text = String::new();
    for step in journey.steps() {
        let Some(window) = arm.steps.get(step.index) else {
            continue;
        };
        let classes: Vec<String> = window
            .failures
            .iter()
            .map(|(class, number)| format!("{} {class}", count(*number)))
            .collect();
        let examples = examples::of_step(arm, step.index);
        if classes.is_empty() && examples.is_empty() {
            continue;
        }
        let classes = if classes.is_empty() {
            format!("{} degraded", count(window.degraded))
        } else {
            classes.join(", ")
        };
        text.push_str(&format!("    {}: {classes}\n", style(&step.name).bold()));
        let mut told = Vec::new();
        for example in examples {
            let sentences = example.sentences();
            // What goes wrong in the same way again and again tells nothing new.
            if told.contains(&sentences) {
                continue;
            }
            for sentence in &sentences {
                text.push_str(&wrap(sentence, 6, WIDTH));
            }
            text.push_str(&format!("        {}\n", example.place()));
            told.push(sentences);
        }
    }
    text
}

fn leaks(arm: &ArmWindow) -> String {
    if arm.leak_count == 0 {
        return String::new();
    }
    let mut text = format!("    test data that is left: {}\n", count(arm.leak_count));
    for leak in &arm.leaks {
        text.push_str(&wrap(leak, 6, WIDTH));
    }
    text
}

/// How well the prober itself could do its work.
fn prober(probed: &Probed) -> String {
    let lateness = probed.lateness();
    let windows: u64 = probed.journeys.iter().map(|journey| journey.windows).sum();
    let overloaded: u64 = probed
        .journeys
        .iter()
        .map(|journey| journey.totals.overloaded_windows)
        .sum();
    let ms = |order: f64| {
        lateness
            .quantile(order)
            .map_or_else(|| "-".to_owned(), steps::shown)
    };
    let mut text = format!(
        "\n  starts were late by {} (p50), {} (p99); {:.1} s in all\n",
        ms(0.5),
        ms(0.99),
        probed.lasted().as_secs_f64()
    );
    if overloaded > 0 {
        let warning = format!(
            "in {overloaded} of {windows} windows the prober was overloaded: what it measured then is its own slowness too; \
             give it a quieter machine, or probe less often"
        );
        text.push_str(&wrap(&warning, 2, WIDTH));
    }
    text
}

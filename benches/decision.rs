//! The decision benchmark: simulated releases judged by Serin, by Serin with parts left out, and by others' rules.
//!
//! `DECISION_NULL` and `DECISION_WORSE` set how many releases are played of each kind, `DECISION_ONLY` a part of the
//! scenarios' names. With `DECISION_DOCS` the document and its pictures are written to that folder.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "counts of a simulation, far below 2^53"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a simulation may differ between machines"
)]

#[path = "decision/chance.rs"]
mod chance;
#[path = "decision/document.rs"]
mod document;
#[path = "decision/goals.rs"]
mod goals;
#[path = "decision/minutes.rs"]
mod minutes;
#[path = "decision/picture.rs"]
mod picture;
#[path = "decision/play.rs"]
mod play;
#[path = "decision/rules.rs"]
mod rules;
#[path = "decision/scenario.rs"]
mod scenario;
#[path = "decision/serin.rs"]
mod serin;
#[path = "decision/summary.rs"]
mod summary;
#[path = "decision/traffic.rs"]
mod traffic;

use std::path::{Path, PathBuf};
use std::time::Instant;

use document::Played;
use play::Judges;
use rules::Rules;
use summary::Scored;
use traffic::Bodies;

fn main() {
    let number = |name: &str, default: usize| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    };
    let (nulls, worse) = (number("DECISION_NULL", 10_000), number("DECISION_WORSE", 2_000));
    let only = std::env::var("DECISION_ONLY").unwrap_or_default();
    let began = Instant::now();
    let scored = play_all(nulls, worse, &only);
    let played = Played {
        nulls,
        worse,
        wall_seconds: began.elapsed().as_secs_f64(),
        processor_seconds: processor_seconds(),
    };
    for goal in goals::all(&scored) {
        let met = if goal.is_met { "met" } else { "NOT met" };
        say(&format!(
            "{met}: {} {}, {}",
            goal.what, goal.wanted, goal.measured
        ));
    }
    if let Some(folder) = std::env::var_os("DECISION_DOCS").map(PathBuf::from) {
        write(&folder, &played, &scored);
    }
}

fn write(folder: &Path, played: &Played, scored: &[Scored]) {
    if let Err(error) = document::write(folder, played, scored) {
        say(&format!("cannot write to {}: {error}", folder.display()));
        std::process::exit(1);
    }
}

fn play_all(nulls: usize, worse: usize, only: &str) -> Vec<Scored> {
    let judges = Judges {
        bodies: Bodies::new(&scenario::TAILS),
        variants: serin::variants(),
        rules: Rules::new(),
    };
    let mut scored = Vec::new();
    for (index, scenario) in scenario::all().iter().enumerate() {
        if !scenario.name.contains(only) {
            continue;
        }
        let runs = if scenario.is_null { nulls } else { worse };
        let began = Instant::now();
        let scores = play::play(&judges, scenario, index as u64, runs);
        let bound = scenario
            .bound
            .map_or_else(String::new, |bound| format!(", bound {bound:.0} canary requests"));
        say(&format!(
            "\n{} ({runs} releases{bound}, {:.0} s)",
            scenario.name,
            began.elapsed().as_secs_f64()
        ));
        scores.iter().for_each(|score| say(&score.line()));
        scored.push(Scored {
            scenario: scenario.name.to_owned(),
            is_null: scenario.is_null,
            bound: scenario.bound,
            scores,
        });
    }
    scored
}

/// Of this process so far, where Linux says so: user and system time in clock ticks, a hundredth of a second each.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the name in brackets; the times are the 14th and 15th.
    let (_, after_name) = stat.rsplit_once(')')?;
    let ticks: Vec<f64> = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    (ticks.len() == 2).then(|| ticks.iter().sum::<f64>() / 100.0)
}

fn say(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _gone = writeln!(out, "{text}").and_then(|()| out.flush());
}

//! The decision benchmark: simulated releases judged by Serin, by Serin with parts left out, and by others' rules.
//!
//! `DECISION_NULL` and `DECISION_WORSE` set how many releases are played of each kind, `DECISION_ONLY` a part of the
//! scenarios' names. They are played in rounds; none begins after `DECISION_MINUTES`. With `DECISION_DOCS` the document and its
//! pictures are written to that folder after each round.

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

#[path = "decision/bodies.rs"]
mod bodies;
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
#[path = "decision/words.rs"]
mod words;

use std::path::{Path, PathBuf};
use std::time::Instant;

use bodies::Bodies;
use document::Effort;
use play::{Judges, Played};
use rules::Rules;
use summary::Scored;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// All scenarios come this far before the first goes on.
const ROUNDS: usize = 20;

fn main() {
    let number = |name: &str, default: usize| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    };
    let (nulls, worse) = (number("DECISION_NULL", 10_000), number("DECISION_WORSE", 2_000));
    let minutes = number("DECISION_MINUTES", usize::MAX);
    let only = std::env::var("DECISION_ONLY").unwrap_or_default();
    let folder = std::env::var_os("DECISION_DOCS").map(PathBuf::from);
    let began = Instant::now();
    let judges = Judges {
        bodies: Bodies::new(&scenario::TAILS),
        variants: serin::variants(),
        rules: Rules::new(),
    };
    let scenarios = scenario::all().into_iter().enumerate();
    let mut all: Vec<Played> = scenarios
        .filter(|(_, scenario)| scenario.name.contains(&only))
        .map(|(index, scenario)| Played::new(scenario, index as u64, &judges))
        .collect();
    let mut scored = Vec::new();
    for round in 1..=ROUNDS {
        if began.elapsed().as_secs() >= (minutes as u64).saturating_mul(60) {
            break;
        }
        let until = |runs: usize| (runs * round).div_ceil(ROUNDS);
        for played in &mut all {
            let runs = if played.scenario.is_null { nulls } else { worse };
            played.play_until(until(runs), &judges);
        }
        scored = all.iter().map(|played| played.scores(&judges)).collect();
        let effort = Effort {
            nulls: until(nulls),
            worse: until(worse),
            wall_seconds: began.elapsed().as_secs_f64(),
            processor_seconds: processor_seconds(),
        };
        if let Some(folder) = &folder {
            write(folder, &effort, &scored);
        }
    }
    report(&scored);
}

fn report(scored: &[Scored]) {
    for one in scored {
        let bound = one.bound.map_or_else(String::new, |bound| {
            format!(" (bound {bound:.0} canary requests)")
        });
        say(&format!("\n{}{bound}", one.scenario));
        one.scores.iter().for_each(|score| say(&score.line()));
    }
    say("");
    for goal in goals::all(scored) {
        let met = if goal.is_met { "met" } else { "NOT met" };
        say(&format!(
            "{met}: {} {}, {}",
            goal.what, goal.wanted, goal.measured
        ));
    }
}

fn write(folder: &Path, effort: &Effort, scored: &[Scored]) {
    if let Err(error) = document::write(folder, effort, scored) {
        say(&format!("cannot write to {}: {error}", folder.display()));
        std::process::exit(1);
    }
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

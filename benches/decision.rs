//! The decision benchmark: simulated releases judged by Serin, by Serin with parts left out, and by others' rules.
//!
//! `DECISION_NULL` and `DECISION_WORSE` set how many releases are played of each kind, `DECISION_ONLY` a part of the
//! scenarios' names.

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
#[path = "decision/rules.rs"]
mod rules;
#[path = "decision/scenario.rs"]
mod scenario;
#[path = "decision/serin.rs"]
mod serin;
#[path = "decision/traffic.rs"]
mod traffic;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use chance::Chance;
use rules::{Outcome, Rule};
use scenario::{BURN_IN, JUDGED, Scenario};
use traffic::{Bodies, HEALTHY, Service, Window};

/// An hour of both sides running the old version.
const HISTORY: usize = 360;

/// What one method did with one release.
#[derive(Clone, Copy)]
struct Ended {
    outcome: Outcome,
    /// Canary requests after the burn-in, or the onset, until the outcome.
    requests: u64,
    /// The window in which the fault began.
    onset: usize,
}

fn main() {
    let number = |name: &str, default: usize| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    };
    let (nulls, worse) = (number("DECISION_NULL", 10_000), number("DECISION_WORSE", 2_000));
    let only = std::env::var("DECISION_ONLY").unwrap_or_default();
    let bodies = Bodies::new(&scenario::TAILS);
    let variants = serin::variants();
    let peers = rules::all();
    for (index, scenario) in scenario::all().iter().enumerate() {
        if !scenario.name.contains(&only) {
            continue;
        }
        let runs = if scenario.is_null { nulls } else { worse };
        let began = Instant::now();
        let ended = play(scenario, index as u64, runs, &bodies, &variants, &peers);
        let bound = scenario
            .bound
            .map_or_else(String::new, |bound| format!(", bound {bound:.0} canary requests"));
        say(&format!(
            "\n{} ({runs} releases{bound}, {:.0} s)",
            scenario.name,
            began.elapsed().as_secs_f64()
        ));
        let names = variants
            .iter()
            .map(|variant| variant.name)
            .chain(peers.iter().map(|(name, _)| *name));
        for (name, ended) in names.zip(ended) {
            say(&format!("  {name:<28} {}", line(&ended)));
        }
    }
}

fn say(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _gone = writeln!(out, "{text}").and_then(|()| out.flush());
}

fn line(ended: &[Ended]) -> String {
    let runs = ended.len() as f64;
    let mut rolled_back: Vec<(u64, i64)> = Vec::new();
    let mut promoted: Vec<i64> = Vec::new();
    for one in ended {
        match one.outcome {
            Outcome::Rollback(at) => rolled_back.push((one.requests, (at as i64 - one.onset as i64) * 10)),
            Outcome::Promote(at) => promoted.push(at as i64 * 10),
            Outcome::Undecided => {}
        }
    }
    rolled_back.sort_unstable();
    let requests = rolled_back.get(rolled_back.len() / 2).map_or(0, |one| one.0);
    rolled_back.sort_unstable_by_key(|one| one.1);
    let seconds = rolled_back.get(rolled_back.len() / 2).map_or(0, |one| one.1);
    promoted.sort_unstable();
    let middle = promoted.get(promoted.len() / 2).copied().unwrap_or(0);
    let share = |count: usize| 100.0 * count as f64 / runs;
    let level = share(rolled_back.len()) / 100.0;
    format!(
        "rollback {:6.2}% (+-{:.2}) median {requests:>6} requests {seconds:>5} s | promote {:6.2}% median {middle:>5} s",
        share(rolled_back.len()),
        100.0 * (level * (1.0 - level) / runs).sqrt(),
        share(promoted.len()),
    )
}

/// Plays releases on two threads; the outcome depends on their numbers alone.
fn play(
    scenario: &Scenario,
    number: u64,
    runs: usize,
    bodies: &Bodies,
    variants: &[serin::Variant],
    peers: &[Rule],
) -> Vec<Vec<Ended>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done: Vec<(usize, Vec<Ended>)> = Vec::new();
        loop {
            let run = next.fetch_add(1, Ordering::Relaxed);
            if run >= runs {
                return done;
            }
            let mut chance = Chance::from_seed(number << 32 | run as u64);
            done.push((run, release(scenario, &mut chance, bodies, variants, peers)));
        }
    };
    let mut all: Vec<(usize, Vec<Ended>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_default())
            .collect()
    });
    all.sort_by_key(|(run, _)| *run);
    let methods = variants.len() + peers.len();
    (0..methods)
        .map(|method| all.iter().map(|(_, ended)| ended[method]).collect())
        .collect()
}

fn release(
    scenario: &Scenario,
    chance: &mut Chance,
    bodies: &Bodies,
    variants: &[serin::Variant],
    peers: &[Rule],
) -> Vec<Ended> {
    let onset = if scenario.late {
        60 + (chance.bits() % 61) as usize
    } else {
        0
    };
    let mut service = Service::new(scenario.split, scenario.noise, chance);
    let history: Vec<Window> = (0..HISTORY)
        .map(|_| service.window([HEALTHY; 2], bodies, chance))
        .collect();
    // Another deployment has other pods.
    let mut service = Service::new(scenario.split, scenario.noise, chance);
    let run: Vec<Window> = (0..BURN_IN + JUDGED)
        .map(|window| {
            let behaviours = scenario.behaviours(window.saturating_sub(BURN_IN), onset);
            service.window(behaviours, bodies, chance)
        })
        .collect();
    let judged = &run[BURN_IN..];
    let ended = |outcome: Outcome| {
        let until = match outcome {
            Outcome::Rollback(at) | Outcome::Promote(at) => at,
            Outcome::Undecided => JUDGED,
        };
        let seen = judged.get(onset.min(until)..until).unwrap_or_default();
        Ended {
            outcome,
            requests: seen.iter().map(|window| window[0].requests).sum(),
            onset,
        }
    };
    let recording = serin::Recording::new(&history, &run);
    variants
        .iter()
        .map(|variant| ended(serin::judge(variant, &recording, !scenario.late)))
        .chain(peers.iter().map(|(_, rule)| ended(rule(judged))))
        .collect()
}

//! Whole rollouts under the policy's defaults, drawn at random: how often they are wrong and how fast they are right.

use super::tests::{START, at, comparison, independent, look};
use super::*;
use crate::analysis::plan::AlphaSpending;
use crate::stats::chance::Chance;

/// Traffic and failure rates at a second of the run.
type Rates = fn(u64) -> (f64, f64);

/// 200 requests a second, 5% on the canary.
const CANARY_PER_WINDOW: f64 = 100.0;
const STABLE_PER_WINDOW: f64 = 1900.0;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    RolledBack(u64),
    Promoted(u64),
    Undecided,
}

struct Rollout {
    outcome: Outcome,
    canary_requests: u64,
    shortfall: Option<Shortfall>,
}

fn around(chance: &mut Chance, mean: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive count of a few thousand"
    )]
    let count = (mean + mean.sqrt() * chance.normal()).round().max(0.0) as u64;
    count
}

fn roll_out(chance: &mut Chance, policy: &Policy, rates: Rates, may_promote: bool) -> Rollout {
    let mut comparisons = Comparisons::new(&[comparison("errors")], policy, START);
    let mut outcome = Outcome::Undecided;
    for step in 1..=180 {
        let seconds = step * 10;
        let (canary_rate, stable_rate) = rates(seconds);
        let (nc, ns) = (
            around(chance, CANARY_PER_WINDOW),
            around(chance, STABLE_PER_WINDOW),
        );
        let counts = (
            nc,
            chance.binomial(nc, canary_rate),
            ns,
            chance.binomial(ns, stable_rate),
        );
        comparisons.look(&look(at(seconds), counts));
        if comparisons.regressed() {
            outcome = Outcome::RolledBack(seconds);
            break;
        }
        if may_promote && comparisons.promotable(at(seconds)) {
            outcome = Outcome::Promoted(seconds);
            break;
        }
    }
    if outcome == Outcome::Undecided {
        comparisons.finish(at(1800));
        if comparisons.regressed() {
            outcome = Outcome::RolledBack(1800);
        }
    }
    Rollout {
        outcome,
        canary_requests: comparisons.canary_requests(),
        shortfall: comparisons.shortfall(at(1800)),
    }
}

struct Figures {
    rolled_back: f64,
    promoted: f64,
    median_rollback: Option<(u64, u64)>,
    median_promotion: Option<(u64, u64)>,
}

fn simulate(name: &str, policy: &Policy, runs: u32, rates: Rates, may_promote: bool) -> Figures {
    let mut chance = Chance::from_seed(42);
    let (mut rollbacks, mut promotions) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let rollout = roll_out(&mut chance, policy, rates, may_promote);
        match rollout.outcome {
            Outcome::RolledBack(at) => rollbacks.push((at, rollout.canary_requests)),
            Outcome::Promoted(at) => promotions.push((at, rollout.canary_requests)),
            Outcome::Undecided => {}
        }
    }
    let part = |list: &[(u64, u64)]| list.len() as f64 / f64::from(runs);
    let median = |list: &mut Vec<(u64, u64)>| {
        list.sort_unstable();
        list.get(list.len() / 2).copied()
    };
    let figures = Figures {
        rolled_back: part(&rollbacks),
        promoted: part(&promotions),
        median_rollback: median(&mut rollbacks),
        median_promotion: median(&mut promotions),
    };
    println!(
        "{name}: rolled back {:.2}% (median s, canary requests {:?}), promoted {:.2}% ({:?})",
        100.0 * figures.rolled_back,
        figures.median_rollback,
        100.0 * figures.promoted,
        figures.median_promotion
    );
    figures
}

fn limit(alpha: f64, runs: u32) -> f64 {
    alpha + 3.0 * (alpha * (1.0 - alpha) / f64::from(runs)).sqrt()
}

#[test]
fn three_times_the_errors_are_found_in_minutes() {
    let tripled: Rates = |_| (0.015, 0.005);
    let known = simulate("0.5% to 1.5%, dispersion 1", &independent(), 200, tripled, true);
    let default = simulate(
        "0.5% to 1.5%, default dispersion 2",
        &Policy::default(),
        200,
        tripled,
        true,
    );
    assert!(known.rolled_back >= 0.99 && default.rolled_back >= 0.99);
    assert!(known.median_rollback.is_some_and(|(at, _)| at <= 120 + 240));
    assert!(default.median_rollback.is_some_and(|(at, _)| at <= 120 + 420));
    let common: Rates = |_| (0.45, 0.3);
    let common = simulate("30% to 45%, dispersion 1", &independent(), 200, common, true);
    assert!(common.rolled_back >= 0.99 && common.median_rollback.is_some_and(|(at, _)| at <= 120 + 90));
}

#[test]
fn no_change_hardly_ever_rolls_back() {
    let same: Rates = |_| (0.005, 0.005);
    for (name, runs, policy) in [
        ("no change, hybrid", 1000, independent()),
        (
            "no change, anytime",
            300,
            Policy {
                alpha_spending: AlphaSpending::Anytime,
                ..independent()
            },
        ),
        ("no change, default dispersion", 300, Policy::default()),
    ] {
        let figures = simulate(name, &policy, runs, same, true);
        assert!(figures.rolled_back <= limit(0.01, runs), "{name}");
    }
    let policy = Policy {
        alpha_spending: AlphaSpending::ObrienFleming,
        ..independent()
    };
    let figures = simulate("no change, O'Brien-Fleming", &policy, 100, same, false);
    assert!(figures.rolled_back <= limit(0.01, 100));
}

#[test]
fn the_level_holds_at_the_tolerance() {
    // 0.5% and the absolute floor of 0.1 points; 5% and the ratio of 1.1.
    for (name, rates) in [
        ("at the tolerance, difference", (|_| (0.006, 0.005)) as Rates),
        ("at the tolerance, ratio", |_| (0.055, 0.05)),
        ("at the tolerance, common events", |_| (0.176, 0.16)),
    ] {
        let figures = simulate(name, &independent(), 1000, rates, false);
        assert!(figures.rolled_back <= limit(0.01, 1000), "{name}");
    }
}

#[test]
fn a_tolerated_ratio_stays_tolerated_when_stables_rate_rises() {
    // At 0.05% the difference of 0.1 points is the larger margin; a shared fault makes the ratio of 2 the larger one.
    let mut spec = comparison("errors");
    spec.tolerance.rollback = 2.0;
    spec.tolerance.rollback_absolute = 0.001;
    let mut chance = Chance::from_seed(5);
    let (runs, mut rolled_back) = (300, 0);
    for _ in 0..runs {
        let mut comparisons = Comparisons::new(std::slice::from_ref(&spec), &independent(), START);
        for step in 1..=180_u64 {
            let (canary, stable) = if step > 40 { (0.09, 0.05) } else { (0.0005, 0.0005) };
            let events = (chance.binomial(100, canary), chance.binomial(1900, stable));
            comparisons.look(&look(at(step * 10), (100, events.0, 1900, events.1)));
        }
        comparisons.finish(at(1800));
        rolled_back += i32::from(comparisons.regressed());
    }
    let level = f64::from(rolled_back) / f64::from(runs);
    println!("0.05% to a tolerated 9% against 5%: rolled back {level:.4}");
    assert!(level <= limit(0.01, 300), "{level}");
}

#[test]
fn the_margin_of_promotion_holds() {
    for (name, rates) in [
        ("at the margin, ratio", (|_| (0.015, 0.01)) as Rates),
        ("at the margin, difference", |_| (0.0022, 0.0002)),
    ] {
        let policy = Policy {
            minimum_events: u64::MAX,
            ..independent()
        };
        let figures = simulate(name, &policy, 1000, rates, true);
        assert!(figures.promoted <= limit(0.05, 1000), "{name}");
    }
}

#[test]
fn an_incident_of_both_sides_is_no_evidence() {
    let incident: Rates = |seconds| {
        let extra = if (600..900).contains(&seconds) { 0.075 } else { 0.0 };
        (0.005 + extra, 0.005 + extra)
    };
    let calm = simulate("no change again", &independent(), 500, |_| (0.005, 0.005), true);
    let figures = simulate(
        "incident on both sides, minutes 10 to 15",
        &independent(),
        500,
        incident,
        true,
    );
    assert!(figures.rolled_back <= limit(0.01, 500));
    assert!(figures.median_promotion.map(|(at, _)| at) >= calm.median_promotion.map(|(at, _)| at));
    let hidden: Rates = |seconds| {
        let extra = if (300..900).contains(&seconds) { 0.075 } else { 0.0 };
        (0.015 + extra, 0.005 + extra)
    };
    let figures = simulate(
        "three times the errors behind an incident",
        &independent(),
        500,
        hidden,
        true,
    );
    assert!(figures.promoted <= limit(0.05, 500) && figures.rolled_back > 0.9);
}

#[test]
fn a_shared_fault_from_the_first_minute_is_stables_problem() {
    let mut chance = Chance::from_seed(9);
    for (name, rates) in [
        (
            "from minute 1",
            (|seconds| if seconds > 60 { (0.1, 0.1) } else { (0.005, 0.005) }) as Rates,
        ),
        ("from the start", |_| (0.4, 0.4)),
    ] {
        let (mut undecided, mut unhealthy) = (0, 0);
        for _ in 0..100 {
            let rollout = roll_out(&mut chance, &Policy::default(), rates, true);
            undecided += u32::from(rollout.outcome == Outcome::Undecided);
            unhealthy += u32::from(rollout.shortfall == Some(Shortfall::StableUnhealthy));
        }
        println!("shared fault {name}: undecided {undecided}, stable unhealthy {unhealthy} of 100");
        assert_eq!((undecided, unhealthy), (100, 100), "{name}");
    }
}

/// One pod's own slow noise: an AR(1) on the log of its failure rate, one value per window.
struct PodNoise(f64);

impl PodNoise {
    fn next(&mut self, chance: &mut Chance) -> f64 {
        const MEMORY: f64 = 0.85;
        const DEVIATION: f64 = 0.5;
        self.0 = MEMORY * self.0 + DEVIATION * (1.0 - MEMORY * MEMORY).sqrt() * chance.normal();
        libm::exp(self.0 - 0.5 * DEVIATION * DEVIATION)
    }
}

#[test]
fn history_tames_the_noise_of_a_single_canary_pod() {
    let rollback_rate = |windows_of_history: u64, policy: &Policy| {
        let mut chance = Chance::from_seed(17);
        let (runs, mut rolled_back) = (300, 0);
        for _ in 0..runs {
            let mut comparisons = Comparisons::new(&[comparison("errors")], policy, START);
            let mut noise = PodNoise(0.0);
            for step in 0..windows_of_history + 180 {
                let rate = 0.02 * noise.next(&mut chance);
                let counts = (
                    100,
                    chance.binomial(100, rate.min(1.0)),
                    1900,
                    chance.binomial(1900, 0.02),
                );
                let history = step < windows_of_history;
                let end = if history {
                    START - std::time::Duration::from_secs(10 * (windows_of_history - step))
                } else {
                    at(10 * (step - windows_of_history + 1))
                };
                let mut look = look(end, counts);
                look.windows
                    .iter_mut()
                    .for_each(|window| window.flags.history = history);
                comparisons.look(&look);
            }
            comparisons.finish(at(1800));
            rolled_back += i32::from(comparisons.regressed());
        }
        f64::from(rolled_back) / f64::from(runs)
    };
    let naive = rollback_rate(0, &independent());
    let calibrated = rollback_rate(360, &Policy::default());
    println!(
        "pod noise of 50%: false rollbacks {naive:.3} without, {calibrated:.3} with calibration from an hour"
    );
    assert!(
        calibrated <= limit(0.01, 300) && calibrated < naive,
        "{naive} {calibrated}"
    );
}

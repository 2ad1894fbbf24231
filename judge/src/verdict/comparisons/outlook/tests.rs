mod latencies;

use super::*;
use crate::analysis::plan::Dispersion;
use crate::stats::chance::Chance;
use crate::verdict::Look;
use crate::verdict::comparisons::Comparisons;
use crate::verdict::comparisons::tests::{START, at, comparison, look};

/// Which verdict is waited for, as if there was no other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wanted {
    Rollback,
    Promotion,
}

/// Seconds to the verdict in simulated rollouts, sorted; `None` is never.
fn simulated(
    policy: &Policy,
    expected: &Expected,
    effect: f64,
    runs: u64,
    wanted: Wanted,
) -> Vec<Option<u64>> {
    let requests = expected.requests_per_second * 10.0;
    let canary = whole(requests * expected.canary_weight);
    let stable = whole(requests) - canary;
    played(policy, &comparison("errors"), runs, wanted, |chance, seconds| {
        let bad = chance.binomial(canary, (effect * expected.error_rate).min(1.0));
        let stable_bad = chance.binomial(stable, expected.error_rate);
        look(at(seconds), (canary, bad, stable, stable_bad))
    })
}

/// The same of any looks.
pub(super) fn played(
    policy: &Policy,
    spec: &Comparison,
    runs: u64,
    wanted: Wanted,
    mut look: impl FnMut(&mut Chance, u64) -> Look,
) -> Vec<Option<u64>> {
    let mut times: Vec<Option<u64>> = (0..runs)
        .map(|run| {
            let mut chance = Chance::from_seed(1000 + run);
            let mut comparisons = Comparisons::new(std::slice::from_ref(spec), policy, START);
            let found = (1..=policy.deadline.as_secs() / 10)
                .map(|step| 10 * step)
                .find(|seconds| {
                    comparisons.look(&look(&mut chance, *seconds));
                    match wanted {
                        Wanted::Rollback => comparisons.regressed(),
                        Wanted::Promotion => comparisons.promotable(at(*seconds)),
                    }
                });
            let deadline = policy.deadline.as_secs();
            comparisons.finish(at(deadline));
            let last = wanted == Wanted::Rollback && comparisons.regressed();
            found.or(last.then_some(deadline))
        })
        .collect();
    times.sort_by_key(|time| time.unwrap_or(u64::MAX));
    times
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of some hundred requests"
)]
pub(super) fn whole(number: f64) -> u64 {
    number.round() as u64
}

fn outlook(policy: &Policy, expected: &Expected) -> Outlook {
    of(&comparison("errors"), policy, expected)
}

pub(super) fn of(spec: &Comparison, policy: &Policy, expected: &Expected) -> Outlook {
    let method = Method::new(spec, policy);
    Outlook::new(spec, 1.0, policy, expected, &method).unwrap()
}

pub(super) fn fixed(factor: f64) -> Policy {
    Policy {
        dispersion: Dispersion::Fixed(factor),
        ..Policy::default()
    }
}

pub(super) fn expected(requests_per_second: f64, canary_weight: f64, error_rate: f64) -> Expected {
    Expected {
        requests_per_second,
        canary_weight,
        error_rate,
        tail: 4.0,
        dispersion: None,
    }
}

#[test]
fn times_agree_with_simulated_rollouts_within_15_percent() {
    let (runs, middle) = (81, 40);
    for (factor, traffic, effect) in [
        (1.0, expected(200.0, 0.05, 0.005), 2.0),
        (1.0, expected(200.0, 0.05, 0.005), 3.0),
        (2.0, expected(200.0, 0.05, 0.005), 3.0),
        (2.0, expected(500.0, 0.1, 0.002), 4.0),
        (1.0, expected(2000.0, 0.01, 0.01), 2.0),
    ] {
        let policy = fixed(factor);
        let rolled_back = simulated(&policy, &traffic, effect, runs, Wanted::Rollback);
        let told = outlook(&policy, &traffic)
            .at(effect)
            .rollback_after
            .unwrap()
            .as_secs_f64();
        let seen = rolled_back[middle].unwrap() as f64;
        println!("{factor} {traffic:?} x{effect}: rolled back after {told} s, simulated {seen} s");
        assert!(
            (told / seen - 1.0).abs() < 0.15,
            "{factor} {traffic:?} x{effect}: {told} {seen}"
        );
    }
    for (factor, traffic) in [
        (1.0, expected(200.0, 0.05, 0.005)),
        (2.0, expected(500.0, 0.1, 0.005)),
        (1.0, expected(60.0, 0.1, 0.000_2)),
    ] {
        let policy = fixed(factor);
        let promoted = simulated(&policy, &traffic, 1.0, runs, Wanted::Promotion);
        let told = outlook(&policy, &traffic)
            .at(1.0)
            .promotion_after
            .unwrap()
            .as_secs_f64();
        let seen = promoted[middle].unwrap() as f64;
        println!("{factor} {traffic:?}: promoted after {told} s, simulated {seen} s");
        assert!(
            (told / seen - 1.0).abs() < 0.15,
            "{factor} {traffic:?}: {told} {seen}"
        );
    }
}

#[test]
fn what_counts_as_seen_is_seen_in_simulations() {
    let (policy, traffic, runs) = (fixed(1.0), expected(200.0, 0.05, 0.005), 120);
    let outlook = outlook(&policy, &traffic);
    let effect = outlook.detectable().unwrap();
    let rolled_back = simulated(&policy, &traffic, effect, runs, Wanted::Rollback);
    let part = rolled_back.iter().flatten().count() as f64 / runs as f64;
    println!(
        "detectable {effect}: rolled back {part}, told {}",
        outlook.at(effect).rollback_probability
    );
    assert!((part - SEEN_PART).abs() < 0.15 * SEEN_PART, "{effect}: {part}");
}

#[test]
fn more_traffic_and_larger_effects_are_decided_sooner_and_nothing_is_not_seen() {
    let policy = Policy::default();
    let base = outlook(&policy, &expected(200.0, 0.05, 0.005));
    let more = outlook(&policy, &expected(800.0, 0.05, 0.005));
    assert!(more.detectable().unwrap() < base.detectable().unwrap());
    let mut last = base.at(1.0).rollback_probability;
    for effect in [1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 100.0] {
        let now = base.at(effect).rollback_probability;
        assert!(now >= last, "{effect}: {now} {last}");
        last = now;
    }
    assert!(base.at(1.0).rollback_probability < 0.01, "{:?}", base.at(1.0));
    let hardly_any = outlook(&policy, &expected(0.01, 0.05, 0.005));
    assert_eq!(
        (hardly_any.detectable(), hardly_any.at(3.0).rollback_after),
        (None, None)
    );
}

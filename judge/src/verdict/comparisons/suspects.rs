//! One bad host, on either side.

use std::sync::Arc;

use proptest::prelude::*;

use super::tests::{START, at, comparison, independent, window};
use super::*;
use crate::stats::chance::Chance;
use crate::verdict::{Side, Window};

fn of(target: &str, mut window: Window) -> Window {
    window.target = Arc::from(target);
    window
}

/// Ten seconds of each target: `(name, requests, error rate)`.
fn drawn(chance: &mut Chance, step: u64, canary: &[(&str, u64, f64)], stable: &[(&str, u64, f64)]) -> Look {
    let end = at(10 * step);
    let sides = [(Side::Canary, canary), (Side::Stable, stable)];
    let windows = sides.into_iter().flat_map(|(side, targets)| {
        let each = targets
            .iter()
            .map(move |(name, total, rate)| (side, *name, *total, *rate));
        each.collect::<Vec<_>>()
    });
    let windows = windows
        .map(|(side, name, total, rate)| {
            of(
                name,
                window("errors", side, end, total, chance.binomial(total, rate)),
            )
        })
        .collect();
    Look { at: end, windows }
}

/// Judged until something is known, at most until the deadline.
fn judged(seed: u64, canary: &[(&str, u64, f64)], stable: &[(&str, u64, f64)]) -> Comparisons {
    let mut chance = Chance::from_seed(seed);
    let mut comparisons = Comparisons::new(&[comparison("errors")], &independent(), START);
    for step in 1..=180 {
        comparisons.look(&drawn(&mut chance, step, canary, stable));
        if comparisons.blame.is_final() || comparisons.promotable(at(10 * step)) {
            return comparisons;
        }
    }
    comparisons.finish(at(1800));
    comparisons
}

const STABLE: [(&str, u64, f64); 1] = [("stable", 1900, 0.005)];

#[test]
fn one_bad_target_of_several_is_not_the_release() {
    for targets in [2, 3, 5] {
        let names = ["a", "b", "c", "d", "e"];
        let mut canary: Vec<(&str, u64, f64)> = names
            .iter()
            .take(targets)
            .map(|name| (*name, 100, 0.005))
            .collect();
        canary[1].2 = 0.1;
        let (mut suspected, mut rolled_back) = (0, 0);
        for seed in 0..50 {
            let comparisons = judged(seed, &canary, &STABLE);
            match comparisons.suspect_target() {
                Some(target) => {
                    assert_eq!(target, "b");
                    assert!(!comparisons.regressed() && !comparisons.promotable(at(1800)));
                    let report = comparisons.reports(at(1800)).remove(0);
                    assert_eq!(report.decision, Decision::Regressed);
                    assert!(report.remarks.contains(&Remark::SuspectPod));
                    suspected += 1;
                }
                None => rolled_back += u32::from(comparisons.regressed()),
            }
        }
        println!("one bad of {targets}: suspected {suspected}, rolled back {rolled_back} of 50");
        // The rest is rolled back, which is safe.
        assert!(suspected >= 43, "{targets}: {suspected} {rolled_back}");
    }
}

#[test]
fn a_release_that_is_bad_everywhere_is_rolled_back() {
    for (targets, rate) in [(2, 0.015), (2, 0.05), (5, 0.015), (5, 0.05)] {
        let names = ["a", "b", "c", "d", "e"];
        let canary: Vec<(&str, u64, f64)> = names
            .iter()
            .take(targets)
            .map(|name| (*name, 200 / targets as u64, rate))
            .collect();
        let (mut suspected, mut rolled_back) = (0, 0);
        for seed in 0..200 {
            let comparisons = judged(seed, &canary, &STABLE);
            suspected += u32::from(comparisons.suspect_target().is_some());
            rolled_back += u32::from(comparisons.regressed());
        }
        println!("all of {targets} bad at {rate}: suspected {suspected}, rolled back {rolled_back} of 200");
        assert!(
            suspected <= 2 && rolled_back >= 196,
            "{targets} {rate}: {suspected} {rolled_back}"
        );
    }
}

#[test]
fn the_only_target_takes_the_release_with_it() {
    let comparisons = judged(1, &[("a", 100, 0.1)], &STABLE);
    assert!(comparisons.regressed());
    assert_eq!(comparisons.suspect_target(), None);
    // A second one that gets no requests is no fellow.
    let comparisons = judged(1, &[("a", 100, 0.1), ("b", 0, 0.0)], &STABLE);
    assert!(comparisons.regressed());
}

#[test]
fn a_bad_stable_target_does_not_promote_a_bad_canary() {
    // Without the bad one of three, stable fails half as often as the canary.
    let stable = [("x", 300, 0.1), ("y", 300, 0.005), ("z", 300, 0.005)];
    let (mut promoted, mut left_out) = (0, 0);
    for seed in 0..100 {
        let comparisons = judged(seed, &[("a", 100, 0.015)], &stable);
        promoted += u32::from(comparisons.promotable(comparisons.last_look_at.unwrap()));
        let remarks = comparisons.reports(at(1800)).remove(0).remarks;
        left_out += u32::from(remarks.contains(&Remark::SuspectStablePod));
    }
    assert!(promoted <= 5, "{promoted}");
    assert!(left_out >= 95, "{left_out}");
}

#[test]
fn equal_stable_targets_are_not_left_out() {
    let stable = [
        ("w", 200, 0.01),
        ("x", 200, 0.01),
        ("y", 200, 0.01),
        ("z", 200, 0.01),
    ];
    let mut left_out = 0;
    for seed in 0..200 {
        let comparisons = judged(seed, &[("a", 100, 0.01)], &stable);
        let remarks = comparisons.reports(at(1800)).remove(0).remarks;
        left_out += u32::from(remarks.contains(&Remark::SuspectStablePod));
    }
    assert!(left_out <= 1, "{left_out}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// What is left of the evidence without a target is what there would be had it never been there.
    #[test]
    fn leaving_a_target_out_is_as_if_it_had_not_been(seed in any::<u64>(), rate in 0.0..0.1_f64) {
        let canary = [("a", 60, rate), ("b", 40, 0.02), ("c", 10, 0.0)];
        let run = |leave_out: Option<&str>| {
            let mut chance = Chance::from_seed(seed);
            let mut comparisons = Comparisons::new(&[comparison("errors")], &independent(), START);
            for step in 1..=60 {
                let mut look = drawn(&mut chance, step, &canary, &STABLE);
                look.windows.retain(|window| Some(&*window.target) != leave_out);
                comparisons.look(&look);
            }
            comparisons
        };
        let (whole, without) = (run(None), run(Some("a")));
        let rest = whole.evidence[0].canary_targets.without(&Arc::from("a")).unwrap();
        let expected = &without.evidence[0].method;
        prop_assert_eq!(rest.log_e().to_bits(), expected.log_e().to_bits());
        prop_assert_eq!(rest.deadline_p(0).to_bits(), expected.deadline_p(0).to_bits());
    }
}

//! Evidence that goes on over the stages of a release.

use std::sync::Arc;

use proptest::prelude::*;

use super::tests::{START, at, comparison, independent, look};
use super::*;
use crate::analysis::plan::{Plan, TrafficSplit};
use crate::stats::chance::Chance;
use crate::verdict::{EarlierStage, Reason, RunState, Verdict};

/// Length of a stage in looks.
const LOOKS: u64 = 60;

fn policy(evidence: EvidencePolicy) -> Policy {
    Policy {
        evidence,
        ..independent()
    }
}

fn plan(evidence: EvidencePolicy) -> Arc<Plan> {
    Arc::new(Plan {
        comparisons: vec![comparison("errors")],
        policy: policy(evidence),
        ..Plan::empty("stages")
    })
}

/// The looks of stage `stage` (from 0), with the canary's and stable's rate.
fn stage(chance: &mut Chance, stage: u64, canary: f64, stable: f64) -> Vec<Look> {
    let each = (1..=LOOKS).map(|step| {
        let counts = (
            200,
            chance.binomial(200, canary),
            1800,
            chance.binomial(1800, stable),
        );
        look(at(10 * (stage * LOOKS + step)), counts)
    });
    each.collect()
}

fn started(stage: u64) -> Timestamp {
    at(10 * stage * LOOKS)
}

/// Goes through stages of the same rates until there is a verdict; in which stage it fell, and which.
fn release(seed: u64, evidence: EvidencePolicy, rates: (f64, f64), stages: u64) -> (u64, Verdict) {
    let mut chance = Chance::from_seed(seed);
    let all: Vec<Vec<Look>> = (0..stages)
        .map(|number| stage(&mut chance, number, rates.0, rates.1))
        .collect();
    for number in 0..stages {
        let earlier: Vec<EarlierStage<'_>> = (0..number)
            .map(|earlier| EarlierStage {
                started_at: started(earlier),
                looks: &all[usize::try_from(earlier).unwrap()],
            })
            .collect();
        let mut state = RunState::carrying(plan(evidence), started(number), &earlier);
        for look in &all[usize::try_from(number).unwrap()] {
            state.look(look, &[]);
            if state.verdict() != Verdict::Continue {
                return (number, state.verdict());
            }
        }
    }
    (stages, Verdict::Continue)
}

#[test]
fn a_weak_regression_is_found_over_stages_and_by_none_of_them() {
    let found = |evidence| {
        let verdicts = (0..60).map(|seed| release(seed, evidence, (0.014, 0.01), 6).1);
        verdicts.filter(|verdict| *verdict == Verdict::Rollback).count()
    };
    let (carried, anew) = (found(EvidencePolicy::Carry), found(EvidencePolicy::Restart));
    println!("errors x1.4, six stages of ten minutes: found {carried} of 60 carried, {anew} anew");
    assert!(carried > anew + 10, "{carried} {anew}");
}

#[test]
fn a_healthy_release_is_promoted_sooner_in_later_stages() {
    let promoted_at = |evidence: EvidencePolicy, seed: u64| {
        let mut chance = Chance::from_seed(seed);
        let earlier = stage(&mut chance, 0, 0.005, 0.005);
        let now = stage(&mut chance, 1, 0.005, 0.005);
        let earlier = [EarlierStage {
            started_at: started(0),
            looks: &earlier,
        }];
        let mut state = RunState::carrying(plan(evidence), started(1), &earlier);
        now.iter().position(|look| {
            state.look(look, &[]);
            state.verdict() == Verdict::Promote
        })
    };
    let mean = |evidence| {
        let at = (0..40).map(|seed| promoted_at(evidence, seed).unwrap_or(60) as f64);
        at.sum::<f64>() / 40.0
    };
    let (carried, anew) = (mean(EvidencePolicy::Carry), mean(EvidencePolicy::Restart));
    println!("healthy, looks of the second stage until promoted: {carried} carried, {anew} anew");
    assert!(carried < anew - 5.0, "{carried} {anew}");
    // The minimum duration is each stage's own.
    assert!(carried >= 29.0);
}

#[test]
fn the_error_of_all_stages_together_holds() {
    // Exactly at the tolerated ratio, at one per cent of errors: 0.011 is no regression.
    let runs = 400;
    let rolled_back = (0..runs).filter(|seed| {
        let mut chance = Chance::from_seed(*seed);
        let policy = Policy {
            false_rollback: 0.1,
            minimum_events: 0,
            deadline: std::time::Duration::from_secs(10 * LOOKS),
            ..policy(EvidencePolicy::Carry)
        };
        let specs = [comparison("errors")];
        let mut comparisons = Comparisons::new(&specs, &policy, START);
        (0..5).any(|number| {
            if number > 0 {
                comparisons = comparisons.clone().next_stage(&specs, started(number));
            }
            for look in stage(&mut chance, number, 0.011, 0.01) {
                comparisons.look(&look);
            }
            comparisons.finish(started(number + 1));
            comparisons.regressed()
        })
    });
    let level = rolled_back.count() as f64 / f64::from(u32::try_from(runs).unwrap());
    println!("five stages at the tolerance, nominal 0.1: rolled back {level}");
    assert!(level <= 0.1 + 3.0 * (0.09_f64 / 400.0).sqrt(), "{level}");
}

#[test]
fn a_stage_has_its_own_burn_in_gaps_and_split() {
    let split = |weight: f64| {
        let spec = Comparison {
            traffic_split: Some(TrafficSplit {
                canary_share: weight / 100.0,
                tolerance: 0.1,
            }),
            ..comparison("errors")
        };
        Plan {
            comparisons: vec![spec],
            policy: policy(EvidencePolicy::Carry),
            ..Plan::empty("stages")
        }
    };
    let mut chance = Chance::from_seed(1);
    // Ten per cent then, half now; and then stable was missing for most of the time.
    let mut earlier = stage(&mut chance, 0, 0.01, 0.01);
    earlier
        .iter_mut()
        .skip(20)
        .for_each(|look| look.windows.truncate(1));
    let earlier = [EarlierStage {
        started_at: started(0),
        looks: &earlier,
    }];
    let mut state = RunState::carrying(Arc::new(split(50.0)), started(1), &earlier);
    for step in 1..=40 {
        let seconds = 10 * (LOOKS + step);
        let bad = if step <= 12 { 500 } else { 5 };
        state.look(&look(at(seconds), (1000, bad, 1000, 5)), &[]);
    }
    assert_eq!(state.verdict(), Verdict::Promote, "{:?}", state.decision());
    assert_eq!(state.decision().reasons[0], Reason::NonInferiorityShown);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// Where evidence begins anew, what came before changes nothing, to the bit.
    #[test]
    fn restarted_evidence_knows_nothing_of_earlier_stages(seed in any::<u64>(), rate in 0.0..0.1_f64) {
        let mut chance = Chance::from_seed(seed);
        let (earlier, now) = (stage(&mut chance, 0, rate, 0.02), stage(&mut chance, 1, rate, 0.02));
        let earlier = [EarlierStage { started_at: started(0), looks: &earlier }];
        let plan = plan(EvidencePolicy::Restart);
        let mut carrying = RunState::carrying(Arc::clone(&plan), started(1), &earlier);
        let mut alone = RunState::new(plan, started(1));
        for look in &now {
            carrying.look(look, &[]);
            alone.look(look, &[]);
        }
        let json = |state: &RunState| serde_json::to_string(&state.report(&crate::verdict::RunIdentity::default(), at(1200))).unwrap();
        prop_assert_eq!(json(&carrying), json(&alone));
    }

    /// Leaving a target out sees the same stages.
    #[test]
    fn a_target_is_left_out_of_all_stages(seed in any::<u64>()) {
        let specs = [comparison("errors")];
        let run = |with_both: bool| {
            let mut chance = Chance::from_seed(seed);
            let mut comparisons = Comparisons::new(&specs, &policy(EvidencePolicy::Carry), START);
            for number in 0..3 {
                if number > 0 {
                    comparisons = comparisons.next_stage(&specs, started(number));
                }
                for mut look in stage(&mut chance, number, 0.03, 0.01) {
                    look.windows[0].target = Arc::from("a");
                    let mut other = look.windows[0].clone();
                    other.target = Arc::from("b");
                    look.windows.extend(with_both.then_some(other));
                    comparisons.look(&look);
                }
            }
            comparisons
        };
        let (both, one) = (run(true), run(false));
        let rest = both.evidence[0].canary_targets.without(&Arc::from("b")).unwrap();
        prop_assert_eq!(rest.log_e().to_bits(), one.evidence[0].method.log_e().to_bits());
    }
}

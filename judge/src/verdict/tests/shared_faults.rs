//! A guard beside faults of both sides, at little traffic: it may not blame the canary, and it may not go blind.

use std::sync::Arc;
use std::time::Duration;

use super::{at, measured, metric, plan};
use crate::analysis::plan::{
    Comparison, ComparisonKind, Dialect, Metric, Plan, Population, Tolerance, Weight,
};
use crate::stats::chance::Chance;
use crate::verdict::{Counts, Data, Flags, Look, Phase, Reason, RunState, Side, Verdict, Window};

/// The canary's error rate that the guard does not allow.
const GUARDED: f64 = 0.05;

/// Both sides' error rate otherwise: seldom enough that the guard does not fail by chance.
const USUAL: f64 = 0.001;

/// Canary and stable requests a window.
type Traffic = (u64, u64);

fn guarded() -> Arc<Plan> {
    let guard = Metric {
        interval: Some(Duration::from_secs(10)),
        failure_limit: Some(1),
        guard: true,
        ..metric("canary-errors")
    };
    Arc::new(Plan {
        comparisons: vec![Comparison {
            name: "errors".to_owned(),
            kind: ComparisonKind::Errors,
            population: Population::Recorded,
            tolerance: Tolerance::default(),
            required: true,
            weight: Weight::Critical,
            traffic_split: None,
        }],
        ..plan(Dialect::Serin, vec![guard])
    })
}

fn window(side: Side, second: i64, counts: Counts) -> Window {
    Window {
        comparison: "errors".into(),
        side,
        target: "pod-1".into(),
        start: at(second - 10),
        end: at(second),
        data: Data::Errors(counts),
        flags: Flags::default(),
    }
}

/// Rates of canary and stable at a second of the run. The guard looks at the canary's latest minute, every 10 s.
fn roll_out(chance: &mut Chance, traffic: Traffic, rates: fn(i64) -> (f64, f64)) -> RunState {
    let mut run = RunState::new(guarded(), at(0));
    let mut minute = std::collections::VecDeque::from([(0, 0); 6]);
    for second in (10..=1800).step_by(10) {
        let (canary_rate, stable_rate) = rates(second);
        let canary = Counts {
            total: traffic.0,
            bad: chance.binomial(traffic.0, canary_rate),
        };
        let stable = Counts {
            total: traffic.1,
            bad: chance.binomial(traffic.1, stable_rate),
        };
        minute.pop_front();
        minute.push_back((canary.total, canary.bad));
        let (total, bad) = minute
            .iter()
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let phase = if bad as f64 > GUARDED * total as f64 {
            Phase::Failed
        } else {
            Phase::Successful
        };
        run.record(&[(0, measured(phase, second - 3))]).unwrap();
        let windows = vec![
            window(Side::Canary, second, canary),
            window(Side::Stable, second, stable),
        ];
        run.look(
            &Look {
                at: at(second),
                windows,
            },
            &[],
        );
        if run.decided_at().is_some() {
            break;
        }
    }
    run.tick(at(1800));
    run
}

#[test]
fn a_shared_fault_is_never_blamed_on_the_canary() {
    let mut chance = Chance::from_seed(23);
    for (name, rates) in [
        ("from the start", (|_| (0.3, 0.3)) as fn(i64) -> (f64, f64)),
        ("from minute 5", |second| {
            if second > 300 { (0.3, 0.3) } else { (USUAL, USUAL) }
        }),
        ("of two minutes", |second| {
            if (301..=420).contains(&second) {
                (0.3, 0.3)
            } else {
                (USUAL, USUAL)
            }
        }),
    ] {
        for traffic in [(10, 20), (10, 100), (100, 1900)] {
            let blamed = (0..200)
                .filter(|_| roll_out(&mut chance, traffic, rates).decision().verdict == Verdict::Rollback)
                .count();
            println!("shared 30% {name}, {traffic:?} requests a window: {blamed} of 200 rolled back");
            assert!(blamed <= 1, "{name} {traffic:?}: {blamed}");
        }
    }
}

#[test]
fn a_fault_of_the_canary_alone_is_rolled_back_within_minutes() {
    let mut chance = Chance::from_seed(29);
    for (traffic, seconds) in [((100, 1900), 60), ((100, 20), 90), ((100, 5), 180)] {
        let mut delays: Vec<i64> = Vec::new();
        for _ in 0..200 {
            let run = roll_out(&mut chance, traffic, |second| {
                (if second > 300 { 0.3 } else { USUAL }, USUAL)
            });
            assert_eq!(run.decision().verdict, Verdict::Rollback);
            assert!(run.decision().reasons.contains(&Reason::SloGuard) || run.comparisons.regressed());
            delays.push(
                run.decided_at()
                    .map_or(i64::MAX, |decided| decided.since(at(300)).as_secs() as i64),
            );
        }
        delays.sort_unstable();
        println!(
            "canary alone 30%, {traffic:?}: median {} s, slowest {} s",
            delays[100], delays[199]
        );
        assert!(delays[199] <= seconds, "{traffic:?}: {delays:?}");
    }
}

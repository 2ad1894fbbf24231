use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::analysis::plan::{AlphaSpending, ComparisonKind, Dispersion, Population, Tolerance, Weight};
use crate::verdict::{Counts, Data, Flags, Side, Window};

pub(super) const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

pub(super) fn comparison(name: &str) -> Comparison {
    Comparison {
        name: name.to_owned(),
        kind: ComparisonKind::Errors,
        population: Population::Recorded,
        tolerance: Tolerance::default(),
        required: true,
        weight: Weight::Critical,
        traffic_split: None,
    }
}

pub(super) fn independent() -> Policy {
    Policy {
        dispersion: Dispersion::Fixed(1.0),
        ..Policy::default()
    }
}

pub(super) fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

pub(super) fn window(name: &str, side: Side, end: Timestamp, total: u64, bad: u64) -> Window {
    Window {
        comparison: Arc::from(name),
        side,
        target: Arc::from(""),
        start: end - Duration::from_secs(10),
        end,
        data: Data::Errors(Counts { total, bad }),
        flags: Flags::default(),
    }
}

/// `(n_c, x_c, n_s, x_s)` of the comparison `errors` in the ten seconds that end at `end`.
pub(super) fn look(end: Timestamp, counts: (u64, u64, u64, u64)) -> Look {
    Look {
        at: end,
        windows: vec![
            window("errors", Side::Canary, end, counts.0, counts.1),
            window("errors", Side::Stable, end, counts.2, counts.3),
        ],
    }
}

/// Looks every ten seconds from the start to `until`, all with the same counts.
fn steady(until: u64, counts: (u64, u64, u64, u64)) -> Vec<Look> {
    (1..=until / 10).map(|step| look(at(step * 10), counts)).collect()
}

fn run(policy: &Policy, looks: &[Look]) -> Comparisons {
    let mut comparisons = Comparisons::new(&[comparison("errors")], policy, START);
    for look in looks {
        comparisons.look(look);
    }
    comparisons
}

fn only(comparisons: &Comparisons, now: Timestamp) -> ComparisonReport {
    comparisons.reports(now).remove(0)
}

#[test]
fn burn_in_is_never_judged() {
    let policy = Policy {
        minimum_events: 0,
        ..independent()
    };
    let comparisons = run(&policy, &steady(120, (100, 90, 1900, 10)));
    let report = only(&comparisons, at(120));
    assert!(!comparisons.regressed());
    assert_eq!((report.n_canary, report.e_value), (0, 1.0));
    assert_eq!(comparisons.shortfall(at(120)), Some(Shortfall::InsufficientData));
    assert!(run(&policy, &steady(130, (100, 90, 1900, 10))).regressed());
}

#[test]
fn a_clear_regression_is_reported_in_full() {
    let comparisons = run(&independent(), &steady(200, (100, 5, 1900, 10)));
    assert!(comparisons.regressed() && !comparisons.promotable(at(400)));
    let report = only(&comparisons, at(200));
    assert_eq!(report.decision, Decision::Regressed);
    assert_eq!(
        (report.n_canary, report.events_canary, report.n_stable),
        (800, 40, 15_200)
    );
    assert!((report.estimate.unwrap() - 9.5).abs() < 1e-9);
    let interval = report.interval.unwrap();
    assert!(interval.lower > 1.1 && interval.upper > 9.5, "{interval:?}");
    assert!(report.e_value_max >= 200.0 && report.anytime_p_value <= 0.005);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["decision"], "regressed");
    assert_eq!(json["threshold"], 200.0);
    assert_eq!(json["dispersion"]["source"], "configured");
    assert_eq!(json["expectedDecisionAt"], serde_json::Value::Null);
    assert_eq!(
        report.sentence,
        "40 of 800 canary requests went wrong (5.00%) against 80 of 15200 on stable (0.53%), a ratio of 9.50 \
         (between 4.56 and 19.08 with 95% confidence): the canary is worse than tolerated."
    );
}

#[test]
fn minimum_events_hold_a_rollback_back() {
    let policy = Policy {
        minimum_events: 41,
        ..independent()
    };
    assert!(!run(&policy, &steady(200, (100, 5, 1900, 10))).regressed());
    assert!(run(&policy, &steady(210, (100, 5, 1900, 10))).regressed());
}

#[test]
fn a_service_without_errors_promotes_by_the_difference() {
    let policy = independent();
    let mut comparisons = Comparisons::new(&[comparison("errors")], &policy, START);
    let promoted_at = (1..=180).map(|step| step * 10).find(|seconds| {
        comparisons.look(&look(at(*seconds), (100, 0, 1900, 0)));
        comparisons.promotable(at(*seconds))
    });
    println!("no errors, 10 canary requests a second: promoted at {promoted_at:?} s");
    assert!(promoted_at.is_some_and(|seconds| (300..600).contains(&seconds)));
    let report = only(&comparisons, at(1800));
    assert_eq!((report.estimate, report.interval), (None, None));
    assert_eq!(report.decision, Decision::Noninferior);
}

#[test]
fn a_service_without_errors_still_rolls_back() {
    let mut looks = steady(1200, (200, 0, 3800, 0));
    looks.extend((121..=126).map(|step| look(at(step * 10), (200, 4, 3800, 0))));
    let comparisons = run(&independent(), &looks);
    assert!(comparisons.regressed());
    assert_eq!(only(&comparisons, at(1260)).estimate, Some(f64::INFINITY));
    assert_eq!(
        serde_json::to_value(only(&comparisons, at(1260))).unwrap()["estimate"],
        "+Inf"
    );
}

#[test]
fn minimum_duration_and_requests_hold_a_promotion_back() {
    let good = (1000, 0, 1900, 40);
    assert!(!run(&independent(), &steady(290, good)).promotable(at(290)));
    assert!(run(&independent(), &steady(300, good)).promotable(at(300)));
    let policy = Policy {
        minimum_requests: 1_000_000,
        ..independent()
    };
    let comparisons = run(&policy, &steady(300, good));
    assert!(!comparisons.promotable(at(300)));
    assert_eq!(comparisons.shortfall(at(300)), Some(Shortfall::InsufficientData));
}

#[test]
fn shortfalls_are_told_apart() {
    let policy = independent();
    let empty = Comparisons::new(&[comparison("errors")], &policy, START);
    assert_eq!(empty.shortfall(at(1800)), Some(Shortfall::MissingData));
    for (kept, expected) in [
        (Side::Canary, Shortfall::NoBaseline),
        (Side::Stable, Shortfall::MissingData),
    ] {
        let mut looks = steady(600, (100, 0, 1900, 10));
        for look in &mut looks {
            look.windows.retain(|window| window.side == kept);
        }
        let comparisons = run(&policy, &looks);
        assert_eq!(comparisons.shortfall(at(600)), Some(expected));
        assert!(!comparisons.promotable(at(600)) && !comparisons.regressed());
    }
    let fine = run(&policy, &steady(600, (100, 1, 1900, 10)));
    assert_eq!(fine.shortfall(at(600)), None);
    assert_eq!(fine.shortfall(at(1700)), Some(Shortfall::MissingData));
    assert!(!run(&policy, &steady(600, (1000, 0, 1900, 40))).promotable(at(1700)));
}

#[test]
fn a_canary_that_dies_in_most_windows_is_missing_data() {
    for (every, expected) in [(1, Some(Shortfall::MissingData)), (10, None)] {
        let mut looks = steady(600, (1000, 0, 1900, 40));
        for look in looks.iter_mut().step_by(every) {
            look.windows[0].flags.partial = true;
        }
        let comparisons = run(&independent(), &looks);
        assert_eq!(comparisons.shortfall(at(600)), expected, "every {every}th window");
        assert_eq!(comparisons.promotable(at(600)), expected.is_none());
    }
    // What it did until then still speaks against it, and stable's windows are not what is judged.
    let mut looks = steady(600, (1000, 100, 1900, 10));
    looks
        .iter_mut()
        .for_each(|look| look.windows[0].flags.partial = true);
    assert!(run(&independent(), &looks).regressed());
    let mut looks = steady(600, (1000, 0, 1900, 40));
    looks
        .iter_mut()
        .for_each(|look| look.windows[1].flags.partial = true);
    assert!(run(&independent(), &looks).promotable(at(600)));
}

#[test]
fn invalid_counts_are_missing_data() {
    for counts in [
        (100, 101, 1900, 10),
        (100, 1, u64::MAX, 10),
        (u64::MAX, u64::MAX, u64::MAX, u64::MAX),
    ] {
        let comparisons = run(&independent(), &steady(600, counts));
        let report = only(&comparisons, at(600));
        assert_eq!((report.n_canary, report.e_value), (0, 1.0));
        assert!(report.remarks.contains(&Remark::InvalidWindows));
        assert!(!comparisons.regressed() && !comparisons.promotable(at(600)));
        assert_eq!(comparisons.shortfall(at(600)), Some(Shortfall::MissingData));
    }
}

#[test]
fn a_look_counts_once() {
    let looks = steady(400, (100, 2, 1900, 10));
    let mut twice = Vec::new();
    for look in &looks {
        twice.extend([look.clone(), look.clone(), looks[0].clone()]);
    }
    let (once, again) = (run(&independent(), &looks), run(&independent(), &twice));
    let (first, mut second) = (only(&once, at(400)), only(&again, at(400)));
    assert!(second.remarks.contains(&Remark::LooksOutOfOrder));
    second.remarks.clone_from(&first.remarks);
    assert_eq!(first, second);
}

#[test]
fn targets_of_a_side_are_added_up() {
    let whole = run(&independent(), &steady(300, (100, 2, 1900, 10)));
    let mut looks = steady(300, (60, 2, 1900, 10));
    for look in &mut looks {
        look.windows.push(window("errors", Side::Canary, look.at, 40, 0));
        look.windows
            .push(window("unknown", Side::Canary, look.at, 40, 40));
    }
    assert_eq!(only(&run(&independent(), &looks), at(300)), only(&whole, at(300)));
}

#[test]
fn the_test_at_the_deadline_runs_once_and_not_early() {
    // 5% against 3.5%: too little for continuous looks, enough for one test of everything.
    let looks = steady(1800, (20, 1, 200, 7));
    let policy = Policy {
        restart_interval: None,
        ..independent()
    };
    let mut comparisons = run(&policy, &looks);
    assert!(!comparisons.regressed());
    comparisons.finish(at(1799));
    assert!(!comparisons.regressed());
    comparisons.finish(at(1800));
    assert!(comparisons.regressed());
    assert_eq!(only(&comparisons, at(1800)).decision, Decision::Regressed);
    let mut anytime = run(
        &Policy {
            alpha_spending: AlphaSpending::Anytime,
            ..policy
        },
        &looks,
    );
    anytime.finish(at(1800));
    assert!(!anytime.regressed());
}

#[test]
fn boundaries_decide_when_asked_to() {
    let policy = Policy {
        alpha_spending: AlphaSpending::ObrienFleming,
        ..independent()
    };
    let mut bad = run(&policy, &steady(1800, (400, 3, 3600, 16)));
    bad.finish(at(1800));
    assert!(bad.regressed());
    assert_eq!(
        (only(&bad, at(1800)).threshold, bad.rollback_statistic().threshold),
        (None, None)
    );
    let mut good = run(&policy, &steady(1800, (400, 2, 3600, 18)));
    good.finish(at(1800));
    assert!(!good.regressed());
}

#[test]
fn late_regressions_are_found_thanks_to_restarts() {
    let found_after = |policy: &Policy| {
        let mut comparisons = run(policy, &steady(1000, (100, 1, 1900, 19)));
        (1..=60).find(|step| {
            comparisons.look(&look(at(1000 + step * 10), (100, 3, 1900, 19)));
            comparisons.regressed()
        })
    };
    let restarted = found_after(&independent());
    let plain = found_after(&Policy {
        restart_interval: None,
        ..independent()
    });
    println!("regression of x3 from minute 17: {restarted:?} windows with restarts, {plain:?} without");
    assert!(restarted.is_some_and(|windows| plain.is_none_or(|plain| windows < plain)));
}

#[test]
fn history_calibrates_and_is_never_judged() {
    let mut looks = Vec::new();
    for step in 0..360_u64 {
        let mut old = look(
            START - Duration::from_secs(3600 - step * 10),
            (100, u64::from(step % 3 == 0), 1900, 10),
        );
        old.windows
            .iter_mut()
            .for_each(|window| window.flags.history = true);
        looks.push(old);
    }
    let before = run(&Policy::default(), &looks);
    assert_eq!(only(&before, START).n_canary, 0);
    looks.extend(steady(300, (100, 1, 1900, 10)));
    let mut comparisons = run(&Policy::default(), &looks);
    let report = only(&comparisons, at(300));
    assert_eq!(
        (report.n_canary, report.dispersion.source),
        (1800, DispersionSource::History)
    );
    assert!(report.remarks.is_empty(), "{:?}", report.remarks);
    let mut late = look(at(310), (100, 1, 1900, 10));
    late.windows
        .iter_mut()
        .for_each(|window| window.flags.history = true);
    comparisons.look(&late);
    assert!(only(&comparisons, at(310)).remarks.contains(&Remark::LateHistory));
    let uncalibrated = only(
        &run(&Policy::default(), &steady(300, (100, 1, 1900, 10))),
        at(300),
    );
    assert_eq!(
        (uncalibrated.dispersion.factor, uncalibrated.dispersion.source),
        (2.0, DispersionSource::Default)
    );
    assert_eq!(uncalibrated.remarks, [Remark::UncalibratedDispersion]);
}

#[test]
fn history_in_one_look_calibrates_as_well() {
    let mut windows = Vec::new();
    for step in 0..360_u64 {
        let end = START - Duration::from_secs(3600 - step * 10);
        windows.extend(look(end, (100, u64::from(step % 3 == 0), 1900, 10)).windows);
    }
    windows.iter_mut().for_each(|window| window.flags.history = true);
    let comparisons = run(&Policy::default(), &[Look { at: START, windows }]);
    assert_eq!(
        only(&comparisons, START).dispersion.source,
        DispersionSource::History
    );
}

#[test]
fn an_unhealthy_stable_suspends_promotion_and_lets_it_go_on() {
    let mut comparisons = run(&independent(), &steady(280, (1000, 10, 1900, 40)));
    let before = only(&comparisons, at(280)).promotion.e_value;
    for step in 29..=34 {
        comparisons.look(&look(at(step * 10), (1000, 110, 1900, 230)));
        assert!(!comparisons.promotable(at(step * 10)));
        assert_eq!(
            comparisons.shortfall(at(step * 10)),
            Some(Shortfall::StableUnhealthy)
        );
    }
    let during = only(&comparisons, at(340));
    assert_eq!(during.promotion.e_value.to_bits(), before.to_bits());
    assert!(during.remarks.contains(&Remark::StableUnhealthy));
    for step in 35..=42 {
        comparisons.look(&look(at(step * 10), (1000, 10, 1900, 40)));
    }
    assert!(comparisons.promotable(at(420)));
    assert_eq!(comparisons.shortfall(at(420)), None);
}

#[test]
fn information_never_rolls_back() {
    let mut info = comparison("errors");
    (info.weight, info.required) = (Weight::Info, false);
    let mut comparisons = Comparisons::new(&[info, comparison("other")], &independent(), START);
    for look in steady(600, (100, 20, 1900, 10)) {
        comparisons.look(&look);
    }
    comparisons.finish(at(1800));
    assert!(!comparisons.regressed() && !comparisons.promotable(at(600)));
    let reports = comparisons.reports(at(600));
    assert_eq!(reports[0].decision, Decision::Regressed);
    assert_eq!(comparisons.rollback_statistic().e_value, 1.0);
}

#[test]
fn the_guilty_comparison_is_named() {
    let specs = [comparison("errors"), comparison("logins")];
    let mut comparisons = Comparisons::new(&specs, &independent(), START);
    for step in 1..=30 {
        let mut look = look(at(step * 10), (100, 1, 1900, 19));
        look.windows
            .push(window("logins", Side::Canary, at(step * 10), 100, 9));
        look.windows
            .push(window("logins", Side::Stable, at(step * 10), 1900, 19));
        comparisons.look(&look);
    }
    let decisions: Vec<Decision> = comparisons
        .reports(at(300))
        .iter()
        .map(|report| report.decision)
        .collect();
    assert!(comparisons.regressed());
    assert_eq!(decisions, [Decision::Undecided, Decision::Regressed]);
}

#[test]
fn common_events_use_the_exact_form() {
    let policy = Policy {
        stable_error_limit: 1.0,
        ..independent()
    };
    let quiet = run(&policy, &steady(600, (100, 30, 900, 270)));
    assert!(!quiet.regressed());
    let loud = run(&policy, &steady(600, (100, 55, 900, 270)));
    assert!(loud.regressed());
}

#[test]
fn planning_answers() {
    let comparisons = run(&independent(), &steady(300, (100, 1, 1900, 10)));
    let report = only(&comparisons, at(300));
    println!(
        "0.5% at 10 canary requests a second: detects {:?}",
        report.mde_at_deadline
    );
    assert!(
        report
            .mde_at_deadline
            .is_some_and(|ratio| (1.5..2.5).contains(&ratio))
    );
    let good = only(&run(&independent(), &steady(300, (400, 2, 3600, 18))), at(300));
    assert!(
        good.expected_decision_at
            .is_some_and(|when| when > at(300) && when <= at(1800)),
        "{good:?}"
    );
}

#[test]
fn the_same_looks_give_the_same_bits() {
    let mut looks = steady(900, (137, 2, 1811, 13));
    for (step, look) in looks.iter_mut().enumerate() {
        for (window, bad) in look
            .windows
            .iter_mut()
            .zip([(step as u64 * 7) % 4, (step as u64 * 5) % 23])
        {
            let total = window.counts().total;
            window.data = Data::Errors(Counts { total, bad });
        }
    }
    let text = serde_json::to_string(&looks).unwrap();
    let back: Vec<Look> = serde_json::from_str(&text).unwrap();
    let bits = |looks: &[Look]| -> Vec<u64> {
        let mut comparisons = Comparisons::new(&[comparison("errors")], &Policy::default(), START);
        let mut bits = Vec::new();
        for look in looks {
            comparisons.look(look);
            let report = only(&comparisons, look.at);
            let interval = report
                .interval
                .map_or((0.0, 0.0), |interval| (interval.lower, interval.upper));
            let numbers = [
                report.e_value,
                report.e_value_max,
                report.adjusted_e_value,
                report.promotion.e_value,
                report.estimate.unwrap_or(-1.0),
                interval.0,
                interval.1,
                report.mde_at_deadline.unwrap_or(-1.0),
                comparisons.rollback_statistic().e_value,
            ];
            bits.extend(numbers.map(f64::to_bits));
        }
        bits
    };
    assert_eq!(bits(&looks), bits(&back));
}

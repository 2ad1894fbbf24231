//! What an A/A control tells, and a stable side of another time.

use std::sync::Arc;

use super::tests::{START, at, comparison, independent, look, window};
use super::*;
use crate::analysis::plan::ComparisonKind;
use crate::stats::chance::Chance;
use crate::verdict::{Data, Flags, Side, Window};

/// Stable's and the control's rates differ from minute to minute by `spread`; the canary's does as well.
fn run(spread: f64, has_control: bool, steps: u64, seed: u64) -> Comparisons {
    let mut chance = Chance::from_seed(seed);
    let mut comparisons = Comparisons::new(&[comparison("errors")], &Policy::default(), START);
    let mut rates = [0.0; 3];
    for step in 1..=steps {
        if step % 6 == 1 {
            rates = rates.map(|_| 0.02 * libm::exp(spread * chance.normal()));
        }
        let draws = rates.map(|rate| chance.binomial(300, rate));
        let mut look = look(at(10 * step), (300, draws[0], 300, draws[1]));
        let mut control = window("errors", Side::Stable, at(10 * step), 300, draws[2]);
        control.flags.control = true;
        look.windows.extend(has_control.then_some(control));
        comparisons.look(&look);
    }
    comparisons
}

fn dispersion(comparisons: &Comparisons) -> (DispersionReport, bool) {
    let report = comparisons.reports(at(1800)).remove(0);
    let uncalibrated = report.remarks.contains(&Remark::UncalibratedDispersion);
    (report.dispersion, uncalibrated)
}

#[test]
fn a_control_takes_over_from_the_default_after_ten_minutes() {
    for (steps, source) in [(36, DispersionSource::Default), (120, DispersionSource::Control)] {
        let (found, uncalibrated) = dispersion(&run(0.0, true, steps, 3));
        assert_eq!(found.source, source, "{steps}: {found:?}");
        assert_eq!(uncalibrated, source == DispersionSource::Default);
    }
    let (without, _) = dispersion(&run(0.0, false, 120, 3));
    assert_eq!((without.factor, without.source), (2.0, DispersionSource::Default));
    let (noisy, _) = dispersion(&run(0.8, true, 120, 3));
    assert!(noisy.factor > 4.0, "{noisy:?}");
}

#[test]
fn a_control_prevents_false_rollbacks_of_a_noisy_service() {
    let rolled_back = |has_control: bool| {
        let runs = (0..100).map(|seed| {
            let mut comparisons = run(0.35, has_control, 180, seed);
            comparisons.finish(at(1800));
            comparisons
        });
        runs.filter(Comparisons::regressed).count()
    };
    let (without, with) = (rolled_back(false), rolled_back(true));
    println!("rolled back of 100 healthy: without a control {without}, with one {with}");
    assert!(with < without, "{without} {with}");
}

#[test]
fn a_control_is_no_part_of_the_comparison() {
    let (with, without) = (run(0.0, true, 40, 5), run(0.0, false, 40, 5));
    let (with, without) = (
        with.reports(at(400)).remove(0),
        without.reports(at(400)).remove(0),
    );
    assert_eq!(
        (with.n_stable, with.events_stable),
        (without.n_stable, without.events_stable)
    );
    assert_eq!(with.e_value.to_bits(), without.e_value.to_bits());
}

#[test]
fn a_control_of_another_time_or_kind_calibrates_nothing() {
    let mut comparisons = Comparisons::new(&[comparison("errors")], &Policy::default(), START);
    for step in 1..=120 {
        let mut look = look(at(10 * step), (300, 6, 300, 6));
        let mut control = window("errors", Side::Stable, at(10 * step), 300, 6);
        control.flags.control = true;
        if step % 2 == 0 {
            control.start = at(10 * step - 5);
        } else {
            control.data = Data::Series(1.0);
        }
        look.windows.push(control);
        comparisons.look(&look);
    }
    let report = comparisons.reports(at(1200)).remove(0);
    assert_eq!(report.dispersion.source, DispersionSource::Default);
    assert_eq!(report.n_canary, 300 * 108, "the sides themselves are fine");
}

#[test]
fn a_control_of_a_series_tells_how_its_points_hang_together() {
    let spec = Comparison {
        kind: ComparisonKind::Series,
        ..comparison("cpu")
    };
    let mut comparisons = Comparisons::new(&[spec], &Policy::default(), START);
    let mut chance = Chance::from_seed(2);
    for step in 1..=130 {
        let value = |noise: f64| Data::Series(libm::exp(0.1 * noise));
        let of = |side, control, data| Window {
            data,
            flags: Flags {
                control,
                ..Flags::default()
            },
            target: Arc::from(""),
            ..window("cpu", side, at(10 * step), 0, 0)
        };
        let windows = vec![
            of(Side::Canary, false, value(chance.normal())),
            of(Side::Stable, false, value(chance.normal())),
            of(Side::Stable, true, value(chance.normal())),
        ];
        comparisons.look(&Look {
            at: at(10 * step),
            windows,
        });
    }
    let report = comparisons.reports(at(1300)).remove(0);
    assert_eq!(report.dispersion.source, DispersionSource::Control);
    assert!(
        report.dispersion.factor < 2.0,
        "the cautious guess is 4: {:?}",
        report.dispersion
    );
}

#[test]
fn a_stable_side_of_another_time_is_judged_and_said() {
    let mut comparisons = Comparisons::new(&[comparison("errors")], &Policy::default(), START);
    for step in 1..=60 {
        let mut look = look(at(10 * step), (1000, 50, 1000, 5));
        look.windows[1].flags.before = true;
        comparisons.look(&look);
    }
    assert!(comparisons.regressed());
    let remarks = comparisons.reports(at(600)).remove(0).remarks;
    assert!(remarks.contains(&Remark::UnprotectedBaseline), "{remarks:?}");
}

#[test]
fn windows_of_an_overloaded_prober_are_not_judged() {
    let mut comparisons = Comparisons::new(&[comparison("errors")], &independent(), START);
    for step in 1..=30 {
        comparisons.look(&look(at(10 * step), (1000, 10, 1000, 10)));
    }
    let before = comparisons.reports(at(300)).remove(0);
    let mut overloaded = look(at(310), (1000, 900, 1000, 10));
    overloaded.windows[1].flags.overloaded = true;
    comparisons.look(&overloaded);
    let after = comparisons.reports(at(310)).remove(0);
    assert_eq!(
        (after.n_canary, after.n_stable),
        (before.n_canary, before.n_stable)
    );
    assert_eq!(after.e_value.to_bits(), before.e_value.to_bits());
    assert_eq!(
        after.promotion.e_value.to_bits(),
        before.promotion.e_value.to_bits()
    );
    assert!(!before.remarks.contains(&Remark::ProberOverloaded));
    assert!(
        after.remarks.contains(&Remark::ProberOverloaded) && after.remarks.contains(&Remark::MissingWindows)
    );
    assert!(!comparisons.promotable(at(310)) && !comparisons.regressed());
    // What stable did then says nothing about what is normal for it.
    for step in 32..=60 {
        let mut look = look(at(10 * step), (1000, 10, 1000, 400));
        for window in &mut look.windows {
            window.flags.overloaded = true;
        }
        comparisons.look(&look);
    }
    assert!(!comparisons.stable_unhealthy());
    comparisons.look(&look(at(610), (1000, 10, 1000, 10)));
    let again = comparisons.reports(at(610)).remove(0);
    assert_eq!(again.n_canary, before.n_canary + 1000);
}

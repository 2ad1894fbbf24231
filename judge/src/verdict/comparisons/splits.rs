//! Traffic that goes elsewhere than the analysis says.

use super::tests::{START, at, comparison, independent, look, window};
use super::*;
use crate::analysis::plan::TrafficSplit;
use crate::stats::chance::Chance;
use crate::verdict::{Side, Window};

fn begin(weight: f64) -> Comparisons {
    let split = TrafficSplit {
        canary_share: weight / 100.0,
        tolerance: 0.1,
    };
    let spec = Comparison {
        traffic_split: Some(split),
        ..comparison("errors")
    };
    Comparisons::new(&[spec], &independent(), START)
}

/// When the split is found to be wrong, in windows of 2000 requests of which the canary gets `share`.
fn found_at(weight: f64, share: f64, seed: u64) -> Option<u64> {
    let (mut comparisons, mut chance) = (begin(weight), Chance::from_seed(seed));
    (1..=180).find(|step| {
        let canary = chance.binomial(2000, share);
        comparisons.look(&look(at(10 * step), (canary, 0, 2000 - canary, 0)));
        comparisons.split_mismatch().is_some()
    })
}

#[test]
fn a_split_as_it_should_be_is_left_alone_and_a_wrong_one_found() {
    for seed in 0..20 {
        for share in [0.05, 0.046, 0.054] {
            assert_eq!(found_at(5.0, share, seed), None, "{share} {seed}");
        }
        assert!(
            found_at(5.0, 0.065, seed).is_some_and(|step| step > 12),
            "the burn-in tells nothing"
        );
        assert!(found_at(5.0, 0.035, seed).is_some());
        assert_eq!(found_at(50.0, 0.05, seed), Some(13));
    }
}

#[test]
fn a_mismatch_holds_a_promotion_back_and_is_reported() {
    let mut comparisons = begin(5.0);
    for step in 1..=60 {
        comparisons.look(&look(at(10 * step), (1000, 0, 1000, 40)));
    }
    assert!(!comparisons.promotable(at(600)));
    let (name, split) = comparisons.split_mismatch().unwrap();
    assert_eq!(
        (name, split.expected, split.observed),
        ("errors", 0.05, Some(0.5))
    );
    assert!(split.is_mismatched && split.e_value >= split.threshold);
    let json = serde_json::to_value(comparisons.reports(at(600)).remove(0)).unwrap();
    assert_eq!(json["trafficSplit"]["threshold"], 1000.0);
    let without = Comparisons::new(&[comparison("errors")], &independent(), START);
    let json = serde_json::to_value(without.reports(at(600)).remove(0)).unwrap();
    assert_eq!(json.get("trafficSplit"), None);
}

#[test]
fn windows_that_are_not_complete_say_nothing_of_the_split() {
    let mut comparisons = begin(5.0);
    for step in 1..=60 {
        let mut half_read = look(at(10 * step), (100, 0, 100, 0));
        half_read.windows[1].flags.partial = true;
        comparisons.look(&half_read);
    }
    assert_eq!(comparisons.split_mismatch(), None);
    let split = comparisons.reports(at(600)).remove(0).traffic_split.unwrap();
    assert_eq!((split.observed, split.e_value), (None, 1.0));
}

#[test]
fn a_stable_target_that_is_left_out_still_has_its_traffic() {
    let of = |target: &str, end, total, bad| Window {
        target: target.into(),
        ..window("errors", Side::Stable, end, total, bad)
    };
    let mut comparisons = begin(10.0);
    for step in 1..=100 {
        let end = at(10 * step);
        let mut look = look(end, (100, 1, 300, 3));
        look.windows.push(of("b", end, 300, 3));
        look.windows.push(of("c", end, 300, 100));
        comparisons.look(&look);
    }
    let report = comparisons.reports(at(1000)).remove(0);
    assert!(
        report.remarks.contains(&Remark::SuspectStablePod),
        "{:?}",
        report.remarks
    );
    assert_eq!(comparisons.split_mismatch(), None);
    assert_eq!(report.traffic_split.unwrap().observed, Some(0.1));
}

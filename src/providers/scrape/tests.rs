use std::time::Duration;

use serin_judge::analysis::plan::Selection;

use super::{Limits, ScrapePopulation, ScrapeTargets};
use crate::engine::ports::PopulationError;

fn refused(canary: &[&str], stable: &[&str], bad: &str) -> String {
    let owned = |addresses: &[&str]| {
        addresses
            .iter()
            .map(|address| (*address).to_owned())
            .collect::<Vec<_>>()
    };
    let (canary, stable) = (owned(canary), owned(stable));
    let targets = ScrapeTargets {
        canary: &canary,
        stable: &stable,
        control: &[],
    };
    let selection = Selection::Requests {
        bad: bad.into(),
        total: "requests".into(),
    };
    match ScrapePopulation::new(
        "c",
        targets,
        &selection,
        Duration::from_secs(1),
        Limits::default(),
    ) {
        Err(PopulationError::Refused(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_can_never_be_counted_is_refused() {
    let (one, other) = ("http://a/metrics", "http://b/metrics");
    for (reason, expected) in [
        (refused(&[one], &[one], "bad"), "named twice"),
        (refused(&[one, one], &[other], "bad"), "named twice"),
        (
            refused(&["http://u:hunter2@a/metrics"], &[one], "bad"),
            "named twice",
        ),
        (refused(&["a:80"], &[other], "bad"), "scheme"),
        (refused(&[one], &[other], "rate(bad[1m])"), "raw selector"),
    ] {
        assert!(
            reason.contains(expected) && !reason.contains("hunter2"),
            "{reason}"
        );
    }
}

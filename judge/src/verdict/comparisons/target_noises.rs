//! What targets tell of the noise.

use std::sync::Arc;
use std::time::Duration;

use super::tests::{START, at, comparison, window};
use super::*;
use crate::stats::chance::Chance;
use crate::verdict::{Side, Window};

const TARGETS: usize = 12;

/// The windows of stable's targets that end at `end`.
fn stable(chance: &mut Chance, rates: &[f64], end: Timestamp, history: bool) -> Vec<Window> {
    let each = rates.iter().enumerate().map(|(target, rate)| {
        let mut window = window("errors", Side::Stable, end, 100, chance.binomial(100, *rate));
        window.target = Arc::from(format!("pod-{target}"));
        window.flags.history = history;
        window
    });
    each.collect()
}

/// Stable alone before the release for `minutes`, then both; the factor that is reported, and whence.
fn factor(spread: f64, minutes: u64, canary_requests: u64) -> DispersionReport {
    let mut chance = Chance::from_seed(11);
    let rates: Vec<f64> = (0..TARGETS)
        .map(|_| 0.02 * libm::exp(spread * chance.normal()))
        .collect();
    let mut comparisons = Comparisons::new(&[comparison("errors")], &Policy::default(), START);
    for step in 0..6 * minutes {
        let end = START - Duration::from_secs(10 * (6 * minutes - step));
        let windows = stable(&mut chance, &rates, end, true);
        comparisons.look(&Look { at: end, windows });
    }
    for step in 1..=30 {
        let end = at(10 * step);
        let mut windows = stable(&mut chance, &rates, end, false);
        windows.push(window("errors", Side::Canary, end, canary_requests, 2));
        comparisons.look(&Look { at: end, windows });
    }
    comparisons.reports(at(300)).remove(0).dispersion
}

#[test]
fn stable_alone_calibrates_when_its_targets_are_known() {
    let calm = factor(0.0, 60, 100);
    assert_eq!(calm.source, DispersionSource::History);
    assert!(calm.factor < 1.2, "{calm:?}");
    let noisy = factor(0.4, 60, 100);
    assert_eq!(noisy.source, DispersionSource::History);
    assert!(noisy.factor > 3.0, "{noisy:?}");
    // Twice the traffic on each target of the canary: what its host does weighs twice.
    let busy = factor(0.4, 60, 200);
    assert!(
        (busy.factor - 1.0 - 2.0 * (noisy.factor - 1.0)).abs() < 1e-9,
        "{busy:?} {noisy:?}"
    );
}

#[test]
fn less_than_an_hour_only_raises_the_default() {
    let calm = factor(0.0, 20, 100);
    assert_eq!((calm.factor, calm.source), (2.0, DispersionSource::Default));
    let noisy = factor(0.6, 0, 100);
    assert_eq!(noisy.source, DispersionSource::Default);
    assert!(noisy.factor > 3.0, "{noisy:?}");
}

/// Hosts whose rates move from minute to minute, each for itself; the canary is on one of them.
#[test]
fn noise_of_targets_is_not_blamed_on_the_release() {
    let mut rolled_back = [0, 0];
    for seed in 0..100 {
        for (index, history) in [false, true].into_iter().enumerate() {
            let mut chance = Chance::from_seed(seed);
            let mut comparisons = Comparisons::new(&[comparison("errors")], &Policy::default(), START);
            let mut rates = Vec::new();
            let before = 360 * u64::from(history);
            for step in 1..=before + 180 {
                if step % 6 == 1 {
                    let rate = |_| 0.02 * libm::exp(0.6 * chance.normal());
                    rates = (0..=TARGETS).map(rate).collect();
                }
                let end = at(10 * step) - Duration::from_secs(10 * before);
                let mut windows = stable(&mut chance, &rates[1..], end, step <= before);
                if step > before {
                    let bad = chance.binomial(100, rates[0]);
                    windows.push(window("errors", Side::Canary, end, 100, bad));
                }
                if !history {
                    windows
                        .iter_mut()
                        .for_each(|window| window.target = Arc::from(""));
                }
                comparisons.look(&Look { at: end, windows });
            }
            comparisons.finish(at(1800));
            rolled_back[index] += u32::from(comparisons.regressed());
        }
    }
    println!(
        "rolled back of 100 healthy: without targets {}, with them {}",
        rolled_back[0], rolled_back[1]
    );
    assert!(rolled_back[1] < rolled_back[0] / 2, "{rolled_back:?}");
}

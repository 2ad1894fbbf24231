use super::*;
use crate::analysis::plan::Comparison;
use crate::stats::chance::Chance;
use crate::verdict::Flags;
use crate::verdict::comparisons::tests::{at, comparison, window};

fn plan(comparisons: Vec<Comparison>) -> Plan {
    Plan {
        comparisons,
        ..Plan::empty("past")
    }
}

fn recorded(noise: f64) -> Past {
    let (mut chance, mut past) = (
        Chance::from_seed(8),
        PastWindows::of_plan(&plan(vec![comparison("errors")])),
    );
    for step in 1..=720_u64 {
        // The canary's side is off for minutes on end, as a bad host is.
        let off = libm::exp(noise * (step / 12 % 5) as f64 - 2.0 * noise);
        let windows =
            [(Side::Canary, 200, off), (Side::Stable, 1800, 1.0)].map(|(side, total, off)| Window {
                flags: Flags {
                    history: true,
                    partial: false,
                    ..Flags::default()
                },
                ..window(
                    "errors",
                    side,
                    at(step * 10),
                    total,
                    chance.binomial(total, 0.02 * off),
                )
            });
        past.take(&windows[..1]);
        past.take(&windows[1..]);
    }
    past.finish()
}

fn dispersion(past: &Past) -> Option<f64> {
    past.method("errors").unwrap().tests()[0].dispersion.of_history()
}

#[test]
fn traffic_rate_and_noise_come_from_windows() {
    let calm = recorded(0.0);
    let traffic = calm.of("errors").unwrap();
    assert_eq!((traffic.requests_per_second, traffic.canary_weight), (200.0, 0.1));
    assert!((traffic.error_rate.unwrap() - 0.02).abs() < 0.001, "{traffic:?}");
    assert!(dispersion(&calm).unwrap() < 1.5, "{calm:?}");
    assert!(dispersion(&recorded(0.5)).unwrap() > 2.0);
}

#[test]
fn of_an_earlier_release_stable_alone_is_the_old_version() {
    let mut past = PastWindows::of_plan(&plan(vec![comparison("errors")]));
    past.take(&[
        window("errors", Side::Stable, at(10), 100, 4),
        window("errors", Side::Canary, at(10), 100, 90),
    ]);
    // Another release of the same minute.
    past.take(&[window("errors", Side::Stable, at(9), 900, 900)]);
    let past = past.finish();
    assert_eq!(
        past.of("errors"),
        Some(PastTraffic {
            requests_per_second: 20.0,
            canary_weight: 0.5,
            error_rate: Some(0.04),
            quantiles_ms: None,
        })
    );
    assert_eq!((dispersion(&past), past.of("others")), (None, None));
}

#[test]
fn targets_of_stable_tell_the_noise_without_a_canary() {
    let mut past = PastWindows::of_plan(&plan(vec![comparison("errors")]));
    let mut chance = Chance::from_seed(2);
    for step in 1..=720_u64 {
        let pods = ["a", "b", "c", "d"].into_iter().zip(0..);
        let windows = pods.map(|(pod, place)| Window {
            target: Arc::from(pod),
            // Each pod has its bad quarters of an hour.
            ..window(
                "errors",
                Side::Stable,
                at(step * 10),
                500,
                chance.binomial(500, if (step / 90 + place) % 4 == 0 { 0.04 } else { 0.01 }),
            )
        });
        past.take(&windows.collect::<Vec<_>>());
    }
    assert!(dispersion(&past.finish()).unwrap() > 2.0);
}

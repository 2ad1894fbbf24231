//! Stable of another time, and more of it beside.

use std::time::Duration;

use super::{FakePrometheus, Side, Sides, at, one, selectors, shown};
use crate::engine::ports::{Population, PopulationError};

const WINDOW: Duration = Duration::from_secs(30);
const BAD: &str = "requests{track=\"canary\",code=~\"5..\"}";

/// A counter that grows by `each` every ten seconds from `from` to `to`.
fn growing(from: i64, to: i64, each: f64) -> Vec<(i64, f64)> {
    (0_u32..)
        .map(|step| (from + 10 * i64::from(step), each * f64::from(step)))
        .take_while(|(seconds, _)| *seconds <= to)
        .collect()
}

#[tokio::test]
async fn the_same_counters_half_an_hour_before() {
    let fake = FakePrometheus::start().await;
    // One process before the release, another since: two requests every ten seconds, then five.
    fake.add("canary", "old", "200", &[], &growing(-1995, -400, 2.0));
    fake.add("canary", "old", "500", &[], &growing(-1995, -400, 1.0));
    fake.add("canary", "new", "200", &[], &growing(-55, 200, 5.0));
    let selectors = selectors("canary", BAD);
    let mut population = fake.population_with(Sides {
        canary: &selectors,
        stable: &selectors,
        before: Duration::from_secs(1800),
        control: None,
    });
    population.open(at(0), WINDOW).await.unwrap();
    for end in [30, 60] {
        let windows = population.close(at(end)).await.unwrap();
        assert_eq!(shown(&windows, Side::Canary), one("new", 15, 0, false));
        assert_eq!(shown(&windows, Side::Stable), one("old", 9, 3, false));
        for window in &windows {
            assert_eq!((window.start, window.end), (at(end - 30), at(end)));
            assert_eq!(window.flags.before, window.side == Side::Stable);
        }
    }
}

#[tokio::test]
async fn a_past_without_samples_is_refused() {
    let fake = FakePrometheus::start().await;
    fake.add("canary", "new", "200", &[], &growing(-55, 200, 5.0));
    let selectors = selectors("canary", BAD);
    let mut population = fake.population_with(Sides {
        canary: &selectors,
        stable: &selectors,
        before: Duration::from_secs(1800),
        control: None,
    });
    let Err(PopulationError::Refused(reason)) = population.open(at(0), WINDOW).await else {
        panic!("opened")
    };
    assert!(
        reason.contains("Stable: no samples of `requests{track=\"canary\"}`"),
        "{reason}"
    );
    assert!(reason.contains("1800s before the run"), "{reason}");
}

#[tokio::test]
async fn a_control_is_read_beside_both_sides() {
    let fake = FakePrometheus::start().await;
    for (track, each) in [("canary", 5.0), ("stable", 20.0), ("control", 7.0)] {
        fake.add(track, track, "200", &[], &growing(-55, 200, each));
    }
    let of = |track: &str| selectors(track, &format!("requests{{track=\"{track}\",code=~\"5..\"}}"));
    let (canary, stable, control) = (of("canary"), of("stable"), of("control"));
    let sides = Sides {
        canary: &canary,
        stable: &stable,
        before: Duration::ZERO,
        control: Some(&control),
    };
    let mut population = fake.population_with(sides);
    population.open(at(0), WINDOW).await.unwrap();
    let windows = population.close(at(30)).await.unwrap();
    let (of_control, of_sides): (Vec<_>, Vec<_>) =
        windows.into_iter().partition(|window| window.flags.control);
    assert_eq!(shown(&of_sides, Side::Stable), one("stable", 60, 0, false));
    assert_eq!(shown(&of_control, Side::Stable), one("control", 21, 0, false));
    // Requests must not be counted on two sides.
    let sides = Sides {
        control: Some(&stable),
        ..sides
    };
    let Err(PopulationError::Refused(reason)) = fake.population_with(sides).open(at(0), WINDOW).await else {
        panic!("opened")
    };
    assert!(reason.contains("selected for"), "{reason}");
}

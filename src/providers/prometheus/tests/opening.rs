//! Openings that fail, and selectors of bad requests that can never match.

use std::time::Duration;

use super::{FakePrometheus, Side, at, one, shown};
use crate::engine::ports::{Population, PopulationError};

const WINDOW: Duration = Duration::from_secs(30);
const SAMPLES: [(i64, f64); 3] = [(-15, 90.0), (-5, 100.0), (25, 110.0)];

fn reason(error: PopulationError) -> String {
    match error {
        PopulationError::Refused(reason) => reason,
        PopulationError::Unavailable(reason) => panic!("unavailable: {reason}"),
    }
}

#[tokio::test]
async fn bad_that_can_never_match_is_refused() {
    let fake = FakePrometheus::start().await;
    fake.add("canary", "c.1", "200", &[], &SAMPLES);
    fake.add("stable", "s1", "200", &[], &SAMPLES);
    // Another service has what this one has not.
    fake.add("other", "o1", "200", &[("status", "500")], &SAMPLES);
    fake.add(
        "canary",
        "c.1",
        "200",
        &[("__name__", "request_errors")],
        &SAMPLES,
    );
    fake.add("other", "o1", "200", &[("__name__", "errors")], &SAMPLES);
    for (bad, expected) in [
        (
            "requests{track=\"canary\",status=~\"5..\"}",
            "no label `status`; there are `code`, `pod`, `track`",
        ),
        (
            "requests{codes=~\"5..\"}",
            "no label `codes`; there are `code`, `pod`, `track`; did you mean `code`?",
        ),
        (
            "errors{track=\"canary\"}",
            "no such metric; there are `request_errors`, `requests`; expose the counter from the start",
        ),
        ("reqests{code=~\"5..\"}", "did you mean `requests`?"),
    ] {
        let error = fake.population_of(bad).open(at(0), WINDOW).await.unwrap_err();
        let reason = reason(error);
        assert!(
            reason.contains(expected) && reason.contains("Canary") && reason.contains(bad),
            "{bad}: {reason}"
        );
    }
}

#[tokio::test]
async fn another_metric_without_errors_so_far_is_fine() {
    let fake = FakePrometheus::start().await;
    for (track, pod) in [("canary", "c1"), ("stable", "s1")] {
        fake.add(track, pod, "200", &[], &SAMPLES);
        fake.add(track, pod, "none", &[("__name__", "failures")], &[(-5, 0.0)]);
    }
    let mut population = fake.population_of("failures{code=~\"5..\"}");
    population.open(at(0), WINDOW).await.unwrap();
    assert_eq!(
        shown(&population.close(at(30)).await.unwrap(), Side::Canary),
        one("c1", 10, 0, false)
    );
}

#[tokio::test]
async fn bad_is_looked_at_again_when_requests_come() {
    let fake = FakePrometheus::start().await;
    let mut population = fake.population_of("requests{status=~\"5..\"}");
    population.open(at(0), WINDOW).await.unwrap();
    fake.add("canary", "c1", "200", &[], &[(5, 1.0), (15, 2.0), (25, 3.0)]);
    let reason = reason(population.close(at(30)).await.unwrap_err());
    assert!(reason.contains("no label `status`"), "{reason}");
}

#[tokio::test]
async fn an_opening_that_failed_is_done_again() {
    let fake = FakePrometheus::start().await;
    fake.add(
        "canary",
        "c1",
        "200",
        &[],
        &[(-15, 90.0), (-5, 100.0), (35, 110.0), (65, 120.0)],
    );
    fake.add(
        "stable",
        "s1",
        "200",
        &[],
        &[(-15, 90.0), (-5, 100.0), (35, 140.0), (65, 160.0)],
    );
    let mut population = fake.population();
    for (failing, now) in [("canary", 0), ("stable", 10), ("requests", 20)] {
        fake.fail(Some(failing));
        let error = population.open(at(now), WINDOW).await.unwrap_err();
        assert!(matches!(error, PopulationError::Unavailable(_)), "{error:?}");
        fake.fail(None);
        let error = population.close(at(now + 5)).await.unwrap_err();
        assert!(
            matches!(&error, PopulationError::Unavailable(text) if text.contains("before the opening")),
            "{error:?}"
        );
    }
    population.open(at(40), WINDOW).await.unwrap();
    let windows = population.close(at(70)).await.unwrap();
    assert_eq!(
        (shown(&windows, Side::Canary), shown(&windows, Side::Stable)),
        (one("c1", 10, 0, false), one("s1", 20, 0, false)),
        "nothing before the opening that succeeded"
    );
    assert!(windows.iter().all(|window| window.start == at(40)), "{windows:?}");
}

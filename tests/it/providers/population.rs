//! Windows against the applications' own logs.

use std::time::Duration;

use serin::config::secrets::EnvironmentAndFiles;
use serin::engine::ports::{Population, PopulationError};
use serin_judge::analysis::plan::{
    Comparison, ComparisonKind, Population as Source, Selection, SideSelection, Tolerance, Weight,
};
use serin_judge::verdict::{Side, Window};

use super::{TIMEOUT, access, prometheus_query, reading, settings};
use crate::peers::app::App;
use crate::peers::prometheus::{Prometheus, Scraped};
use crate::peers::{now, wait_for};

const WINDOW: Duration = Duration::from_secs(10);

fn population(source: Source) -> Result<Box<dyn Population>, PopulationError> {
    let comparison = Comparison {
        name: "error-rate".into(),
        kind: ComparisonKind::Errors,
        population: source,
        tolerance: Tolerance::default(),
        required: true,
        weight: Weight::default(),
        traffic_split: None,
    };
    serin::config::population(&comparison, &settings(), &EnvironmentAndFiles)
}

fn selectors(track: &str) -> SideSelection {
    SideSelection {
        selection: Selection::Requests {
            bad: format!("http_requests_total{{track=\"{track}\",code=~\"5..\"}}"),
            total: format!("http_requests_total{{track=\"{track}\"}}"),
        },
        target: "pod".into(),
    }
}

fn from_prometheus(address: &str) -> Box<dyn Population> {
    let (canary, stable) = (selectors("canary"), selectors("stable"));
    population(Source::Prometheus {
        access: access(address, TIMEOUT),
        canary,
        stable,
        before: None,
        control: None,
    })
    .unwrap()
}

fn scraped(app: &App, track: &str, pod: &str) -> Scraped {
    Scraped {
        address: app.address(),
        labels: vec![("track", track.to_owned()), ("pod", pod.to_owned())],
    }
}

/// Total and bad of one side.
fn sum(windows: &[Window], side: Side) -> (u64, u64) {
    let of_side = windows.iter().filter(|window| window.side == side);
    of_side.fold((0, 0), |(total, bad), window| {
        (total + window.counts().total, bad + window.counts().bad)
    })
}

fn difference(later: (u64, u64), earlier: (u64, u64)) -> (u64, u64) {
    (later.0 - earlier.0, later.1 - earlier.1)
}

/// Waits until Prometheus has scraped everything that the processes running now have answered.
async fn settled(prometheus: &Prometheus, apps: &[(&str, &App)]) {
    for (pod, app) in apps {
        let query = format!("sum(http_requests_total{{pod=\"{pod}\"}}) or vector(0)");
        let provider = prometheus_query(prometheus.address(), &query, TIMEOUT);
        wait_for(&format!("{pod} has {} requests", app.answered()), async || {
            (reading(&provider).await.ok()?.text == format!("[{}]", app.answered())).then_some(())
        })
        .await;
    }
}

/// Two scrapes of each of two pods, so that the interval is known.
async fn scraped_twice(prometheus: &Prometheus) {
    let provider = prometheus_query(
        prometheus.address(),
        "count(count_over_time(up[1m]) >= 2)",
        TIMEOUT,
    );
    wait_for("each target was scraped twice", async || {
        (reading(&provider).await.ok()?.text == "[2]").then_some(())
    })
    .await;
}

#[tokio::test]
async fn windows_from_prometheus_are_exactly_what_the_applications_logged() {
    let (mut canary, stable) = (App::start().await, App::start().await);
    canary.requests(200, 40).await;
    stable.requests(503, 3).await;
    let targets = [scraped(&canary, "canary", "c1"), scraped(&stable, "stable", "s1")];
    let mut prometheus = Prometheus::start("200ms", &targets).await;
    settled(&prometheus, &[("c1", &canary), ("s1", &stable)]).await;
    scraped_twice(&prometheus).await;
    let mut population = from_prometheus(prometheus.address());
    population.open(now(), WINDOW).await.unwrap();

    let mut before = [canary.log(), stable.log()];
    let mut ends = vec![];
    for (restart, good, bad) in [
        (false, 17, 2),
        (false, 0, 0),
        (false, 5, 1),
        (true, 4, 3),
        (false, 6, 0),
    ] {
        if restart {
            canary.restart().await;
        }
        canary.requests(200, good).await;
        canary.requests(500, bad).await;
        stable.requests(200, 2 * good).await;
        settled(&prometheus, &[("c1", &canary), ("s1", &stable)]).await;
        let end = now();
        let windows = population.close(end).await.unwrap();
        let after = [canary.log(), stable.log()];
        assert_eq!(
            sum(&windows, Side::Canary),
            difference(after[0], before[0]),
            "canary, restart {restart}: {windows:?}"
        );
        assert_eq!(
            sum(&windows, Side::Stable),
            difference(after[1], before[1]),
            "stable: {windows:?}"
        );
        assert!(
            windows
                .iter()
                .all(|window| window.end == end && window.start < end && &*window.comparison == "error-rate")
        );
        let partial = windows
            .iter()
            .any(|window| window.side == Side::Canary && window.flags.partial);
        assert!(partial || !restart, "a restart is marked: {windows:?}");
        before = after;
        ends.push(end);
    }

    prometheus.kill();
    let error = population.close(now()).await.unwrap_err();
    assert!(
        matches!(&error, PopulationError::Unavailable(text) if text.contains("no connection")),
        "{error:?}"
    );
}

fn of_total(total: &str) -> SideSelection {
    SideSelection {
        selection: Selection::Requests {
            bad: "bad".into(),
            total: total.into(),
        },
        target: "pod".into(),
    }
}

#[tokio::test]
async fn a_prometheus_that_refuses() {
    let (canary, stable) = (App::start().await, App::start().await);
    canary.requests(200, 1).await;
    stable.requests(200, 1).await;
    let targets = [scraped(&canary, "canary", "c1"), scraped(&stable, "stable", "s1")];
    let prometheus = Prometheus::start("200ms", &targets).await;
    settled(&prometheus, &[("c1", &canary), ("s1", &stable)]).await;
    scraped_twice(&prometheus).await;
    let with = |canary: SideSelection| {
        let access = access(prometheus.address(), TIMEOUT);
        population(Source::Prometheus {
            access,
            canary,
            stable: selectors("stable"),
            before: None,
            control: None,
        })
    };

    let short = with(selectors("canary"))
        .unwrap()
        .open(now(), Duration::from_millis(300))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        short.contains("shorter than two scrape intervals")
            && short.contains("shortest window that would do"),
        "{short}"
    );

    let no_label = with(SideSelection {
        target: "node".into(),
        ..selectors("canary")
    });
    let error = no_label
        .unwrap()
        .open(now(), WINDOW)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("no label `node`") && error.contains("code, instance, job, pod, track"),
        "{error}"
    );

    let overlap = with(selectors("stable"))
        .unwrap()
        .open(now(), WINDOW)
        .await
        .unwrap_err()
        .to_string();
    assert!(overlap.contains("is selected for two sides"), "{overlap}");

    for (total, expected) in [
        ("rate(a[1m])", "raw selector"),
        ("a[5m]", "a range"),
        ("a{", "`}` is missing"),
    ] {
        let error = with(of_total(total)).err().unwrap();
        assert!(
            matches!(&error, PopulationError::Refused(text) if text.contains(expected)),
            "{total}: {error:?}"
        );
    }
    assert!(matches!(
        population(Source::Recorded),
        Err(PopulationError::Refused(_))
    ));
}

#[tokio::test]
async fn windows_from_metrics_endpoints_are_exactly_what_the_applications_logged() {
    let (mut canary, other, stable) = (App::start().await, App::start().await, App::start().await);
    canary.requests(500, 30).await;
    let mut population = population(Source::Scrape {
        canary: vec![canary.metrics_url(), other.metrics_url()],
        stable: vec![stable.metrics_url()],
        control: Vec::new(),
        selection: Selection::Requests {
            bad: "http_requests_total{code=~\"5..\"}".into(),
            total: "http_requests_total".into(),
        },
        timeout: TIMEOUT,
    })
    .unwrap();
    population.open(now(), WINDOW).await.unwrap();

    canary.requests(200, 7).await;
    canary.requests(502, 2).await;
    other.requests(200, 5).await;
    stable.requests(200, 9).await;
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        (sum(&windows, Side::Canary), sum(&windows, Side::Stable)),
        ((14, 2), (9, 0))
    );
    assert!(windows.iter().all(|window| !window.flags.partial), "{windows:?}");
    let targets: Vec<&str> = windows.iter().map(|window| &*window.target).collect();
    assert!(targets.contains(&canary.metrics_url().as_str()), "{targets:?}");

    canary.requests(200, 1).await;
    canary.restart().await;
    // More than before the restart: only the start time tells it.
    canary.requests(200, 60).await;
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        sum(&windows, Side::Canary),
        (60, 0),
        "the one before the restart died unseen"
    );
    assert!(
        windows
            .iter()
            .any(|window| window.side == Side::Canary && window.flags.partial)
    );

    canary.requests(200, 3).await;
    other.requests(500, 2).await;
    canary.stop().await;
    let windows = population.close(now()).await.unwrap();
    assert_eq!(sum(&windows, Side::Canary), (2, 2));
    assert!(
        windows
            .iter()
            .any(|window| window.flags.partial && *window.target == *canary.metrics_url())
    );

    canary.resume().await;
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        sum(&windows, Side::Canary),
        (3, 0),
        "they come with the next read"
    );
}

#[tokio::test]
async fn a_side_that_does_not_answer_is_missing_and_both_are_unavailable() {
    let (mut canary, mut stable) = (App::start().await, App::start().await);
    let mut population = population(Source::Scrape {
        canary: vec![canary.metrics_url()],
        stable: vec![stable.metrics_url()],
        control: Vec::new(),
        selection: Selection::Requests {
            bad: "http_requests_total{code=~\"5..\"}".into(),
            total: "http_requests_total".into(),
        },
        timeout: TIMEOUT,
    })
    .unwrap();
    population.open(now(), WINDOW).await.unwrap();
    canary.requests(200, 2).await;
    stable.requests(200, 3).await;
    canary.stop().await;
    let windows = population.close(now()).await.unwrap();
    let read: Vec<(Side, bool)> = windows
        .iter()
        .map(|window| (window.side, window.was_read()))
        .collect();
    assert_eq!(read, [(Side::Canary, false), (Side::Stable, true)], "{windows:?}");
    stable.stop().await;
    let error = population.close(now()).await.unwrap_err();
    assert!(
        matches!(&error, PopulationError::Unavailable(text) if text.contains("no connection")),
        "{error:?}"
    );
    canary.resume().await;
    stable.resume().await;
    stable.requests(200, 1).await;
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        (sum(&windows, Side::Canary), sum(&windows, Side::Stable)),
        ((2, 0), (1, 0))
    );
}

fn from_endpoints(canary: &[&App], stable: &App, bad: &str) -> Box<dyn Population> {
    population(Source::Scrape {
        canary: canary.iter().map(|app| app.metrics_url()).collect(),
        stable: vec![stable.metrics_url()],
        control: Vec::new(),
        selection: Selection::Requests {
            bad: bad.into(),
            total: "http_requests_total".into(),
        },
        timeout: TIMEOUT,
    })
    .unwrap()
}

#[tokio::test]
async fn bad_that_can_never_match_is_refused_as_soon_as_there_are_requests() {
    let (canary, stable) = (App::start().await, App::start().await);
    let wrong = "http_requests_total{status=~\"5..\"}";
    // Nothing was asked of the applications yet, so nothing is known of their counters.
    let mut early = from_endpoints(&[&canary], &stable, wrong);
    early.open(now(), WINDOW).await.unwrap();
    canary.requests(500, 9).await;
    canary.requests(200, 9).await;
    let error = early.close(now()).await.unwrap_err();
    let expected = "no label `status`; there is `code`";
    assert!(
        matches!(&error, PopulationError::Refused(text) if text.contains(expected)),
        "{error:?}"
    );
    for (bad, expected) in [
        (wrong, expected),
        ("http_requests_total{codes=~\"5..\"}", "did you mean `code`?"),
        (
            "http_errors_total",
            "`process_start_time_seconds`; expose the counter from the start, or select the errors from the counter of all",
        ),
        (
            "http_request_total{code=~\"5..\"}",
            "did you mean `http_requests_total`?",
        ),
    ] {
        let error = from_endpoints(&[&canary], &stable, bad)
            .open(now(), WINDOW)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, PopulationError::Refused(text) if text.contains(expected) && text.contains("Canary")),
            "{bad}: {error:?}"
        );
    }
    // No error so far is no mistake.
    let mut right = from_endpoints(&[&canary], &stable, "http_requests_total{code=~\"4..\"}");
    right.open(now(), WINDOW).await.unwrap();
    canary.requests(404, 2).await;
    assert_eq!(sum(&right.close(now()).await.unwrap(), Side::Canary), (2, 2));
}

#[tokio::test]
async fn an_opening_that_failed_is_done_again() {
    let (mut canary, mut other, mut stable) = (App::start().await, App::start().await, App::start().await);
    canary.requests(200, 5).await;
    let mut population = from_endpoints(&[&canary, &other], &stable, "http_requests_total{code=~\"5..\"}");
    let unavailable = |error: PopulationError, expected: &str| {
        assert!(
            matches!(&error, PopulationError::Unavailable(text) if text.contains(expected)),
            "{error:?}"
        );
    };
    stable.stop().await;
    unavailable(
        population.open(now(), WINDOW).await.unwrap_err(),
        &stable.metrics_url(),
    );
    unavailable(population.close(now()).await.unwrap_err(), "before the opening");
    stable.resume().await;
    canary.stop().await;
    other.stop().await;
    unavailable(
        population.open(now(), WINDOW).await.unwrap_err(),
        &canary.metrics_url(),
    );
    unavailable(population.close(now()).await.unwrap_err(), "before the opening");

    // One readable address of each side is enough; the others begin with a baseline.
    canary.resume().await;
    canary.requests(200, 5).await;
    population.open(now(), WINDOW).await.unwrap();
    canary.requests(200, 3).await;
    other.resume().await;
    other.requests(500, 4).await;
    stable.requests(200, 7).await;
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        (sum(&windows, Side::Canary), sum(&windows, Side::Stable)),
        ((3, 0), (7, 0))
    );
    other.requests(500, 2).await;
    assert_eq!(sum(&population.close(now()).await.unwrap(), Side::Canary), (2, 2));
}

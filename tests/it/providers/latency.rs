//! Histograms, events and values of both sides, from `/metrics` endpoints.

use std::time::Duration;

use serin::config::secrets::EnvironmentAndFiles;
use serin::engine::ports::{Population, PopulationError};
use serin_judge::analysis::plan::{
    Comparison, ComparisonKind, LatencyUnit, Population as Source, Selection, Tolerance, Weight,
};
use serin_judge::verdict::{Data, Side, Window};

use super::{TIMEOUT, settings};
use crate::peers::exposed::{Exposed, classic};
use crate::peers::{now, sample};

pub(super) const WINDOW: Duration = Duration::from_secs(10);
const INF: f64 = f64::INFINITY;

pub(super) fn population(source: Source) -> Result<Box<dyn Population>, PopulationError> {
    let comparison = Comparison {
        name: "c".into(),
        kind: ComparisonKind::Latency,
        population: source,
        tolerance: Tolerance::default(),
        required: true,
        weight: Weight::default(),
        traffic_split: None,
    };
    serin::config::population(&comparison, &settings(), &EnvironmentAndFiles)
}

pub(super) fn took(selector: &str) -> Selection {
    Selection::Histogram {
        histogram: selector.into(),
        unit: LatencyUnit::Seconds,
    }
}

fn scraped(canary: &[&Exposed], stable: &[&Exposed], selection: Selection) -> Box<dyn Population> {
    let urls = |side: &[&Exposed]| side.iter().map(|exposed| exposed.metrics_url()).collect();
    population(Source::Scrape {
        canary: urls(canary),
        stable: urls(stable),
        control: Vec::new(),
        selection,
        timeout: TIMEOUT,
    })
    .unwrap()
}

/// Buckets with something in them and whether the windows are partial, of one side.
pub(super) fn buckets(windows: &[Window], side: Side) -> (Vec<(f64, u64)>, bool) {
    let mut sum = serin_judge::verdict::Latencies::default();
    let of_side = || windows.iter().filter(|window| window.side == side);
    for window in of_side() {
        let Data::Latency(latencies) = &window.data else {
            panic!("{window:?}")
        };
        sum.merge(latencies);
    }
    let buckets = sum.histogram.buckets().filter(|(_, count)| *count > 0).collect();
    (buckets, of_side().any(|window| window.flags.partial))
}

fn refused(result: Result<Vec<Window>, PopulationError>) -> String {
    match result {
        Err(PopulationError::Refused(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn histograms_are_counted_exactly_over_restarts_and_failures() {
    let (one, other) = (Exposed::start("").await, Exposed::start("").await);
    let stable = Exposed::start(&classic("", &[("0.1", 100), ("0.2", 150)], 160)).await;
    one.say(&classic("", &[("0.1", 7), ("0.2", 8)], 9));
    other.say(&classic("", &[("0.1", 1), ("0.2", 1)], 1));
    let mut population = scraped(&[&one, &other], &[&stable], took("took_seconds"));
    population.open(now(), WINDOW).await.unwrap();

    one.say(&classic("", &[("0.1", 9), ("0.2", 13)], 20));
    stable.say(&classic("", &[("0.1", 101), ("0.2", 151)], 161));
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        buckets(&windows, Side::Canary),
        (vec![(100.0, 2), (200.0, 3), (INF, 6)], false)
    );
    assert_eq!(buckets(&windows, Side::Stable), (vec![(100.0, 1)], false));

    // Another process of one instance, and the other one is not there for a while.
    one.say(&classic("", &[("0.1", 4), ("0.2", 4)], 5));
    other.fail();
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        buckets(&windows, Side::Canary),
        (vec![(100.0, 4), (INF, 1)], true)
    );
    other.say(&classic("", &[("0.1", 3), ("0.2", 5)], 5));
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        buckets(&windows, Side::Canary),
        (vec![(100.0, 2), (200.0, 2)], true),
        "they come late"
    );
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        buckets(&windows, Side::Canary),
        (vec![], false),
        "no requests, and nothing is missing"
    );
}

#[tokio::test]
async fn a_selector_picks_routes_and_adds_them_up() {
    let said = |bad: u64| {
        let routes = [("/a", bad), ("/b", 2 * bad), ("/c", 4 * bad)];
        let texts = routes.map(|(route, count)| {
            classic(&format!("route=\"{route}\","), &[("0.5", count)], count)
                .replace("# TYPE took_seconds histogram\n", "")
        });
        texts.concat()
    };
    let (canary, stable) = (Exposed::start(&said(0)).await, Exposed::start(&said(0)).await);
    let mut population = scraped(&[&canary], &[&stable], took("took_seconds{route=~\"/a|/c\"}"));
    population.open(now(), WINDOW).await.unwrap();
    canary.say(&said(3));
    let windows = population.close(now()).await.unwrap();
    assert_eq!(buckets(&windows, Side::Canary).0, [(500.0, 15)]);
}

#[tokio::test]
async fn other_layouts_are_compared_where_they_meet_and_told() {
    let fine: &[(&str, u64)] = &[("0.1", 1), ("0.15", 2), ("0.2", 3), ("0.4", 4)];
    let (canary, stable) = (
        Exposed::start(&classic("", fine, 4)).await,
        Exposed::start(&classic("", &[("0.1", 1), ("0.2", 1), ("0.3", 1)], 1)).await,
    );
    let mut population = scraped(&[&canary], &[&stable], took("took_seconds"));
    population.open(now(), WINDOW).await.unwrap();
    canary.say(&classic(
        "",
        &[("0.1", 2), ("0.15", 5), ("0.2", 7), ("0.4", 9)],
        9,
    ));
    stable.say(&classic("", &[("0.1", 3), ("0.2", 4), ("0.3", 6)], 6));
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        buckets(&windows, Side::Canary),
        (vec![(100.0, 1), (200.0, 3), (INF, 1)], false)
    );
    assert_eq!(
        buckets(&windows, Side::Stable),
        (vec![(100.0, 2), (200.0, 1), (INF, 2)], false)
    );
    assert!(windows.iter().all(|window| window.flags.mixed_buckets));

    // A new version with other buckets at the same address cannot be put beside the windows before it.
    canary.say(&classic("", &[("1", 3)], 3));
    let windows = population.close(now()).await.unwrap();
    let canarys = windows.iter().find(|window| window.side == Side::Canary).unwrap();
    assert!(!canarys.was_read(), "{canarys:?}");

    let strange = Exposed::start(&classic("", &[("0.7", 1)], 1)).await;
    let error = scraped(&[&strange], &[&stable], took("took_seconds"))
        .open(now(), WINDOW)
        .await
        .unwrap_err();
    let expected = "no bucket bound in common: canary has 700 ms, stable has 100 ms, 200 ms, 300 ms";
    assert!(
        matches!(&error, PopulationError::Refused(text) if text.contains(expected)),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_is_no_histogram_is_missing_and_comes_with_the_next_that_is_one() {
    let whole = |count: u64| classic("", &[("0.1", count), ("0.2", count)], count);
    let (canary, stable) = (Exposed::start(&whole(5)).await, Exposed::start(&whole(5)).await);
    for (text, expected) in [
        (
            classic("", &[("0.1", 9), ("0.2", 8)], 9),
            "less than a smaller one",
        ),
        (
            whole(9).replace("took_seconds_bucket{le=\"+Inf\"} 9\n", ""),
            "has no bucket `le=\"+Inf\"`",
        ),
        (
            whole(9).replace("{le=\"0.2\"} 9", "{le=\"0.2\"} NaN"),
            "has the value NaN",
        ),
        (whole(9).replace("{le=\"0.2\"}", "{le=\"two\"}"), "no upper bound"),
    ] {
        canary.say(&text);
        let error = scraped(&[&canary], &[&stable], took("took_seconds"))
            .open(now(), WINDOW)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, PopulationError::Unavailable(text) if text.contains(expected)),
            "{expected}: {error:?}"
        );
        canary.say(&whole(5));
        let mut population = scraped(&[&canary], &[&stable], took("took_seconds"));
        population.open(now(), WINDOW).await.unwrap();
        canary.say(&text);
        let windows = population.close(now()).await.unwrap();
        let canarys = windows.iter().find(|window| window.side == Side::Canary).unwrap();
        assert!(!canarys.was_read(), "{expected}: {canarys:?}");
        canary.say(&whole(7));
        let windows = population.close(now()).await.unwrap();
        assert_eq!(
            buckets(&windows, Side::Canary),
            (vec![(100.0, 2)], true),
            "{expected}"
        );
    }
}

#[tokio::test]
async fn a_histogram_that_comes_with_the_first_request() {
    let (canary, stable) = (
        Exposed::start("up 1\n").await,
        Exposed::start(&classic("", &[("0.1", 3), ("0.3", 3)], 3)).await,
    );
    let mut population = scraped(&[&canary], &[&stable], took("took_seconds"));
    population.open(now(), WINDOW).await.unwrap();
    let windows = population.close(now()).await.unwrap();
    assert!(
        windows.iter().all(|window| !window.was_read()),
        "nobody knows the canary's buckets: {windows:?}"
    );
    canary.say(&format!("up 1\n{}", classic("", &[("0.1", 2), ("0.2", 4)], 5)));
    stable.say(&classic("", &[("0.1", 4), ("0.3", 7)], 7));
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        buckets(&windows, Side::Canary),
        (vec![(100.0, 2), (INF, 3)], false)
    );
    assert_eq!(
        buckets(&windows, Side::Stable),
        (vec![(100.0, 1), (INF, 3)], false)
    );
}

#[tokio::test]
async fn twenty_thousand_buckets() {
    let said = |each: u64| {
        let bounds: Vec<String> = (1..=20_000)
            .map(|bound| format!("{}", f64::from(bound) / 1000.0))
            .collect();
        let buckets: Vec<(&str, u64)> = bounds
            .iter()
            .zip(1..)
            .map(|(bound, place)| (&**bound, each * place))
            .collect();
        classic("", &buckets, 20_000 * each)
    };
    let (canary, stable) = (Exposed::start(&said(1)).await, Exposed::start(&said(1)).await);
    let mut population = scraped(&[&canary], &[&stable], took("took_seconds"));
    population.open(now(), WINDOW).await.unwrap();
    canary.say(&said(3));
    let windows = population.close(now()).await.unwrap();
    let (buckets, partial) = buckets(&windows, Side::Canary);
    assert_eq!((buckets.len(), partial), (20_000, false));
    assert_eq!((buckets[0], buckets[19_999]), ((1.0, 2), (20_000.0, 2)));
}

#[tokio::test]
async fn the_sample_apis_histograms_hold_every_request() {
    let system = sample::system(3, 300.0).await;
    let urls = |side| system.metrics_urls(side);
    let mut population = population(Source::Scrape {
        canary: urls(Side::Canary),
        stable: urls(Side::Stable),
        control: Vec::new(),
        selection: took("http_request_duration_seconds"),
        timeout: TIMEOUT,
    })
    .unwrap();
    let opened = now();
    population.open(opened, WINDOW).await.unwrap();
    let mut total = 0;
    crate::peers::wait_for("200 requests have been read", async || {
        let windows = population.close(now()).await.unwrap();
        assert!(windows.iter().all(|window| !window.flags.mixed_buckets));
        let (seen, partial) = buckets(&windows, Side::Stable);
        assert!(!partial, "{windows:?}");
        total += seen.iter().map(|(_, count)| count).sum::<u64>();
        (total >= 200).then_some(())
    })
    .await;
    drop(population);
    let figures = system.stop().await;
    assert!(total <= figures.sent, "{total} of {figures:?}");
}

#[tokio::test]
async fn events_are_counted_by_the_time_of_each_instance() {
    let said = |count: u64| {
        format!("log_messages_total{{level=\"info\"}} 7\nlog_messages_total{{level=\"error\"}} {count}\n")
    };
    let (canary, stable, quiet) = (
        Exposed::start(&said(10)).await,
        Exposed::start(&said(3)).await,
        Exposed::start("log_messages_total{level=\"info\"} 7\n").await,
    );
    let events = |selector: &str| Selection::Events {
        events: selector.into(),
    };
    let mut population = scraped(
        &[&canary],
        &[&stable, &quiet],
        events("log_messages_total{level=\"error\"}"),
    );
    let opened = now();
    population.open(opened, WINDOW).await.unwrap();
    canary.say(&said(14));
    quiet.say(&said(1));
    stable.fail();
    let end = opened + WINDOW;
    let windows = population.close(end).await.unwrap();
    let shown: Vec<(Side, u64, f64, bool)> = windows
        .iter()
        .map(|window| match window.data {
            Data::Events(events) => (window.side, events.events, events.exposure, window.was_read()),
            _ => panic!("{window:?}"),
        })
        .collect();
    let of = |side| {
        shown
            .iter()
            .filter(move |shown| shown.0 == side)
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(of(Side::Canary), [(Side::Canary, 4, 10.0, true)]);
    let mut stables = of(Side::Stable);
    stables.sort_by_key(|shown| shown.1);
    assert_eq!(
        stables,
        [(Side::Stable, 0, 0.0, false), (Side::Stable, 1, 10.0, true)],
        "the first event is counted"
    );

    let error = scraped(&[&canary], &[&quiet], events("log_message_total"))
        .open(end, WINDOW)
        .await
        .map(|()| Vec::new());
    let error = refused(error);
    assert!(
        error.contains("events of Canary") && error.contains("did you mean `log_messages_total`?"),
        "{error}"
    );
}

#[tokio::test]
async fn values_are_read_at_the_end_of_each_window() {
    let said =
        |bytes: &str| format!("memory_bytes{{area=\"heap\"}} {bytes}\nmemory_bytes{{area=\"stack\"}} 1\n");
    let (one, other, stable) = (
        Exposed::start(&said("5")).await,
        Exposed::start(&said("7")).await,
        Exposed::start(&said("6")).await,
    );
    let value = |selector: &str| Selection::Value {
        series: selector.into(),
    };
    let mut population = scraped(&[&one, &other], &[&stable], value("memory_bytes{area=\"heap\"}"));
    population.open(now(), WINDOW).await.unwrap();
    one.say(&said("8.5"));
    other.fail();
    stable.say("up 1\n");
    let error = refused(population.close(now()).await);
    assert!(
        error.contains("Stable") && error.contains("no such metric"),
        "{error}"
    );
    stable.say("memory_bytes{area=\"other\"} 1\n");
    let windows = population.close(now()).await.unwrap();
    let shown: Vec<(Side, String, bool)> = windows
        .iter()
        .map(|window| match window.data {
            Data::Series(value) => (window.side, value.to_string(), window.was_read()),
            _ => panic!("{window:?}"),
        })
        .collect();
    let mut expected = vec![
        (Side::Canary, "8.5".to_owned(), true),
        (Side::Canary, "NaN".to_owned(), false),
        (Side::Stable, "NaN".to_owned(), false),
    ];
    let mut sorted = shown.clone();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected);

    let several = scraped(&[&one], &[&stable], value("memory_bytes"))
        .open(now(), WINDOW)
        .await
        .map(|()| Vec::new());
    let error = refused(several);
    assert!(
        error.contains("several such series") && error.contains("area=\"heap\""),
        "{error}"
    );
}

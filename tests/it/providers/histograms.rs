//! Histograms, events and values of both sides, from a real Prometheus.

use serin::engine::ports::{Population, PopulationError};
use serin_judge::analysis::plan::{Population as Source, Selection, SideSelection};
use serin_judge::verdict::{Data, Side, Window};

use super::latency::{WINDOW, buckets, population, took};
use super::{TIMEOUT, access, prometheus_query, reading};
use crate::peers::exposed::{Exposed, classic, native};
use crate::peers::prometheus::{Prometheus, Scraped};
use crate::peers::{now, wait_for};

/// One instance of each side.
struct Peers {
    canary: Exposed,
    stable: Exposed,
    prometheus: Prometheus,
}

impl Peers {
    async fn start(canary: &str, stable: &str) -> Self {
        let (canary, stable) = (Exposed::start(canary).await, Exposed::start(stable).await);
        let scraped = |exposed: &Exposed, track: &str| Scraped {
            address: exposed.address(),
            labels: vec![("track", track.to_owned()), ("pod", format!("{track}-1"))],
        };
        let targets = [scraped(&canary, "canary"), scraped(&stable, "stable")];
        Self {
            prometheus: Prometheus::start_with_native_histograms("200ms", &targets).await,
            canary,
            stable,
        }
    }

    /// Waits until Prometheus has the values that were said last.
    async fn until(&self, query: &str, expected: &str) {
        let provider = prometheus_query(self.prometheus.address(), query, TIMEOUT);
        wait_for(&format!("{query} is {expected}"), async || {
            (reading(&provider).await.ok()?.text == expected).then_some(())
        })
        .await;
    }

    fn population(&self, selection: impl Fn(&str) -> Selection) -> Box<dyn Population> {
        let side = |track: &str| SideSelection {
            selection: selection(track),
            target: "pod".into(),
        };
        population(Source::Prometheus {
            access: access(self.prometheus.address(), TIMEOUT),
            canary: side("canary"),
            stable: side("stable"),
            before: None,
            control: None,
        })
        .unwrap()
    }

    fn histograms(&self) -> Box<dyn Population> {
        self.population(|track| took(&format!("took_seconds{{track=\"{track}\"}}")))
    }

    /// Two scrapes of each.
    async fn scraped_twice(&self) {
        self.until("count(count_over_time(up[1m]) >= 3)", "[2]").await;
    }
}

const INF: f64 = f64::INFINITY;

#[tokio::test]
async fn classic_histograms_are_counted_exactly() {
    let first = classic("", &[("0.1", 50), ("0.25", 60)], 70);
    let peers = Peers::start(&first, &first).await;
    peers.scraped_twice().await;
    let mut population = peers.histograms();
    population.open(now(), WINDOW).await.unwrap();

    peers.canary.say(&classic("", &[("0.1", 51), ("0.25", 63)], 75));
    peers.stable.say(&classic("", &[("0.1", 50), ("0.25", 61)], 71));
    peers.until("sum(took_seconds_count)", "[146]").await;
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        buckets(&windows, Side::Canary),
        (vec![(100.0, 1), (250.0, 2), (INF, 2)], false)
    );
    assert_eq!(buckets(&windows, Side::Stable), (vec![(250.0, 1)], false));
    assert!(windows.iter().all(Window::was_read), "{windows:?}");

    // Another process with more buckets: what all have in common is what there was at the opening.
    peers
        .canary
        .say(&classic("", &[("0.1", 2), ("0.2", 9), ("0.25", 9)], 9));
    peers.until("sum(took_seconds_count)", "[80]").await;
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        buckets(&windows, Side::Canary),
        (vec![(100.0, 2), (250.0, 7)], true)
    );

    peers
        .canary
        .say(&classic("", &[("0.1", 5), ("0.2", 4), ("0.25", 9)], 11));
    peers.until("sum(took_seconds_count)", "[82]").await;
    let windows = population.close(now()).await.unwrap();
    assert_eq!(
        buckets(&windows, Side::Canary),
        (vec![], true),
        "no histogram, no read"
    );
}

#[tokio::test]
async fn native_histograms_are_counted_by_their_own_buckets() {
    let peers = Peers::start("", "").await;
    // Schema 3: bounds 2^(k/8) seconds; -24 is 125 ms, -16 is 250 ms.
    peers.canary.say_protobuf(native(3, &[(-24, 5), (-16, 7)]));
    peers.stable.say_protobuf(native(3, &[(-24, 1)]));
    peers.until("sum(histogram_count(took_seconds))", "[13]").await;
    peers.scraped_twice().await;
    let mut population = peers.histograms();
    population.open(now(), WINDOW).await.unwrap();

    peers
        .canary
        .say_protobuf(native(3, &[(-24, 6), (-20, 3), (-16, 9)]));
    peers.stable.say_protobuf(native(3, &[(-24, 1), (8, 4)]));
    peers.until("sum(histogram_count(took_seconds))", "[23]").await;
    let windows = population.close(now()).await.unwrap();
    let (canary, partial) = buckets(&windows, Side::Canary);
    assert!(!partial, "{windows:?}");
    let near = |seen: &[(f64, u64)], expected: &[(f64, u64)]| {
        assert_eq!(seen.len(), expected.len(), "{seen:?}");
        for (seen, expected) in seen.iter().zip(expected) {
            assert!(
                (seen.0 / expected.0 - 1.0).abs() < 1e-9 && seen.1 == expected.1,
                "{seen:?} {expected:?}"
            );
        }
    };
    near(&canary, &[(125.0, 1), (125.0 * libm::sqrt(2.0), 3), (250.0, 2)]);
    near(&buckets(&windows, Side::Stable).0, &[(2000.0, 4)]);

    // The canary's library makes its buckets coarser, to have fewer: what came meanwhile cannot be told.
    peers.canary.say_protobuf(native(2, &[(-12, 7), (-8, 14)]));
    peers.until("sum(histogram_count(took_seconds))", "[26]").await;
    let windows = population.close(now()).await.unwrap();
    assert_eq!(buckets(&windows, Side::Canary), (vec![], true));
}

#[tokio::test]
async fn native_and_classic_histograms_cannot_be_compared() {
    let peers = Peers::start("", &classic("", &[("0.1", 50)], 70)).await;
    peers.canary.say_protobuf(native(3, &[(-24, 5)]));
    peers.until("histogram_count(took_seconds)", "[5]").await;
    peers.scraped_twice().await;
    let error = peers.histograms().open(now(), WINDOW).await.unwrap_err();
    let expected = "one side has native histograms and another classic ones";
    assert!(
        matches!(&error, PopulationError::Refused(text) if text.contains(expected)),
        "{error:?}"
    );
}

#[tokio::test]
async fn events_and_values_from_prometheus() {
    let said = |restarts: u64, memory: f64| format!("restarts_total {restarts}\nmemory_bytes {memory}\n");
    let peers = Peers::start(&said(2, 10.0), &said(0, 20.0)).await;
    peers.scraped_twice().await;
    let mut events = peers.population(|track| Selection::Events {
        events: format!("restarts_total{{track=\"{track}\"}}"),
    });
    let mut values = peers.population(|track| Selection::Value {
        series: format!("memory_bytes{{track=\"{track}\"}}"),
    });
    let opened = now();
    events.open(opened, WINDOW).await.unwrap();
    values.open(opened, WINDOW).await.unwrap();

    peers.canary.say(&said(5, 10.0));
    peers.stable.say(&said(1, 20.0));
    peers.until("sum(restarts_total)", "[6]").await;
    let end = now();
    let windows = events.close(end).await.unwrap();
    for window in &windows {
        let Data::Events(events) = window.data else {
            panic!("{window:?}")
        };
        assert_eq!(events.events, if window.side == Side::Canary { 3 } else { 1 });
        assert!((events.exposure - end.since(opened).as_secs_f64()).abs() < 1e-6 && window.was_read());
    }
    assert_eq!(windows.len(), 2);

    let windows = values.close(end).await.unwrap();
    let shown: Vec<(Side, String)> = windows
        .iter()
        .map(|window| match window.data {
            Data::Series(value) => (window.side, value.to_string()),
            _ => panic!("{window:?}"),
        })
        .collect();
    assert_eq!(
        shown,
        [(Side::Canary, "10".to_owned()), (Side::Stable, "20".to_owned())]
    );
    let mistyped = peers.population(|track| Selection::Events {
        events: format!("restart_total{{track=\"{track}\"}}"),
    });
    let error = { mistyped }.open(end, WINDOW).await.unwrap_err();
    assert!(
        matches!(&error, PopulationError::Refused(text) if text.contains("no such metric")),
        "{error:?}"
    );

    peers.canary.fail();
    peers.until("count(up == 1)", "[1]").await;
    let _windows = values.close(now()).await.unwrap();
    let windows = values.close(now()).await.unwrap();
    let canarys = windows.iter().find(|window| window.side == Side::Canary).unwrap();
    assert!(!canarys.was_read(), "{canarys:?}");
}

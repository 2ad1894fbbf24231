//! Populations over a made-up Prometheus whose samples and time are the test's.

mod before;
mod opening;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{RawForm, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use proptest::prelude::*;
use serde_json::{Value as Document, json};
use serin_judge::analysis::plan::{Selection, SideSelection};
use serin_judge::counter::{Selector, Series};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Side, Window};

use super::{Connection, Limits, PrometheusPopulation, Sides};
use crate::engine::ports::{Population, PopulationError};

/// Seconds since the opening.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((1_700_000_000 + seconds) * 1_000_000)
}

#[derive(Default)]
struct Samples {
    series: Vec<(Series, Vec<(i64, f64)>)>,
    /// Pods and when their processes began.
    starts: Vec<(&'static str, i64)>,
    /// Queries that hold this text are answered with 503.
    failing: Option<&'static str>,
}

/// Answers range selectors from its samples, as `/api/v1/query` does.
struct FakePrometheus {
    samples: Arc<Mutex<Samples>>,
    address: String,
}

async fn query(
    State(samples): State<Arc<Mutex<Samples>>>,
    RawForm(form): RawForm,
) -> (StatusCode, Json<Document>) {
    let form = reqwest::Url::parse(&format!("http://form/?{}", std::str::from_utf8(&form).unwrap())).unwrap();
    let field = |wanted: &str| {
        form.query_pairs()
            .find(|(name, _)| name == wanted)
            .unwrap()
            .1
            .into_owned()
    };
    let (query, time) = (field("query"), field("time").parse::<f64>().unwrap());
    let samples = samples.lock().unwrap();
    if samples.failing.is_some_and(|failing| query.contains(failing)) {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({"status": "error", "errorType": "unavailable", "error": "starting up"})),
        );
    }
    if query.starts_with("last_over_time(") {
        let result: Vec<Document> = samples.starts.iter().filter(|(pod, _)| query.contains(&format!("{{pod=\"{pod}\"}}"))).map(|(pod, start)| {
            json!({"metric": {"pod": pod}, "value": [time, at(*start).as_seconds().to_string()]})
        }).collect();
        return (
            StatusCode::OK,
            Json(json!({"status": "success", "data": {"resultType": "vector", "result": result}})),
        );
    }
    if let Some(selector) = query.strip_prefix("count by (__name__) (") {
        let selector = Selector::parse(selector.trim_end_matches(')')).unwrap();
        let seen = samples
            .series
            .iter()
            .filter(|(series, _)| selector.matches(series));
        let result: Vec<Document> = seen
            .map(|(series, _)| json!({"metric": {"__name__": series.get("__name__")}, "value": [time, "1"]}))
            .collect();
        return (
            StatusCode::OK,
            Json(json!({"status": "success", "data": {"resultType": "vector", "result": result}})),
        );
    }
    let (selector, range) = query.rsplit_once('[').unwrap();
    let selector = Selector::parse(selector).unwrap();
    let range: f64 = range.trim_end_matches("ms]").parse::<f64>().unwrap() / 1000.0;
    let result: Vec<Document> = samples
        .series
        .iter()
        .filter(|(series, _)| selector.matches(series))
        .filter_map(|(series, samples)| {
            let metric: serde_json::Map<String, Document> = series
                .labels()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect();
            let values: Vec<Document> = samples
                .iter()
                .map(|(seconds, value)| (at(*seconds).as_seconds(), value))
                .filter(|(at, _)| (time - range..=time).contains(at))
                .map(|(at, value)| json!([at, value.to_string()]))
                .collect();
            (!values.is_empty()).then(|| json!({"metric": metric, "values": values}))
        })
        .collect();
    (
        StatusCode::OK,
        Json(json!({"status": "success", "data": {"resultType": "matrix", "result": result}})),
    )
}

impl FakePrometheus {
    async fn start() -> Self {
        let samples = Arc::new(Mutex::new(Samples::default()));
        let router = Router::new()
            .route("/api/v1/query", post(query))
            .with_state(samples.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        drop(tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap()
        }));
        Self { samples, address }
    }

    /// Adds samples of a counter of `pod`; a code of 5xx is bad.
    fn add(&self, track: &str, pod: &str, code: &str, more: &[(&str, &str)], samples: &[(i64, f64)]) {
        let labels = [
            ("__name__", "requests"),
            ("track", track),
            ("pod", pod),
            ("code", code),
        ];
        let series = Series::new(labels.iter().chain(more).copied());
        let mut all = self.samples.lock().unwrap();
        match all.series.iter_mut().find(|(known, _)| *known == series) {
            Some((_, known)) => known.extend(samples),
            None => all.series.push((series, samples.to_vec())),
        }
    }

    fn fail(&self, failing: Option<&'static str>) {
        self.samples.lock().unwrap().failing = failing;
    }

    fn population(&self) -> PrometheusPopulation {
        self.population_where(|track| format!("requests{{track=\"{track}\",code=~\"5..\"}}"))
    }

    /// The same selector of bad requests on both sides, which matches nothing.
    fn population_of(&self, bad: &str) -> PrometheusPopulation {
        self.population_where(|_| bad.to_owned())
    }

    fn population_where(&self, bad: impl Fn(&str) -> String) -> PrometheusPopulation {
        let selectors = |track: &str| selectors(track, &bad(track));
        self.population_with(Sides {
            canary: &selectors("canary"),
            stable: &selectors("stable"),
            before: Duration::ZERO,
            control: None,
        })
    }

    fn population_with(&self, sides: Sides<'_>) -> PrometheusPopulation {
        let connection = Connection {
            address: self.address.clone(),
            ..Connection::default()
        };
        PrometheusPopulation::new("c", sides, &connection, Limits::default()).unwrap()
    }

    async fn opened(&self) -> PrometheusPopulation {
        let mut population = self.population();
        population.open(at(0), Duration::from_secs(30)).await.unwrap();
        population
    }
}

fn selectors(track: &str, bad: &str) -> SideSelection {
    SideSelection {
        selection: Selection::Requests {
            bad: bad.to_owned(),
            total: format!("requests{{track=\"{track}\"}}"),
        },
        target: "pod".into(),
    }
}

/// Target, total, bad, partial of one side.
fn shown(windows: &[Window], side: Side) -> Vec<(String, u64, u64, bool)> {
    let of_side = windows.iter().filter(|window| window.side == side);
    of_side
        .map(|window| {
            (
                window.target.to_string(),
                window.counts().total,
                window.counts().bad,
                window.flags.partial,
            )
        })
        .collect()
}

fn one(target: &str, total: u64, bad: u64, partial: bool) -> Vec<(String, u64, u64, bool)> {
    vec![(target.to_owned(), total, bad, partial)]
}

#[tokio::test]
async fn flapping_scrapes_lose_nothing() {
    let fake = FakePrometheus::start().await;
    // Every third scrape fails: neither the interval nor the counts may change by it.
    fake.add(
        "canary",
        "c1",
        "200",
        &[],
        &[
            (-25, 90.0),
            (-15, 95.0),
            (-5, 100.0),
            (5, 103.0),
            (25, 110.0),
            (35, 111.0),
            (65, 120.0),
        ],
    );
    fake.add("canary", "c1", "500", &[], &[(25, 4.0), (35, 4.0), (65, 6.0)]);
    let mut population = fake.opened().await;
    let windows = population.close(at(30)).await.unwrap();
    assert_eq!(shown(&windows, Side::Canary), one("c1", 14, 4, false));
    assert_eq!((windows[0].start, windows[0].end), (at(0), at(30)));
    assert_eq!(
        shown(&population.close(at(60)).await.unwrap(), Side::Canary),
        one("c1", 1, 0, false)
    );
    assert_eq!(
        shown(&population.close(at(90)).await.unwrap(), Side::Canary),
        one("c1", 11, 2, false)
    );
}

#[tokio::test]
async fn a_gap_is_marked_and_its_requests_come_later() {
    let fake = FakePrometheus::start().await;
    fake.add(
        "canary",
        "c1",
        "200",
        &[],
        &[(-15, 90.0), (-5, 100.0), (75, 130.0)],
    );
    let mut population = fake.opened().await;
    for end in [30, 60] {
        let windows = population.close(at(end)).await.unwrap();
        assert_eq!(shown(&windows, Side::Canary), one("c1", 0, 0, true));
        assert!(!windows[0].was_read(), "{windows:?}");
    }
    let windows = population.close(at(90)).await.unwrap();
    assert_eq!(
        (shown(&windows, Side::Canary), windows[0].start),
        (one("c1", 30, 0, true), at(0))
    );
}

#[tokio::test]
async fn late_samples_count_in_the_next_window_once() {
    let fake = FakePrometheus::start().await;
    fake.add(
        "canary",
        "c1",
        "200",
        &[],
        &[(-15, 90.0), (-5, 100.0), (5, 101.0), (15, 102.0)],
    );
    let mut population = fake.opened().await;
    assert_eq!(
        shown(&population.close(at(30)).await.unwrap(), Side::Canary),
        one("c1", 2, 0, false)
    );
    // The scrape at 25 ended after the window was closed, and the process restarted right after it.
    fake.add("canary", "c1", "200", &[], &[(25, 107.0), (35, 3.0), (45, 4.0)]);
    assert_eq!(
        shown(&population.close(at(60)).await.unwrap(), Side::Canary),
        one("c1", 5 + 3 + 1, 0, true)
    );
}

#[tokio::test]
async fn windows_are_closed_a_scrape_interval_later_once_a_sample_was_late() {
    let fake = FakePrometheus::start().await;
    let early = [(-15, 90.0), (-5, 100.0), (5, 101.0), (15, 102.0)];
    fake.add("canary", "c1", "200", &[], &early);
    let mut population = fake.opened().await;
    let _first = population.close(at(30)).await.unwrap();
    assert_eq!(population.settling(), Limits::default().settling);
    // The scrape at 25 ended after the window was closed, six seconds after it had begun.
    fake.add(
        "canary",
        "c1",
        "200",
        &[],
        &[(25, 107.0), (35, 108.0), (45, 109.0)],
    );
    assert_eq!(
        shown(&population.close(at(60)).await.unwrap(), Side::Canary),
        one("c1", 7, 0, true)
    );
    assert_eq!(population.settling(), Duration::from_secs(10));
    fake.add("canary", "c1", "200", &[], &[(55, 110.0)]);
    let _late_again = population.close(at(90)).await.unwrap();
    assert_eq!(
        population.settling(),
        Duration::from_secs(10),
        "no scrape may take longer"
    );
}

#[tokio::test]
async fn a_failed_call_is_covered_by_the_next() {
    let fake = FakePrometheus::start().await;
    for track in ["canary", "stable"] {
        fake.add(
            track,
            track,
            "200",
            &[],
            &[(-15, 0.0), (-5, 1.0), (25, 5.0), (55, 7.0), (85, 12.0)],
        );
    }
    let mut population = fake.opened().await;
    fake.fail(Some("canary"));
    let windows = population.close(at(30)).await.unwrap();
    assert_eq!(
        (shown(&windows, Side::Canary), shown(&windows, Side::Stable)),
        (vec![], one("stable", 4, 0, false))
    );
    fake.fail(Some("requests"));
    let error = population.close(at(60)).await.unwrap_err();
    assert!(
        matches!(&error, PopulationError::Unavailable(text) if text.contains("starting up")),
        "{error:?}"
    );
    fake.fail(None);
    let windows = population.close(at(90)).await.unwrap();
    assert_eq!(
        (shown(&windows, Side::Canary), shown(&windows, Side::Stable)),
        (one("canary", 11, 0, false), one("stable", 7, 0, false))
    );
    assert_eq!(
        windows.iter().map(|window| window.start).collect::<Vec<_>>(),
        [at(0), at(30)]
    );
}

#[tokio::test]
async fn pods_come_and_go() {
    let fake = FakePrometheus::start().await;
    fake.add(
        "stable",
        "old",
        "200",
        &[],
        &[(-15, 90.0), (-5, 100.0), (5, 104.0)],
    );
    fake.add(
        "stable",
        "new",
        "200",
        &[],
        &[(15, 2.0), (25, 3.0), (35, 7.0), (65, 8.0), (95, 9.0)],
    );
    let mut population = fake.opened().await;
    let expected = [
        vec![("new", 3, true), ("old", 4, false)],
        vec![("new", 4, false), ("old", 0, true)],
        vec![("new", 1, false), ("old", 0, true)],
        vec![("new", 1, false)],
    ];
    for (index, expected) in (1..).zip(expected) {
        let windows = shown(&population.close(at(30 * index)).await.unwrap(), Side::Stable);
        let seen: Vec<_> = windows
            .iter()
            .map(|(target, total, _, partial)| (target.as_str(), *total, *partial))
            .collect();
        assert_eq!(seen, expected, "window {index}");
    }
}

#[tokio::test]
async fn a_pod_that_is_new_here_and_older_than_the_run_gives_only_a_baseline() {
    let fake = FakePrometheus::start().await;
    fake.add(
        "stable",
        "s1",
        "200",
        &[],
        &[(-15, 1.0), (-5, 2.0), (5, 3.0), (35, 4.0)],
    );
    // Relabelled from elsewhere after a life of a million requests; and one that is really new.
    fake.add(
        "stable",
        "moved",
        "200",
        &[],
        &[(5, 1e6), (15, 1e6 + 3.0), (35, 1e6 + 5.0)],
    );
    fake.add("stable", "new", "200", &[], &[(15, 4.0), (35, 6.0)]);
    fake.samples
        .lock()
        .unwrap()
        .starts
        .extend([("moved", -86_400), ("new", 12)]);
    let mut population = fake.opened().await;
    let named =
        |rows: [(&str, u64, bool); 3]| rows.map(|(pod, total, partial)| (pod.to_owned(), total, 0, partial));
    let expected = named([("moved", 3, true), ("new", 4, true), ("s1", 1, false)]);
    assert_eq!(
        shown(&population.close(at(30)).await.unwrap(), Side::Stable),
        expected
    );
    let expected = named([("moved", 2, false), ("new", 2, false), ("s1", 1, false)]);
    assert_eq!(
        shown(&population.close(at(60)).await.unwrap(), Side::Stable),
        expected
    );
}

#[tokio::test]
async fn a_dead_series_is_reborn_and_two_endpoints_of_a_pod_are_not_confused() {
    let fake = FakePrometheus::start().await;
    // Two endpoints of one pod, scraped at other instants: neither makes the other's counters dead.
    fake.add(
        "canary",
        "c1",
        "200",
        &[("instance", "c1:80")],
        &[(-15, 5.0), (-5, 6.0), (5, 7.0), (15, 8.0), (25, 9.0)],
    );
    fake.add(
        "canary",
        "c1",
        "200",
        &[("instance", "c1:90")],
        &[(-12, 5.0), (-2, 6.0), (8, 7.0), (18, 8.0), (28, 9.0)],
    );
    // Was there, was gone while its endpoint was scraped, is there again.
    fake.add(
        "canary",
        "c1",
        "404",
        &[("instance", "c1:80")],
        &[(-5, 50.0), (25, 2.0)],
    );
    let mut population = fake.opened().await;
    assert_eq!(
        shown(&population.close(at(30)).await.unwrap(), Side::Canary),
        one("c1", 3 + 3 + 2, 0, true)
    );
}

#[tokio::test]
async fn two_prometheus_that_answer_in_turn_are_one() {
    let fake = FakePrometheus::start().await;
    let replicas: [&[(i64, f64)]; 2] = [
        &[
            (-15, 90.0),
            (-5, 100.0),
            (5, 101.0),
            (15, 103.0),
            (25, 104.0),
            (35, 109.0),
            (45, 110.0),
            (55, 112.0),
            (85, 115.0),
        ],
        &[
            (-10, 95.0),
            (0, 100.0),
            (10, 102.0),
            (20, 103.0),
            (30, 107.0),
            (40, 109.0),
            (50, 111.0),
            (60, 113.0),
            (90, 116.0),
        ],
    ];
    let (mut population, mut sum) = (fake.population(), 0);
    for (turn, end) in [0, 30, 60, 90].into_iter().enumerate() {
        fake.samples.lock().unwrap().series.clear();
        fake.add("canary", "c1", "200", &[], replicas[turn % 2]);
        if end == 0 {
            population.open(at(0), Duration::from_secs(30)).await.unwrap();
        } else {
            sum += population
                .close(at(end))
                .await
                .unwrap()
                .iter()
                .map(|window| window.counts().total)
                .sum::<u64>();
        }
    }
    assert_eq!(sum, 16);
}

#[tokio::test]
async fn what_can_never_be_counted_is_refused() {
    let fake = FakePrometheus::start().await;
    fake.add(
        "canary",
        "c1",
        "200",
        &[("prometheus_replica", "a")],
        &[(-15, 1.0), (-5, 2.0)],
    );
    fake.add(
        "canary",
        "c1",
        "200",
        &[("prometheus_replica", "b")],
        &[(-14, 1.0), (-4, 2.0)],
    );
    let error = fake
        .population()
        .open(at(0), Duration::from_secs(30))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, PopulationError::Refused(text) if text.contains("prometheus_replica=\"")),
        "{error:?}"
    );

    // Nothing is there at the opening, so the interval is known only when samples come.
    let fake = FakePrometheus::start().await;
    let mut population = fake.opened().await;
    assert_eq!(population.close(at(30)).await.unwrap(), []);
    fake.add("canary", "c1", "200", &[], &[(35, 1.0), (52, 2.0), (69, 3.0)]);
    let error = population.close(at(70)).await.unwrap_err();
    let expected = "scraped every 17s; the shortest window that would do is 34s";
    assert!(
        matches!(&error, PopulationError::Refused(text) if text.contains(expected)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_value_that_no_counter_has_is_no_evidence() {
    let fake = FakePrometheus::start().await;
    fake.add(
        "canary",
        "c1",
        "200",
        &[],
        &[(-15, 1.0), (-5, 2.0), (5, f64::NAN), (35, 9.0)],
    );
    let mut population = fake.opened().await;
    assert_eq!(
        shown(&population.close(at(30)).await.unwrap(), Side::Canary),
        one("c1", 0, 0, true)
    );
    assert_eq!(
        shown(&population.close(at(60)).await.unwrap(), Side::Canary),
        one("c1", 7, 0, true)
    );
}

#[tokio::test]
async fn no_window_before_the_opening() {
    let fake = FakePrometheus::start().await;
    assert!(matches!(
        fake.population().close(at(30)).await,
        Err(PopulationError::Unavailable(_))
    ));
    assert_eq!(fake.population().settling(), Duration::from_secs(5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Scrapes that fail, calls that fail, windows of any length: the sum is always last minus first.
    #[test]
    fn windows_add_up(
        scrapes in prop::collection::vec((prop::bool::weighted(0.8), 0_u32..9), 20..60),
        calls in prop::collection::vec((1_i64..20, prop::bool::weighted(0.8)), 1..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (seen, expected) = runtime.block_on(async {
            let fake = FakePrometheus::start().await;
            let (mut value, mut samples) = (100.0, vec![(-20, 99.0), (-10, 100.0)]);
            for (index, (succeeds, requests)) in (0_i64..).zip(&scrapes) {
                value += f64::from(*requests);
                if *succeeds {
                    samples.push((5 + 10 * index, value));
                }
            }
            fake.add("canary", "c1", "200", &[], &samples);
            let mut population = fake.opened().await;
            let (mut now, mut seen) = (0, 0);
            for (windows, succeeds) in calls.iter().chain([&(1, true)]) {
                now += 30 * windows;
                fake.fail((!succeeds).then_some("requests"));
                seen += population.close(at(now)).await.map_or(0, |windows| windows.iter().map(|window| window.counts().total).sum());
            }
            let last = samples.iter().rev().find(|(at, _)| *at <= now).map_or(100.0, |(_, value)| *value);
            (seen, last - 100.0)
        });
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let seen = seen as f64;
        prop_assert!((seen - expected).abs() < 0.5, "{seen} for {expected}");
    }
}

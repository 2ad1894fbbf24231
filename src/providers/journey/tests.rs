//! Journeys inside of a run, with a paused clock and a function that answers.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serin_judge::analysis::plan::journey::Journey;
use serin_judge::analysis::{Documents, Inputs, Source};
use serin_judge::journey::{Arm, Credentials};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Data, Side, Window};

use super::{Compares, Feeds, JourneyMeasure, JourneyPopulation};
use crate::engine::journeys::{Budgets, Lasts, Pace, ProbeOrder, Shards, Target};
use crate::engine::ports::{
    ClientSettings, Clock, Measure, Population, PopulationError, Scripted, ScriptedProbe, Seen,
};

/// The runtime's time, from this instant on.
struct Paused(tokio::time::Instant);

const START: i64 = 1_800_000_000_000_000;

#[async_trait::async_trait]
impl Clock for Paused {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(START) + self.0.elapsed()
    }

    async fn sleep_until(&self, deadline: Timestamp) {
        tokio::time::sleep(deadline.since(self.now())).await;
    }
}

const SECOND: Duration = Duration::from_secs(1);

struct World {
    clock: Arc<Paused>,
    probe: ScriptedProbe,
    feeds: Feeds,
}

impl World {
    fn new(script: impl Fn(&Seen<'_>) -> Scripted + Send + Sync + 'static) -> Self {
        let clock = Arc::new(Paused(tokio::time::Instant::now()));
        let probe = ScriptedProbe::new(script);
        Self {
            feeds: Feeds::new(Arc::new(probe.clone()), Arc::clone(&clock) as Arc<dyn Clock>),
            clock,
            probe,
        }
    }

    async fn until(&self, at: Timestamp) {
        self.clock.sleep_until(at).await;
    }
}

fn journey(schedule: &str) -> Arc<Journey> {
    let text = format!(
        "apiVersion: serin.dev/v1\nkind: Journey\nmetadata: {{name: j}}\nspec:\n  schedule: {{{schedule}, jitter: 0}}\n  \
         timeout: 4s\n  steps:\n  - {{name: get, request: {{url: /}}}}\n  finally:\n    timeout: 1s\n    steps:\n    \
         - {{name: remove, request: {{url: /remove}}}}\n"
    );
    let (documents, _) = Documents::read(vec![Source::new("j.yaml", &text)]);
    Arc::new(documents.journey(None, &Inputs::default()).unwrap().0)
}

fn order(journey: &Arc<Journey>, arms: &[(Arm, &str)]) -> ProbeOrder {
    ProbeOrder {
        journey: Arc::clone(journey),
        targets: arms
            .iter()
            .map(|(arm, url)| Target {
                arm: *arm,
                url: (*url).to_owned(),
            })
            .collect(),
        client: ClientSettings::default(),
        credentials: Credentials::default(),
        pace: Pace::Scheduled,
        lasts: Lasts::UntilStopped,
        window: SECOND,
        aligned_to: None,
        seed: 7,
        shards: Shards::Here,
        budgets: Budgets::default(),
        keeps_totals: false,
    }
}

const BOTH: [(Arm, &str); 2] = [(Arm::Stable, "http://stable"), (Arm::Canary, "http://canary")];

fn errors(windows: &[Window], side: Side) -> (u64, u64) {
    let of_side = windows.iter().filter(|window| window.side == side);
    let counts = of_side.map(|window| match &window.data {
        Data::Errors(counts) => (counts.total, counts.bad),
        other => panic!("{other:?}"),
    });
    counts.fold((0, 0), |(total, bad), (more, worse)| (total + more, bad + worse))
}

#[tokio::test(start_paused = true)]
async fn windows_are_those_of_the_engine_and_runs_are_shared() {
    let world = World::new(|seen| match seen.request.uri.host() {
        Some("canary") if seen.request.uri.path() == "/" => Scripted::status(StatusCode::SERVICE_UNAVAILABLE),
        _ => Scripted::ok(""),
    });
    let journey = journey("interval: 100ms");
    let population =
        |name: &str, compares| JourneyPopulation::new(name, compares, order(&journey, &BOTH), &world.feeds);
    let mut failures = population("failures", Compares::Errors(None));
    let mut latency = population("latency", Compares::Latency(Some(0)));
    let start = world.clock.now();
    let window = 10 * SECOND;
    failures.open(start, window).await.unwrap();
    latency.open(start, window).await.unwrap();
    let mut all = Vec::new();
    for number in 1..=3_u32 {
        let end = start + window * number;
        world.until(end).await;
        let windows = failures.close(end).await.unwrap();
        assert_eq!(windows.len(), 2);
        assert!(
            windows
                .iter()
                .all(|found| found.end == end && !found.flags.overloaded),
            "{windows:?}"
        );
        assert!(
            windows.iter().all(|found| found.start == end - window),
            "{windows:?}"
        );
        let of_latency = latency.close(end).await.unwrap();
        let Data::Latency(latencies) = &of_latency[0].data else {
            panic!("{of_latency:?}")
        };
        assert_eq!(latencies.histogram.total(), errors(&windows, Side::Stable).0);
        all.extend(windows);
    }
    assert_eq!(
        (errors(&all, Side::Stable), errors(&all, Side::Canary)),
        ((300, 0), (300, 300))
    );
    // 300 pairs of runs with teardown: nothing was driven twice.
    assert!(
        (1200..1210).contains(&world.probe.asked()),
        "{}",
        world.probe.asked()
    );
    drop((failures, latency));
    world.feeds.ended().await;
    let asked = world.probe.asked();
    tokio::time::sleep(60 * SECOND).await;
    assert_eq!(world.probe.asked(), asked, "it ended with those who needed it");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_delays_a_window_and_loses_nothing() {
    let world = World::new(|seen| match (seen.request.uri.host(), seen.request.uri.path()) {
        (Some("canary"), "/") => Scripted::ok("").after(60 * SECOND),
        _ => Scripted::ok(""),
    });
    let journey = journey("interval: 500ms");
    let mut population = JourneyPopulation::new(
        "failures",
        Compares::Errors(Some(0)),
        order(&journey, &BOTH),
        &world.feeds,
    );
    let start = world.clock.now();
    population.open(start, SECOND).await.unwrap();
    let mut all = Vec::new();
    for number in 1..=10_u32 {
        let end = start + SECOND * number;
        world.until(end).await;
        all.extend(population.close(end).await.unwrap());
        let late = world.clock.now().since(end);
        assert!(late <= 6 * SECOND, "{late:?} is more than all limits of a run");
    }
    assert_eq!(
        (errors(&all, Side::Stable), errors(&all, Side::Canary)),
        ((20, 0), (20, 20))
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_closed_before_it_is_open_and_a_wrong_target_is_refused() {
    let world = World::new(|_| Scripted::ok(""));
    let journey = journey("interval: 1s");
    let mut population = JourneyPopulation::new(
        "failures",
        Compares::Errors(None),
        order(&journey, &BOTH),
        &world.feeds,
    );
    let early = population.close(world.clock.now()).await;
    assert!(matches!(early, Err(PopulationError::Unavailable(_))), "{early:?}");
    let nowhere = order(
        &journey,
        &[(Arm::Canary, "no url"), (Arm::Stable, "http://stable")],
    );
    let mut population = JourneyPopulation::new("failures", Compares::Errors(None), nowhere, &world.feeds);
    let refused = population.open(world.clock.now(), SECOND).await;
    assert!(matches!(refused, Err(PopulationError::Refused(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_metric_tells_of_all_runs_since_the_last_time() {
    let world = World::new(|seen| Scripted::ok("").after(Duration::from_millis(10 + seen.number % 7)));
    let journey = journey("interval: 1s");
    let measure = JourneyMeasure::new(order(&journey, &BOTH[..1]), 2, &world.feeds);
    let mut runs = Vec::new();
    for _ in 0..4 {
        let reading = measure.measure(world.clock.now()).await.unwrap();
        let value: serde_json::Value = serde_json::from_str(&reading.text).unwrap();
        assert_eq!(value["failed"], 0, "{value}");
        assert!(
            value["steps"]["get"]["p99Ms"].as_f64().unwrap() >= 10.0,
            "{value}"
        );
        runs.push(value["runs"].as_u64().unwrap());
        tokio::time::sleep(30 * SECOND).await;
    }
    // Two that are begun for it, twice; then what the schedule has driven meanwhile.
    assert_eq!(runs[..2], [2, 2]);
    assert!(runs[2..].iter().all(|runs| (28..=32).contains(runs)), "{runs:?}");
}

#[tokio::test(start_paused = true)]
async fn a_metric_that_is_measured_once_drives_nothing_else() {
    let world = World::new(|_| Scripted::status(StatusCode::INTERNAL_SERVER_ERROR));
    let journey = journey("interval: 1s");
    let measure = JourneyMeasure::new(order(&journey, &BOTH[..1]), 1, &world.feeds);
    let reading = measure.measure(world.clock.now()).await.unwrap();
    let value: serde_json::Value = serde_json::from_str(&reading.text).unwrap();
    assert_eq!(
        (&value["failed"], &value["p50Ms"]),
        (&1.into(), &serde_json::Value::Null)
    );
    assert!(
        reading.metadata["example"].contains("500"),
        "{:?}",
        reading.metadata
    );
    tokio::time::sleep(60 * SECOND).await;
    assert_eq!(world.probe.asked(), 2, "the step and teardown");
}

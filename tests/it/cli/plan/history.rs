//! `serin plan --history`, with stores that a service has written.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serin::engine::ports::{Beginning, Begun, Finish, Journal, Record, RunRecord, RunRequest, Store};
use serin::store::SqliteStore;
use serin_judge::analysis::plan::Plan;
use serin_judge::histogram::Histogram;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{
    Counts, Data, Flags, Latencies, Look, RunIdentity, RunReport, RunState, Side, Verdict, Window,
};

use super::{ANALYSIS, LATENCIES, planned};
use crate::binary::{AT_ONCE, Ended, Files, run};

const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const DAY: u64 = 24 * 3600;
/// Requests a window of each of three instances of stable, and of the canary.
const STABLE: u64 = 600;
const CANARY: u64 = 200;

/// One earlier run: 60 windows of ten seconds.
struct Earlier {
    id: String,
    release: &'static str,
    days: u64,
    verdict: Verdict,
}

fn window(comparison: &str, side: Side, target: &str, end: Timestamp, data: Data) -> Window {
    Window {
        comparison: comparison.into(),
        side,
        target: target.into(),
        start: end - Duration::from_secs(10),
        end,
        data,
        flags: Flags::default(),
    }
}

/// Stable fails in 1 of 100; the canary in half of its requests, which nothing may be planned with.
fn look(end: Timestamp) -> Look {
    let slow = |fast: u64, slow: u64| {
        let histogram = Histogram::new(vec![(10.0, fast), (40.0, slow), (160.0, slow / 10)]).unwrap();
        Data::Latency(Latencies {
            histogram,
            timeouts: 0,
        })
    };
    let errors = |total, bad| Data::Errors(Counts { total, bad });
    let mut windows = Vec::new();
    for pod in ["a", "b", "c"] {
        windows.push(window(
            "error-rate",
            Side::Stable,
            pod,
            end,
            errors(STABLE, STABLE / 100),
        ));
        windows.push(window("request-latency", Side::Stable, pod, end, slow(500, 100)));
    }
    windows.push(window(
        "error-rate",
        Side::Canary,
        "d",
        end,
        errors(CANARY, CANARY / 2),
    ));
    windows.push(window("request-latency", Side::Canary, "d", end, slow(0, 200)));
    Look { at: end, windows }
}

async fn keep(store: &SqliteStore, run: &Earlier, analysis: &str) {
    let started_at = START + Duration::from_secs(run.days * DAY);
    let beginning = Beginning {
        run: RunRecord {
            id: run.id.clone(),
            analysis: analysis.to_owned(),
            release: run.release.to_owned(),
            stage: run.id.clone(),
            attempt: 1,
            started_at,
            request: RunRequest::default(),
            ..RunRecord::default()
        },
        ..Beginning::default()
    };
    assert_eq!(store.begin(&beginning).await, Ok(Begun::New));
    let looks: Vec<Record> = (1..=60)
        .map(|step| Record::Look {
            look: look(started_at + Duration::from_secs(10 * step)),
            unread: Vec::new(),
        })
        .collect();
    store.append(&run.id, 0, &looks).await.unwrap();
    let state = RunState::new(Arc::new(Plan::empty(analysis)), started_at);
    let identity = RunIdentity {
        id: run.id.clone(),
        ..RunIdentity::default()
    };
    let ended_at = started_at + Duration::from_secs(600);
    let report = Arc::new(RunReport {
        verdict: run.verdict,
        finished_at: Some(ended_at),
        ..state.report(&identity, ended_at)
    });
    let finish = Finish {
        report,
        deliveries: Vec::new(),
        expires_at: None,
    };
    store.finish(&run.id, &finish).await.unwrap();
}

fn earlier(id: &str, release: &'static str, days: u64, verdict: Verdict) -> Earlier {
    Earlier {
        id: id.to_owned(),
        release,
        days,
        verdict,
    }
}

/// Eight releases in 49 days, one of them of two runs, and one of another service.
async fn stored(files: &Files) -> (SqliteStore, String) {
    let address = format!("sqlite://{}", files.folder().join("serin.db").display());
    let store = SqliteStore::open(&address).await.unwrap();
    let releases = [
        "api/1", "api/2", "api/3", "api/4", "api/5", "api/6", "api/7", "api/8",
    ];
    for (release, week) in releases.into_iter().zip(0..) {
        let verdict = if week == 3 {
            Verdict::Rollback
        } else {
            Verdict::Promote
        };
        let id = format!("r{week}");
        keep(&store, &earlier(&id, release, 7 * week, verdict), "api-canary").await;
    }
    let second = earlier("s0", "api/1", 1, Verdict::Inconclusive);
    keep(&store, &second, "api-canary").await;
    keep(&store, &earlier("x0", "web/1", 2, Verdict::Promote), "api-canary").await;
    keep(&store, &earlier("y0", "api/1", 2, Verdict::Promote), "another").await;
    (store, address)
}

fn both() -> String {
    format!("{ANALYSIS}{}", LATENCIES.trim_start_matches('\n'))
}

async fn with(arguments: &[&str]) -> Ended {
    planned(&both(), arguments).await
}

#[tokio::test]
async fn earlier_runs_tell_traffic_rates_and_how_often_there_is_a_release() {
    let files = Files::empty();
    // Open meanwhile, as a service has it.
    let (store, address) = stored(&files).await;
    let ended = with(&["--history", &address, "--service", "api", "--output", "json"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let found = ended.json();
    let per_second = (3 * STABLE + CANARY) as f64 / 10.0;
    assert_eq!(found["requestsPerSecond"], per_second);
    assert_eq!(found["canaryWeight"], 0.1);
    let [errors, latency] = [&found["comparisons"][0], &found["comparisons"][1]];
    assert_eq!(
        errors["errorRate"], 0.01,
        "the canary's failures are no part of it"
    );
    assert_eq!(
        (&latency["p50Ms"], &latency["p99Ms"]),
        (&10.0.into(), &160.0.into())
    );
    // Nine runs of ten minutes are an hour and a half of three instances that are alike.
    assert_eq!(errors["measuredDispersion"], 1.0, "{errors}");
    let history = &found["history"];
    for (name, expected) in [
        ("runs", 9),
        ("releases", 8),
        ("runsWithWindows", 9),
        ("promoted", 7),
        ("rolledBack", 1),
        ("inconclusive", 1),
    ] {
        assert_eq!(history[name], expected, "{name}: {history}");
    }
    assert_eq!(history["promotionAfter"], "10m0s");
    assert_eq!(history["releasesPerWeek"], 1.0);
    // Each of the nine runs for eight releases has its own error of 1 %.
    let yearly = found["falseRollbacksPerYear"].as_f64().unwrap();
    assert!(
        (yearly - 365.25 / 7.0 * 0.01 * 9.0 / 8.0).abs() < 1e-9,
        "{yearly}"
    );
    store.close().await;
}

#[tokio::test]
async fn people_see_where_it_comes_from_and_may_say_otherwise() {
    let files = Files::empty();
    let (store, address) = stored(&files).await;
    let human = with(&["--history", &address, "--service", "api"]).await.stdout;
    for part in [
        "the newest 9 of 9 runs for 8 releases",
        "7 promoted (median 10m0s)",
        "At 1 releases a week of 1.12 runs",
    ] {
        let joined = human.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(part), "{part}: {human}");
    }
    let said = with(&[
        "--history",
        &address,
        "--service",
        "api",
        "--rps",
        "50",
        "--error-rate",
        "3%",
        "--deploys-per-week",
        "20",
        "--canary-weight",
        "20%",
        "--output",
        "json",
    ])
    .await
    .json();
    assert_eq!(
        (
            &said["requestsPerSecond"],
            &said["comparisons"][0]["errorRate"],
            &said["canaryWeight"]
        ),
        (&50.0.into(), &0.03.into(), &0.2.into())
    );
    assert_eq!(said["deploysPerWeek"], 20.0);
    store.close().await;
}

#[tokio::test]
async fn the_settings_of_the_service_name_the_store_too() {
    let files = Files::empty();
    let (store, _address) = stored(&files).await;
    store.close().await;
    let settings = files.write(
        "serin.yaml",
        b"apiVersion: serin.dev/v1\nkind: Config\nspec: {store: {url: 'sqlite://serin.db'}}\n",
    );
    let ended = with(&["--history", &settings, "--service", "web", "--output", "json"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let found = ended.json();
    assert_eq!(found["history"]["runs"], 1);
    // One release tells nothing of how often they come.
    assert_eq!(
        (&found["history"]["releasesPerWeek"], &found["deploysPerWeek"]),
        (&Value::Null, &10.0.into())
    );
}

#[tokio::test]
async fn a_history_that_cannot_be_planned_with_says_why() {
    let files = Files::empty();
    let (store, address) = stored(&files).await;
    let other = ANALYSIS.replace("api-canary", "nobody");
    let text = files.write(
        "text.db",
        b"no database, but text that is long enough to be looked at as one: 0123456789 0123456789",
    );
    let text = format!("sqlite://{text}");
    let empty = format!("sqlite://{}", files.write("empty.db", b""));
    for (document, arguments, expected) in [
        (
            ANALYSIS,
            &["--history", &address][..],
            "has judged releases of \"api\", \"web\"; say one of them with --service",
        ),
        (
            ANALYSIS,
            &["--history", &address, "--service", "shop"],
            "no run of analysis \"api-canary\" for releases of \"shop\"",
        ),
        (&other, &["--history", &address], "no run of analysis \"nobody\""),
        (ANALYSIS, &["--history", &text], "cannot be opened"),
        (ANALYSIS, &["--history", &empty], "another program"),
    ] {
        let ended = planned(document, arguments).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
    }
    let later = START + Duration::from_secs(400 * DAY);
    let _gone = store.prune(Timestamp::from_micros(0), later, 1000).await.unwrap();
    let (_files, path) = Files::one(ANALYSIS);
    let ended = run(
        ["plan", &path, "--history", &address, "--service", "api"],
        AT_ONCE,
    )
    .await;
    assert!(
        ended.code == Some(2) && ended.stderr.contains("older than `retention.windows`"),
        "{ended:?}"
    );
    store.close().await;
}

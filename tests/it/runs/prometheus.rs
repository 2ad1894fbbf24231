//! A comparison of raw counters in a real Prometheus that scrapes the sample API.

use std::time::Duration;

use serde_json::Value;
use serin::demo::System;
use serin_judge::verdict::Side;

use super::contract;
use crate::binary::{Files, run, serin, start};
use crate::peers::prometheus::Prometheus;
use crate::peers::sample::{fail, scraped_twice, system, targets};

/// Where selectors of the analysis are changed: the counters of all requests of both sides, and of the bad ones.
const TOTAL: [&str; 2] = [
    "total: 'http_requests_total{track=\"canary\"}'",
    "total: 'http_requests_total{track=\"stable\"}'",
];
const BAD: &str = "code=~\"5..\"";

/// Deadline of the analysis, and what a busy machine takes on top.
const PATIENCE: Duration = Duration::from_secs(110);

fn analysis(prometheus: &Prometheus, window: &str) -> String {
    let side = |track: &str| {
        format!(
            r#"{{bad: 'http_requests_total{{track="{track}",code=~"5.."}}', total: 'http_requests_total{{track="{track}"}}', target: pod}}"#
        )
    };
    format!(
        r"apiVersion: serin.dev/v1
kind: Analysis
metadata: {{name: planning-api-canary}}
spec:
  metrics:
  - name: instances
    interval: 2s
    successCondition: result[0] == 5
    provider: {{prometheus: {{address: '{address}', query: sum(up)}}}}
  comparisons:
  - name: error-rate
    errors:
      prometheus:
        address: {address}
        canary: {canary}
        stable: {stable}
    tolerance: {{promote: 5, promoteAbsolute: 0.05}}
  verdict: {{window: {window}, burnIn: 2s, minimumDuration: 4s, minimumRequests: 50, dispersion: 1, deadline: 90s}}
",
        address = prometheus.address(),
        canary = side("canary"),
        stable = side("stable"),
    )
}

async fn scraped_system(interval: &str) -> (System, Prometheus) {
    let system = system(5, 150.0).await;
    let prometheus = Prometheus::start(interval, &targets(&system)).await;
    scraped_twice(&prometheus).await;
    (system, prometheus)
}

async fn verdict(canary_error_ratio: f64) -> (Option<i32>, Value) {
    let (system, prometheus) = scraped_system("500ms").await;
    fail(&system, Side::Canary, canary_error_ratio);
    let (_files, path) = Files::one(&analysis(&prometheus, "2s"));
    let ended = run(["run", &path, "--output", "json"], PATIENCE).await;
    system.stop().await;
    (ended.code, ended.json())
}

#[tokio::test]
async fn a_healthy_canary_is_promoted_and_a_failing_one_rolled_back() {
    let (healthy, failing) = tokio::join!(verdict(0.005), verdict(0.3));

    let (code, run) = healthy;
    contract::check(&run);
    assert_eq!((code, &run["verdict"]), (Some(0), &"promote".into()), "{run}");
    assert_eq!(run["phase"], "Successful");
    assert_eq!(
        run["reasons"],
        serde_json::json!(["non_inferiority_shown", "metrics_successful"])
    );
    let comparison = &run["comparisons"][0];
    assert_eq!(
        (&comparison["kind"], &comparison["decision"]),
        (&"errors".into(), &"noninferior".into())
    );
    assert_eq!(
        (&comparison["method"], &comparison["effectScale"]),
        (&"rate_ratio/2".into(), &"ratio".into())
    );
    assert!(comparison["nCanary"].as_u64().unwrap() >= 50, "{comparison}");
    let evidence = |name: &str| comparison["promotion"][name].as_f64().unwrap();
    assert!(evidence("eValue") >= evidence("threshold"), "{comparison}");
    assert!(run["metrics"][0]["measurements"][0]["value"] == "[5]", "{run}");

    let (code, run) = failing;
    contract::check(&run);
    assert_eq!((code, &run["verdict"]), (Some(1), &"rollback".into()), "{run}");
    assert_eq!(
        (&run["phase"], &run["reasons"][0]),
        (&"Failed".into(), &"regression_detected".into())
    );
    let comparison = &run["comparisons"][0];
    assert_eq!(comparison["decision"], "regressed");
    let number = |name: &str| comparison[name].as_f64().unwrap();
    assert!(number("eValueMax") >= number("threshold"), "{comparison}");
    let estimate = &comparison["estimate"];
    assert!(
        estimate == "+Inf" || estimate.as_f64().unwrap() > 5.0,
        "infinite while stable had no error at all: {comparison}"
    );
    let lower = comparison["interval"]["lower"].as_f64().unwrap();
    assert!(lower > 1.0, "{comparison}");
}

#[tokio::test]
async fn a_prometheus_that_dies_in_the_middle_ends_the_run_as_broken() {
    let (system, mut prometheus) = scraped_system("500ms").await;
    // So many requests are never judged within the deadline: only the death of Prometheus can end this run.
    let document = analysis(&prometheus, "2s").replace("minimumRequests: 50", "minimumRequests: 1000000");
    let (_files, path) = Files::one(&document);
    let running = start(serin(["run", &path]));
    running.says("  error-rate: canary").await;
    prometheus.kill();
    let ended = running.end(PATIENCE).await;
    system.stop().await;
    assert_eq!(ended.code, Some(4), "{ended:?}");
    for expected in [
        "INCONCLUSIVE",
        "provider_error",
        "in a row",
        "no connection",
        prometheus.address(),
    ] {
        assert!(
            ended.stdout.contains(expected),
            "{expected} is missing in {}",
            ended.stdout
        );
    }
}

#[tokio::test]
async fn a_window_shorter_than_two_scrapes_is_refused_before_anything_is_measured() {
    let (system, prometheus) = scraped_system("800ms").await;
    let (_files, path) = Files::one(&analysis(&prometheus, "1s"));
    for output in ["human", "json"] {
        let ended = run(["run", &path, "--output", output], PATIENCE).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        for expected in [
            "nothing was measured",
            "a window of 1s is shorter than two scrape intervals",
            "1.6",
        ] {
            assert!(
                ended.stderr.contains(expected),
                "{expected} is missing in {}",
                ended.stderr
            );
        }
    }
    system.stop().await;
}

#[tokio::test]
async fn counters_that_do_not_exist_are_missing_data_and_never_promoted() {
    let (system, prometheus) = scraped_system("500ms").await;
    // Too few requests would promote here.
    let hopeful =
        analysis(&prometheus, "2s").replace("deadline: 90s", "deadline: 20s, onInconclusive: promote");
    let without = |sides: &[usize], from: &str, to: &str| {
        sides.iter().fold(hopeful.clone(), |document, side| {
            let changed = document.replace(TOTAL[*side], &TOTAL[*side].replace(from, to));
            assert_ne!(changed, document);
            changed
        })
    };
    let (requests, request) = ("http_requests_total", "http_request_total");
    let missing = serde_json::json!(["missing_data", "deadline_reached"]);
    let no_baseline = serde_json::json!(["no_baseline", "deadline_reached"]);
    let cases = [
        ("canary", without(&[0], requests, request), &missing),
        ("stable", without(&[1], requests, request), &no_baseline),
        ("both", without(&[0, 1], requests, request), &missing),
        (
            "no such value",
            without(&[0], "=\"canary\"", "=\"canari\""),
            &missing,
        ),
        ("no such label", without(&[0], "track", "trak"), &missing),
    ];
    let runs = cases.map(|(name, document, reasons)| async move {
        let (_files, path) = Files::one(&document);
        let ended = run(["run", &path, "--output", "json"], PATIENCE).await;
        let run = ended.json();
        assert_eq!(
            (ended.code, &run["verdict"]),
            (Some(3), &"inconclusive".into()),
            "{name}: {run}"
        );
        assert_eq!(run["reasons"], *reasons, "{name}: {run}");
    });
    futures::future::join_all(runs).await;
    system.stop().await;
}

#[tokio::test]
async fn bad_requests_that_have_not_come_yet_are_none_and_a_mistyped_counter_of_them_is_refused() {
    let (system, prometheus) = scraped_system("500ms").await;
    let document = analysis(&prometheus, "2s");
    let none_yet = document.replace(BAD, "code=\"599\"");
    let mistyped = document.replace("bad: 'http_requests_total", "bad: 'http_request_total");
    assert!(none_yet != document && mistyped != document);
    let (_files, path) = Files::one(&none_yet);
    let ended = run(["run", &path, "--output", "json"], PATIENCE).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (_files, path) = Files::one(&mistyped);
    let ended = run(["run", &path], PATIENCE).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.stderr.contains("did you mean `http_requests_total`?"),
        "{ended:?}"
    );
    system.stop().await;
}

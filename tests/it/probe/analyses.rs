//! `serin run` and `serin validate` with analyses that drive journeys.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::{CHECKOUT, Manners, PATIENCE, Shop, files, shop};
use crate::binary::{Ended, repository, run};
use crate::peers::sample;

/// The journey beside an analysis with these fields.
fn documents(analysis: &str) -> String {
    let journey = CHECKOUT.replace("spec:\n", "spec:\n  schedule: {interval: 40ms, jitter: 0}\n");
    format!(
        "{journey}---\napiVersion: serin.dev/v1\nkind: Analysis\nmetadata: {{name: release}}\nspec:\n  \
         args: [{{name: canary}}, {{name: stable, value: ''}}]\n{analysis}"
    )
}

const METRIC: &str = r#"  metrics:
  - name: path
    interval: 500ms
    count: 4
    successCondition: result.failed == 0 && result.p95Ms < 60000 && result.steps.order.failed == 0
    provider: {journey: {name: checkout, target: "{{args.canary}}"}}
"#;

/// Both comparisons drive the same journey.
const COMPARISONS: &str = r#"  comparisons:
  - name: failures
    errors: {journey: {name: checkout, canary: "{{args.canary}}", stable: "{{args.stable}}"}}
    tolerance: {promote: 2.5, promoteAbsolute: 0.05}
  - name: latency
    latency: {journey: {name: checkout, step: items, canary: "{{args.canary}}", stable: "{{args.stable}}"}}
    tolerance: {rollback: 1.5, promote: 3}
  verdict: {window: 1s, burnIn: 2s, minimumDuration: 3s, minimumRequests: 20, deadline: 60s, dispersion: 1}
"#;

async fn analyse(documents: &str, canary: &Shop, stable: Option<&Shop>) -> Ended {
    let (_files, path) = files(documents);
    let canary = format!("canary={}", canary.address());
    let stable = format!("stable={}", stable.map_or("", Shop::address));
    run(
        [
            "run", &path, "--arg", &canary, "--arg", &stable, "--output", "json",
        ],
        PATIENCE,
    )
    .await
}

#[tokio::test]
async fn a_journey_is_a_metric() {
    let good = shop().await;
    let ended = analyse(&documents(METRIC), &good, None).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let run = ended.json();
    let measurements = run["metrics"][0]["measurements"].as_array().unwrap();
    assert_eq!(measurements.len(), 4, "{run}");
    let values: Vec<Value> = measurements
        .iter()
        .map(|measurement| serde_json::from_str(measurement["value"].as_str().unwrap()).unwrap())
        .collect();
    // The first two are asked for themselves; after that whatever the schedule has driven counts.
    assert_eq!(
        (&values[0]["runs"], &values[1]["runs"]),
        (&json!(1), &json!(1)),
        "{values:?}"
    );
    for value in &values {
        assert_eq!(
            (&value["failed"], &value["steps"]["order"]["failed"]),
            (&json!(0), &json!(0)),
            "{value}"
        );
        assert!(value["p95Ms"].as_f64().unwrap() > 0.0, "{value}");
        assert_eq!(value["runs"], value["passed"], "{value}");
    }
    // Test data is gone when the command ends; a run that was stopped tears down whatever it had come to.
    let (made, removed) = (
        good.count(&Method::POST, "/orders"),
        good.count(&Method::DELETE, "/orders/"),
    );
    assert!(made > 2 && removed >= made, "{made} made, {removed} removed");
}

#[tokio::test]
async fn a_journey_that_fails_fails_the_metric_and_says_why() {
    let bad = Shop::open(Manners {
        version: "v2",
        token: "t",
        order_status: Some(503),
        ..Manners::default()
    })
    .await;
    let ended = analyse(&documents(METRIC), &bad, None).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let run = ended.json();
    let measurement = &run["metrics"][0]["measurements"][0];
    assert_eq!(measurement["phase"], "Failed", "{run}");
    let value: Value = serde_json::from_str(measurement["value"].as_str().unwrap()).unwrap();
    assert_eq!(
        value["steps"]["order"]["failures"],
        json!({"status_mismatch": 1}),
        "{value}"
    );
    assert_eq!(
        (&value["p95Ms"], &value["steps"]["items"]["skipped"]),
        (&Value::Null, &json!(1)),
        "{value}"
    );
    let example = measurement["metadata"]["example"].as_str().unwrap();
    assert!(example.contains("expected 201, got 503"), "{example}");
}

#[tokio::test]
async fn nobody_there_is_a_failure_and_not_a_success() {
    let gone = shop().await;
    let text = documents(METRIC).replace("result.failed == 0", "result.passed > 0");
    let address = gone.address().to_owned();
    drop(gone);
    let (_files, path) = files(&text);
    let ended = run(["run", &path, "--arg", &format!("canary={address}")], PATIENCE).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
}

#[tokio::test]
async fn a_canary_that_fails_its_journey_is_rolled_back() {
    let stable = shop().await;
    let bad = Shop::open(Manners {
        version: "v2",
        token: "t",
        order_status: Some(503),
        ..Manners::default()
    })
    .await;
    let ended = analyse(&documents(COMPARISONS), &bad, Some(&stable)).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let run = ended.json();
    assert_eq!(run["reasons"][0], "regression_detected", "{run}");
    let failures = &run["comparisons"][0];
    assert_eq!(
        (&failures["name"], &failures["decision"]),
        (&json!("failures"), &json!("regressed")),
        "{failures}"
    );
    assert!(
        failures["eventsCanary"].as_u64() > failures["eventsStable"].as_u64(),
        "{failures}"
    );
    // Both comparisons share one set of runs, in pairs: both sides got as many.
    let (of_stable, of_canary) = (
        stable.count(&Method::POST, "/login"),
        bad.count(&Method::POST, "/login"),
    );
    assert!(of_stable.abs_diff(of_canary) <= 2, "{of_stable} and {of_canary}");
    assert_eq!(
        stable.count(&Method::DELETE, "/orders/"),
        of_stable,
        "teardown ends before the command does"
    );
}

#[tokio::test]
async fn a_canary_that_is_slower_is_rolled_back() {
    let stable = shop().await;
    let slow = Manners {
        version: "v2",
        token: "t",
        takes: Duration::from_millis(300),
        ..Manners::default()
    };
    let slow = Shop::open(slow).await;
    let ended = analyse(&documents(COMPARISONS), &slow, Some(&stable)).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let run = ended.json();
    let latency = &run["comparisons"][1];
    assert_eq!(
        (&latency["name"], &latency["decision"]),
        (&json!("latency"), &json!("regressed")),
        "{run}"
    );
}

#[tokio::test]
async fn the_ready_made_journey_drives_the_sample_api() {
    let system = sample::system(3, 20.0).await;
    let target = system.base_urls(serin_judge::verdict::Side::Stable).remove(0);
    let path = repository("analyses/planning-critical-path.yaml");
    let ended = run(
        ["probe", &path, "--target", &target, "--output", "json"],
        PATIENCE,
    )
    .await;
    let result = ended.json();
    // One answer in two hundred is bad by design.
    if ended.code != Some(0) {
        let again = run(
            [
                "probe", &path, "--target", &target, "--output", "json", "--rate", "5", "--for", "4s",
            ],
            PATIENCE,
        )
        .await;
        let runs = again.json()["journeys"][0]["arms"][0]["runs"].clone();
        assert!(
            runs["passed"].as_u64() > runs["failed"].as_u64(),
            "{result} {runs}"
        );
    }
    let validated = run(["validate", &path], PATIENCE).await;
    assert_eq!(validated.code, Some(0), "{validated:?}");
    for expected in [
        "Journey planning-critical-path\n",
        "Analysis planning-journey-canary\n",
    ] {
        assert!(
            validated.stdout.contains(expected),
            "{expected}: {}",
            validated.stdout
        );
    }
}

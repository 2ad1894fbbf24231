//! A fault of both sides, which is not the canary's.

use std::time::Duration;

use serin_judge::verdict::Side;

use super::contract;
use crate::binary::{Files, run};
use crate::peers::sample::{fail, system};

const PATIENCE: Duration = Duration::from_secs(50);

const ANALYSIS: &str = r#"apiVersion: serin.dev/v1
kind: Analysis
metadata: {name: guarded}
spec:
  args: [{name: canary}, {name: stable}, {name: health}]
  metrics:
  - name: canary-health
    interval: 1s
    guard: true
    successCondition: result.status == "healthy"
    provider: {web: {url: "{{args.health}}"}}
  comparisons:
  - name: error-rate
    errors:
      scrape:
        canary: "{{args.canary}}"
        stable: "{{args.stable}}"
        bad: 'http_requests_total{code=~"5.."}'
        total: http_requests_total
  verdict: {window: 1s, burnIn: 2s, minimumDuration: 3s, minimumRequests: 50, dispersion: 1, deadline: 15s}
"#;

/// Runs the analysis on the sample API after `change`.
async fn judged(change: impl FnOnce(&serin::demo::System)) -> (Option<i32>, serde_json::Value) {
    let system = system(3, 150.0).await;
    change(&system);
    let health = system.health_urls(Side::Canary).remove(0);
    // Bad from the first look of the guard on, or the comparison would be the first to see it.
    crate::peers::wait_for("both sides have had traffic", async || {
        (system.traffic().sent > 300).then_some(())
    })
    .await;
    let (_files, path) = Files::one(ANALYSIS);
    let canary = format!("canary={}", system.metrics_urls(Side::Canary).join(","));
    let stable = format!("stable={}", system.metrics_urls(Side::Stable).join(","));
    let health = format!("health={health}");
    let arguments = [
        "run", &path, "--arg", &canary, "--arg", &stable, "--arg", &health, "--output", "json",
    ];
    let ended = run(arguments, PATIENCE).await;
    system.stop().await;
    (ended.code, ended.json())
}

#[tokio::test]
async fn a_guard_acts_alone_and_waits_when_stable_fails_too() {
    let (shared, canary_only) = tokio::join!(
        judged(|system| {
            // Half of all: so much is beyond doubt in the first window already, whatever the traffic.
            for side in Side::BOTH {
                fail(system, side, 0.5);
            }
        }),
        judged(|system| fail(system, Side::Canary, 0.5)),
    );

    let (code, run) = shared;
    contract::check(&run);
    assert_eq!(
        (code, &run["verdict"]),
        (Some(3), &"inconclusive".into()),
        "{run}"
    );
    assert_eq!(run["reasons"][0], "stable_unhealthy", "{run}");
    let guard = &run["metrics"][0];
    assert_eq!(guard["failed"], 0, "no failure counts: {guard}");
    let measurements = guard["measurements"].as_array().unwrap();
    // The newest may still wait for a word about stable when the deadline comes.
    let (_newest, earlier) = measurements.split_last().unwrap();
    let failures: Vec<_> = earlier.iter().filter(|one| one["phase"] == "Failed").collect();
    assert!(failures.len() >= 3, "{guard}");
    assert!(
        failures
            .iter()
            .all(|one| one["message"] == "does not count: stable is unhealthy too"),
        "they are shown, and why they do not count: {guard}"
    );

    let (code, run) = canary_only;
    contract::check(&run);
    assert_eq!((code, &run["verdict"]), (Some(1), &"rollback".into()), "{run}");
    let reasons = run["reasons"].as_array().unwrap();
    assert!(
        reasons.contains(&"slo_guard".into()) || reasons.contains(&"regression_detected".into()),
        "{run}"
    );
}

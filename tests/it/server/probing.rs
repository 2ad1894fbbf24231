//! Journeys of runs: what they may ask for, and how they are paused.

use axum::http::Method;
use serde_json::json;

use super::rig::Service;
use crate::peers::shop::{Manners, Shop};
use crate::peers::wait_for;

const WATCH: &str = r#"apiVersion: serin.dev/v1
kind: Journey
metadata: {name: look}
spec:
  schedule: {interval: 20ms, jitter: 0}
  steps: [{name: items, request: {url: /items}}]
---
apiVersion: serin.dev/v1
kind: Analysis
metadata: {name: watch}
spec:
  args: [{name: url}]
  metrics:
  - name: look
    interval: 1s
    consecutiveErrorLimit: 1000
    successCondition: result.failed == 0
    provider: {journey: {name: look, target: "{{args.url}}"}}
"#;

async fn shop() -> Shop {
    Shop::open(Manners {
        version: "v1",
        token: "t",
        ..Manners::default()
    })
    .await
}

#[tokio::test]
async fn journeys_of_runs_are_paused_at_once_and_go_on() {
    let (service, shop) = (Service::start("").await, shop().await);
    service.files.write("analyses/watch.yaml", WATCH.as_bytes());
    let run = json!({"yaml": WATCH, "args": {"url": shop.address()}});
    let (status, run) = service.post("/api/v1/runs", &run).await;
    assert_eq!(status, 201, "{run}");
    let asked = || shop.count(&Method::GET, "/items");
    wait_for("a journey that is driven", async || (asked() > 20).then_some(())).await;
    let (status, state) = service.post("/api/v1/probing/pause", &json!({})).await;
    assert_eq!(
        (status.as_u16(), &state["paused"]),
        (200, &json!(true)),
        "{state}"
    );
    assert_eq!(state["underWay"], 1, "{state}");
    let (mut seen, mut looks) = (asked(), 0);
    wait_for("a time without requests", async || {
        looks = if asked() == seen { looks + 1 } else { 0 };
        seen = asked();
        (looks >= 25).then_some(())
    })
    .await;
    let path = format!("/api/v1/runs/{}", run["id"].as_str().unwrap());
    wait_for("a measurement that says why it has no value", async || {
        let (_, run) = service.get(&path).await;
        run.to_string().contains("probing is paused").then_some(())
    })
    .await;
    let (_, state) = service.get("/api/v1/probing").await;
    assert_eq!(state["paused"], true, "{state}");
    let (_, state) = service.post("/api/v1/probing/resume", &json!({})).await;
    assert_eq!(state["paused"], false, "{state}");
    wait_for("requests again", async || (asked() > seen + 20).then_some(())).await;
}

#[tokio::test]
async fn all_journeys_of_a_service_share_what_they_may_ask_for() {
    let budget = "probing: {budget: {perTarget: {requestsPerSecond: 5}}}";
    let (service, shop) = (Service::start(budget).await, shop().await);
    let begun = tokio::time::Instant::now();
    for _ in 0..3 {
        let run = json!({"yaml": WATCH, "args": {"url": shop.address()}});
        let (status, run) = service.post("/api/v1/runs", &run).await;
        assert_eq!(status, 201, "{run}");
    }
    let asked = || shop.count(&Method::GET, "/items");
    wait_for("ten requests", async || (asked() > 10).then_some(())).await;
    let most = 5.0 * (begun.elapsed().as_secs_f64() + 1.0) + 1.0;
    assert!((asked() as f64) <= most, "{} requests, at most {most}", asked());
}

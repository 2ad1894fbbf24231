//! The windows of a run, judged once more.

use std::fmt::Write as _;

use reqwest::Method;
use serde_json::{Value, json};

use super::rig::Service;
use crate::binary::{AT_ONCE, run};
use crate::peers::scripted::Scripted;

const ANALYSIS: &str = r#"apiVersion: serin.dev/v1
kind: Analysis
metadata: {name: compared}
spec:
  args: [{name: canary}, {name: stable}]
  comparisons:
  - name: error-rate
    errors:
      scrape:
        canary: "{{args.canary}}"
        stable: "{{args.stable}}"
        bad: 'http_requests_total{code="500"}'
        total: http_requests_total
    tolerance: {promote: 100, promoteAbsolute: 0.9}
  verdict: {window: 1s, burnIn: 1s, minimumDuration: 3s, minimumRequests: 1, dispersion: 1, deadline: 20s}
"#;

/// Counters that grow by 97 good requests and this many bad ones with each read.
async fn counters(bad: usize) -> Scripted {
    Scripted::start(move |read| {
        let mut text = "# TYPE http_requests_total counter\n".to_owned();
        for (code, each) in [(200, 97), (500, bad)] {
            writeln!(
                text,
                "http_requests_total{{code=\"{code}\"}} {}",
                each * (read + 1)
            )
            .unwrap();
        }
        (200, "text/plain; version=0.0.4", text)
    })
    .await
}

/// A run of these documents, until it has its verdict.
async fn ended(service: &Service, order: &Value) -> Value {
    let (status, started) = service.post("/api/v1/runs", order).await;
    assert_eq!(status, 201, "{started}");
    service.ended(started["id"].as_str().unwrap()).await
}

async fn stored_windows(service: &Service, run: &Value) -> String {
    let id = run["id"].as_str().unwrap();
    let response = service
        .request(Method::GET, &format!("/api/v1/runs/{id}/windows"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    response.text().await.unwrap()
}

/// What `serin compare --windows` says of stored windows has to be what is stored.
async fn judged_again(service: &Service, analysis: &str, sides: [&Scripted; 2], stored: &Value) -> Value {
    let text = stored_windows(service, stored).await;
    let windows = service.files.write("windows.ndjson", text.as_bytes());
    let [canary, stable] = sides.map(Scripted::address);
    let args = [format!("canary={canary}"), format!("stable={stable}")];
    let mut words = vec![
        "compare",
        "--windows",
        &windows,
        "--analysis",
        analysis,
        "--output",
        "json",
    ];
    words.extend(args.iter().flat_map(|arg| ["--arg", arg.as_str()]));
    let judged = run(words, AT_ONCE).await.json();
    let told = |run: &Value| {
        let parts = [
            "verdict",
            "reasons",
            "summary",
            "comparisons",
            "configHash",
            "finishedAt",
        ];
        parts.map(|part| run[part].clone())
    };
    assert_eq!(told(&judged), told(stored));
    judged
}

#[tokio::test]
async fn the_stored_windows_give_the_stored_verdict_bit_for_bit() {
    let service = Service::start("").await;
    let path = service.files.write("analyses/compared.yaml", ANALYSIS.as_bytes());
    for (bad, verdict) in [(0, "promote"), (40, "rollback")] {
        let (canary, stable) = (counters(bad).await, counters(1).await);
        let order =
            json!({"yaml": ANALYSIS, "args": {"canary": canary.address(), "stable": stable.address()}});
        let stored = ended(&service, &order).await;
        assert_eq!(stored["verdict"], verdict, "{stored}");
        judged_again(&service, &path, [&canary, &stable], &stored).await;
    }
}

#[tokio::test]
async fn windows_of_a_later_stage_come_with_those_that_it_carries_on() {
    let service = Service::start("").await;
    let carrying = ANALYSIS.replace("verdict: {", "verdict: {evidence: carry, ");
    for (yaml, carried) in [(carrying.as_str(), true), (ANALYSIS, false)] {
        let path = service.files.write("analyses/compared.yaml", yaml.as_bytes());
        let (canary, stable) = (counters(1).await, counters(1).await);
        let release = format!("r-{carried}");
        let mut lengths = Vec::new();
        for stage in ["10", "50"] {
            let order = json!({
                "yaml": yaml, "release": release, "stage": stage,
                "args": {"canary": canary.address(), "stable": stable.address()},
            });
            let stored = ended(&service, &order).await;
            assert_eq!(stored["verdict"], "promote", "{stored}");
            let judged = judged_again(&service, &path, [&canary, &stable], &stored).await;
            assert_eq!(judged["startedAt"], stored["startedAt"]);
            let windows = stored_windows(&service, &stored).await;
            assert_eq!(
                windows.contains(r#""stage":"10""#),
                carried && stage == "50",
                "{windows}"
            );
            lengths.push(windows.lines().count());
        }
        assert_eq!(lengths[1] > lengths[0] + 2, carried, "{lengths:?}");
    }
}

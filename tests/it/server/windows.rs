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

#[tokio::test]
async fn the_stored_windows_give_the_stored_verdict_bit_for_bit() {
    let service = Service::start("").await;
    let path = service.files.write("analyses/compared.yaml", ANALYSIS.as_bytes());
    for (bad, verdict) in [(0, "promote"), (40, "rollback")] {
        let (canary, stable) = (counters(bad).await, counters(1).await);
        let order =
            json!({"yaml": ANALYSIS, "args": {"canary": canary.address(), "stable": stable.address()}});
        let (status, started) = service.post("/api/v1/runs", &order).await;
        assert_eq!(status, 201, "{started}");
        let id = started["id"].as_str().unwrap();
        let stored = service.ended(id).await;
        assert_eq!(stored["verdict"], verdict, "{stored}");
        let response = service
            .request(Method::GET, &format!("/api/v1/runs/{id}/windows"))
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        let windows = service
            .files
            .write("windows.ndjson", response.text().await.unwrap().as_bytes());
        let (canary, stable) = (
            format!("canary={}", canary.address()),
            format!("stable={}", stable.address()),
        );
        let judged = run(
            [
                "compare",
                "--windows",
                &windows,
                "--analysis",
                &path,
                "--arg",
                &canary,
                "--arg",
                &stable,
                "--output",
                "json",
            ],
            AT_ONCE,
        )
        .await;
        let judged = judged.json();
        let at = |run: &Value| -> Vec<Value> {
            ["verdict", "reasons", "summary", "comparisons", "configHash"]
                .map(|part| run[part].clone())
                .into()
        };
        assert_eq!(at(&judged), at(&stored), "{verdict}");
        assert_eq!(judged["finishedAt"], stored["finishedAt"]);
    }
}

//! Kayenta's judge in an analysis, from recorded windows.

use serde_json::Value;

use crate::binary::{AT_ONCE, Ended, Files, run};

const ANALYSIS: &str = "apiVersion: serin.dev/v1
kind: Analysis
metadata: {name: from-spinnaker}
spec:
  ASKED
  comparisons:
  - name: error-rate
    errors: {scrape: {canary: 'http://c/metrics', stable: 'http://s/metrics', bad: b, total: t}}
    kayenta: {groups: [errors], direction: increase, critical: true}
  - name: cpu
    series: {scrape: {canary: 'http://c/metrics', stable: 'http://s/metrics', selector: cpu}}
    kayenta: {groups: [system], direction: increase}
  verdict: {burnIn: 0s, minimumDuration: 0s, deadline: 20m}
";

/// Twenty minutes of windows; errors vary with the window, and those of the canary by `factor` more.
fn windows(factor: u64) -> String {
    let mut text = String::new();
    for window in 1..=120_u64 {
        let at = format!("2026-05-04T12:{:02}:{:02}Z", window / 6, window % 6 * 10);
        let (canary, stable) = (factor * (2 + window * 7 % 2), 20 + window * 5 % 13);
        text.push_str(&format!(
            "{{\"at\":\"{at}\",\"seconds\":10,\"comparison\":\"error-rate\",\
             \"canary\":{{\"total\":100,\"bad\":{canary}}},\"stable\":{{\"total\":1000,\"bad\":{stable}}}}}\n\
             {{\"at\":\"{at}\",\"seconds\":10,\"comparison\":\"cpu\",\"canary\":{{\"value\":{}}},\"stable\":{{\"value\":{}}}}}\n",
            60 + window * 3 % 7,
            60 + window * 4 % 7
        ));
    }
    text
}

async fn judged(asked: &str, factor: u64, output: &str) -> Ended {
    let files = Files::empty();
    let analysis = files.write("analysis.yaml", ANALYSIS.replace("ASKED", asked).as_bytes());
    let windows = files.write("windows.ndjson", windows(factor).as_bytes());
    let arguments = [
        "compare",
        "--windows",
        &windows,
        "--analysis",
        &analysis,
        "--output",
        output,
    ];
    run(arguments, AT_ONCE).await
}

#[tokio::test]
async fn the_judge_of_an_analysis_can_be_kayenta() {
    for (factor, code, verdict, reason, score) in [
        (1, 0, "promote", "metrics_successful", 100.0),
        (3, 1, "rollback", "regression_detected", 0.0),
    ] {
        let ended = judged("judge: kayenta", factor, "json").await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let found = ended.json();
        assert_eq!(
            (&found["verdict"], &found["reasons"][0]),
            (&verdict.into(), &reason.into()),
            "{}",
            found["summary"]
        );
        let kayenta = &found["kayenta"];
        assert_eq!(
            (&kayenta["role"], &kayenta["score"]),
            (&"judge".into(), &score.into())
        );
        assert_eq!(kayenta["metrics"][1]["experiment"]["count"], 120);
        let human = judged("judge: kayenta", factor, "human").await;
        assert!(
            human
                .stdout
                .contains(&format!("judged by Kayenta: {}", verdict.to_uppercase())),
            "{}",
            human.stdout
        );
    }
}

#[tokio::test]
async fn both_verdicts_stand_side_by_side() {
    let alone = judged("judge: serin", 3, "json").await;
    assert_eq!(alone.code, Some(2), "settings that nobody asks for: {alone:?}");
    let ended = judged("shadow: kayenta", 3, "json").await;
    let found = ended.json();
    assert_eq!(
        (ended.code, &found["verdict"]),
        (Some(1), &"rollback".into()),
        "{found}"
    );
    assert_eq!(
        (&found["kayenta"]["role"], &found["kayenta"]["verdict"]),
        (&"shadow".into(), &"rollback".into())
    );
    assert_eq!(found["kayenta"]["metrics"][0]["classification"], "High");
    assert_eq!(found["kayenta"]["metrics"][0]["critical"], Value::Bool(true));
    let human = judged("shadow: kayenta", 3, "human").await.stdout;
    assert!(
        human.starts_with("ROLLBACK") && human.contains("Kayenta, in the shadow: ROLLBACK"),
        "{human}"
    );
    assert!(
        human.contains("error-rate") && human.contains("critical"),
        "{human}"
    );
    let junit = judged("shadow: kayenta", 3, "junit").await;
    assert_eq!(junit.code, Some(1), "{junit:?}");
}

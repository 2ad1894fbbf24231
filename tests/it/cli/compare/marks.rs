//! Recorded lines that say more than counts: stable from before the release, a control, stages.

use serde_json::Value;

use super::line;
use crate::binary::{AT_ONCE, Files, run};

/// The line with further fields.
fn marked(line: &str, fields: &str) -> String {
    line.replacen('{', &format!("{{{fields},"), 1)
}

async fn judged(lines: &[String], arguments: &[&str]) -> (Option<i32>, Value) {
    let (_files, path) = Files::one(&lines.join("\n"));
    let fixed = ["compare", "--windows", &path, "--output", "json"];
    let ended = run([&fixed, arguments].concat(), AT_ONCE).await;
    (ended.code, ended.json())
}

#[tokio::test]
async fn a_baseline_from_before_the_release_is_said_beside_the_verdict() {
    for (bad, code, reason) in [(50, 1, "regression_detected"), (5, 0, "non_inferiority_shown")] {
        let plain: Vec<String> = (1..=179)
            .map(|step| line(step, (1000, bad), (19_000, 95)))
            .collect();
        let before: Vec<String> = plain
            .iter()
            .map(|line| marked(line, r#""before":true"#))
            .collect();
        let (same_code, found) = judged(&before, &[]).await;
        assert_eq!(
            (same_code, &found["reasons"][0]),
            (Some(code), &reason.into()),
            "{found}"
        );
        let reasons = found["reasons"].as_array().unwrap();
        assert!(reasons.contains(&"unprotected_baseline".into()), "{found}");
        let remarks = found["comparisons"][0]["remarks"].as_array().unwrap();
        assert!(remarks.contains(&"unprotected_baseline".into()), "{found}");
        let (_code, protected) = judged(&plain, &[]).await;
        assert!(
            !protected["reasons"].to_string().contains("unprotected"),
            "{protected}"
        );
    }
}

#[tokio::test]
async fn a_control_calibrates_once_it_has_shown_enough() {
    // Too little traffic for a verdict. The control differs from stable in turns, minute by minute.
    let lines = |windows: u32| -> Vec<String> {
        (1..=windows)
            .map(|step| {
                let bad = if step / 12 % 2 == 0 { 4 } else { 0 };
                let plain = line(step, (20, 1), (20, 1));
                marked(&plain, &format!(r#""control":{{"total":20,"bad":{bad}}}"#))
            })
            .collect()
    };
    let (_code, found) = judged(&lines(40), &[]).await;
    assert_eq!(
        found["comparisons"][0]["dispersion"]["source"], "default",
        "{found}"
    );
    let (code, found) = judged(&lines(120), &[]).await;
    let dispersion = &found["comparisons"][0]["dispersion"];
    assert_eq!(
        (code, &dispersion["source"]),
        (Some(3), &"control".into()),
        "{found}"
    );
    assert!(dispersion["factor"].as_f64().unwrap() > 2.0, "{found}");
    let n_stable = found["comparisons"][0]["nStable"].as_u64().unwrap();
    assert!(n_stable <= 120 * 20, "the control is no part of stable: {found}");
}

#[tokio::test]
async fn stages_are_judged_by_themselves_or_carried_on() {
    let analysis = |evidence: &str| {
        format!(
            "apiVersion: serin.dev/v1
kind: Analysis
metadata: {{name: staged}}
spec:
  comparisons:
  - name: error-rate
    errors: {{scrape: {{canary: 'http://c/metrics', stable: 'http://s/metrics', bad: b, total: t}}}}
  verdict: {{evidence: {evidence}, dispersion: 1}}
"
        )
    };
    // Ten minutes of each stage: too short for a promotion by itself.
    let lines: Vec<String> = (1..=120)
        .map(|step| {
            let stage = if step <= 60 { "10" } else { "50" };
            marked(
                &line(step, (150, u64::from(step % 4 == 0) * 3), (1350, 7)),
                &format!(r#""stage":"{stage}""#),
            )
        })
        .collect();
    let mut requests = Vec::new();
    for evidence in ["carry", "restart"] {
        let (_document, path) = Files::one(&analysis(evidence));
        let (_code, found) = judged(&lines, &["--analysis", &path]).await;
        assert_eq!(found["startedAt"], "2026-05-04T12:10:00Z", "{evidence}: {found}");
        requests.push(found["comparisons"][0]["nCanary"].as_u64().unwrap());
    }
    // A stage's burn-in of two minutes is not judged.
    assert!(requests[0] > 48 * 150 && requests[1] <= 48 * 150, "{requests:?}");
    let mut again = lines.clone();
    again.push(lines[0].replace("12:00:10", "12:30:00"));
    let (_files, path) = Files::one(&again.join("\n"));
    let ended = run(["compare", "--windows", &path], AT_ONCE).await;
    assert!(
        ended.code == Some(2)
            && ended.stderr.contains(":121: ")
            && ended.stderr.contains("stage \"10\" again"),
        "{ended:?}"
    );
}

//! `serin compare --windows`: recorded releases as files.

use serde_json::Value;

use crate::binary::{AT_ONCE, Files, run};

fn line(step: u32, canary: (u64, u64), stable: (u64, u64)) -> String {
    let at = format!("2026-05-04T12:{:02}:{:02}Z", step / 6, step % 6 * 10);
    format!(
        r#"{{"at":"{at}","seconds":10,"comparison":"error-rate","canary":{{"total":{},"bad":{}}},"stable":{{"total":{},"bad":{}}}}}"#,
        canary.0, canary.1, stable.0, stable.1
    )
}

fn recording(windows: u32, canary: (u64, u64)) -> String {
    let lines: Vec<String> = (1..=windows)
        .map(|step| line(step, canary, (19_000, 95)))
        .collect();
    lines.join("\n")
}

#[tokio::test]
async fn the_exit_code_is_the_verdict() {
    for (windows, canary, code, verdict) in [
        (179, (1000, 5), 0, "promote"),
        (179, (1000, 50), 1, "rollback"),
        (20, (1000, 5), 3, "inconclusive"),
    ] {
        let (_files, path) = Files::one(&recording(windows, canary));
        for output in ["human", "json", "junit"] {
            let ended = run(["compare", "--windows", &path, "--output", output], AT_ONCE).await;
            assert_eq!(ended.code, Some(code), "{verdict}, {output}: {ended:?}");
        }
        let json = run(["compare", "--windows", &path, "--output", "json"], AT_ONCE)
            .await
            .json();
        assert_eq!(json["verdict"], verdict);
        assert_eq!(json["comparisons"][0]["kind"], "errors");
        assert_eq!(json["metrics"], Value::Array(Vec::new()));
        assert!(json["at"].is_string() && json["looks"].is_u64() && json["canaryRequests"].is_u64());
    }
}

#[tokio::test]
async fn an_analysis_gives_the_rules() {
    let analysis = "apiVersion: serin.dev/v1
kind: Analysis
metadata: {name: tolerant}
spec:
  comparisons:
  - name: error-rate
    errors: {scrape: {canary: 'http://c/metrics', stable: 'http://s/metrics', bad: b, total: t}}
    tolerance: {rollback: 20, promote: 30}
";
    let (_document, analysis) = Files::one(analysis);
    let (_windows, path) = Files::one(&recording(179, (1000, 50)));
    let ended = run(
        [
            "compare",
            "--windows",
            &path,
            "--analysis",
            &analysis,
            "--output",
            "json",
        ],
        AT_ONCE,
    )
    .await;
    assert_eq!(
        ended.json()["verdict"],
        "promote",
        "ten times the errors are tolerated: {ended:?}"
    );
    let (_other, other) = Files::one(&recording(3, (10, 0)).replace("error-rate", "logins"));
    let ended = run(["compare", "--windows", &other, "--analysis", &analysis], AT_ONCE).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("comparison \"logins\"") && ended.stderr.contains("\"error-rate\" (errors)"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn a_line_that_cannot_be_right_is_named_with_its_file() {
    let text = recording(30, (1000, 5)) + "\n" + &line(31, (10, 11), (19_000, 95));
    let (_files, path) = Files::one(&text);
    let ended = run(["compare", "--windows", &path], AT_ONCE).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains(":31: canary: 11 bad requests of 10; expected at most"),
        "{}",
        ended.stderr
    );
    let empty = run(["compare", "--windows", "/dev/null"], AT_ONCE).await;
    assert_eq!(empty.code, Some(2));
}

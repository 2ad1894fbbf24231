//! `serin compare --windows`: recorded releases as files.

mod marks;

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

/// One line a target, in turns of ten seconds.
fn of_target(step: u32, target: &str, side: &str, (total, bad): (u64, u64)) -> String {
    let at = format!("2026-05-04T12:{:02}:{:02}Z", step / 6, step % 6 * 10);
    format!(
        r#"{{"at":"{at}","seconds":10,"comparison":"error-rate","target":"{target}","{side}":{{"total":{total},"bad":{bad}}}}}"#
    )
}

#[tokio::test]
async fn one_bad_pod_is_suspected_and_named() {
    let lines: Vec<String> = (1..=60)
        .flat_map(|step| {
            [
                of_target(step, "canary-1", "canary", (300, 1)),
                of_target(step, "canary-2", "canary", (300, 40)),
                of_target(step, "canary-3", "canary", (300, 2)),
                of_target(step, "stable-1", "stable", (9000, 45)),
            ]
        })
        .collect();
    let (_files, path) = Files::one(&lines.join("\n"));
    let ended = run(["compare", "--windows", &path, "--output", "json"], AT_ONCE).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let json = ended.json();
    assert_eq!(json["verdict"], "inconclusive");
    assert_eq!(json["reasons"][0], "suspect_pod");
    assert!(
        json["summary"].as_str().unwrap().contains("\"canary-2\""),
        "{}",
        json["summary"]
    );
    let remarks = json["comparisons"][0]["remarks"].as_array().unwrap();
    assert!(remarks.contains(&"suspect_pod".into()), "{json}");
    let (_files, path) = Files::one(
        &lines
            .join("\n")
            .replace(r#""bad":1}"#, r#""bad":35}"#)
            .replace(r#""bad":2}"#, r#""bad":41}"#),
    );
    let ended = run(["compare", "--windows", &path], AT_ONCE).await;
    assert_eq!(ended.code, Some(1), "bad on all of its pods: {ended:?}");
}

#[tokio::test]
async fn traffic_that_is_split_otherwise_is_a_mismatch() {
    let analysis = |weight: u32| {
        format!(
            "apiVersion: serin.dev/v1
kind: Analysis
metadata: {{name: split}}
spec:
  args: [{{name: weight, value: '{weight}'}}]
  comparisons:
  - name: error-rate
    errors: {{scrape: {{canary: 'http://c/metrics', stable: 'http://s/metrics', bad: b, total: t}}}}
    trafficSplit: {{canaryWeight: '{{{{args.weight}}}}'}}
"
        )
    };
    let (_windows, path) = Files::one(&recording(179, (1000, 5)));
    for (weight, code, verdict) in [(5, 0, "promote"), (10, 3, "inconclusive")] {
        let (_document, analysis) = Files::one(&analysis(weight));
        let arguments = [
            "compare",
            "--windows",
            &path,
            "--analysis",
            &analysis,
            "--output",
            "json",
        ];
        let ended = run(arguments, AT_ONCE).await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let json = ended.json();
        assert_eq!(json["verdict"], verdict);
        let split = &json["comparisons"][0]["trafficSplit"];
        assert_eq!(
            (&split["expected"], &split["observed"]),
            (&(f64::from(weight) / 100.0).into(), &0.05.into())
        );
        let reasons: Vec<&str> = json["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(
            reasons.contains(&"traffic_split_mismatch"),
            weight == 10,
            "{reasons:?}"
        );
    }
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

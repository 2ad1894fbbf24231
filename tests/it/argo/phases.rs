//! Argo's four phases as exit codes and reports, from a web server that answers by a script.

use super::xml;
use crate::binary::{AT_ONCE, Ended, Files, run};
use crate::peers::scripted::Scripted;

fn template(address: &str) -> String {
    format!(
        r#"apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {{name: orders}}
spec:
  metrics:
  - name: orders
    interval: 1s
    count: 2
    consecutiveErrorLimit: 0
    successCondition: result.state == "good"
    failureCondition: result.state == "bad"
    provider:
      web:
        url: {address}/orders
        jsonPath: "{{$.data}}"
"#
    )
}

async fn answered(bodies: &[&str], output: &str) -> Ended {
    let server = Scripted::json(bodies).await;
    let (_files, path) = Files::one(&template(server.address()));
    run(["run", &path, "--output", output], AT_ONCE).await
}

const GOOD: &str = r#"{"data": {"state": "good"}}"#;
const BAD: &str = r#"{"data": {"state": "bad"}}"#;
const UNKNOWN: &str = r#"{"data": {"state": "unknown"}}"#;
const NO_DATA: &str = r#"{"error": "no such order"}"#;

/// The answers; exit code, verdict, phase, reason; the summary.
type Case = (&'static [&'static str], (i32, [&'static str; 3]), &'static str);

const CASES: [Case; 4] = [
    (
        &[GOOD, GOOD],
        (0, ["promote", "Successful", "metrics_successful"]),
        "Every metric ended Successful.",
    ),
    (
        &[GOOD, BAD],
        (1, ["rollback", "Failed", "metric_failed"]),
        "Metric \"orders\" assessed Failed due to failed (1) > failureLimit (0).",
    ),
    (
        &[GOOD, UNKNOWN],
        (3, ["inconclusive", "Inconclusive", "metric_inconclusive"]),
        "Metric \"orders\" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0).",
    ),
    (
        &[GOOD, NO_DATA],
        (4, ["inconclusive", "Error", "provider_error"]),
        "Metric \"orders\" assessed Error due to consecutiveErrors (1) > consecutiveErrorLimit (0)",
    ),
];

#[tokio::test]
async fn each_phase_has_its_exit_code_and_its_json() {
    for (bodies, (code, words), summary) in CASES {
        let ended = answered(bodies, "json").await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let json = ended.json();
        let seen = [&json["verdict"], &json["phase"], &json["reasons"][0]];
        assert_eq!(seen, words, "{json}");
        assert!(json["summary"].as_str().unwrap().starts_with(summary), "{json}");
        assert_eq!(
            json["metrics"][0]["measurements"].as_array().unwrap().len(),
            2,
            "{json}"
        );
    }
}

#[tokio::test]
async fn each_phase_is_told_to_people_with_the_value_that_decided() {
    for ((bodies, (code, [verdict, phase, reason]), _), value) in CASES.into_iter().zip([
        r#"{"state":"good"}"#,
        r#"{"state":"bad"}"#,
        r#"{"state":"unknown"}"#,
        "data is not found",
    ]) {
        let ended = answered(bodies, "human").await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        for expected in [&verdict.to_uppercase(), phase, reason, value] {
            assert!(
                ended.stdout.contains(expected),
                "{expected} is missing in {}",
                ended.stdout
            );
        }
        let is_explained = ended.stdout.contains("^^^^");
        let has_a_condition = [1, 3].contains(&code);
        assert_eq!(
            is_explained, has_a_condition,
            "the part that decided is underlined: {}",
            ended.stdout
        );
    }
}

#[tokio::test]
async fn each_phase_is_a_junit_document() {
    for ((bodies, (code, [verdict, ..]), summary), children) in CASES.into_iter().zip([
        &[][..],
        &["failure", "failure"],
        &["skipped", "error"],
        &["error", "error"],
    ]) {
        let ended = answered(bodies, "junit").await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let elements = xml::elements(&ended.stdout);
        assert_eq!(elements[0].name, "testsuite");
        assert_eq!(elements[0].attributes["tests"], "2");
        let cases: Vec<&str> = elements
            .iter()
            .filter(|element| element.name == "testcase")
            .map(|case| case.attributes["name"].as_str())
            .collect();
        assert_eq!(cases, ["orders", verdict]);
        let outcomes: Vec<_> = elements[1..]
            .iter()
            .filter(|element| element.name != "testcase")
            .collect();
        let names: Vec<&str> = outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
        assert_eq!(names, children, "{}", ended.stdout);
        if let Some(last) = outcomes.last() {
            assert!(
                last.attributes["message"].starts_with(summary),
                "{}",
                ended.stdout
            );
        }
    }
}

#[tokio::test]
async fn whatever_a_server_says_junit_stays_well_formed() {
    for text in [
        "<&>\\\"'",
        "]]>",
        "a\\nb\\u0000\\u001b[31m",
        "\\uffff\\ufffe",
        "\\ud83d\\ude00",
    ] {
        let body = format!(r#"{{"data": "{text}"}}"#);
        let ended = answered(&[&body], "junit").await;
        assert_eq!(ended.code, Some(4), "a member of a string: {ended:?}");
        let elements = xml::elements(&ended.stdout);
        assert_eq!(elements[0].attributes["errors"], "2", "{}", ended.stdout);
    }
}

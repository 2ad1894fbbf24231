//! `serin test`: Argo's cases and the ready-made analyses through the binary, and what is said of tests that fail.

use std::fs;

use crate::argo::xml;
use crate::binary::{AT_ONCE, Files, repository, run, serin, start};

#[tokio::test]
async fn argos_cases_pass() {
    let ended = run(["test", &repository("tests/argo"), "--output", "json"], AT_ONCE).await;
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    let json = ended.json();
    assert!(json["passed"].as_u64().unwrap() >= 230, "{}", json["passed"]);
    assert_eq!(json["files"].as_array().unwrap().len(), 9);
}

#[tokio::test]
async fn ready_made_analyses_have_tests_that_exercise_all_of_them() {
    let folders = [repository("analyses"), repository("analyses/argo")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path().to_str().unwrap().to_owned());
    let mut analyses = 0;
    for path in paths {
        if let Some(analysis) = path.strip_suffix(".yaml").filter(|path| !path.ends_with(".test")) {
            assert!(
                fs::exists(format!("{analysis}.test.yaml")).unwrap(),
                "{analysis} has no tests"
            );
            analyses += 1;
        }
    }
    assert!(analyses >= 4, "{analyses}");
    let ended = run(
        ["test", &repository("analyses"), "--coverage", "--output", "json"],
        AT_ONCE,
    )
    .await;
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    let json = ended.json();
    for analysis in json["coverage"].as_array().unwrap() {
        assert_eq!(analysis["never"], serde_json::json!([]), "{analysis}");
    }
}

const ANALYSIS: &str = "apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: rate}
spec:
  metrics:
  - name: rate
    interval: 60s
    count: 3
    failureLimit: 1
    successCondition: result[0] >= 0.95
    provider: {prometheus: {address: 'http://p:9090', query: up}}
";

const TESTS: &str = "analyses: [analysis.yaml]
tests:
- name: good
  metrics: {rate: [{value: [0.99]}]}
  expect: {phase: Successful}
- name: bad
  metrics: {rate: [{value: [0.9], took: 2s}]}
  expect: {phase: Successful, at: 2m6s}
";

fn written(tests: &str) -> (Files, String) {
    let files = Files::empty();
    let _analysis = files.write("analysis.yaml", ANALYSIS.as_bytes());
    let path = files.write("rate.test.yaml", tests.as_bytes());
    (files, path)
}

#[tokio::test]
async fn a_failure_shows_expected_against_got_and_the_timeline() {
    let (files, path) = written(TESTS);
    let ended = run(["test", &path], AT_ONCE).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""), "{ended:?}");
    let lines: Vec<&str> = ended.stdout.lines().map(str::trim).collect();
    let at = lines
        .iter()
        .position(|line| line.ends_with("rate.test.yaml:6: bad"))
        .unwrap();
    assert_eq!(
        lines[at + 1..at + 9],
        [
            "phase",
            "expected  Successful",
            "got       Failed",
            "at",
            "expected  2m6s",
            "got       1m4s",
            "2s    rate  [0.9]  Failed  1 failed  -> Running",
            "1m4s  rate  [0.9]  Failed  2 failed  -> Failed",
        ]
    );
    assert_eq!(lines.last(), Some(&"1 passed, 1 failed"));

    let folder = files.folder().to_str().unwrap();
    let json = run(["test", folder, "--output", "json"], AT_ONCE).await.json();
    let test = &json["files"][0]["tests"][1];
    assert_eq!((&test["line"], &test["passed"]), (&6.into(), &false.into()));
    assert_eq!(test["timeline"]["beginning"][1]["at"], "1m4s");
    assert_eq!(test["run"]["metrics"][0]["failed"], 2);

    let junit = run(["test", folder, "--output", "junit"], AT_ONCE).await;
    assert_eq!(junit.code, Some(1));
    let elements = xml::elements(&junit.stdout);
    assert_eq!(
        (
            &*elements[1].attributes["tests"],
            &*elements[1].attributes["failures"]
        ),
        ("2", "1")
    );
    assert!(
        elements[4].attributes["message"].contains("got       Failed"),
        "{elements:?}"
    );
}

#[tokio::test]
async fn a_filter_picks_tests_by_their_names() {
    let (_files, path) = written(TESTS);
    for (filter, code, said) in [("goo", 0, "1 passed, 0 failed"), ("bad", 1, "0 passed, 1 failed")] {
        let ended = run(["test", &path, "--filter", filter], AT_ONCE).await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(ended.stdout.contains(said), "{ended:?}");
    }
    let ended = run(["test", &path, "--filter", "ugly"], AT_ONCE).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.stderr.contains("no test has `ugly` in its name"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_file_that_is_not_valid_is_shown_with_its_place_and_nothing_of_it_is_run() {
    let cases = [
        (
            TESTS.replace("value: [0.99]", "valeu: [0.99]"),
            ":4:",
            "unknown field `valeu`",
        ),
        (
            TESTS.replace("{rate: [{value: [0.99]", "{rat: [{value: [0.99]"),
            ":4:",
            "no metric `rat`",
        ),
        (
            TESTS.replace("analysis.yaml", "nothing.yaml"),
            ":1:",
            "nothing.yaml",
        ),
        (
            TESTS.replace("expect: {phase: Successful}", "expect: {phase: Good}"),
            ":5:",
            "Good",
        ),
        (TESTS.replace("tests:", "tests"), ":", "broken YAML"),
    ];
    for (tests, place, found) in cases {
        let (_files, path) = written(&tests);
        let ended = run(["test", &path], AT_ONCE).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        let (place, caret) = (format!("rate.test.yaml{place}"), "^");
        for text in [&*place, found, caret] {
            assert!(
                ended.stderr.contains(text),
                "{text} is missing in {}",
                ended.stderr
            );
        }
        let json = run(["test", &path, "--output", "json"], AT_ONCE).await;
        assert_eq!(json.code, Some(2));
        assert!(
            json.json()["files"][0]["errors"][0]["line"].as_u64().is_some(),
            "{json:?}"
        );
    }
}

#[tokio::test]
async fn where_there_is_nothing_to_test() {
    let files = Files::empty();
    for path in [files.folder().to_str().unwrap(), "/no/such/folder"] {
        let ended = run(["test", path], AT_ONCE).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.stderr.contains(path), "{ended:?}");
    }
}

#[tokio::test]
async fn watching_tests_again_when_an_analysis_changes() {
    let (files, path) = written(TESTS);
    let running = start(serin(["test", &path, "--watch"]));
    running.says("1 passed, 1 failed").await;
    running.says("watching 2 files").await;
    let _analysis = files.write("analysis.yaml", ANALYSIS.replace("0.95", "0.5").as_bytes());
    running.says("2 passed, 0 failed").await;
    running.signal("TERM").await;
    let ended = running.end(AT_ONCE).await;
    assert_ne!(ended.code, Some(0), "interrupted");
}

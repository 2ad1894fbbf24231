//! `serin stats verify` and `serin stats kayenta`.

use std::fs;

use serde_json::{Value, json};

use crate::binary::{AT_ONCE, Ended, Files, repository, run, run_with_input};

const CASES: &str = "judge/tests/data/stat_cases.json";
const CANARIES: &str = "judge/tests/data/kayenta_cases.ndjson";

async fn verify(arguments: &[&str]) -> Ended {
    run(["stats", "verify"].iter().chain(arguments), AT_ONCE).await
}

fn document() -> Value {
    serde_json::from_str(&fs::read_to_string(repository(CASES)).unwrap()).unwrap()
}

/// The reference file after a change to its cases.
fn changed(change: impl FnOnce(&mut Vec<Value>)) -> (Files, String) {
    let mut document = document();
    change(document["cases"].as_array_mut().unwrap());
    document["count"] = document["cases"].as_array().unwrap().len().into();
    Files::one(&document.to_string())
}

#[tokio::test]
async fn all_reference_cases_pass() {
    let ended = verify(&[&repository(CASES)]).await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "84 passed, 0 failed\n"),
        "{ended:?}"
    );
    let ended = verify(&[&repository(CASES), &repository(CASES), "--output", "json"]).await;
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.json(), json!({"passed": 168, "failed": 0, "cases": []}));
}

/// Every number that a case expects, by its place: each is planted wrong once.
fn planted(document: &Value) -> Vec<(usize, String)> {
    let mut places = Vec::new();
    for (index, case) in document["cases"].as_array().unwrap().iter().enumerate() {
        for (field, expected) in case["expected"].as_object().unwrap() {
            match expected.as_array() {
                None => places.push((index, format!("/expected/{field}"))),
                Some(list) => {
                    places.extend((0..list.len()).map(|at| (index, format!("/expected/{field}/{at}"))))
                }
            }
        }
    }
    places
}

#[tokio::test]
async fn every_planted_wrong_value_is_found() {
    let (mut document, places) = (document(), planted(&document()));
    assert!(places.len() > 200, "{}", places.len());
    // One file with a copy of the case for each of its numbers, that one a hundredth off.
    let copies: Vec<Value> = places
        .iter()
        .map(|(index, pointer)| {
            let mut case = document["cases"][index].clone();
            let number = case.pointer_mut(pointer).unwrap();
            let right = number.as_f64().unwrap();
            *number = json!(right + 0.01 * right.abs().max(1e-6));
            case
        })
        .collect();
    document["count"] = copies.len().into();
    document["cases"] = Value::Array(copies);
    let (_files, path) = Files::one(&document.to_string());
    let ended = verify(&[&path]).await;
    assert_eq!(ended.code, Some(1));
    let last = format!("0 passed, {} failed", places.len());
    assert_eq!(
        ended.stdout.lines().last(),
        Some(last.as_str()),
        "{}",
        ended.stdout
    );
    for ((index, pointer), line) in places.iter().zip(ended.stdout.lines()) {
        let (case, field) = (&document["cases"][index], pointer.split('/').nth(2).unwrap());
        assert!(
            !case["id"].is_null() && line.contains(field) && line.contains("relative error"),
            "{pointer}: {line}"
        );
    }
}

#[tokio::test]
async fn a_difference_is_one_line_with_all_there_is_to_know() {
    let (_files, path) = changed(|cases| {
        let case = cases.iter_mut().find(|case| case["id"] == "040").unwrap();
        case["expected"]["newcombe_lower"] = json!(0.06);
        case["expected"]["newcombe_upper"] = json!(0.33);
    });
    let ended = verify(&[&path]).await;
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(
        (ended.code, lines.len(), lines[1]),
        (Some(1), 2, "83 passed, 1 failed"),
        "{ended:?}"
    );
    for part in [
        "040 two_proportion_diff_ci newcombe_lower: expected 0.06, got 0.05243147",
        "relative error 1.3e-1 (and 1 more field)",
    ] {
        assert!(lines[0].contains(part), "{part}: {}", lines[0]);
    }
    let json = verify(&[&path, "--output", "json"]).await.json();
    let fields: Vec<&str> = json["cases"][0]["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|difference| difference["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["newcombe_lower", "newcombe_upper"]);
}

#[tokio::test]
async fn unknown_tests_and_unusable_inputs_count_as_failed() {
    let (_files, path) = changed(|cases| {
        cases.truncate(3);
        cases[0]["test"] = json!("palm_reading");
        cases[1]["inputs"]["x"] = json!([1, "two"]);
        cases[2]["expected"] = json!({"mood": 1});
    });
    let ended = verify(&[&path]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for part in [
        "001 palm_reading the test \"palm_reading\" is not known",
        "`x` is [1,\"two\"]: a list of numbers is wanted",
        "mood: expected 1, got nothing, the test \"mann_whitney_u\" gives no such field",
        "0 passed, 3 failed",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
}

#[tokio::test]
async fn files_that_are_no_reference_cases_are_refused_and_the_others_verified() {
    let whole = fs::read(repository(CASES)).unwrap();
    let files = Files::empty();
    let broken = [
        files.write("cut.json", &whole[..whole.len() / 2]),
        files.write("empty.json", b""),
        files.write("other.json", b"{\"kind\": \"Analysis\"}"),
        files.write("bytes.json", &[0xff, 0xfe, 0x00]),
        files.write("none.json", b"{\"cases\": []}"),
        files.write("deep.json", "[".repeat(100_000).as_bytes()),
        files.folder().join("missing.json").display().to_string(),
        files.folder().display().to_string(),
    ];
    for path in broken {
        let ended = verify(&[&path, &repository(CASES)]).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(&format!("error: {path}: ")), "{ended:?}");
        assert!(ended.stdout.ends_with("84 passed, 0 failed\n"), "{ended:?}");
    }
    assert_eq!(verify(&[]).await.code, Some(2));
}

#[tokio::test]
async fn canaries_are_judged_line_by_line_and_a_bad_line_stops_nothing() {
    let canaries = fs::read_to_string(repository(CANARIES)).unwrap();
    let from_file = run(["stats", "kayenta", &repository(CANARIES)], AT_ONCE).await;
    assert_eq!(
        (from_file.code, from_file.stdout.lines().count()),
        (Some(0), 60),
        "{}",
        from_file.stderr
    );
    for (line, answer) in canaries.lines().zip(from_file.stdout.lines()) {
        let (case, answer): (Value, Value) = (
            serde_json::from_str(line).unwrap(),
            serde_json::from_str(answer).unwrap(),
        );
        for field in ["score", "classification", "reason", "groupScores"] {
            assert_eq!(answer[field], case["expected"][field], "{}: {field}", case["id"]);
        }
    }
    let first = canaries.lines().next().unwrap();
    let with_bad = format!(
        "{first}\nno canary\n{{\"id\": \"x\"}}\n\n{}\n",
        first.replace("metrics", "metrisc")
    );
    let ended = run_with_input(
        &["stats", "kayenta", "-"],
        format!("{with_bad}{first}").as_bytes(),
        AT_ONCE,
    )
    .await;
    let answers: Vec<Value> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((ended.code, answers.len()), (Some(2), 6), "{ended:?}");
    for (place, part) in [
        (1, "no canary"),
        (2, "missing field"),
        (3, "no canary"),
        (4, "unknown field `metrisc`"),
    ] {
        assert_eq!(
            (&answers[place]["id"], &answers[place]["line"]),
            (&Value::Null, &json!(place + 1))
        );
        assert!(
            answers[place]["error"].as_str().unwrap().contains(part),
            "{}",
            answers[place]
        );
    }
    assert_eq!(
        (&answers[0]["id"], &answers[5]["id"]),
        (&json!("c001"), &json!("c001"))
    );
}

#[tokio::test]
async fn canaries_that_are_not_there_and_lines_without_end() {
    let missing = run(["stats", "kayenta", "/nowhere/canaries.ndjson"], AT_ONCE).await;
    assert_eq!(missing.code, Some(2), "{missing:?}");
    assert!(missing.stderr.contains("/nowhere/canaries.ndjson"), "{missing:?}");
    let mut endless = vec![b' '; (16 << 20) + 10];
    endless.extend(b"\n{\"id\": \"next\"}\n");
    let ended = run_with_input(&["stats", "kayenta", "-"], &endless, AT_ONCE).await;
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!((ended.code, lines.len()), (Some(2), 2), "{ended:?}");
    assert!(
        lines[0].contains("longer than 16 MiB") && lines[1].contains("missing field"),
        "{lines:?}"
    );
}

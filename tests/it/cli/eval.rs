//! `serin eval`, single and in batches.

use crate::binary::{AT_ONCE, Files, run, run_with_input};

#[tokio::test]
async fn one_condition_has_its_value_and_exit_code() {
    for (condition, kind, result, code, expected) in [
        ("result[0] >= 0.95", "prometheus", "[0.97]", 0, "true"),
        ("result[0] >= 0.95", "prometheus", "[0.94]", 1, "false"),
        ("result[0] >= 0.95", "prometheus", "[\"NaN\"]", 1, "false"),
        ("len(result) == 0", "prometheus", "null", 0, "true"),
        ("result == nil", "web", "null", 0, "true"),
        ("result.a.b > 1", "web", "{\"a\": {\"b\": 2}}", 0, "true"),
        ("result[3] > 1", "prometheus", "[1]", 4, "out of range"),
        ("result + 1", "web", "1", 4, "neither true nor false"),
        ("result >", "web", "1", 2, "^"),
        ("result > 1", "web", "{", 2, "--result is not JSON"),
        ("result > 1", "prometheus", "{\"a\": 1}", 2, "no prometheus value"),
    ] {
        let arguments = ["eval", condition, "--kind", kind, "--result", result];
        let ended = run(arguments, AT_ONCE).await;
        assert_eq!(ended.code, Some(code), "{condition}, {result}: {ended:?}");
        assert!(
            ended.all().contains(expected),
            "{condition}, {result}, {expected}: {ended:?}"
        );
    }
}

#[tokio::test]
async fn an_explanation_shows_the_value_of_every_part() {
    let arguments = [
        "eval",
        "result.status == \"ok\" && result.lag < 5",
        "--result",
        "{\"status\": \"ok\", \"lag\": 9}",
        "--explain",
    ];
    let ended = run(arguments, AT_ONCE).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for part in ["result.status", "\"ok\"", "result.lag", "9", "false"] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    let ended = run(arguments.into_iter().chain(["--output", "json"]), AT_ONCE).await;
    let json = ended.json();
    assert_eq!(
        (&json["value"], &json["error"]),
        (&false.into(), &serde_json::Value::Null),
        "{json}"
    );
    assert!(
        json["explanation"].as_str().unwrap().contains("result.lag"),
        "{json}"
    );
}

const LINES: &str = r#"{"id": "r1", "kind": "web", "result": [1,2], "success": "len(result) == 2", "failure": ""}
{"id": 2, "kind": "prometheus", "result": ["NaN"], "success": "result[0] > 1"}
{"id": "r3", "result": 1, "success": "result > 1", "failure": "result > 2"}
this is no object
{"id": "r5", "kind": "prometheus", "result": null, "success": "result[0] > 1"}
{"id": "r6"}
"#;

#[tokio::test]
async fn a_batch_answers_line_by_line_in_order_and_goes_on_after_a_bad_one() {
    let (_files, path) = Files::one(LINES);
    let good = LINES.replace("this is no object\n", "");
    let from_file = run(["eval", "--batch", &path], AT_ONCE).await;
    let from_input = run_with_input(&["eval", "--batch", "-"], LINES.as_bytes(), AT_ONCE).await;
    let all_good = run_with_input(&["eval", "--batch", "-"], good.as_bytes(), AT_ONCE).await;
    assert_eq!(
        (from_file.code, from_input.code, all_good.code),
        (Some(2), Some(2), Some(0))
    );
    assert_eq!(from_file.stdout, from_input.stdout);

    let answers: Vec<serde_json::Value> = from_file
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let seen: Vec<_> = answers
        .iter()
        .map(|answer| (answer["id"].clone(), answer["phase"].as_str().unwrap()))
        .collect();
    let expected = [
        ("r1".into(), "Successful"),
        (2.into(), "Failed"),
        ("r3".into(), "Inconclusive"),
        (serde_json::Value::Null, "Error"),
        ("r5".into(), "Error"),
        ("r6".into(), "Successful"),
    ];
    assert_eq!(seen, expected);
    assert_eq!(answers[3]["line"], 4);
    assert!(
        answers[4]["error"].as_str().unwrap().contains("no data returned"),
        "{}",
        answers[4]
    );
    let others: Vec<&str> = from_file
        .stdout
        .lines()
        .filter(|line| !line.contains("\"line\""))
        .collect();
    assert_eq!(
        all_good.stdout.lines().collect::<Vec<_>>(),
        others,
        "the others do not change"
    );
}

#[tokio::test]
async fn a_long_batch_keeps_its_order() {
    let lines: String = (0..20_000)
        .map(|number| {
            format!("{{\"id\": {number}, \"result\": {number}, \"success\": \"result < 10000\"}}\n")
        })
        .collect();
    let ended = run_with_input(&["eval", "--batch", "-"], lines.as_bytes(), AT_ONCE).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let expected: String = (0..20_000)
        .map(|number| {
            let phase = if number < 10_000 { "Successful" } else { "Failed" };
            format!("{{\"id\":{number},\"phase\":\"{phase}\"}}\n")
        })
        .collect();
    assert!(ended.stdout == expected, "{}", &ended.stdout[..500]);
}

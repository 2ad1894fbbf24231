//! Canaries with the answers of Kayenta's own judge (release 2.46.0), recorded in `data/kayenta_cases.ndjson`.

use serde_json::Value;
use serin_judge::kayenta::answer_line;

/// Whether `got` may stand for `expected` in a field of this name.
fn agrees(field: &str, expected: &Value, got: &Value, noise: bool) -> bool {
    let (Some(expected), Some(got)) = (expected.as_f64(), got.as_f64()) else {
        return expected == got;
    };
    let relative = |tolerance: f64| (got - expected).abs() <= tolerance * expected.abs();
    match field {
        // Both follow the same root search, so they agree far closer than its tolerance of 1e-4.
        "lower" | "upper" | "estimate" => (got - expected).abs() <= 1e-6,
        "ratio" if noise => relative(1e-3),
        "ratio" | "mean" | "std" => relative(1e-9) || (got - expected).abs() <= 1e-12,
        _ => got == expected,
    }
}

/// Fields that describe how the recording was made rather than what the judge said.
const OF_THE_RECORDING: [&str; 2] = ["close_call", "scale_sensitive"];

fn differences(path: &str, expected: &Value, got: &Value, noise: bool, found: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            let noise = noise || expected.get("noise") == Some(&Value::Bool(true));
            for (field, expected) in expected {
                if !OF_THE_RECORDING.contains(&field.as_str()) {
                    let got = got.get(field).unwrap_or(&Value::Null);
                    differences(&format!("{path}.{field}"), expected, got, noise, found);
                }
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (place, (expected, got)) in expected.iter().zip(got).enumerate() {
                differences(&format!("{path}[{place}]"), expected, got, noise, found);
            }
        }
        _ => {
            let field = path.rsplit('.').next().unwrap_or(path);
            if !agrees(field, expected, got, noise) {
                found.push(format!("{path}: {got}, not {expected}"));
            }
        }
    }
}

#[test]
fn every_recorded_answer_is_given_again() {
    let (mut found, mut metrics) = (Vec::new(), 0);
    let lines = include_str!("data/kayenta_cases.ndjson").lines();
    for (line, number) in lines.zip(1..) {
        let case: Value = serde_json::from_str(line).unwrap();
        let answer = answer_line(number, line);
        assert!(answer.well_formed, "{}", answer.json);
        let answer: Value = serde_json::from_str(&answer.json).unwrap();
        assert_eq!(answer["id"], case["id"]);
        metrics += answer["metrics"].as_array().unwrap().len();
        differences(
            case["id"].as_str().unwrap(),
            &case["expected"],
            &answer,
            false,
            &mut found,
        );
    }
    assert_eq!(metrics, 160);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

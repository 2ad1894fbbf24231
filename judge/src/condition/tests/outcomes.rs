use super::{now, prometheus, web};
use crate::condition::{Batch, Condition, Outcome, Side, Value, assess, batch_line};

fn outcome(success: &str, failure: &str, result: &Value) -> Result<Outcome, String> {
    let compiled = |text: &str| (!text.is_empty()).then(|| Condition::compile(text).unwrap());
    let (success, failure) = (compiled(success), compiled(failure));
    assess(success.as_ref(), failure.as_ref(), result, now()).map_err(|error| error.to_string())
}

#[test]
fn truth_table() {
    let cases = [
        ("", "", Outcome::Successful),
        ("true", "", Outcome::Successful),
        ("false", "", Outcome::Failed),
        ("", "true", Outcome::Failed),
        ("", "false", Outcome::Successful),
        ("true", "false", Outcome::Successful),
        ("true", "true", Outcome::Failed),
        ("false", "true", Outcome::Failed),
        ("false", "false", Outcome::Inconclusive),
    ];
    for (success, failure, expected) in cases {
        assert_eq!(
            outcome(success, failure, &Value::Bool(true)),
            Ok(expected),
            "{success}/{failure}"
        );
    }
}

#[test]
fn errors_are_in_argos_words() {
    let result = Value::Bool(true);
    assert_eq!(
        outcome("a == true", "true", &result).unwrap_err(),
        "could not evaluate successCondition \"a == true\": unknown name a"
    );
    assert_eq!(
        outcome("true", "a == true", &result).unwrap_err(),
        "could not evaluate failureCondition \"a == true\": unknown name a"
    );
    for nothing in [Value::Nil, web("[]"), prometheus("null")] {
        assert_eq!(
            outcome("result[0] >= 0.95", "", &nothing).unwrap_err(),
            "could not evaluate successCondition \"result[0] >= 0.95\": metric result is nil or empty: no data \
             returned from the metric provider"
        );
    }
    let failed = Condition::compile("1").unwrap();
    let error = assess(None, Some(&failed), &result, now()).unwrap_err();
    assert_eq!(error.side(), Side::Failure);
    assert_eq!(error.condition_error().to_string(), "expected bool, but got int");
}

#[test]
fn batch_lines() {
    let cases = [
        (
            r#"{"id": "r1", "kind": "web", "result": [1,2], "success": "len(result) == 2", "failure": ""}"#,
            r#"{"id":"r1","phase":"Successful"}"#,
        ),
        (
            r#"{"id": 7, "kind": "prometheus", "result": ["NaN"], "success": "result[0] > 1", "failure": "result[0] <= 1"}"#,
            r#"{"id":7,"phase":"Inconclusive"}"#,
        ),
        (
            r#"{"id": "n", "kind": "prometheus", "result": null, "success": "len(result) == 0"}"#,
            r#"{"id":"n","phase":"Successful"}"#,
        ),
        (
            r#"{"failure": "result == nil"}"#,
            r#"{"id":null,"phase":"Failed"}"#,
        ),
        (
            r#"{"id": "e", "result": 1, "success": "result >"}"#,
            r#"{"id":"e","phase":"Error","error":"could not evaluate successCondition \"result >\": unexpected token EOF"}"#,
        ),
    ];
    let mut batch = Batch::new();
    for (line, expected) in cases {
        let answer = batch.line(1, line, now());
        assert_eq!(answer.json, expected, "{line}");
        assert!(answer.well_formed);
        assert_eq!(batch_line(1, line, now()), answer);
    }
}

#[test]
fn malformed_batch_lines() {
    let lines = [
        "",
        "[]",
        "{",
        "17",
        r#"{"success": 1}"#,
        r#"{"kind": "other"}"#,
        r#"{"kind": "prometheus", "result": {"a": 1}}"#,
        r#"{"kind": "prometheus", "result": ["x"]}"#,
    ];
    for line in lines {
        let answer = batch_line(7, line, now());
        assert!(!answer.well_formed, "{line}");
        let start = r#"{"id":null,"line":7,"phase":"Error","error":""#;
        assert!(answer.json.starts_with(start), "{}", answer.json);
    }
}

#[test]
fn explanations_name_what_decided() {
    let condition = Condition::compile("result[0] >= 0.95 && !(len(result) > 3 || result[1] > 0.5)").unwrap();
    let explanation = condition.explain(&prometheus("[0.97, 0.8]"));
    assert_eq!(explanation.answer, Ok(Value::Bool(false)));
    assert_eq!(explanation.deciding().unwrap().source, "result[1] > 0.5");
    let text = explanation.to_string();
    assert!(text.contains("result[0] >= 0.95 = true"), "{text}");
    assert!(text.contains("result[1] > 0.5 = true   <- decided"), "{text}");
    let refused = condition.explain(&Value::scalar(1.0));
    assert!(refused.answer.is_err());
    assert_eq!(refused.deciding().unwrap().source, "result[0]");
}

//! What a step captures: types, what is missing, what is secret.

use serde_json::{Value, json};

use super::{answer, class, judge, known, last, stepped};
use crate::analysis::plan::journey::FailureClass;
use crate::journey::{Judged, StepOutcome, Values};

const BODY: &str = r#"{"n": 5, "whole": 5.0, "f": 1.5, "t": "12", "word": "abc", "yes": "true", "b": false, "z": null, "list": [1, 2], "map": {"a": 1}}"#;

fn captured(capture: &str) -> (Judged, Values) {
    let journey = stepped(&format!("request: {{url: /}}\ncaptures: {{x: {capture}}}"));
    let mut values = known(&journey);
    let judged = judge(last(&journey), &answer(200, BODY), &mut values);
    (judged, values)
}

#[test]
fn values_and_their_types() {
    for (capture, expected) in [
        ("{jsonpath: $.n}", json!(5)),
        ("{jsonpath: '$.list[*]'}", json!([1, 2])),
        ("{jsonpath: $.map}", json!({"a": 1})),
        ("{jsonpath: $.z}", Value::Null),
        ("{jsonpath: $.n, type: string}", json!("5")),
        ("{jsonpath: $.b, type: string}", json!("false")),
        ("{jsonpath: $.n, type: integer}", json!(5)),
        ("{jsonpath: $.whole, type: integer}", json!(5)),
        ("{jsonpath: $.t, type: integer}", json!(12)),
        ("{jsonpath: $.t, type: number}", json!(12)),
        ("{jsonpath: $.f, type: number}", json!(1.5)),
        ("{jsonpath: $.yes, type: boolean}", json!(true)),
        ("{header: X-Count}", json!("12")),
        ("{header: X-Count, type: integer}", json!(12)),
        ("{cookie: sid}", json!("abc")),
        ("{regex: '\"word\": \"(\\w+)\"'}", json!("abc")),
        ("{regex: 'word'}", json!("word")),
        ("{status: true}", json!(200)),
        ("{duration: true}", json!(312.5)),
        ("{size: true}", json!(BODY.len())),
        ("{url: true}", json!("http://host:8080/final?x=1")),
        ("{body: true}", json!(BODY)),
    ] {
        let (judged, values) = captured(capture);
        assert_eq!(judged.outcome, StepOutcome::Passed, "{capture}: {judged:?}");
        assert_eq!(values.captured("x"), Some(&expected), "{capture}");
    }
}

#[test]
fn what_is_missing_or_of_another_type() {
    for (capture, expected) in [
        (
            "{jsonpath: $.nope}",
            "capture \"x\": jsonpath $.nope finds nothing",
        ),
        ("{jsonpath: '$.list[?@ > 9]'}", "finds nothing"),
        ("{header: x-none}", "capture \"x\": header x-none finds nothing"),
        ("{cookie: none}", "finds nothing"),
        ("{regex: 'x(y)z'}", "finds nothing"),
        (
            "{jsonpath: $.f, type: integer}",
            "is a number, expected a whole number",
        ),
        (
            "{jsonpath: $.word, type: integer}",
            "is a text, expected a whole number",
        ),
        ("{jsonpath: $.word, type: number}", "is a text, expected a number"),
        (
            "{jsonpath: $.n, type: boolean}",
            "is a number, expected true or false",
        ),
        ("{jsonpath: $.list, type: string}", "is a list, expected a text"),
        ("{jsonpath: $.z, type: string}", "is null, expected a text"),
        (
            "{jsonpath: $.map, type: number, optional: true}",
            "is a map, expected a number",
        ),
    ] {
        let (judged, _) = captured(capture);
        assert_eq!(class(&judged), Some(FailureClass::CaptureMissing), "{capture}");
        let message = judged.failure.unwrap().message;
        assert!(
            message.starts_with("step \"s\": capture \"x\": ") && message.contains(expected),
            "{message}"
        );
    }
}

#[test]
fn an_optional_value_may_be_missing_and_does_not_stay() {
    let (judged, values) = captured("{jsonpath: $.nope, optional: true}");
    assert_eq!(
        (judged.outcome, values.captured("x")),
        (StepOutcome::Passed, None)
    );
    let journey = stepped("request: {url: /}\ncaptures: {id: {jsonpath: $.id, optional: true}}");
    let mut values = known(&journey);
    assert!(values.captured("id").is_some());
    judge(last(&journey), &answer(200, "<html>"), &mut values);
    assert_eq!(values.captured("id"), None);
}

#[test]
fn a_wrong_status_explains_what_is_missing() {
    let journey = stepped("request: {url: /}\ncaptures: {x: {jsonpath: $.x}}");
    let judged = judge(last(&journey), &answer(401, "denied"), &mut known(&journey));
    assert_eq!(class(&judged), Some(FailureClass::AuthRejected));
}

#[test]
fn what_looks_like_a_credential_is_shown_nowhere() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
    let body = json!({"a": "canary-value-1", "access_token": "canary-value-1", "jwt": jwt, "pin": 123_456})
        .to_string();
    for (capture, name, shown) in [
        ("{jsonpath: $.a}", "sessionId", false),
        ("{jsonpath: $.a}", "apiKey", false),
        ("{jsonpath: $.access_token}", "x", false),
        ("{jsonpath: \"$['access_token']\"}", "x", false),
        ("{header: Set-Cookie}", "x", false),
        ("{cookie: sid}", "x", false),
        ("{jsonpath: $.jwt}", "x", false),
        ("{jsonpath: $.pin}", "pin", false),
        ("{jsonpath: $.a, secret: true}", "x", false),
        ("{jsonpath: $.a}", "orderId", true),
        ("{jsonpath: $.access_token, secret: false}", "x", true),
    ] {
        let journey = stepped(&format!("request: {{url: /}}\ncaptures: {{{name}: {capture}}}"));
        let mut values = known(&journey);
        let judged = judge(last(&journey), &answer(200, &body), &mut values);
        assert_eq!(judged.outcome, StepOutcome::Passed, "{judged:?}");
        let value = match values.captured(name).unwrap() {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let said = values.masked(format!("it is {value}!"));
        assert_eq!(said.contains(&value), shown, "{capture} as {name}: {said}");
    }
}

#[test]
fn branches_come_together() {
    let journey = stepped("request: {url: /}\ncaptures: {x: {jsonpath: $.x}, id: {jsonpath: $.id}}");
    let mut values = known(&journey);
    let (mut one, two) = (values.clone(), values.clone());
    judge(last(&journey), &answer(200, r#"{"x": 1, "id": 8}"#), &mut one);
    values.merge(one);
    // What the second branch did not touch it does not take back.
    values.merge(two);
    assert_eq!(
        (values.captured("x"), values.captured("id")),
        (Some(&json!(1)), Some(&json!(8)))
    );
}

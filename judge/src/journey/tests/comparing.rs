//! Answers of both sides, compared.

use super::{SECRET, answer, known, stepped};
use crate::journey::{AnswerDifferences, Difference, differences};

fn compared(one: &str, other: &str) -> Vec<Difference> {
    let journey = stepped("request: {url: /}\ncompare: true");
    let values = known(&journey);
    differences((&answer(200, one), &values), (&answer(200, other), &values))
}

fn paths(one: &str, other: &str) -> Vec<String> {
    compared(one, other)
        .into_iter()
        .map(|difference| difference.path)
        .collect()
}

#[test]
fn what_differs_by_its_meaning() {
    for (one, other, expected) in [
        (r#"{"a": 1, "b": 2}"#, r#"{ "b": 2.0, "a": 1 }"#, vec![]),
        (r#"{"a": 1}"#, r#"{"a": 2}"#, vec!["$.a"]),
        (r#"{"a": 1}"#, r#"{"a": "1"}"#, vec!["$.a"]),
        (r#"{"a": {"b": 1}}"#, r#"{"a": {}}"#, vec!["$.a.b"]),
        (r#"{"a": null}"#, "{}", vec!["$.a"]),
        (
            r#"{"l": [{"x": 1}, {"x": 2}]}"#,
            r#"{"l": [{"x": 3}, {"x": 4}]}"#,
            vec!["$.l[].x"],
        ),
        ("[1, 2]", "[1]", vec!["$"]),
        ("hello", "hello", vec![]),
        ("hello", "world", vec!["$"]),
        ("{}", "<html>", vec!["$"]),
        ("", "", vec![]),
    ] {
        assert_eq!(paths(one, other), expected, "{one} {other}");
        assert_eq!(paths(other, one), expected, "{other} {one}");
    }
    let journey = stepped("request: {url: /}");
    let values = known(&journey);
    let mut html = answer(503, "{}");
    html.headers
        .insert("content-type", http::HeaderValue::from_static("text/html"));
    let found = differences((&answer(200, "{}"), &values), (&html, &values));
    let found: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|found| (found.path.as_str(), found.one.as_str(), found.other.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("status", "200", "503"),
            ("contentType", "application/json", "text/html")
        ]
    );
}

#[test]
fn differences_hold_no_secret_and_are_bounded() {
    let quoted = serde_json::Value::from(SECRET).to_string();
    let found = compared(&format!("{{\"a\": {quoted}}}"), r#"{"a": "x"}"#);
    assert_eq!(
        (found[0].one.as_str(), found[0].other.as_str()),
        ("\"*****\"", "\"x\"")
    );
    let many = |value: u8| {
        let entries: Vec<String> = (0..5000).map(|at| format!("\"k{at}\": {value}")).collect();
        format!("{{{}}}", entries.join(","))
    };
    assert_eq!(compared(&many(1), &many(2)).len(), 100);
}

#[test]
fn what_stable_does_to_itself_is_noise() {
    let mut seen = AnswerDifferences::default();
    let canary = r#"{"at": 1, "price": 5, "rows": [{"id": 1}]}"#;
    let stable = r#"{"at": 2, "price": 4, "rows": [{"id": 2}, {"id": 3}]}"#;
    let control = r#"{"at": 3, "price": 4, "rows": []}"#;
    seen.record(compared(canary, stable));
    let before: Vec<&str> = seen.places().map(|(path, _)| path).collect();
    assert_eq!(before, ["$.at", "$.price", "$.rows", "$.rows[].id"]);
    seen.record_control(&compared(stable, control));
    seen.record(compared(canary, stable));
    let after: Vec<(&str, u64)> = seen.places().map(|(path, place)| (path, place.pairs)).collect();
    // What hangs on a list that differs by itself is noise too.
    assert_eq!(after, [("$.price", 2)]);
    assert_eq!((seen.pairs, seen.control_pairs), (2, 1));
    let mut both = seen.clone();
    both.merge(&seen);
    assert_eq!(both.places().next().unwrap().1.pairs, 4);
    assert_eq!(both.places().next().unwrap().1.example.one, "5");
}

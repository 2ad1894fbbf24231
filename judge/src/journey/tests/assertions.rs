//! Every predicate and check: where it holds, where it does not, what is said then.

use super::{SECRET, answer, asserted, class, judge, known, last, stepped};
use crate::analysis::plan::journey::FailureClass;
use crate::journey::StepOutcome;

const BODY: &str = r#"{"n": 5, "f": 1.5, "big": 9007199254740993, "t": "hello wörld", "b": true, "z": null, "empty": [],
 "items": [{"id": 1, "tag": "a"}, {"id": 2, "tag": "b"}, {"id": 7, "tag": "c"}], "map": {"x": 1}}"#;

#[test]
fn what_holds() {
    for assertion in [
        "{status: 200}",
        "{status: 2xx}",
        "{status: [404, '199-201']}",
        "{jsonpath: $.n, exists: true}",
        "{jsonpath: $.nope, exists: false}",
        "{jsonpath: '$.items[?@.id > 9]', exists: false}",
        "{jsonpath: $.z, exists: true, isNull: true}",
        "{jsonpath: $.n, equals: 5}",
        "{jsonpath: $.n, equals: 5.0}",
        "{jsonpath: $.big, equals: 9007199254740993}",
        "{jsonpath: $.big, notEquals: 9007199254740992}",
        "{jsonpath: $.t, equals: hello wörld}",
        "{jsonpath: $.map, equals: {x: 1.0}}",
        "{jsonpath: '$.items[*].id', equals: [1, 2, 7]}",
        "{jsonpath: '$.items[2].id', equals: '{{id}}'}",
        "{jsonpath: $.n, oneOf: [4, 5]}",
        "{jsonpath: $.n, greaterThan: 4, lessThan: 5.5, greaterThanOrEquals: 5, lessThanOrEquals: 5}",
        "{jsonpath: $.n, greaterThan: '4'}",
        "{jsonpath: $.t, greaterThan: hello}",
        "{jsonpath: $.t, startsWith: hello, endsWith: rld, contains: 'lo w', matches: '^h.*d$'}",
        "{jsonpath: '$.items[*].tag', includes: b}",
        "{jsonpath: '$.items[*].id', includes: '{{id}}'}",
        "{jsonpath: $.empty, isEmpty: true, isCollection: true}",
        "{jsonpath: $.items, isEmpty: false, count: 3}",
        "{jsonpath: $.items, count: {min: 1, max: 3}}",
        "{jsonpath: $.t, count: 11, isString: true}",
        "{jsonpath: '$.items[?@.id > 1]', count: 2}",
        "{jsonpath: '$.items[?@.id > 9]', count: 0}",
        "{jsonpath: $.n, isInteger: true, isNumber: true, isFloat: false}",
        "{jsonpath: $.f, isFloat: true, isInteger: false}",
        "{jsonpath: $.b, isBoolean: true, equals: true}",
        "{jsonpath: $.n, not: {equals: 6, greaterThan: 5}}",
        "{header: Content-Type, startsWith: application/json}",
        "{header: x-count, equals: 12, greaterThan: 11.5, lessThanOrEquals: 12}",
        "{header: x-none, exists: false}",
        "{cookie: sid, equals: abc}",
        "{cookie: nope, exists: false}",
        "{body: true, contains: hello}",
        "{url: true, endsWith: '/final?x=1'}",
        "{regex: '\"n\": (\\d)', equals: 5}",
        "{size: {min: 10, max: 1KiB}}",
        "{duration: {max: 313ms}}",
        "{tlsDaysLeft: {min: 14}}",
        "{redirects: {max: 1}}",
        "{jsonSchema: {type: object, required: [n], properties: {n: {type: integer, minimum: 5}}}}",
        "{condition: 'result.status == 200 && len(result.body.items) > 2'}",
        "{condition: 'result.headers[\"x-count\"] == \"12\" && result.cookies.theme == \"dark\"'}",
        "{condition: 'result.durationMs < 313 && result.size > 10 && result.redirects == 1 && result.tlsDaysLeft == 20'}",
        "{condition: 'result.body.items[2].id == vars.id && isNil(vars.gone) && default(vars.gone, 3) == 3'}",
    ] {
        let judged = asserted(assertion, &answer(200, BODY));
        assert_eq!(
            judged.outcome,
            StepOutcome::Passed,
            "{assertion}: {:?}",
            judged.assertions
        );
    }
}

const WRONG: &[(&str, &str, &str, &str)] = &[
    ("{status: 201}", "status", "201", "200"),
    ("{status: [3xx, 404]}", "status", "300 to 399 or 404", "200"),
    (
        "{jsonpath: $.nope, exists: true}",
        "jsonpath $.nope",
        "exists",
        "nothing",
    ),
    (
        "{jsonpath: $.n, exists: false}",
        "jsonpath $.n",
        "not exists",
        "5",
    ),
    ("{jsonpath: $.n, equals: 6}", "jsonpath $.n", "equals 6", "5"),
    (
        "{jsonpath: $.n, equals: '5'}",
        "jsonpath $.n",
        "equals \"5\"",
        "5",
    ),
    (
        "{jsonpath: $.big, equals: 9007199254740992}",
        "jsonpath $.big",
        "equals 9007199254740992",
        "9007199254740993",
    ),
    (
        "{jsonpath: $.nope, notEquals: 6}",
        "jsonpath $.nope",
        "not equals 6",
        "nothing",
    ),
    (
        "{jsonpath: $.n, not: {contains: x}}",
        "jsonpath $.n",
        "not contains \"x\"",
        "5",
    ),
    (
        "{jsonpath: $.n, oneOf: [1, 2]}",
        "jsonpath $.n",
        "one of 1, 2",
        "5",
    ),
    ("{jsonpath: $.n, greaterThan: 5}", "jsonpath $.n", "> 5", "5"),
    (
        "{jsonpath: $.t, lessThan: 5}",
        "jsonpath $.t",
        "< 5",
        "\"hello wörld\"",
    ),
    (
        "{jsonpath: $.t, startsWith: x}",
        "jsonpath $.t",
        "starts with \"x\"",
        "\"hello wörld\"",
    ),
    (
        "{jsonpath: $.t, endsWith: x}",
        "jsonpath $.t",
        "ends with \"x\"",
        "\"hello wörld\"",
    ),
    (
        "{jsonpath: $.t, matches: '^x'}",
        "jsonpath $.t",
        "matches ^x",
        "\"hello wörld\"",
    ),
    (
        "{jsonpath: '$.items[*].id', includes: 3}",
        "jsonpath $.items[*].id",
        "includes 3",
        "[1,2,7]",
    ),
    (
        "{jsonpath: $.items, isEmpty: true}",
        "jsonpath $.items",
        "is empty",
        "[{\"id\":1,\"tag\":\"a\"},{\"id\":2,\"tag\":\"b\"},{\"id\":7,\"tag\":\"c\"}]",
    ),
    ("{jsonpath: $.n, isEmpty: true}", "jsonpath $.n", "is empty", "5"),
    (
        "{jsonpath: $.empty, count: {min: 1}}",
        "jsonpath $.empty",
        "count >= 1",
        "[]",
    ),
    (
        "{jsonpath: $.items, count: 2}",
        "jsonpath $.items",
        "count == 2",
        "[{\"id\":1,\"tag\":\"a\"},{\"id\":2,\"tag\":\"b\"},{\"id\":7,\"tag\":\"c\"}]",
    ),
    (
        "{jsonpath: $.f, isInteger: true}",
        "jsonpath $.f",
        "is a whole number",
        "1.5",
    ),
    (
        "{jsonpath: $.n, isFloat: true}",
        "jsonpath $.n",
        "is a number with a fraction",
        "5",
    ),
    (
        "{jsonpath: $.t, isNumber: true}",
        "jsonpath $.t",
        "is a number",
        "\"hello wörld\"",
    ),
    (
        "{jsonpath: $.n, isBoolean: true}",
        "jsonpath $.n",
        "is true or false",
        "5",
    ),
    (
        "{jsonpath: $.n, isString: true}",
        "jsonpath $.n",
        "is a text",
        "5",
    ),
    (
        "{jsonpath: $.n, isCollection: true}",
        "jsonpath $.n",
        "is a list or a map",
        "5",
    ),
    ("{jsonpath: $.n, isNull: true}", "jsonpath $.n", "is null", "5"),
    (
        "{header: x-none, contains: a}",
        "header x-none",
        "contains \"a\"",
        "nothing",
    ),
    (
        "{cookie: sid, equals: abd}",
        "cookie sid",
        "equals \"abd\"",
        "*****",
    ),
    (
        "{regex: 'x(\\d)', exists: true}",
        "regex x(\\d)",
        "exists",
        "nothing",
    ),
    ("{size: {max: 10}}", "size in bytes", "<= 10", "197"),
    ("{duration: {max: 300ms}}", "duration in ms", "<= 300", "312.5"),
    (
        "{tlsDaysLeft: {min: 30}}",
        "days until the certificate expires",
        ">= 30",
        "20",
    ),
    ("{redirects: {max: 0}}", "redirects", "<= 0", "1"),
    (
        "{condition: 'result.status == 201 || result.size > 1000'}",
        "condition",
        "result.status == 201 || result.size > 1000",
        "result.status = 200, result.size = 197",
    ),
    (
        "{condition: 'result.body.nope.x == 1'}",
        "condition",
        "result.body.nope.x == 1",
        "cannot fetch x from <nil>",
    ),
    (
        "{jsonSchema: {properties: {n: {type: string}}}}",
        "body /n",
        "to fit its JSON Schema",
        "5 is not of type \"string\"",
    ),
];

#[test]
fn what_does_not_hold_and_what_is_said() {
    for &(assertion, at, expected, got) in WRONG {
        let judged = asserted(assertion, &answer(200, BODY));
        let [failure] = judged.assertions.as_slice() else {
            panic!("{assertion}: {:?}", judged.assertions)
        };
        assert_eq!(
            (failure.at.as_str(), failure.expected.as_str()),
            (at, expected),
            "{assertion}"
        );
        assert!(failure.got.starts_with(got), "{assertion}: {}", failure.got);
        assert!(matches!(judged.outcome, StepOutcome::Failed(_)), "{assertion}");
        let message = judged.failure.unwrap().message;
        assert!(message.starts_with("step \"s\": "), "{message}");
    }
}

#[test]
fn failures_by_class() {
    for (assertions, status, body, expected) in [
        ("", 500, "{}", FailureClass::StatusMismatch),
        ("", 401, "{}", FailureClass::AuthRejected),
        ("", 403, "{}", FailureClass::AuthRejected),
        ("", 429, "{}", FailureClass::RateLimited),
        (
            "{status: 200}, {jsonpath: $.a, exists: true}",
            401,
            "{}",
            FailureClass::AuthRejected,
        ),
        (
            "{jsonpath: $.a, exists: true}, {status: 200}",
            503,
            "{}",
            FailureClass::StatusMismatch,
        ),
        (
            "{jsonpath: $.a, exists: true}",
            200,
            "{}",
            FailureClass::AssertFailed,
        ),
        (
            "{jsonpath: $.a, exists: true}",
            200,
            "<html>",
            FailureClass::AssertFailed,
        ),
        (
            "{jsonSchema: {type: array}}",
            200,
            "{}",
            FailureClass::SchemaMismatch,
        ),
        ("{jsonSchema: {}}", 200, "", FailureClass::SchemaMismatch),
        (
            "{health: auto}",
            503,
            r#"{"status": "DOWN"}"#,
            FailureClass::Unhealthy,
        ),
    ] {
        let judged = asserted(assertions, &answer(status, body));
        assert_eq!(class(&judged), Some(expected), "{assertions} {status}");
    }
    // A status that was asked for is no failure.
    assert_eq!(
        asserted("{status: 401}", &answer(401, "")).outcome,
        StepOutcome::Passed
    );
}

#[test]
fn soft_assertions_degrade() {
    let judged = asserted("{tlsDaysLeft: {min: 30}, soft: true}", &answer(200, "{}"));
    assert_eq!(judged.outcome, StepOutcome::Degraded);
    assert!(judged.assertions[0].soft && judged.failure.is_none());
    let judged = asserted(
        "{tlsDaysLeft: {min: 30}, soft: true}, {status: 201}",
        &answer(200, "{}"),
    );
    assert_eq!(class(&judged), Some(FailureClass::StatusMismatch));
}

#[test]
fn messages_are_short_and_hold_no_secret() {
    let encoded = crate::journey::encode::component(SECRET);
    let quoted = serde_json::Value::from(SECRET).to_string();
    let long = "y".repeat(1000);
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
    let body = format!(
        "{{\"echo\": {quoted}, \"url\": \"/x?{encoded}\", \"jwt\": \"{jwt}\", \"long\": \"{long}\"}}"
    );
    let fields = "request: {url: /}\nassert:\n- {jsonpath: $.echo, equals: '{{token}}x'}\n- {jsonpath: $.url, equals: x}\n- {jsonpath: $.jwt, equals: x}\n- {jsonpath: $.long, equals: x}\n- {body: true, contains: zzz}\n- {condition: 'result.body.echo == \"a\"'}\n- {condition: 'vars.token == \"a\"'}\n- {jsonSchema: {properties: {echo: {type: integer}, long: {maxLength: 3}}}}\n- {health: spring}";
    let journey = stepped(fields);
    let mut values = known(&journey);
    let judged = judge(last(&journey), &answer(200, &body), &mut values);
    assert_eq!(judged.assertions.len(), 9, "{:?}", judged.assertions);
    let said = format!("{judged:?}{}", serde_json::to_string(&judged.assertions).unwrap());
    for planted in [SECRET, &encoded, "pl4nted", jwt] {
        assert!(!said.contains(planted), "{planted} in {said}");
    }
    for failure in &judged.assertions {
        assert!(
            failure.got.chars().count() <= 201 && failure.expected.chars().count() <= 201,
            "{failure:?}"
        );
    }
    assert!(!format!("{values:?}").contains("pl4nted"));
}

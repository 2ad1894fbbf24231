//! From steps to requests.

use std::borrow::Cow;

use serde_json::json;

use super::{SECRET, journey, known, known_at, last, made, prepared, row, stepped};
use crate::analysis::plan::Secret;
use crate::analysis::plan::journey::{FailureClass, Journey};
use crate::journey::{Credentials, Filled, Prepared, RunIds, Turn, Values};

fn turn() -> Turn {
    Turn {
        step: 1,
        repetition: 2,
        attempt: 1,
    }
}

fn filled(fields: &str) -> Filled<'static> {
    let journey = stepped(fields);
    let prepared = prepared(&journey);
    let filled = prepared.fill(last(&journey), &known(&journey), turn()).unwrap();
    Filled {
        headers: Cow::Owned(filled.headers.into_owned()),
        ..filled
    }
}

fn body(fields: &str) -> String {
    String::from_utf8(filled(fields).body.to_vec()).unwrap()
}

#[test]
fn addresses() {
    let encoded = "pl4nted-c4nary%20%22s%C3%A9cret%22%2F%2B";
    for (request, expected) in [
        ("{url: /}", "http://host:8080/base/".to_owned()),
        ("{url: ''}", "http://host:8080/base".to_owned()),
        ("{url: '?a=1'}", "http://host:8080/base?a=1".to_owned()),
        (
            "{url: /a b/ä#part}",
            "http://host:8080/base/a%20b/%C3%A4".to_owned(),
        ),
        ("{url: 'https://other/x'}", "https://other/x".to_owned()),
        (
            "{url: '/o/{{id}}/{{token}}'}",
            format!("http://host:8080/base/o/7/{encoded}"),
        ),
        (
            "{url: '/o?t={{token}}&n=1'}",
            format!("http://host:8080/base/o?t={encoded}&n=1"),
        ),
        (
            "{url: '{{list}}'}",
            "http://host:8080/base/[1,%22a%22]".to_owned(),
        ),
        (
            "{url: '/o?x=1', query: {b: '{{token}}', a b: ä, n: 5}}",
            format!("http://host:8080/base/o?x=1&b={encoded}&a%20b=%C3%A4&n=5"),
        ),
        (
            "{url: '/{{run.id}}'}",
            format!("http://host:8080/base/{}", RunIds::new(1, 1)),
        ),
    ] {
        assert_eq!(
            filled(&format!("request: {request}")).uri.to_string(),
            expected,
            "{request}"
        );
    }
}

#[test]
fn a_captured_url_is_followed_as_it_is() {
    for (location, expected) in [
        ("https://other/x?y=1", "https://other/x?y=1"),
        ("/orders/5", "http://host:8080/base/orders/5"),
        ("orders/5", "http://host:8080/base/orders/5"),
    ] {
        let journey = journey(
            "steps:\n- {name: a, request: {url: /}, captures: {to: {jsonpath: $.to}}}\n- {name: b, request: {url: '{{to}}'}}",
        );
        let mut values = Values::new(RunIds::new(1, 1), None, None, &prepared(&journey));
        let answer = super::answer(200, &json!({"to": location}).to_string());
        super::judge(journey.all_steps()[0], &answer, &mut values);
        let prepared = prepared(&journey);
        let filled = prepared.fill(last(&journey), &values, turn()).unwrap();
        assert_eq!(filled.uri.to_string(), expected);
    }
}

#[test]
fn headers_that_every_request_has() {
    let filled = filled("request: {url: /, method: POST}\ncreates: order {{id}}");
    let ids = RunIds::new(1, 1);
    let header = |name: &str| {
        filled
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(header("user-agent").as_deref(), Some("serin/1.0 (synthetic)"));
    assert_eq!(header("serin-synthetic").as_deref(), Some("check%20out"));
    assert_eq!(header("accept").as_deref(), Some("*/*"));
    assert_eq!(filled.traceparent, Some(ids.traceparent(turn())));
    assert_eq!(header("idempotency-key"), Some(format!("{ids}-1-2")));
    assert_eq!((header("content-type"), header("authorization")), (None, None));
    // Only what creates something has a key, and only where the method does.
    for fields in [
        "request: {url: /, method: POST}",
        "request: {url: /, method: DELETE}\ncreates: x",
    ] {
        assert!(
            !super::filling::filled(fields)
                .headers
                .contains_key("idempotency-key"),
            "{fields}"
        );
    }
}

#[test]
fn headers_of_the_document_win() {
    let headers = "[{name: User-Agent, value: me}, {name: serin-synthetic, value: x}, {name: traceparent, value: y}, {name: Idempotency-Key, value: '{{id}}'}, {name: X-A, value: '1'}, {name: x-a, value: '{{token}}'}]";
    let filled = filled(&format!(
        "request: {{url: /, method: POST, headers: {headers}}}\ncreates: x"
    ));
    let all = |name: &str| -> Vec<String> {
        let values = filled.headers.get_all(name).iter();
        values
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect()
    };
    assert_eq!(all("user-agent"), ["me"]);
    assert_eq!(all("serin-synthetic"), ["x"]);
    assert_eq!(
        (all("traceparent"), &filled.traceparent),
        (vec!["y".to_owned()], &None)
    );
    assert_eq!(all("idempotency-key"), ["7"]);
    assert_eq!(all("x-a"), ["1", SECRET]);
}

#[test]
fn bodies() {
    let quoted = serde_json::Value::from(SECRET).to_string();
    for (request, expected, media_type) in [
        (
            "{url: /, json: {b: 1, a: [true, null, x]}}",
            r#"{"b":1,"a":[true,null,"x"]}"#.to_owned(),
            "application/json",
        ),
        (
            "{url: /, json: {z: '{{token}}', id: '{{id}}', list: '{{list}}', t: 'n {{id}}'}}",
            format!(r#"{{"z":{quoted},"id":7,"list":[1,"a"],"t":"n 7"}}"#),
            "application/json",
        ),
        (
            "{url: /, form: {a b: 'x&{{token}}', n: 5}}",
            "a+b=x%26pl4nted-c4nary+%22s%C3%A9cret%22%2F%2B&n=5".to_owned(),
            "application/x-www-form-urlencoded",
        ),
        (
            "{url: /, raw: 'id {{id}}'}",
            "id 7".to_owned(),
            "text/plain; charset=utf-8",
        ),
        (
            "{url: /, raw: <a/>, contentType: text/xml}",
            "<a/>".to_owned(),
            "text/xml",
        ),
        (
            "{url: /, json: {}, headers: [{name: content-type, value: application/x+json}]}",
            "{}".to_owned(),
            "application/x+json",
        ),
    ] {
        let fields = format!("request: {request}");
        assert_eq!(body(&fields), expected, "{request}");
        assert_eq!(filled(&fields).headers["content-type"], media_type, "{request}");
        assert_eq!(filled(&fields).method, http::Method::POST);
    }
}

#[test]
fn multipart() {
    let fields = "request: {url: /, multipart: [{name: 'a\"b', text: 'x {{id}}'}, {name: f, text: '{}', fileName: x.json, contentType: application/json}]}";
    let filled = filled(fields);
    let media_type = filled.headers["content-type"].to_str().unwrap();
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"a%22b\"\r\n\r\nx 7\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.json\"\r\nContent-Type: application/json\r\n\r\n{{}}\r\n--{boundary}--\r\n"
    );
    assert_eq!(body(fields), expected);
}

#[test]
fn who_asks() {
    let secret = "{env: PASSWORD}";
    let authorized = |auth: &str| {
        let journey = stepped(&format!("request: {{url: /, auth: {auth}}}"));
        assert!(
            auth.contains("env")
                == journey
                    .secret_sources()
                    .contains(&&Secret::Env("PASSWORD".into()))
        );
        let credentials = Credentials::new(vec![(Secret::Env("PASSWORD".into()), "pass".into())]);
        let prepared = Prepared::new(&journey, "http://a", &credentials, "x").unwrap();
        let filled = prepared
            .fill(last(&journey), &known_at(&journey, &prepared), turn())
            .unwrap();
        assert!(filled.headers["authorization"].is_sensitive());
        String::from_utf8_lossy(filled.headers["authorization"].as_bytes()).into_owned()
    };
    assert_eq!(
        authorized(&format!("{{basic: {{user: ann, password: {secret}}}}}")),
        "Basic YW5uOnBhc3M="
    );
    assert_eq!(authorized("{basic: {user: '{{id}}', password: x}}"), "Basic Nzp4");
    assert_eq!(authorized("{bearer: '{{token}}'}"), format!("Bearer {SECRET}"));
    assert_eq!(authorized(&format!("{{bearer: {secret}}}")), "Bearer pass");
}

#[test]
fn credentials_are_hidden_wherever_they_come_back() {
    let journey = stepped(
        "request: {url: /, auth: {basic: {user: ann, password: {env: PASSWORD}}}, headers: [{name: X-Api-Key, value: key-in-text}]}",
    );
    let credentials = Credentials::new(vec![(Secret::Env("PASSWORD".into()), "hunter2/x".into())]);
    let prepared = Prepared::new(&journey, "http://a", &credentials, "x").unwrap();
    let account = row(&[("name", json!("ann")), ("password", json!("acc0unt"))]);
    let values = Values::new(RunIds::new(1, 1), None, account, &prepared);
    let said = values.masked("ann hunter2/x hunter2%2Fx key-in-text YW5uOmh1bnRlcjIveA== \"x\"".into());
    assert_eq!(said, "ann ***** ***** ***** ***** \"x\"");
    assert!(!format!("{credentials:?}{prepared:?}{values:?}").contains("hunter2"));
}

#[test]
fn secrets_of_accounts_are_hidden() {
    let journey = journey(
        "accounts: {rows: [{name: ann, password: acc0unt}]}\nsteps: [{name: s, request: {url: '/{{account.name}}', json: {p: '{{account.password}}'}}}]",
    );
    let account = row(&[("name", json!("ann")), ("password", json!("acc0unt"))]);
    let values = Values::new(RunIds::new(1, 1), None, account, &prepared(&journey));
    assert_eq!(values.masked("ann acc0unt".into()), "ann *****");
    let prepared = prepared(&journey);
    let filled = prepared.fill(&journey.steps[0], &values, turn()).unwrap();
    assert_eq!(filled.uri.path(), "/base/ann");
    assert_eq!(&filled.body[..], br#"{"p":"acc0unt"}"#);
}

fn refused(journey: &Journey, values: &Values) -> String {
    let failure = prepared(journey).fill(last(journey), values, turn()).unwrap_err();
    assert_eq!((failure.class, failure.phase), (FailureClass::BadRequest, None));
    failure.message
}

#[test]
fn a_missing_value_is_named() {
    let journey = stepped("request: {url: '/{{gone}}'}");
    assert_eq!(
        refused(&journey, &known(&journey)),
        "step \"s\": `{{gone}}` has no value: no step that was done has captured it"
    );
    let journey = super::journey(
        "data: {rows: [{a: 1}]}\nsteps: [{name: x, request: {url: /}}, {name: s, request: {url: '/{{data.a}}'}}]",
    );
    let values = Values::new(RunIds::new(1, 1), None, None, &prepared(&journey));
    assert!(refused(&journey, &values).contains("`{{data.a}}` has no value: the run has no row"));
    let values = Values::new(
        RunIds::new(1, 1),
        row(&[("a", json!(null))]),
        None,
        &prepared(&journey),
    );
    assert!(refused(&journey, &values).contains("`{{data.a}}` is null"));
}

#[test]
fn what_no_request_can_hold_is_refused_without_being_told() {
    let journey = stepped("request: {url: /, headers: [{name: x-a, value: '{{token}}'}]}");
    let mut values = known(&journey);
    let answer = super::answer(
        200,
        &json!({"token": "bad\r\nX-Evil: s3cret", "id": 1, "list": []}).to_string(),
    );
    super::judge(journey.all_steps()[0], &answer, &mut values);
    let said = refused(&journey, &values);
    assert_eq!(
        said,
        "step \"s\": the value of header `x-a` has control characters"
    );
}

#[test]
fn targets() {
    let journey = journey("steps: [{name: s, request: {url: /x}}]");
    let at = |target: &str| {
        Prepared::new(&journey, target, &Credentials::default(), "x").map_err(|failure| failure.message)
    };
    for (target, expected) in [
        ("", "\"/x\" is relative and there is no target"),
        (
            "nowhere",
            "\"nowhere\" is no URL with `http` or `https` and a host",
        ),
        ("ftp://a", "\"ftp://a\" is no URL with"),
        ("http://a?x=1", "has a query"),
        ("http://a:99999", "is no URL"),
        ("http://ann:pw@a", "credentials in the URL of host \"a\""),
    ] {
        let said = at(target).unwrap_err();
        assert!(
            said.contains(expected) && !said.contains("pw"),
            "{target}: {said}"
        );
    }
    for target in ["http://a", "https://a:1/b/", "http://[::1]:80"] {
        assert!(at(target).is_ok(), "{target}");
    }
    let journey = made("steps: [{name: s, request: {url: /, auth: {bearer: {env: NOPE}}}}]").unwrap();
    let said = Prepared::new(&journey, "http://a", &Credentials::default(), "x")
        .unwrap_err()
        .message;
    assert_eq!(said, "step \"s\": the secret Env(NOPE) is not known");
}

#[test]
fn bodies_are_kept_where_somebody_looks() {
    for (fields, keeps) in [
        ("", false),
        (
            "assert: [{status: 200}, {header: a, exists: true}, {size: {max: 5}}, {duration: {max: 1s}}]",
            false,
        ),
        ("captures: {a: {header: x}, b: {status: true}}", false),
        ("assert: [{condition: result.status == 200}]", false),
        ("assert: [{condition: result.body.a == 200}]", true),
        ("assert: [{condition: 'len(keys(result)) > 1'}]", true),
        ("assert: [{jsonpath: $.a, exists: true}]", true),
        ("assert: [{health: auto}]", true),
        ("assert: [{jsonSchema: {}}]", true),
        ("captures: {a: {regex: x}}", true),
        ("repeat: {times: 2, until: result.body.done}", true),
        ("compare: true", true),
    ] {
        assert_eq!(
            filled(&format!("request: {{url: /}}\n{fields}")).keep_body,
            keeps,
            "{fields}"
        );
    }
    let journey =
        journey("answeredBy: {jsonpath: $.version, canary: v2}\nsteps: [{name: s, request: {url: /}}]");
    let values = Values::new(RunIds::new(1, 1), None, None, &prepared(&journey));
    assert!(
        prepared(&journey)
            .fill(&journey.steps[0], &values, turn())
            .unwrap()
            .keep_body
    );
}

use serde_json::json;

use super::{imported, refused};
use crate::import::Tool::Postman;

const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// A collection of one request with a script.
fn collection(script: &str) -> String {
    let event = json!([{"listen": "test", "script": {"exec": script.lines().collect::<Vec<_>>()}}]);
    let item = json!([{"name": "a", "event": event, "request": {"method": "GET", "url": "http://h/x"}}]);
    json!({"info": {"name": "c", "schema": SCHEMA}, "item": item}).to_string()
}

#[test]
fn statements_of_tests() {
    for (script, expected) in [
        (
            "pm.test('s', () => pm.response.to.have.status(204));",
            "{status: 204}",
        ),
        (
            "pm.test(\"s\", function() {\n  pm.expect(pm.response.code).to.eql(201);\n});",
            "{status: 201}",
        ),
        ("pm.response.to.be.success;", "{status: \"2xx\"}"),
        (
            "var j = JSON.parse(responseBody);\npm.expect(j.a.b[0]).to.equal('x')",
            "{jsonpath: \"$.a.b[0]\", equals: x}",
        ),
        (
            "let j = pm.response.json()\npm.expect(j.n).to.not.eql(3);",
            "{jsonpath: $.n, not: {equals: 3}}",
        ),
        (
            "pm.expect(pm.response.json().ok).to.be.true;",
            "{jsonpath: $.ok, equals: true}",
        ),
        (
            "pm.expect(pm.response.json().n).to.be.above(1.5);",
            "{jsonpath: $.n, greaterThan: 1.5}",
        ),
        (
            "pm.expect(pm.response.json().l).to.be.an('array');",
            "{jsonpath: $.l, isCollection: true}",
        ),
        (
            "pm.expect(pm.response.headers.get('X-A')).to.eql('b');",
            "{header: X-A, equals: b}",
        ),
        ("tests['x'] = responseCode.code == 200;", "{status: 200}"),
        (
            "pm.response.to.have.header('X-A', 'b');",
            "{header: X-A, equals: b}",
        ),
    ] {
        let imported = imported(Postman, &collection(script));
        assert!(
            imported.yaml.contains(expected),
            "{script}: {expected}\n{}",
            imported.yaml
        );
        assert_eq!(imported.lost, 0, "{script}\n{}", imported.yaml);
    }
    for script in [
        "pm.sendRequest('http://x', () => {});",
        "if (a) { b(); }",
        "pm.expect(a.b).to.eql(1);",
        "pm.environment.set('password', 's3cret');",
        "pm.response.to.have.status('OK');",
    ] {
        let imported = imported(Postman, &collection(script));
        assert!(imported.lost > 0, "{script}\n{}", imported.yaml);
        assert!(!imported.yaml.contains("s3cret"), "{}", imported.yaml);
    }
}

#[test]
fn what_is_no_collection_has_a_place() {
    for (text, line, found) in [
        ("{\n  \"info\": ]", 2, "no JSON document: expected value"),
        ("{}", 1, "no collection of Postman"),
        (
            "{\"info\": {\"schema\": \"https://x/v1.0.0/collection.json\"}, \"item\": []}",
            1,
            "the format `https://x/v1.0.0/collection.json`",
        ),
    ] {
        let (at, _, said) = refused(Postman, text);
        assert_eq!((at, said.as_str()), (line, found), "{text}");
    }
    let empty = json!({"info": {"schema": SCHEMA}, "item": []}).to_string();
    assert_eq!(refused(Postman, &empty).2, "a collection without requests");
}

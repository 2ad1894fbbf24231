use super::{imported, refused, steps};
use crate::import::Tool::Hurl;

/// What stands below `[Asserts]`, and what it becomes.
#[test]
fn asserts() {
    for (assert, expected) in [
        ("status == 201", "{status: 201}"),
        ("status != 500", "{condition: result.status != 500}"),
        ("jsonpath \"$.a\" == 1.5", "{jsonpath: $.a, equals: 1.5}"),
        (
            "jsonpath \"$.a\" not == \"x\"",
            "{jsonpath: $.a, not: {equals: x}}",
        ),
        ("jsonpath \"$.a\" == null", "{jsonpath: $.a, isNull: true}"),
        ("jsonpath \"$.a\" not exists", "{jsonpath: $.a, exists: false}"),
        ("jsonpath \"$.a\" includes 3", "{jsonpath: $.a, includes: 3}"),
        (
            "jsonpath \"$.a\" nth 2 == \"c\"",
            "{jsonpath: \"$.a[2]\", equals: c}",
        ),
        (
            "jsonpath \"$.a[*]\" count > 2",
            "{jsonpath: \"$.a[*]\", count: {min: 3}}",
        ),
        ("jsonpath \"$.a\" countEquals 2", "{jsonpath: $.a, count: 2}"),
        (
            "body jsonpath \"$.a\" isBoolean",
            "{jsonpath: $.a, isBoolean: true}",
        ),
        ("body matches /a\\/b\\d+/", "{body: true, matches: 'a/b\\d+'}"),
        (
            "regex /id=(\\d+)/ == \"7\"",
            "{regex: 'id=(\\d+)', equals: \"7\"}",
        ),
        (
            "cookie \"s[Value]\" startsWith \"x\"",
            "{cookie: s, startsWith: x}",
        ),
        ("bytes count <= 10", "{size: {max: 10}}"),
        ("redirects count == 2", "{redirects: {min: 2, max: 2}}"),
    ] {
        let steps = steps(Hurl, &format!("GET http://h\nHTTP *\n[Asserts]\n{assert}\n"));
        assert!(steps.contains(expected), "{assert}: {expected}\n{steps}");
    }
}

#[test]
fn what_has_no_counterpart_is_told() {
    for text in [
        "GET http://h\nHTTP 200\n[Asserts]\nxpath \"//p\" exists\n",
        "GET http://h\nHTTP 200\n[Asserts]\njsonpath \"$.a\" split \",\" count == 2\n",
        "GET http://h\nHTTP 200\n[Asserts]\njsonpath \"$.[\" exists\n",
        "GET http://h\nHTTP 200\n[Asserts]\nbody matches /(?=a)/\n",
        "GET http://h\nHTTP 200\n[Asserts]\njsonpath \"$.a\" isIsoDate\n",
        "GET http://h\nHTTP/2 200\n",
        "GET http://h\nHTTP 200\n[Captures]\na: xpath \"//p\"\n",
        "GET http://h\n[Options]\nlimit-rate: 3\n",
        "GET http://h\nbase64,/w==;\n",
        "GET http://h\nHTTP 200\nfile,expected.json;\n",
    ] {
        assert_eq!(imported(Hurl, text).lost, 1, "{text}");
    }
}

#[test]
fn variables_are_captured_values_or_arguments() {
    let text = "POST {{host}}/login\n{\"user\": \"{{user}}\"}\nHTTP 200\n[Captures]\ntoken: jsonpath \"$.token\"\ndata: header \"X\"\n\n\
                GET {{host}}/{{data}}?a={{a}}\nAuthorization: Bearer {{token}}\nX-Id: {{newUuid}}\n";
    let yaml = imported(Hurl, text).yaml;
    for expected in [
        "target: \"{{args.host}}\"",
        "raw: '{\"user\": \"{{args.user}}\"}'",
        "captures: {token: {jsonpath: $.token}, data_: {header: X}}",
        "url: \"/{{data_}}?a={{args.a}}\"",
        "bearer: \"{{token}}\"",
        "{name: X-Id, value: \"{{run.id}}\"}",
    ] {
        assert!(yaml.contains(expected), "{expected}\n{yaml}");
    }
}

#[test]
fn escapes_and_comments() {
    let text = "# first\nGET http://h/a # behind\nX-Hash: a\\#b # behind\nX-Uni: \\u{e9}\n\n# end\n";
    let steps = steps(Hurl, text);
    assert!(
        steps.contains("{name: X-Hash, value: \"a#b\"}") && steps.contains("value: \"é\""),
        "{steps}"
    );
}

#[test]
fn what_is_no_file_of_hurl_has_a_place() {
    for (text, line, column, found) in [
        ("get http://h", 1, 1, "no request"),
        ("GET", 1, 1, "no request"),
        (
            "GET http://h\n[Nope]\na: b\n",
            2,
            1,
            "the section `[Nope]` of a request",
        ),
        ("GET http://h\nHTTP 99\n", 2, 1, "a status that is none"),
        (
            "GET http://h\nHTTP 200\n[Asserts]\nstatuss == 3\n",
            4,
            1,
            "the query `statuss`",
        ),
        (
            "GET http://h\nHTTP 200\n[Asserts]\nstatus is 3\n",
            4,
            8,
            "no predicate that is known",
        ),
        (
            "GET http://h\nHTTP 200\n[Asserts]\nbody == \"a\n",
            4,
            9,
            "a text without an end",
        ),
        ("POST http://h\n{\"a\": 1\n", 2, 1, "JSON without an end"),
        (
            "POST http://h\n```\nabc\n",
            2,
            4,
            "a text of several lines without an end",
        ),
        ("GET http://h\nno colon\n", 2, 1, "\"no colon\""),
        ("# only a comment\n", 1, 1, "nothing to import"),
    ] {
        assert_eq!(refused(Hurl, text), (line, column, found.to_owned()), "{text}");
    }
}

//! Journeys as people write them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{Documents, Source, found, indented, validated};
use crate::analysis::plan::Secret;
use crate::analysis::plan::journey::{
    Action, Auth, Body, Check, Connections, Credential, FailureClass, HttpVersion, Journey, JsonTemplate,
    NamedFile, Piece, Predicate, Query, Reference, RowOrder, StatusRange,
};
use crate::analysis::{Diagnostic, Inputs};

fn document(spec: &str) -> String {
    let spec = indented(spec, 2);
    format!("apiVersion: serin.dev/v1\nkind: Journey\nmetadata: {{name: j}}\nspec:\n{spec}\n")
}

/// A journey of one step with these fields beside its name.
fn step(fields: &str) -> String {
    document(&format!(
        "target: http://a\nsteps:\n- name: s\n{}",
        indented(fields, 2)
    ))
}

fn files(named: &[(&str, &str)]) -> Arc<Vec<NamedFile>> {
    let file = |(path, text): &(&str, &str)| NamedFile {
        document: "j.yaml".to_owned(),
        path: (*path).to_owned(),
        bytes: Bytes::from((*text).to_owned()),
    };
    Arc::new(named.iter().map(file).collect())
}

fn made(
    text: &str,
    inputs: &Inputs,
    named: &[(&str, &str)],
) -> Result<(Journey, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (documents, _) = Documents::read(vec![Source::new("j.yaml", text)]);
    documents.with_files(files(named)).journey(None, inputs)
}

fn journey(text: &str) -> Journey {
    made(text, &Inputs::default(), &[])
        .unwrap_or_else(|report| panic!("{}", super::shown(&report)))
        .0
}

fn refused(text: &str) -> Vec<String> {
    found(&made(text, &Inputs::default(), &[]).expect_err(text))
}

const WHOLE: &str = r#"args: [{name: user, value: ann}, {name: key, valueFrom: {secretKeyRef: {name: api, key: key}}}]
target: http://127.0.0.1:8080
timeout: 20s
schedule: {interval: 10s, jitter: 0.2, maxInFlight: 8}
connections: cold
http:
  version: "1.1"
  headers: [{name: X-Api-Key, value: "{{args.key}}"}, {name: Accept, value: application/json}]
  redirects: 2
  maxBodyBytes: 1MiB
  timeout: 3s
  ca: roots.pem
  clientCertificate: {certificate: chain.pem, key: {env: KEY}}
answeredBy: {header: X-Version, canary: v2, stable: v1}
data: {csv: users.csv, order: random}
accounts: {rows: [{name: a, password: p1}, {name: b, password: p2}]}
warmUp: 5
steps:
- name: login
  request:
    url: /login
    json: {user: "{{account.name}}", password: "{{account.password}}", n: 1, who: "{{data.name}}!"}
    headers: [{name: accept, value: text/html}]
  captures: {token: {jsonpath: $.token, type: string}, count: {jsonpath: "$.items[*]"}}
  retry: {attempts: 2, pause: 200ms, on: [connect_refused, reset]}
- name: page
  parallel:
  - {name: a, request: {url: "/a/{{token}}", auth: {bearer: "{{token}}"}}, compare: true}
  - {name: b, request: {url: "/b", method: DELETE, auth: {basic: {user: x, password: {env: P}}}}}
- name: wait
  when: vars.count != nil && steps.login.passed
  request: {url: "/w?x={{run.id}}", query: {a: b, n: 5, t: "{{args.user}}"}}
  repeat: {times: 10, until: result.body.status == "done", pause: 1s}
  think: {min: 1s, max: 3s}
  timeout: 5s
  assert:
  - status: [2xx, 301-302, 404]
  - {header: Content-Type, startsWith: application/json}
  - {jsonpath: "$.items[*]", count: {min: 1}, not: {includes: "{{token}}"}}
  - {size: {max: 1MiB}}
  - {duration: {max: 300ms}}
  - {tlsDaysLeft: {min: 14}, soft: true}
  - {condition: 'result.status == 200 && len(result.body.items) > 2'}
  - {health: auto}
finally:
  timeout: 4s
  steps:
  - {name: remove, request: {url: "/orders/{{token}}", method: DELETE}, removes: "order {{run.tag}}"}
"#;

const PEM: &str = "-----BEGIN CERTIFICATE-----\n";

fn whole() -> Journey {
    let inputs = Inputs {
        secrets: [("api/key".to_owned(), "s3cret-key".to_owned())].into(),
        ..Inputs::default()
    };
    let named = [
        ("users.csv", "name,age\nann,5\nbob,6\n"),
        ("roots.pem", PEM),
        ("chain.pem", PEM),
    ];
    let made = made(&document(WHOLE), &inputs, &named);
    made.unwrap_or_else(|report| panic!("{}", super::shown(&report)))
        .0
}

#[test]
fn everything_that_a_journey_can_say() {
    let journey = whole();
    assert_eq!(journey.target.as_deref(), Some("http://127.0.0.1:8080"));
    assert_eq!(
        (journey.timeout, journey.finally_timeout),
        (Duration::from_secs(20), Duration::from_secs(4))
    );
    assert_eq!(journey.schedule.interval, Duration::from_secs(10));
    assert_eq!(
        (journey.schedule.jitter, journey.schedule.in_flight_max),
        (0.2, 8)
    );
    assert_eq!(
        (journey.connections, journey.version),
        (Connections::Cold, HttpVersion::Http1)
    );
    assert_eq!((journey.body_bytes_max, journey.warm_up), (1 << 20, 5));
    assert!(journey.http.cookies && !journey.http.insecure);
    assert!(journey.http.roots.is_some());
    assert_eq!(
        journey.http.certificate.as_ref().unwrap().key,
        Secret::Env("KEY".into())
    );
    let data = journey.data.as_ref().unwrap();
    assert_eq!((data.rows.len(), data.order), (2, RowOrder::Random));
    assert_eq!(data.rows[1]["age"], "6");
    assert_eq!(journey.accounts.as_ref().unwrap().secret, ["password"]);
    assert_eq!(journey.answering.as_ref().unwrap().canary.as_deref(), Some("v2"));
    let names: Vec<(&str, usize)> = journey
        .all_steps()
        .iter()
        .map(|step| (step.name.as_str(), step.index))
        .collect();
    assert_eq!(
        names,
        [
            ("login", 0),
            ("page", 1),
            ("a", 2),
            ("b", 3),
            ("wait", 4),
            ("remove", 5)
        ]
    );
    assert_eq!(journey.files.len(), 3);
    assert!(!format!("{journey:?}").contains("Secret::Value"));
}

#[test]
fn what_requests_become() {
    let journey = whole();
    let steps = journey.all_steps();
    let request = |at: usize| match &steps[at].action {
        Action::Http(request) => request,
        Action::Parallel(_) | Action::Probe(_) => panic!("{at}"),
    };
    let login = request(0);
    assert_eq!(login.method, http::Method::POST);
    assert_eq!(
        (login.redirects_max, steps[0].timeout),
        (2, Duration::from_secs(3))
    );
    // Its own `accept` wins over that of all requests.
    let headers: Vec<&str> = login.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(headers, ["x-api-key", "accept"]);
    let Credential::Template(key) = &login.headers[0].1 else {
        panic!()
    };
    assert_eq!(key.constant(), Some("s3cret-key"));
    let Body::Json(JsonTemplate::Map(fields)) = &login.body else {
        panic!()
    };
    assert_eq!(
        fields.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(),
        ["user", "password", "n", "who"]
    );
    let JsonTemplate::Text(who) = &fields[3].1 else {
        panic!()
    };
    assert_eq!(
        who.pieces,
        [
            Piece::Value(Reference::Data("name".into())),
            Piece::Text("!".into())
        ]
    );
    assert!(matches!(&fields[2].1, JsonTemplate::Constant { value, .. } if *value == 1));
    let retry = steps[0].retry.as_ref().unwrap();
    assert_eq!(retry.on, [FailureClass::ConnectRefused, FailureClass::Reset]);
    let (token, count) = (&steps[0].captures[1], &steps[0].captures[0]);
    assert_eq!((token.secret, count.secret), (Some(true), None));
    let paths =
        [&token.query, &count.query].map(|query| matches!(query, Query::JsonPath(path) if path.is_singular));
    assert_eq!(paths, [true, false]);
    assert!(matches!(&request(2).auth, Auth::Bearer(Credential::Template(_))));
    assert!(matches!(
        &request(3).auth,
        Auth::Basic {
            password: Credential::Secret(_),
            ..
        }
    ));
    let query: Vec<(&str, Option<&str>)> = request(4)
        .query
        .iter()
        .map(|(name, value)| (name.as_str(), value.constant()))
        .collect();
    assert_eq!(query, [("a", Some("b")), ("n", Some("5")), ("t", Some("ann"))]);
}

#[test]
fn what_assertions_become() {
    let journey = whole();
    let wait = journey.all_steps()[4];
    assert!(
        matches!(&wait.assertions[0].check, Check::Status(ranges) if ranges.len() == 3
        && ranges[0] == StatusRange { from: 200, to: 299 } && ranges[1] == StatusRange { from: 301, to: 302 })
    );
    let Check::Value { predicates, .. } = &wait.assertions[2].check else {
        panic!()
    };
    assert!(matches!(
        predicates[0],
        Predicate::Count {
            min: Some(1),
            max: None
        }
    ));
    assert!(matches!(&predicates[1], Predicate::Not(_)));
    let Check::Value { predicates, .. } = &wait.assertions[3].check else {
        panic!()
    };
    assert!(matches!(predicates[0], Predicate::Range { max: Some(max), .. } if max == 1_048_576.0));
    assert!(wait.assertions[5].soft);
    // What says nothing of the status expects no failure.
    let login = journey.all_steps()[0];
    assert!(
        matches!(&login.assertions[0].check, Check::Status(ranges) if *ranges == [StatusRange { from: 200, to: 399 }])
    );
}

#[test]
fn a_secret_of_an_argument_is_known_and_masked() {
    let journey = whole();
    assert_eq!(journey.secrets.masked("it is s3cret-key".into()), "it is *****");
}

#[test]
fn the_hash_follows_what_is_done() {
    let with = |spec: &str, named: &str| {
        let text = document(spec);
        made(&text, &Inputs::default(), &[("a.csv", named)])
            .unwrap()
            .0
            .config_hash
    };
    let spec = "target: http://a\ndata: {csv: a.csv}\nsteps:\n- {name: s, request: {url: /}}";
    let hash = with(spec, "a\n1\n");
    assert!(hash.starts_with("sha256:") && hash.len() == 71);
    assert_eq!(
        with(&spec.replace("{url: /}", "{ \"url\": \"/\" }"), "a\n1\n"),
        hash
    );
    assert_ne!(with(spec, "a\n2\n"), hash);
    assert_ne!(with(&spec.replace("url: /", "url: /b"), "a\n1\n"), hash);
}

const MISTAKES: &[(&str, &str)] = &[
    (
        "request: {url: '/{{token}}'}",
        "`token`, which is captured nowhere",
    ),
    ("request: {url: '/{{token'}", "`{{` without an end"),
    (
        "request: {url: '/{{data.x}}'}",
        "the column `x`, but the journey has no `data`",
    ),
    ("request: {url: '/{{run.ids}}'}", "unknown `{{run.ids}}`"),
    ("request: {url: '/{{args.x}}'}", "failed to resolve {{args.x}}"),
    ("request: {url: 'ftp://x/'}", "the scheme \"ftp\" in \"ftp://x/\""),
    ("request: {url: /, method: get}", "the method \"get\""),
    (
        "request: {url: /, json: {}, raw: x}",
        "several bodies: `json` or `raw`",
    ),
    ("request: {url: /, headers: [{name: 'a b', value: x}]}", "\"a b\""),
    (
        "request: {url: /, headers: [{name: Content-Length, value: x}]}",
        "the header `content-length`",
    ),
    ("request: {url: /, redirects: 51}", "the number 51"),
    (
        "request: {url: /, auth: {}}",
        "none or several ways to say who asks",
    ),
    (
        "request: {url: /}\nparallel: []",
        "a step that does nothing, or several things",
    ),
    ("request: {url: /}\ntimeout: 0s", "a time of 0s"),
    ("request: {url: /}\ntimeout: 5", "the number 5 for `timeout`"),
    ("request: {url: /}\nrepeat: {times: 0}", "the number 0"),
    ("request: {url: /}\nretry: {attempts: 101}", "the number 101"),
    (
        "request: {url: /}\nretry: {attempts: 1, on: [timeout]}",
        "the text \"timeout\" for `on`",
    ),
    (
        "request: {url: /}\nthink: {min: 2s, max: 1s}",
        "a `max` below `min`",
    ),
    ("request: {url: /}\nwhen: vars.x ==", "unexpected token"),
    (
        "request: {url: /}\nwhen: vars.x == 1",
        "`x`, which is captured nowhere",
    ),
    (
        "request: {url: /}\nwhen: result.status == 1",
        "unknown name result",
    ),
    (
        "request: {url: /}\nwhen: steps.x.passed",
        "`steps.x`, but no step of that name comes before",
    ),
    (
        "request: {url: /}\nassert: [{condition: result.stat == 1}]",
        "`result.stat`, which no answer has",
    ),
    (
        "request: {url: /}\nassert: [{condition: '$env.x == 1'}]",
        "unknown name $env",
    ),
    ("request: {url: /}\nassert: [{}]", "an assertion about nothing"),
    (
        "request: {url: /}\nassert: [{status: 200, health: auto}]",
        "an assertion about several things: `status` or `health`",
    ),
    (
        "request: {url: /}\nassert: [{header: a}]",
        "`header` without a predicate",
    ),
    (
        "request: {url: /}\nassert: [{jsonpath: $.a, equals: null}]",
        "`jsonpath` without a predicate",
    ),
    (
        "request: {url: /}\nassert: [{status: 200, contains: x}]",
        "a predicate beside `status`",
    ),
    ("request: {url: /}\nassert: [{status: 99}]", "the status \"99\""),
    ("request: {url: /}\nassert: [{status: 6xx}]", "the status \"6xx\""),
    (
        "request: {url: /}\nassert: [{jsonpath: items, exists: true}]",
        "no JSONPath",
    ),
    (
        "request: {url: /}\nassert: [{regex: '(', exists: true}]",
        "no regular expression: unclosed group",
    ),
    ("request: {url: /}\nassert: [{size: {}}]", "no limits"),
    (
        "request: {url: /}\nassert: [{duration: {min: 2s, max: 1s}}]",
        "1000 below `min` 2000",
    ),
    (
        "request: {url: /}\nassert: [{jsonSchema: {type: 5}}]",
        "no JSON Schema",
    ),
    (
        "request: {url: /}\nassert: [{jsonSchema: {$ref: 'http://x/y'}}]",
        "no JSON Schema",
    ),
    (
        "request: {url: /}\nassert: [{jsonSchema: x.json}]",
        "the file \"x.json\" cannot be read",
    ),
    (
        "request: {url: /}\nassert: [{body: false, contains: x}]",
        "`body: false`",
    ),
    ("request: {url: /}\ncaptures: {x: {}}", "a capture of 0 places"),
    (
        "request: {url: /}\ncaptures: {x: {status: true, body: true}}",
        "a capture of 2 places",
    ),
    (
        "request: {url: /}\ncaptures: {vars: {status: true}}",
        "\"vars\" as the name of a captured value",
    ),
    (
        "request: {url: /}\ncaptures: {'a.b': {status: true}}",
        "\"a.b\" as the name of a captured value",
    ),
    (
        "request: {url: /}\ncaptures: {x: {jsonpath: $.a, typ: string}}",
        "unknown field `typ` in `x`",
    ),
    (
        "request: {url: /}\ncompare: true\ncreates: x",
        "`compare` of a step that creates",
    ),
    ("request: {url: /, file: x}", "the file \"x\" cannot be read"),
    (
        "request: {url: /, multipart: [{name: a}]}",
        "a part of no content",
    ),
    (
        "request: {url: /, bodyy: x}",
        "unknown field `bodyy` in `request`",
    ),
];

#[test]
fn mistakes_and_what_is_said_of_them() {
    for &(fields, expected) in MISTAKES {
        let found = refused(&step(fields));
        assert!(
            found.iter().any(|found| found.contains(expected)),
            "{fields}: {found:?}"
        );
    }
}

#[test]
fn mistakes_of_whole_documents() {
    let steps = "steps: [{name: s, request: {url: /}}]";
    for (spec, expected) in [
        ("steps: []", "no steps"),
        (
            "target: nowhere\nsteps: [{name: s, request: {url: /}}]",
            "\"nowhere\" without scheme and host",
        ),
        (
            "steps: [{name: s, request: {url: /}}, {name: s, request: {url: /}}]",
            "a second step `s`",
        ),
        ("steps: [{name: '', request: {url: /}}]", "the name \"\""),
        (
            "steps: [{name: s, parallel: [{name: t, request: {url: /}}]}]",
            "1 steps at the same time",
        ),
        ("data: {rows: []}\nSTEPS", "no rows"),
        ("data: {}\nSTEPS", "rows of no source, or of several"),
        ("data: {rows: [{a: 1}, {b: 1}]}\nSTEPS", "row 2 has other columns"),
        (
            "accounts: {rows: [{a: 1}], secret: [b]}\nSTEPS",
            "the secret column `b`, which no row has",
        ),
        ("answeredBy: {header: x}\nSTEPS", "no side that says something"),
        (
            "answeredBy: {header: x, canary: a, stable: a}\nSTEPS",
            "the same for both sides",
        ),
        ("schedule: {interval: 1us}\nSTEPS", "a time of 1\u{b5}s"),
        ("schedule: {jitter: 0.6}\nSTEPS", "the number 0.6"),
        ("schedule: {maxInFlight: 0}\nSTEPS", "the number 0"),
        ("http: {maxBodyBytes: 2GiB}\nSTEPS", "\"2GiB\""),
        ("http: {version: 3}\nSTEPS", "the number 3 for `version`"),
        (
            "args: [{name: a, value: '{{x}}'}]\nSTEPS",
            "`{{` in the value of `a`",
        ),
        ("stepz: []\nSTEPS", "unknown field `stepz` in `spec`"),
    ] {
        let found = refused(&document(&spec.replace("STEPS", steps)));
        assert!(
            found.iter().any(|found| found.contains(expected)),
            "{spec}: {found:?}"
        );
    }
}

#[test]
fn a_later_capture_is_named_and_the_caret_stands_under_the_placeholder() {
    let text = document(
        "target: http://a\nsteps:\n- {name: a, request: {url: '/x/{{token}}'}}\n- name: b\n  request: {url: /}\n  captures: {token: {header: X-T}}",
    );
    let said = validated(&text);
    for expected in [
        "j.yaml".replace('j', "a").as_str(),
        "`token`, which is not captured before: step `b` captures it",
        "- {name: a, request: {url: '/x/{{token}}'}}\n   |                                  ^^^^^^^^^",
    ] {
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn steps_at_the_same_time_know_nothing_of_one_another() {
    let journey = |last: &str| {
        document(&format!(
            "target: http://a\nsteps:\n- name: p\n  parallel:\n  - {{name: a, request: {{url: /}}, captures: {{x: {{status: true}}}}}}\n  - {{name: b, request: {{url: '{last}'}}}}\n- {{name: c, request: {{url: '/{{{{x}}}}'}}}}"
        ))
    };
    assert!(made(&journey("/"), &Inputs::default(), &[]).is_ok());
    assert_eq!(
        refused(&journey("/{{x}}")),
        ["`x`, which is not captured before: step `a` captures it"]
    );
}

#[test]
fn files_are_named_as_they_are_and_only_where_they_may_be() {
    let text = step("request: {url: /, file: '{{args.f}}'}")
        .replace("target:", "args: [{name: f, value: /etc/passwd}]\n  target:");
    assert_eq!(refused(&text), ["a path with a placeholder"]);
    let text = step("request: {url: /, file: body.bin}");
    let (documents, _) = Documents::read(vec![Source::new("j.yaml", &text)]);
    let report = documents.journey(None, &Inputs::default()).unwrap_err();
    assert_eq!(
        found(&report),
        ["the file \"body.bin\" cannot be read: documents from here may not name files"]
    );
    let journey = made(&text, &Inputs::default(), &[("body.bin", "xyz")]).unwrap().0;
    let Action::Http(request) = &journey.steps[0].action else {
        panic!()
    };
    assert!(matches!(&request.body, Body::Bytes(bytes) if bytes == "xyz"));
}

#[test]
fn a_draft_leaves_open_what_waits_for_arguments() {
    let text = document(
        "args: [{name: a}]\ntarget: 'http://{{args.a}}'\ntimeout: '{{args.a}}'\nsteps:\n- {name: s, request: {url: '/{{args.a}}/{{run.id}}'}, assert: [{jsonpath: '{{args.a}}', equals: '{{args.a}}'}, {status: '{{args.a}}'}]}",
    );
    assert_eq!(validated(&text), "");
    assert_eq!(refused(&text)[0], "args.a was not resolved");
}

#[test]
fn one_journey_of_several_by_its_name() {
    let named = |name: &str| step("request: {url: /}").replace("{name: j}", &format!("{{name: {name}}}"));
    let text = format!("{}---\n{}", named("a"), named("b"));
    let (documents, report) = Documents::read(vec![Source::new("j.yaml", &text)]);
    assert!(report.is_empty());
    assert_eq!(documents.journeys().collect::<Vec<_>>(), ["a", "b"]);
    let made = |name: Option<&str>| documents.journey(name, &Inputs::default());
    assert_eq!(made(Some("b")).unwrap().0.name, "b");
    assert_eq!(found(&made(None).unwrap_err()), ["2 journeys"]);
    assert_eq!(found(&made(Some("c")).unwrap_err()), ["no journey `c`"]);
    // A journey is no analysis.
    assert_eq!(
        found(&documents.plan(None, &BTreeMap::new()).unwrap_err()),
        ["no analysis"]
    );
    let doubled = format!("{}---\n{}", named("a"), named("a"));
    assert!(validated(&doubled).contains("a second journey `a`"));
}

#[test]
fn the_example_of_one_step() {
    let journey = journey(&step("request: {url: /}"));
    assert_eq!(
        (journey.timeout, journey.body_bytes_max),
        (Duration::from_secs(30), 4 << 20)
    );
    assert_eq!(journey.schedule.interval, Duration::from_secs(30));
    assert_eq!(journey.schedule.in_flight_max, 64);
}

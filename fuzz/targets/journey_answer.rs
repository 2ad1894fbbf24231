//! Any answer of a server, judged by every assertion and capture there is: an outcome, and never a success of what was not
//! answered with 2xx.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use arbitrary::Arbitrary;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use libfuzzer_sys::fuzz_target;
use serin_judge::analysis::plan::journey::Journey;
use serin_judge::analysis::{Documents, Inputs, Source};
use serin_judge::journey::{
    Answer, Credentials, Prepared, RunIds, StepOutcome, TlsFacts, Values, differences, judge,
};

const DOCUMENT: &str = r#"
apiVersion: serin.dev/v1
kind: Journey
metadata: {name: j}
spec:
  target: http://a
  answeredBy: {header: x-version, canary: v2, stable: v1}
  steps:
  - name: s
    request: {url: /}
    captures:
      a: {jsonpath: $.a, optional: true}
      b: {regex: '"([^"]*)"', optional: true}
      c: {header: x-version, type: integer, optional: true}
      d: {cookie: sid, optional: true}
      e: {body: true}
      f: {jsonpath: '$..a[?@.b > 1]', optional: true}
    assert:
    - status: 200-299
    - {jsonpath: $.a, equals: "{{b}}", count: 1, contains: x, greaterThan: 1, includes: 1}
    - {jsonpath: '$..*', isEmpty: false, lessThan: 5, not: {startsWith: a}}
    - {header: x-version, matches: '^v[0-9]+$'}
    - {cookie: sid, exists: true}
    - {regex: '(a+)+$', exists: true}
    - {health: auto}
    - {health: spring}
    - {health: healthJson}
    - {health: kubernetes}
    - {jsonSchema: {type: object, properties: {a: {type: integer, maximum: 3}}}}
    - {condition: 'result.body.a == vars.a || len(result.body) > 3'}
    - {size: {max: 100}}
    - {tlsDaysLeft: {min: 3}}
"#;

static JOURNEY: LazyLock<Journey> = LazyLock::new(|| {
    let (documents, _) = Documents::read(vec![Source::new("j.yaml", DOCUMENT)]);
    match documents.journey(None, &Inputs::default()) {
        Ok((journey, _)) => journey,
        Err(report) => panic!("{report:#?}"),
    }
});

#[derive(Debug, Arbitrary)]
struct Answered<'a> {
    status: u16,
    headers: Vec<(Name, &'a [u8])>,
    body: &'a [u8],
    other_body: &'a [u8],
    days_left: Option<i64>,
}

#[derive(Debug, Arbitrary)]
enum Name {
    Version,
    Cookie,
    ContentType,
}

impl Answered<'_> {
    fn answer(&self, body: &[u8]) -> Answer {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::from_static(match name {
                Name::Version => "x-version",
                Name::Cookie => "set-cookie",
                Name::ContentType => "content-type",
            });
            headers.extend(HeaderValue::from_bytes(value).ok().map(|value| (name, value)));
        }
        Answer {
            status: StatusCode::from_u16(100 + self.status % 500).unwrap_or_default(),
            version: Version::HTTP_11,
            headers,
            body: body.to_vec().into(),
            body_bytes: body.len() as u64,
            url: http::Uri::from_static("http://a/"),
            address: None,
            redirects: 0,
            duration: Duration::from_millis(3),
            tls: self.days_left.map(|days_left| TlsFacts {
                version: "TLSv1.3",
                days_left,
            }),
        }
    }
}

fuzz_target!(|answered: Answered<'_>| {
    let journey = &*JOURNEY;
    let Ok(prepared) = Prepared::new(journey, "http://a", &Credentials::default(), "fuzz") else {
        panic!("a target that is good");
    };
    let mut values = Values::new(RunIds::new(1, 1), None, None, &prepared);
    let answer = answered.answer(answered.body);
    let judged = judge(&journey.steps[0], &answer, &mut values);
    if !answer.status.is_success() {
        assert!(matches!(judged.outcome, StepOutcome::Failed(_)), "{judged:?}");
    }
    for failure in &judged.assertions {
        assert!(failure.got.chars().count() <= 201, "{failure:?}");
    }
    let other = answered.answer(answered.other_body);
    let _compared = differences((&answer, &values), (&other, &values));
});

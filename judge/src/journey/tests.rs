//! Documents in, requests and verdicts out: what a run sees of this crate.

mod assertions;
mod captures;
mod comparing;
mod conditions;
mod filling;
mod health;
mod random;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, Version};

use super::{Answer, Credentials, Judged, Prepared, RunIds, StepOutcome, TlsFacts, Values, judge};
use crate::analysis::plan::journey::{FailureClass, Journey, Row, Step};
use crate::analysis::{Diagnostic, Documents, Inputs, Source};

fn made(spec: &str) -> Result<Journey, Vec<Diagnostic>> {
    let lines: Vec<String> = spec.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!(
        "apiVersion: serin.dev/v1\nkind: Journey\nmetadata: {{name: check out}}\nspec:\n{}",
        lines.concat()
    );
    let (documents, _) = Documents::read(vec![Source::new("j.yaml", &text)]);
    documents
        .journey(None, &Inputs::default())
        .map(|(journey, _)| journey)
}

fn journey(spec: &str) -> Journey {
    made(spec).unwrap_or_else(|report| {
        let said: Vec<String> = report.iter().map(ToString::to_string).collect();
        panic!("{}", said.join("\n"))
    })
}

/// A journey of a step `s` with these fields, after one that captures `token`, `id` and `list`.
fn stepped(fields: &str) -> Journey {
    let lines: Vec<String> = fields.lines().map(|line| format!("  {line}\n")).collect();
    journey(&format!(
        "steps:\n- name: first\n  request: {{url: /}}\n  captures: {{token: {{jsonpath: $.token}}, id: {{jsonpath: $.id}}, list: {{jsonpath: $.list}}, gone: {{jsonpath: $.gone, optional: true}}}}\n- name: s\n{}",
        lines.concat()
    ))
}

const SECRET: &str = "pl4nted-c4nary \"s\u{e9}cret\"/+";

fn prepared(journey: &Journey) -> Prepared {
    Prepared::new(
        journey,
        "http://host:8080/base",
        &Credentials::default(),
        "serin/1.0 (synthetic)",
    )
    .unwrap()
}

fn row(cells: &[(&str, serde_json::Value)]) -> Option<Arc<Row>> {
    let cells = cells.iter();
    Some(Arc::new(
        cells
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    ))
}

/// What is known after the first step of [`stepped`].
fn known(journey: &Journey) -> Values {
    known_at(journey, &prepared(journey))
}

fn known_at(journey: &Journey, prepared: &Prepared) -> Values {
    let mut values = Values::new(RunIds::new(1, 1), None, None, prepared);
    let body = serde_json::json!({"token": SECRET, "id": 7, "list": [1, "a"]});
    let judged = judge(
        journey.all_steps()[0],
        &answer(200, &body.to_string()),
        &mut values,
    );
    assert_eq!(judged.outcome, StepOutcome::Passed, "{judged:?}");
    values
}

fn answer(status: u16, body: &str) -> Answer {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-type", "application/json; charset=utf-8"),
        ("x-count", "12"),
        ("set-cookie", "sid=abc; Path=/; HttpOnly"),
        ("set-cookie", "theme=dark"),
    ] {
        headers.append(name, HeaderValue::from_static(value));
    }
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        version: Version::HTTP_11,
        headers,
        body: Bytes::from(body.to_owned()),
        body_bytes: body.len() as u64,
        url: "http://host:8080/final?x=1".parse().unwrap(),
        address: None,
        redirects: 1,
        duration: Duration::from_micros(312_500),
        tls: Some(TlsFacts {
            version: "TLSv1.3",
            days_left: 20,
            session: None,
        }),
    }
}

fn last(journey: &Journey) -> &Step {
    journey.all_steps()[1]
}

/// What a step with these assertions comes to.
fn asserted(assertions: &str, answer: &Answer) -> Judged {
    let journey = stepped(&format!("request: {{url: /}}\nassert: [{assertions}]"));
    judge(last(&journey), answer, &mut known(&journey))
}

fn class(judged: &Judged) -> Option<FailureClass> {
    match judged.outcome {
        StepOutcome::Failed(class) => Some(class),
        _ => None,
    }
}

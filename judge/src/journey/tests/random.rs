//! Whatever servers answer and documents say: nothing panics.

use proptest::prelude::*;

use super::{answer, judge, known, last, made, stepped};
use crate::journey::{Arm, answered_by};

/// Texts that are often JSON or something near it.
fn bodies() -> impl Strategy<Value = String> {
    prop_oneof![
        ".*",
        r#"[\[\]{}",:0-9a-z\\ .-]{0,40}"#,
        r#"\{"(status|checks|components|a)": ("(UP|pass|DOWN|x)"|[0-9]{1,30}|null|\{"a": \{"status": "UP"\}\}|\[1, "x"\])\}"#,
        r"(\[[+-]\][a-z]{0,5} ?(ok|failed)?\n){0,4}",
    ]
}

proptest! {
    #[test]
    fn any_body_can_be_judged(body in bodies(), status in 100_u16..600) {
        let journey = stepped(
            "request: {url: /}\ncaptures: {x: {jsonpath: $.a, optional: true}, y: {regex: '\"(.*?)\"', optional: true}, z: {body: true}}\nassert:\n- {jsonpath: $.a, equals: '{{x}}', count: 1, contains: x, greaterThan: 1, includes: 1}\n- {jsonpath: '$..*', isEmpty: false, lessThan: 5, not: {startsWith: a}}\n- {health: auto}\n- {health: spring}\n- {health: healthJson}\n- {health: kubernetes}\n- {jsonSchema: {type: object, properties: {a: {type: integer, maximum: 3}}}}\n- {condition: 'result.body.a == vars.x'}\n- {condition: 'len(result.body) > 3'}",
        );
        let answer = answer(status, &body);
        let mut values = known(&journey);
        let judged = judge(last(&journey), &answer, &mut values);
        for failure in &judged.assertions {
            prop_assert!(failure.got.chars().count() <= 201);
        }
        let journey = made("answeredBy: {jsonpath: $.a, canary: x}\nsteps: [{name: s, request: {url: /}}]").unwrap();
        let _side = answered_by(journey.answering.as_ref().unwrap(), &answer, Arm::Canary);
    }

    #[test]
    fn any_text_may_stand_anywhere_in_a_document(text in r#"[ -~äß\n]{0,30}"#, place in 0_usize..12) {
        let quoted = serde_json::Value::from(text.as_str()).to_string();
        let fields = [
            format!("request: {{url: {quoted}}}"),
            format!("request: {{url: /, method: {quoted}}}"),
            format!("request: {{url: /, headers: [{{name: {quoted}, value: x}}]}}"),
            format!("request: {{url: /, json: {{{quoted}: {quoted}}}}}"),
            format!("request: {{url: /}}\nwhen: {quoted}"),
            format!("request: {{url: /}}\ntimeout: {quoted}"),
            format!("request: {{url: /}}\nassert: [{{jsonpath: {quoted}, exists: true}}]"),
            format!("request: {{url: /}}\nassert: [{{regex: {quoted}, matches: {quoted}}}]"),
            format!("request: {{url: /}}\nassert: [{{status: {quoted}}}]"),
            format!("request: {{url: /}}\nassert: [{{condition: {quoted}}}]"),
            format!("request: {{url: /}}\ncaptures: {{{quoted}: {{cookie: {quoted}}}}}"),
            format!("request: {{url: /}}\ncreates: {quoted}"),
        ];
        let lines: Vec<String> = fields[place].lines().map(|line| format!("  {line}\n")).collect();
        let journey = made(&format!("steps:\n- name: s\n{}", lines.concat()));
        if let Ok(journey) = journey {
            let prepared = super::prepared(&journey);
            let values = crate::journey::Values::new(crate::journey::RunIds::new(1, 1), None, None, &prepared);
            // It is filled in, or refused with a reason.
            if let Err(failure) = prepared.fill(&journey.steps[0], &values, crate::journey::Turn::default()) {
                prop_assert!(!failure.message.is_empty());
            }
        }
    }
}

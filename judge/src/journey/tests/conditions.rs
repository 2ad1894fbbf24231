//! `when`, `until`, and who answered.

use serde_json::json;

use super::{answer, journey, known, last, prepared, row, stepped};
use crate::analysis::plan::journey::FailureClass;
use crate::journey::{
    Arm, RunIds, StepOutcome, Values, answered_by, answered_by_any, holds_before, holds_of, text,
};

#[test]
fn a_step_is_done_when_its_condition_holds() {
    for (when, expected) in [
        ("vars.id == 7", true),
        ("vars.id > 7", false),
        ("vars.gone == nil", true),
        ("vars.list[1] == \"a\" && len(vars.list) == 2", true),
        ("steps.first.passed && !steps.first.failed", true),
        ("steps.first.class == nil", true),
        ("vars.token contains \"pl4nted\"", true),
        ("let x = vars.id; x == 7", true),
    ] {
        let journey = stepped(&format!("request: {{url: /}}\nwhen: '{when}'"));
        let mut values = known(&journey);
        values.set_step("first", StepOutcome::Passed);
        let condition = last(&journey).when.as_ref().unwrap();
        assert_eq!(holds_before(condition, &values), Ok(expected), "{when}");
    }
    let journey = stepped("request: {url: /}\nwhen: steps.first.class == \"reset\"");
    let mut values = known(&journey);
    values.set_step("first", StepOutcome::Passed);
    values.set_step("first", StepOutcome::Failed(FailureClass::Reset));
    assert_eq!(
        holds_before(last(&journey).when.as_ref().unwrap(), &values),
        Ok(true)
    );
}

#[test]
fn rows_and_accounts() {
    let journey = journey(
        "data: {rows: [{role: admin}]}\naccounts: {rows: [{name: ann}]}\nsteps: [{name: a, request: {url: /}}, {name: s, when: data.role == \"admin\" && account.name == \"ann\", request: {url: /}}]",
    );
    let made = |role: &str| {
        let data = row(&[("role", json!(role))]);
        Values::new(
            RunIds::new(1, 1),
            data,
            row(&[("name", json!("ann"))]),
            &prepared(&journey),
        )
    };
    let condition = last(&journey).when.as_ref().unwrap();
    assert_eq!(holds_before(condition, &made("admin")), Ok(true));
    assert_eq!(holds_before(condition, &made("user")), Ok(false));
}

#[test]
fn a_condition_that_does_not_fit_is_a_failure() {
    let journey = stepped("request: {url: /}\nwhen: vars.token > 5");
    let failure = holds_before(last(&journey).when.as_ref().unwrap(), &known(&journey)).unwrap_err();
    assert_eq!(failure.class, FailureClass::BadRequest);
    assert!(
        failure.message.starts_with("when: ") && !failure.message.contains("pl4nted"),
        "{}",
        failure.message
    );
    let journey = stepped("request: {url: /}\nrepeat: {times: 2, until: result.body.status == \"done\"}");
    let until = last(&journey).repeat.as_ref().unwrap().until.as_ref().unwrap();
    let values = known(&journey);
    assert_eq!(
        holds_of(until, &answer(200, r#"{"status": "done"}"#), &values),
        Ok(true)
    );
    assert_eq!(
        holds_of(until, &answer(200, r#"{"status": "busy"}"#), &values),
        Ok(false)
    );
    let failure = holds_of(until, &answer(200, "<html>"), &values).unwrap_err();
    assert_eq!(failure.class, FailureClass::AssertFailed);
}

#[test]
fn who_answered() {
    let answering = |spec: &str| {
        journey(&format!(
            "answeredBy: {spec}\nsteps: [{{name: s, request: {{url: /}}}}]"
        ))
        .answering
        .unwrap()
    };
    let both = answering("{header: x-count, canary: '12', stable: '11'}");
    let canary_only = answering("{jsonpath: $.v, canary: v2}");
    let missing = answering("{header: x-none, canary: a, stable: b}");
    let of = |body: &str| answer(200, body);
    for (answering, arm, body, expected) in [
        (&both, Arm::Canary, "", true),
        (&both, Arm::Stable, "", false),
        (&both, Arm::Control, "", false),
        (&canary_only, Arm::Canary, r#"{"v": "v2"}"#, true),
        (&canary_only, Arm::Canary, r#"{"v": "v1"}"#, false),
        (&canary_only, Arm::Canary, "<html>", false),
        (&canary_only, Arm::Stable, r#"{"v": "v2"}"#, false),
        (&canary_only, Arm::Stable, r#"{"v": "v1"}"#, true),
        (&canary_only, Arm::Stable, "", true),
        (&missing, Arm::Canary, "", false),
        (&missing, Arm::Stable, "", false),
    ] {
        assert_eq!(
            answered_by(answering, &of(body), arm),
            expected,
            "{answering:?} {arm:?} {body}"
        );
    }
    let both = answering("{jsonpath: $.v, canary: v2, stable: v1}");
    for (answering, body, expected) in [
        (&both, r#"{"v": "v2"}"#, true),
        (&both, r#"{"v": "v1"}"#, true),
        (&both, r#"{"v": "v3"}"#, false),
        (&both, "", false),
        (&canary_only, r#"{"v": "v1"}"#, true),
    ] {
        assert_eq!(
            answered_by_any(answering, &of(body)),
            expected,
            "{answering:?} {body}"
        );
    }
}

#[test]
fn names_of_test_data() {
    let journey = stepped("request: {url: /}\ncreates: 'order {{id}} ({{run.tag}})'");
    let creates = last(&journey).creates.as_ref().unwrap();
    let turn = crate::journey::Turn::default();
    assert_eq!(
        text(creates, &known(&journey), turn).unwrap(),
        format!("order 7 (serin-{})", RunIds::new(1, 1))
    );
}

//! Conditions of steps: what they may name.

use super::names::{Names, Unknown, column_of, plain, refuse_part};
use crate::analysis::diagnostic::{did_you_mean, listed};
use crate::analysis::node::Place;
use crate::analysis::validate::Checks;
use crate::condition::{Condition, ConditionError};

/// A condition before a step, where there is no `result` yet.
pub(super) fn condition_before(
    checks: &mut Checks<'_>,
    names: &Names,
    place: &Place<'_>,
    text: Option<&str>,
) -> Option<Condition> {
    condition(checks, names, &[], place, text, Condition::before_step)
}

/// A condition of an answer, whose `result` has these members.
pub(super) fn condition_of(
    checks: &mut Checks<'_>,
    names: &Names,
    members: &[&'static str],
    place: &Place<'_>,
    text: Option<&str>,
) -> Option<Condition> {
    condition(checks, names, members, place, text, Condition::of_answer)
}

fn condition(
    checks: &mut Checks<'_>,
    names: &Names,
    members: &[&'static str],
    place: &Place<'_>,
    text: Option<&str>,
    compile: fn(&str) -> Result<Condition, ConditionError>,
) -> Option<Condition> {
    let text = plain(checks, place, text?)?;
    let condition = match compile(text) {
        Ok(condition) => condition,
        Err(error) => {
            let expected = "a condition such as `vars.role == \"admin\"` or `result.status == 200`";
            let part = error.span().unwrap_or(0..text.len());
            refuse_part(checks, place, &part, error.to_string(), expected, None);
            return None;
        }
    };
    for mention in condition.mentions() {
        let Some(member) = &mention.member else { continue };
        let unknown = match mention.part.as_ref() {
            "vars" => names.captured(member),
            "data" => column_of(&names.data, "data", member),
            "account" => column_of(&names.account, "accounts", member),
            "steps" => step_of(names, member),
            _ => of_result(member, members),
        };
        if let Err(unknown) = unknown {
            let similar = unknown.similar.as_deref();
            refuse_part(
                checks,
                place,
                &mention.span,
                unknown.found,
                &unknown.expected,
                similar,
            );
        }
    }
    Some(condition)
}

fn of_result(member: &str, members: &[&'static str]) -> Result<(), Unknown> {
    if members.contains(&member) {
        return Ok(());
    }
    Err(Unknown {
        found: format!("`result.{member}`, which no answer has"),
        expected: listed(members.iter().copied()),
        similar: did_you_mean(member, members.iter().copied()).map(str::to_owned),
    })
}

fn step_of(names: &Names, member: &str) -> Result<(), Unknown> {
    if names.steps.contains(member) {
        return Ok(());
    }
    let known = || names.steps.iter().map(String::as_str);
    Err(Unknown {
        found: format!("`steps.{member}`, but no step of that name comes before"),
        expected: if names.steps.is_empty() {
            "the name of a step before this one: there is none".into()
        } else {
            format!("a step before this one: {}", listed(known()))
        },
        similar: did_you_mean(member, known()).map(str::to_owned),
    })
}

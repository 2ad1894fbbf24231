//! What a step has to know to be judged: nothing else is made.

use crate::analysis::plan::journey::{Check, Journey, Query, Step};
use crate::condition::Condition;

/// Whether anything of a step looks at the body.
#[must_use]
pub fn needs_body(step: &Step) -> bool {
    let by_condition = |condition: &Condition| {
        let mut mentions = condition.mentions().iter();
        mentions.any(|mention| {
            *mention.part == *"result" && mention.member.as_ref().is_none_or(|member| **member == *"body")
        })
    };
    let until = step.repeat.as_ref().and_then(|repeat| repeat.until.as_ref());
    step.compare
        || step.captures.iter().any(|capture| of_body(&capture.query))
        || until.is_some_and(by_condition)
        || step.assertions.iter().any(|assertion| match &assertion.check {
            Check::Status(_) => false,
            Check::Value { query, .. } => of_body(query),
            Check::Schema(_) | Check::Health(_) => true,
            Check::Condition(condition) => by_condition(condition),
        })
}

fn of_body(query: &Query) -> bool {
    matches!(query, Query::Body | Query::JsonPath(_) | Query::Regex(_))
}

/// Whether who answered is told in the body.
pub(super) fn answering_needs_body(journey: &Journey) -> bool {
    let answering = journey.answering.as_ref();
    answering.is_some_and(|answering| of_body(&answering.query))
}

/// Whether a condition of the step asks how other steps ended.
pub(super) fn keeps_steps(step: &Step) -> bool {
    let asks = |condition: &Condition| {
        let mut mentions = condition.mentions().iter();
        mentions.any(|mention| *mention.part == *"steps")
    };
    let until = step.repeat.as_ref().and_then(|repeat| repeat.until.as_ref());
    let asserted = step
        .assertions
        .iter()
        .filter_map(|assertion| match &assertion.check {
            Check::Condition(condition) => Some(condition),
            _ => None,
        });
    step.when.iter().chain(until).chain(asserted).any(asks)
}

use super::observed::{Found, Observed};
use super::values::text_of;
use super::{Answer, Arm};
use crate::analysis::plan::journey::Answering;

/// Whether the side that was asked has answered. Where nothing is known of what a side says, it may say anything but what
/// the other one says.
#[must_use]
pub fn answered_by(answering: &Answering, answer: &Answer, arm: Arm) -> bool {
    let said = said(answering, answer);
    let (own, other) = match arm {
        Arm::Canary => (&answering.canary, &answering.stable),
        Arm::Stable | Arm::Control => (&answering.stable, &answering.canary),
    };
    match (said, own, other) {
        (Some(said), Some(own), _) => said == *own,
        (Some(said), None, Some(other)) => said != *other,
        // Who says nothing is known by nobody.
        (None, Some(_), _) => false,
        (_, None, _) => true,
    }
}

/// Whether one of the sides has answered, where one target is asked that may be either.
#[must_use]
pub fn answered_by_any(answering: &Answering, answer: &Answer) -> bool {
    [Arm::Canary, Arm::Stable]
        .into_iter()
        .any(|arm| answered_by(answering, answer, arm))
}

/// An answer that does not say who it is from, such as a proxy's own.
#[must_use]
pub fn is_anonymous(answering: &Answering, answer: &Answer) -> bool {
    said(answering, answer).is_none()
}

fn said(answering: &Answering, answer: &Answer) -> Option<String> {
    match Observed::new(answer).find(&answering.query) {
        Found::One(value) => text_of(&value).map(|text| text.into_owned()),
        _ => None,
    }
}

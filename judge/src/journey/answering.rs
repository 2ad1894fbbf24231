use super::observed::{Found, Observed};
use super::values::text_of;
use super::{Answer, Arm};
use crate::analysis::plan::journey::Answering;

/// Whether the side that was asked has answered. Where nothing is known of what a side says, it may say anything but what
/// the other one says.
#[must_use]
pub fn answered_by(answering: &Answering, answer: &Answer, arm: Arm) -> bool {
    let observed = Observed::new(answer);
    let said = match observed.find(&answering.query) {
        Found::One(value) => text_of(&value).map(|text| text.into_owned()),
        _ => None,
    };
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

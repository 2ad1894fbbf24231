//! What a provider answers.

use super::check::Checking;
use super::{Said, Scripted, raw, value};
use crate::analysis::node::Place;
use crate::analysis::plan::Phase;

const EXPECTED: &str = "one of `value`, `error` and `phase`";

/// One answer of a provider of this kind; `None` when something is wrong with it.
pub(super) fn answer(
    checking: &mut Checking<'_>,
    answer: &raw::Answer,
    kind: &str,
    place: &Place<'_>,
) -> Option<Scripted> {
    let before = checking.report.len();
    let took = checking
        .duration(answer.took.as_deref(), &place.field("took"))
        .unwrap_or_default();
    // A null is a value, too: what web gives for `null`, and Prometheus' empty vector.
    let entry = place.node().and_then(|node| node.entry("value"));
    let says = match (entry, &answer.error, answer.phase) {
        (Some(entry), None, None) => match value::of(kind, &entry.value) {
            Ok(said) => Some(said),
            Err(problem) => {
                let mut problem = place.field("value").error(problem.found, problem.expected);
                if !entry.value.items().is_empty() || !entry.value.entries().is_empty() {
                    problem.span = entry.value.mark();
                }
                checking.report.push(problem);
                None
            }
        },
        (None, Some(error), None) => Some(Said::Error(error.clone())),
        (None, None, Some(phase)) => given_phase(checking, phase, kind, place),
        (None, None, None) => {
            checking
                .report
                .push(place.error("an answer that says nothing", EXPECTED));
            None
        }
        _ => {
            checking
                .report
                .push(place.error("an answer that says several things", EXPECTED));
            None
        }
    };
    says.filter(|_| checking.report.len() == before)
        .map(|says| Scripted { took, says })
}

fn given_phase(checking: &mut Checking<'_>, phase: Phase, kind: &str, place: &Place<'_>) -> Option<Said> {
    let place = place.field("phase");
    if !matches!(kind, "job" | "kayenta" | "plugin") {
        let found = format!("a phase from `{kind}`, which gives values");
        checking
            .report
            .push(place.error(found, "a `value` or an `error`"));
    } else if !phase.is_final() {
        let expected = "a phase to end with; `took` says how long it is Running";
        checking
            .report
            .push(place.error(format!("the phase {phase:?}"), expected));
    } else {
        return Some(Said::Phase(phase));
    }
    None
}

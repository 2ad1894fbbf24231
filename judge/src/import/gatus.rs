//! Configurations of Gatus 5 (README): a Journey for each endpoint and each suite.

mod conditions;
mod endpoint;
mod pattern;
mod suite;
mod words;

use std::sync::Arc;

use super::draft::Draft;
use super::fields::{flag, root, text};
use super::refused;
use crate::analysis::{Diagnostic, Node, Source};

pub(super) fn read(source: &Arc<Source>) -> Result<Vec<Draft>, Vec<Diagnostic>> {
    let expected = "a configuration of Gatus: `endpoints:` or `suites:`";
    let root = root(source, expected)?;
    let mut drafts = Vec::new();
    let mut lost = Vec::new();
    for entry in root.entries() {
        match entry.key.as_str() {
            "endpoints" => {
                for node in entry.value.items() {
                    let name = name_of(source, node)?;
                    if is_off(node) {
                        lost.push(format!("the endpoint `{name}`, which is not enabled"));
                    } else {
                        put(endpoint::journey(&name, node), &mut drafts, &mut lost);
                    }
                }
            }
            "suites" => {
                for node in entry.value.items() {
                    let name = name_of(source, node)?;
                    if is_off(node) {
                        lost.push(format!("the suite `{name}`, which is not enabled"));
                    } else {
                        put(suite::journey(&name, node), &mut drafts, &mut lost);
                    }
                }
            }
            key => lost.push(format!("`{key}`, which is no check")),
        }
    }
    match drafts.first_mut() {
        Some(draft) => lost.iter().for_each(|what| draft.lose(what)),
        None => {
            let found = format!("nothing that Journeys have: {}", lost.join("; "));
            return Err(refused(source, root.mark(), found, expected));
        }
    }
    Ok(drafts)
}

fn put(made: Result<Draft, String>, drafts: &mut Vec<Draft>, lost: &mut Vec<String>) {
    match made {
        Ok(draft) => drafts.push(draft),
        Err(what) => lost.push(what),
    }
}

/// Group and name.
fn name_of(source: &Arc<Source>, node: &Node) -> Result<String, Vec<Diagnostic>> {
    let name = node.get("name").and_then(text);
    let Some(name) = name else {
        return Err(refused(
            source,
            node.mark(),
            "a check without a name",
            "`name`, and `url`",
        ));
    };
    let group = node.get("group").and_then(text);
    Ok(group.map_or_else(|| name.to_owned(), |group| format!("{group}-{name}")))
}

fn is_off(node: &Node) -> bool {
    node.get("enabled").is_some_and(|enabled| !flag(enabled))
}

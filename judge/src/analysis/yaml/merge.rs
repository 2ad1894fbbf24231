//! `<<`: a map that takes over the keys of others.

use std::collections::HashSet;

use crate::analysis::node::{Entry, Kind, Node};

/// Fills in what `<<` names; keys that stand in the map itself win.
pub(super) fn merged(mut entries: Vec<Entry>) -> Vec<Entry> {
    let Some(at) = entries
        .iter()
        .position(|entry| entry.key == "<<" && is_mergeable(&entry.value))
    else {
        return entries;
    };
    let merge = entries.remove(at).value;
    let sources = match merge.kind {
        Kind::List(items) => items,
        _ => vec![merge],
    };
    let mut present: HashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    for entry in sources.into_iter().flat_map(|source| match source.kind {
        Kind::Map(entries) => entries,
        _ => Vec::new(),
    }) {
        if present.insert(entry.key.clone()) {
            entries.push(entry);
        }
    }
    entries
}

fn is_mergeable(value: &Node) -> bool {
    let is_map = |node: &Node| matches!(node.kind, Kind::Map(_));
    is_map(value) || (!value.items().is_empty() && value.items().iter().all(is_map))
}

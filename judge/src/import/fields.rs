//! Configurations in YAML, key by key: whatever is not read is told.

use std::sync::Arc;

use crate::analysis::{Diagnostic, Node, NodeKind, Source, YamlLimits, duration, read_yaml};
use crate::import::draft::Draft;
use crate::import::refused;
use crate::import::text::quiet;

/// The first document of a file, which has to be a map.
pub(super) fn root(source: &Arc<Source>, expected: &str) -> Result<Node, Vec<Diagnostic>> {
    let mut report = Vec::new();
    let mut nodes = read_yaml(source, YamlLimits::TESTS, &mut report);
    if report.iter().any(Diagnostic::is_error) {
        return Err(crate::analysis::placed(report));
    }
    if nodes.is_empty() {
        return Err(refused(source, 0..0, "an empty file", expected));
    }
    let node = nodes.swap_remove(0);
    match node.kind {
        NodeKind::Map(_) => Ok(node),
        _ => Err(refused(source, node.mark(), "no map of keys", expected)),
    }
}

/// A text, or what a number and a flag are written as.
pub(super) fn text(node: &Node) -> Option<&str> {
    match node.kind {
        NodeKind::List(_) | NodeKind::Map(_) | NodeKind::Null => None,
        _ => Some(&node.text),
    }
}

pub(super) fn flag(node: &Node) -> bool {
    node.kind == NodeKind::Bool(true)
}

/// Texts of a list; one text is a list of one.
pub(super) fn texts(node: &Node) -> Vec<String> {
    match &node.kind {
        NodeKind::List(items) => items.iter().filter_map(text).map(str::to_owned).collect(),
        _ => text(node).map(str::to_owned).into_iter().collect(),
    }
}

/// A duration as Go and Prometheus write it, where Journeys may wait as long.
pub(super) fn time(node: &Node, draft: &mut Draft, what: &str) -> Option<String> {
    let written = text(node).unwrap_or_default();
    let time = duration::parse(written).ok().or_else(|| {
        let days: u32 = written.strip_suffix('d')?.parse().ok()?;
        Some(std::time::Duration::from_secs(u64::from(days) * 24 * 3600))
    });
    let fits = time.filter(|time| time.as_millis() > 0 && time.as_secs() <= 24 * 3600);
    if fits.is_none() {
        draft.lose(format!("{what} `{written}`"));
    }
    fits.map(duration::format)
}

/// What a key holds, in short.
pub(super) fn told(key: &str, node: &Node) -> String {
    match text(node) {
        Some(text) => format!("`{key}: {}`", quiet(key, text)),
        None => format!("`{key}`"),
    }
}

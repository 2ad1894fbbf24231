//! `tls_config` (Prometheus' common library), of requests and of other probes.

use crate::analysis::Node;
use crate::import::call::is_path;
use crate::import::draft::Draft;
use crate::import::fields::{flag, text, told};
use crate::import::yaml::Map;

/// Into `spec.http`.
pub(super) fn of_requests(node: &Node, draft: &mut Draft) {
    for entry in node.entries() {
        let path = text(&entry.value).filter(|path| is_path(path));
        match (entry.key.as_str(), path) {
            ("insecure_skip_verify", _) if flag(&entry.value) => {
                draft.of_all("insecure", true.into(), "insecure_skip_verify");
            }
            ("insecure_skip_verify", _) => {}
            ("ca_file", Some(path)) => draft.of_all("ca", path.into(), "ca_file"),
            ("cert_file", Some(path)) => draft.client(true, path),
            ("key_file", Some(path)) => draft.client(false, path),
            (key, _) => draft.lose(told(key, &entry.value)),
        }
    }
}

/// Into a step of another protocol.
pub(super) fn of_step(node: &Node, action: &mut Map, draft: &mut Draft) {
    for entry in node.entries() {
        match (entry.key.as_str(), text(&entry.value)) {
            ("insecure_skip_verify", _) if flag(&entry.value) => action.put("insecure", true),
            ("insecure_skip_verify", _) => {}
            ("ca_file", Some(path)) if is_path(path) => action.put("ca", path),
            ("server_name", Some(name)) if !name.contains("{{") => action.put("serverName", name),
            (key, _) => draft.lose(told(key, &entry.value)),
        }
    }
}

//! Folders, and what their requests inherit.

use serde_json::Value;

use super::variables::Variables;
use super::{request, script};
use crate::import::draft::Draft;
use crate::import::text::quiet_line;

/// Folders inside of folders.
const DEPTH_MAX: usize = 50;

/// What stands above a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Inherited {
    pub(super) auth: Value,
    /// Lines of the tests of all folders above.
    pub(super) tests: Vec<String>,
    path: Vec<String>,
}

impl Inherited {
    pub(super) fn of_collection(collection: &Value) -> Self {
        Self {
            auth: collection["auth"].clone(),
            tests: script::lines(&collection["event"], "test"),
            path: Vec::new(),
        }
    }

    fn below(&self, folder: &Value) -> Self {
        let mut inner = self.clone();
        if folder["auth"].is_object() {
            inner.auth = folder["auth"].clone();
        }
        inner.tests.extend(script::lines(&folder["event"], "test"));
        inner
            .path
            .push(folder["name"].as_str().unwrap_or_default().to_owned());
        inner
    }
}

/// Everything of a list, folders in their order.
pub(super) fn put(items: &[Value], above: &Inherited, variables: &mut Variables, draft: &mut Draft) {
    for item in items {
        let name = item["name"].as_str().unwrap_or("request");
        if let Some(inner) = item["item"].as_array() {
            if above.path.len() == DEPTH_MAX {
                draft.lose(format!("the folder `{name}`, which lies too deep"));
                continue;
            }
            prerequest(item, name, draft);
            put(inner, &above.below(item), variables, draft);
        } else if item.get("request").is_some() {
            let full: Vec<&str> = above.path.iter().map(String::as_str).chain([name]).collect();
            let mut step = request::step(&full.join(" / "), item, above, variables, draft);
            prerequest(item, name, draft);
            let own = script::lines(&item["event"], "test");
            let lines: Vec<String> = above.tests.iter().cloned().chain(own).collect();
            script::take(&lines, &mut step, variables);
            draft.steps.push(step);
        } else {
            draft.lose(format!("the item `{name}`, which has no request"));
        }
    }
}

/// Scripts that run before a request.
fn prerequest(item: &Value, name: &str, draft: &mut Draft) {
    for line in script::lines(&item["event"], "prerequest") {
        if !script::is_structure(&line) {
            draft.lose(format!(
                "a line of the script before `{name}`: {}",
                quiet_line(&line)
            ));
        }
    }
}

//! A step that is put together.

use super::Remarks;
use crate::import::yaml::{Map, Yaml};

/// A step.
#[derive(Clone, Debug, Default)]
pub(in crate::import) struct Step {
    pub(in crate::import) name: String,
    pub(in crate::import) remarks: Remarks,
    /// `when` and `think`.
    pub(in crate::import) before: Map,
    /// `request`, `tcp` and such.
    pub(in crate::import) kind: &'static str,
    pub(in crate::import) action: Map,
    /// `timeout`, `retry` and such.
    pub(in crate::import) after: Map,
    pub(in crate::import) captures: Map,
    pub(in crate::import) asserts: Vec<Map>,
}

impl Step {
    pub(in crate::import) fn new(name: impl Into<String>, kind: &'static str) -> Self {
        Self {
            name: name.into(),
            kind,
            ..Self::default()
        }
    }

    pub(in crate::import) fn assert(&mut self, assertion: Map) {
        if !self.asserts.contains(&assertion) {
            self.asserts.push(assertion);
        }
    }

    pub(super) fn written(self) -> Yaml {
        let mut map = Map::tall();
        map.put_remarked(self.remarks.said, "name", self.name);
        map.append(self.before);
        map.put(self.kind, self.action);
        map.append(self.after);
        map.put_some("captures", self.captures.into());
        let asserts: Vec<Yaml> = self.asserts.into_iter().map(Yaml::from).collect();
        map.put_some("assert", asserts.into());
        map.into()
    }
}

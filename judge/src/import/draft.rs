//! One Journey that is put together, with what could not be carried over.

mod finish;
mod remarks;
mod step;

pub(super) use self::remarks::Remarks;
pub(super) use self::step::Step;

use super::scope::Scope;
use super::text::slug;
use super::yaml::{Map, Yaml, comment, written};

/// A Journey.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) scope: Scope,
    pub(super) target: Option<String>,
    /// `timeout`, `schedule` and such.
    pub(super) settings: Map,
    pub(super) http: Map,
    pub(super) steps: Vec<Step>,
    pub(super) finally: Vec<Step>,
    remarks: Remarks,
}

impl Draft {
    pub(super) fn new(name: &str) -> Self {
        let name = slug(name);
        Self {
            scope: Scope::new(&name),
            name,
            ..Self::default()
        }
    }

    /// Something of the whole Journey has no counterpart.
    pub(super) fn lose(&mut self, what: impl AsRef<str>) {
        self.remarks.lose(what);
    }

    /// Something about the whole Journey.
    pub(super) fn note(&mut self, what: impl AsRef<str>) {
        self.remarks.note(what);
    }

    /// A setting of all of its requests; another value than one before is lost.
    pub(super) fn of_all(&mut self, key: &str, value: Yaml, what: &str) {
        let before = self.http.get(key);
        match before {
            None => self.http.put(key, value),
            Some(known) if *known == value => {}
            Some(_) => self.lose(format!("{what}: `http.{key}` is the same for all steps")),
        }
    }

    /// A client's certificate, or its key: whichever is missing is in the same file.
    pub(super) fn client(&mut self, is_certificate: bool, path: &str) {
        let known = match self.http.get("clientCertificate") {
            Some(Yaml::Map(known)) => known.clone(),
            _ => Map::of("certificate", path).with("key", Map::of("file", path)),
        };
        let other = |key| known.get(key).cloned().unwrap_or(Yaml::Null);
        let identity = match is_certificate {
            true => Map::of("certificate", path).with("key", other("key")),
            false => Map::of("certificate", other("certificate")).with("key", Map::of("file", path)),
        };
        if self.http.has("clientCertificate") {
            self.http.replace("clientCertificate", identity);
        } else {
            self.http.put("clientCertificate", identity);
        }
    }

    /// How many things were lost.
    pub(super) fn lost(&self) -> usize {
        let steps = self.steps.iter().chain(&self.finally);
        self.remarks.lost + steps.map(|step| step.remarks.lost).sum::<usize>()
    }

    /// The document.
    pub(super) fn written(self) -> String {
        let mut draft = self;
        draft.scope.name.clone_from(&draft.name);
        let mut text = String::new();
        for remark in draft.remarks.said.iter().chain(&draft.scope.needs()) {
            text.push_str(&comment(remark, 0));
        }
        let mut spec = Map::tall();
        spec.put_some("args", draft.scope.args());
        if let Some(target) = draft.target {
            spec.put("target", target);
        }
        spec.append(draft.settings);
        spec.put_some("http", draft.http.into());
        let list = |steps: Vec<Step>| steps.into_iter().map(Step::written).collect::<Vec<_>>();
        spec.put("steps", list(draft.steps));
        if !draft.finally.is_empty() {
            let mut finally = Map::tall();
            finally.put("steps", list(draft.finally));
            spec.put("finally", finally);
        }
        let document = Map::tall()
            .with("apiVersion", "serin.dev/v1")
            .with("kind", "Journey")
            .with("metadata", Map::of("name", draft.name))
            .with("spec", spec);
        text.push_str(&written(&document));
        text
    }
}

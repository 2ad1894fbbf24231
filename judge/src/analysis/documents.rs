//! What a set of files says: read once, then asked for plans.

mod journeys;
mod message;
mod resolve;
mod select;

pub(crate) use resolve::parse;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::args::Inputs;
use super::diagnostic::{Diagnostic, arrange};
use super::files::{FileAccess, Files};
use super::kind::{DocumentKind, identify};
use super::node::{Node, Place};
use super::plan::Plan;
use super::settings::Settings;
use super::source::Source;
use super::yaml::Limits;
use super::{schema, shape, validate, yaml};

/// The documents of some files.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    documents: Vec<Document>,
    files: FileAccess,
}

/// One document whose kind is known.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) source: Arc<Source>,
    pub(crate) node: Node,
    pub(crate) kind: DocumentKind,
    pub(crate) name: String,
    /// Why its shape is wrong; empty for a document that can be planned.
    errors: Vec<Diagnostic>,
}

impl Document {
    pub(crate) fn place(&self) -> Place<'_> {
        Place::root(&self.source, &self.node)
    }
}

impl Documents {
    /// Reads everything that can be read. What cannot is in the diagnostics, with warnings about what is skipped.
    #[must_use]
    pub fn read(sources: Vec<Source>) -> (Self, Vec<Diagnostic>) {
        let mut documents = Self::default();
        let mut report = Vec::new();
        for source in sources {
            documents.read_source(&Arc::new(source), &mut report);
        }
        (documents, arrange(report))
    }

    /// The same documents, with a way to read the files that they name; without it naming one is an error.
    #[must_use]
    pub fn with_files(self, files: Arc<dyn Files>) -> Self {
        Self {
            files: FileAccess(Some(files)),
            ..self
        }
    }

    fn read_source(&mut self, source: &Arc<Source>, report: &mut Vec<Diagnostic>) {
        for node in yaml::read(source, Limits::DOCUMENTS, report) {
            self.take(source, node, report);
        }
    }

    /// One document that has been read.
    pub(crate) fn take(&mut self, source: &Arc<Source>, mut node: Node, report: &mut Vec<Diagnostic>) {
        let kind = match identify(source, &node) {
            Ok(kind) => kind,
            Err(problem) => return report.push(*problem),
        };
        let mut problems = Vec::new();
        shape::check(source, schema::of(kind), kind.is_argo(), &mut node, &mut problems);
        let errors = problems
            .iter()
            .filter(|problem| problem.is_error())
            .cloned()
            .collect();
        report.append(&mut problems);
        let name = name_of(source, &node);
        self.documents.push(Document {
            source: Arc::clone(source),
            node,
            kind,
            name,
            errors,
        });
    }

    /// Secrets that the documents name, by secret and key.
    #[must_use]
    pub fn secrets(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for document in &self.documents {
            let args = document.place().field("spec").field("args");
            for at in 0..args.node().map_or(0, |node| node.items().len()) {
                let secret = args.item(at).field("valueFrom").field("secretKeyRef");
                let part = |key| secret.field(key).node().map(|node: &Node| node.text.clone());
                found.extend(part("name").zip(part("key")));
            }
        }
        found
    }

    /// Whether any of them names a secret, or a file, of the machine that runs it.
    #[must_use]
    pub fn names_secrets(&self) -> bool {
        let specs = self
            .documents
            .iter()
            .filter_map(|document| document.node.get("spec"));
        specs.into_iter().any(names_secret)
    }

    /// Kind and name of each document, in order.
    pub fn names(&self) -> impl Iterator<Item = (DocumentKind, &str)> {
        self.documents
            .iter()
            .map(|document| (document.kind, document.name.as_str()))
    }

    /// The plan of one analysis with its arguments, and the warnings it deserves.
    ///
    /// Without a name there has to be one analysis, or Argo templates only, which are merged.
    ///
    /// # Errors
    /// Everything that is wrong with it, sorted by file and position: what [`Self::read`] told of these documents, and more.
    pub fn plan(
        &self,
        name: Option<&str>,
        args: &BTreeMap<String, String>,
    ) -> Result<(Plan, Vec<Diagnostic>), Vec<Diagnostic>> {
        self.plan_with(
            name,
            &Inputs {
                args: args.clone(),
                ..Inputs::default()
            },
        )
    }

    /// The same with values for secrets.
    ///
    /// # Errors
    /// As [`Self::plan`].
    pub fn plan_with(
        &self,
        name: Option<&str>,
        inputs: &Inputs,
    ) -> Result<(Plan, Vec<Diagnostic>), Vec<Diagnostic>> {
        let selected = select::select(&self.documents, name).map_err(arrange)?;
        resolved(&selected, (self, inputs)).map_err(|refusal| refusal.diagnostics)
    }

    /// The plan of several Argo templates, merged in this order, or of one analysis of any kind.
    ///
    /// # Errors
    /// As [`Self::plan`], with what Argo's controller would say of such a run.
    pub fn merged(&self, names: &[&str], inputs: &Inputs) -> Result<(Plan, Vec<Diagnostic>), Refusal> {
        let selected = select::several(&self.documents, names).map_err(|diagnostics| Refusal {
            diagnostics: arrange(diagnostics),
            message: None,
        })?;
        resolved(&selected, (self, inputs))
    }

    /// Everything that is wrong with any of the documents beyond what [`Self::read`] told. Arguments may be without a
    /// value; what depends on them is not checked then.
    #[must_use]
    pub fn validate(&self) -> Vec<Diagnostic> {
        let mut report = Vec::new();
        for selected in select::all(&self.documents, &mut report) {
            resolve::plan(
                &selected,
                (self, &Inputs::default()),
                true,
                &mut report,
                &mut None,
            );
        }
        self.validate_journeys(&mut report);
        let configs = self
            .documents
            .iter()
            .filter(|document| document.kind == DocumentKind::Config);
        for config in configs {
            validate::config::settings(config, &mut report);
        }
        arrange(report)
    }

    /// The settings, when one of the documents is a `Config`, and the warnings they deserve.
    ///
    /// # Errors
    /// Everything that is wrong with it, and several of them.
    pub fn config(&self) -> Result<(Option<Settings>, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut configs = self
            .documents
            .iter()
            .filter(|document| document.kind == DocumentKind::Config);
        let Some(config) = configs.next() else {
            return Ok((None, Vec::new()));
        };
        let mut report = config.errors.clone();
        if let Some(second) = configs.next() {
            report.push(
                second
                    .place()
                    .field("kind")
                    .error("a second Config", "one Config among the files"),
            );
        }
        let settings = validate::config::settings(config, &mut report);
        if report.iter().any(Diagnostic::is_error) {
            Err(arrange(report))
        } else {
            Ok((settings, arrange(report)))
        }
    }
}

/// Why there is no plan.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Everything that is wrong, sorted by file and position.
    pub diagnostics: Vec<Diagnostic>,
    /// The message of the run that Argo's controller would have ended with phase Error; `None` for what would not have
    /// come to a run.
    pub message: Option<String>,
}

fn resolved(
    selected: &select::Selected<'_>,
    known: (&Documents, &Inputs),
) -> Result<(Plan, Vec<Diagnostic>), Refusal> {
    let of_shape = selected.documents.iter().flat_map(|document| &document.errors);
    let mut report: Vec<Diagnostic> = of_shape.cloned().collect();
    let is_misshapen = !report.is_empty();
    let mut message = None;
    let plan = resolve::plan(selected, known, false, &mut report, &mut message);
    let is_broken = report.iter().any(Diagnostic::is_error);
    match plan.filter(|_| !is_broken) {
        Some(plan) => Ok((plan, arrange(report))),
        None => Err(Refusal {
            diagnostics: arrange(report),
            message: message.filter(|_| !is_misshapen),
        }),
    }
}

/// Rather too often than too seldom: whatever looks like one is one.
fn names_secret(node: &Node) -> bool {
    let names = |key: &str| {
        matches!(
            key,
            "env" | "file" | "ca" | "csv" | "certificate" | "secretKeyRef"
        )
    };
    let mut entries = node.entries().iter();
    entries.any(|entry| names(&entry.key) || names_secret(&entry.value))
        || node.items().iter().any(names_secret)
}

/// `metadata.name`, or the file's name without folders and extension.
fn name_of(source: &Source, node: &Node) -> String {
    let named = node
        .get("metadata")
        .and_then(|metadata| metadata.get("name"))
        .filter(|name| !name.text.is_empty());
    if let Some(name) = named {
        return name.text.clone();
    }
    let file = source.name().rsplit(['/', '\\']).next().unwrap_or_default();
    file.split('.')
        .next()
        .filter(|stem| !stem.is_empty())
        .unwrap_or("analysis")
        .to_owned()
}

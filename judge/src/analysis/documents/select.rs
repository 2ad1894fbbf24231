//! Which documents make up one run.

use std::sync::Arc;

use super::Document;
use crate::analysis::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::analysis::kind::DocumentKind;
use crate::analysis::node::Place;
use crate::analysis::source::Source;

/// Templates that name templates, one below the other. Each is a place on the stack of whoever reads them, and nobody can
/// follow so many.
const DEPTH_MAX: usize = 64;

/// The documents of one run: one alone, or Argo templates that are merged, in the order of merging.
pub(crate) struct Selected<'a> {
    pub(crate) name: String,
    pub(crate) documents: Vec<&'a Document>,
}

/// The one run that is meant.
pub(super) fn select<'a>(
    documents: &'a [Document],
    name: Option<&str>,
) -> Result<Selected<'a>, Vec<Diagnostic>> {
    let analyses = analyses(documents);
    let candidates = match name {
        Some(name) => analyses
            .iter()
            .copied()
            .filter(|document| document.name == name)
            .collect(),
        None => analyses.clone(),
    };
    let all_templates = candidates.iter().all(|document| document.kind.is_template());
    if candidates.is_empty() || (candidates.len() > 1 && !(all_templates && name.is_none())) {
        return Err(vec![not_one(documents, &analyses, name)]);
    }
    let mut report = Vec::new();
    let selected = closure(&candidates, documents, &mut report);
    if report.is_empty() {
        Ok(selected)
    } else {
        Err(report)
    }
}

/// The run of the analyses of these names; several are Argo templates.
pub(super) fn several<'a>(
    documents: &'a [Document],
    names: &[&str],
) -> Result<Selected<'a>, Vec<Diagnostic>> {
    if let [name] = names {
        return select(documents, Some(name));
    }
    let mut report = Vec::new();
    let mut roots = Vec::new();
    for name in names {
        let mut found = documents
            .iter()
            .filter(|document| document.name == *name && document.kind.is_template());
        match found.next() {
            Some(document) => roots.push(document),
            None => report.push(not_one(documents, &analyses(documents), Some(name))),
        }
    }
    let selected = closure(&roots, documents, &mut report);
    if report.is_empty() {
        Ok(selected)
    } else {
        Err(report)
    }
}

fn analyses(documents: &[Document]) -> Vec<&Document> {
    documents
        .iter()
        .filter(|document| document.kind.is_analysis())
        .collect()
}

/// Every run that the documents hold.
pub(super) fn all<'a>(documents: &'a [Document], report: &mut Vec<Diagnostic>) -> Vec<Selected<'a>> {
    let mut runs: Vec<Selected<'a>> = documents
        .iter()
        .filter(|document| matches!(document.kind, DocumentKind::Analysis | DocumentKind::AnalysisRun))
        .map(|document| Selected {
            name: document.name.clone(),
            documents: vec![document],
        })
        .collect();
    let templates: Vec<&Document> = documents
        .iter()
        .filter(|document| document.kind.is_template())
        .collect();
    if !templates.is_empty() {
        // Each is checked for itself: whether two of them go together is known when they are run together.
        closure(&templates, documents, report);
        runs.extend(templates.iter().map(|template| Selected {
            name: template.name.clone(),
            documents: vec![template],
        }));
    }
    runs
}

/// The templates and those that they name, depth first; namespaced ones before those of the cluster, as Argo merges them.
fn closure<'a>(
    roots: &[&'a Document],
    documents: &'a [Document],
    report: &mut Vec<Diagnostic>,
) -> Selected<'a> {
    let mut walk = Walk {
        documents,
        found: Vec::new(),
        path: Vec::new(),
        report,
    };
    for root in roots {
        walk.visit(root);
    }
    let (cluster, namespaced): (Vec<_>, Vec<_>) = walk
        .found
        .into_iter()
        .partition(|document| document.kind == DocumentKind::ClusterAnalysisTemplate);
    Selected {
        name: roots.first().map(|root| root.name.clone()).unwrap_or_default(),
        documents: namespaced.into_iter().chain(cluster).collect(),
    }
}

struct Walk<'a, 'r> {
    documents: &'a [Document],
    found: Vec<&'a Document>,
    /// Names from the root to the template that is looked at.
    path: Vec<&'a Document>,
    report: &'r mut Vec<Diagnostic>,
}

impl<'a> Walk<'a, '_> {
    fn visit(&mut self, document: &'a Document) {
        if self.found.iter().any(|found| std::ptr::eq(*found, document)) {
            return;
        }
        self.found.push(document);
        if !document.kind.is_template() || !document.errors.is_empty() {
            return;
        }
        self.path.push(document);
        let references = document.place().field("spec").field("templates");
        for at in 0..references.node().map_or(0, |node| node.items().len()) {
            self.follow(&references.item(at));
        }
        self.path.pop();
    }

    fn follow(&mut self, reference: &Place<'a>) {
        let name_place = reference.field("templateName");
        let name = name_place
            .node()
            .and_then(|node| node.as_text())
            .unwrap_or_default();
        let is_cluster = reference
            .field("clusterScope")
            .node()
            .is_some_and(|node| node.text == "true");
        let kind = if is_cluster {
            DocumentKind::ClusterAnalysisTemplate
        } else {
            DocumentKind::AnalysisTemplate
        };
        let of_kind = || {
            self.documents
                .iter()
                .filter(move |document| document.kind == kind)
        };
        let Some(target) = of_kind().find(|document| document.name == name) else {
            return self.tell_unknown(&name_place, kind, name);
        };
        let mut path = self.path.iter();
        match path.position(|on_path| std::ptr::eq(*on_path, target)) {
            Some(start) => self.tell_circle(&name_place, start, target),
            None if self.path.len() >= DEPTH_MAX => self.tell_deep(&name_place, name),
            None => self.visit(target),
        }
    }

    /// Not in [`Self::follow`], which holds its place on the stack as long as the way of templates is.
    #[cold]
    #[inline(never)]
    fn tell_unknown(&mut self, place: &Place<'a>, kind: DocumentKind, name: &str) {
        let of_kind = self.documents.iter().filter(|document| document.kind == kind);
        let names: Vec<&str> = of_kind.map(|document| document.name.as_str()).collect();
        let expected = format!(
            "a template among the given files: {}",
            listed(names.iter().copied())
        );
        let unknown = place.error(format!("no {} `{name}`", kind.name()), expected);
        self.report
            .push(unknown.with_suggestion(did_you_mean(name, names)));
    }

    #[cold]
    #[inline(never)]
    fn tell_deep(&mut self, place: &Place<'a>, name: &str) {
        let found = format!("template `{name}` below {DEPTH_MAX} others");
        let expected = format!("templates that name templates at most {DEPTH_MAX} deep");
        self.report.push(place.error(found, expected));
    }

    #[cold]
    #[inline(never)]
    fn tell_circle(&mut self, place: &Place<'a>, start: usize, target: &Document) {
        let names: Vec<&str> = self.path[start..]
            .iter()
            .copied()
            .chain([target])
            .map(|document| document.name.as_str())
            .collect();
        self.report.push(place.error(
            format!(
                "templates that name each other in a circle: {}",
                names.join(" -> ")
            ),
            "templates that lead to an end",
        ));
    }
}

fn not_one(documents: &[Document], analyses: &[&Document], name: Option<&str>) -> Diagnostic {
    let names: Vec<&str> = analyses.iter().map(|document| document.name.as_str()).collect();
    let nowhere = Arc::new(Source::new("the given files", ""));
    let place = |document: &Document| {
        (
            Arc::clone(&document.source),
            document.place().field("metadata").field("name").span(),
        )
    };
    let Some(first) = analyses.first() else {
        let (source, span) = documents.first().map_or((nowhere, 0..0), place);
        return Diagnostic::error(
            &source,
            span,
            "no analysis",
            "an Analysis, AnalysisTemplate or AnalysisRun among the files",
        );
    };
    let doubled = |name: &str| analyses.iter().filter(|document| document.name == name).nth(1);
    if let Some(second) = name.and_then(doubled) {
        let (source, span) = place(second);
        let found = format!("a second analysis `{}`", second.name);
        return Diagnostic::error(&source, span, found, "names that are unique among the files");
    }
    let (source, span) = place(name.map_or_else(|| analyses.get(1).unwrap_or(first), |_| first));
    match name {
        Some(name) => Diagnostic::error(
            &source,
            span,
            format!("no analysis `{name}`"),
            listed(names.iter().copied()),
        )
        .with_suggestion(did_you_mean(name, names)),
        None => Diagnostic::error(
            &source,
            span,
            format!("{} analyses that do not run together", analyses.len()),
            "one analysis",
        )
        .with_help(format!("choose one with `--analysis NAME`: {}", listed(names))),
    }
}

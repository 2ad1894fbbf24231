//! What a document is, by `apiVersion` and `kind`.

use std::sync::Arc;

use super::diagnostic::{Diagnostic, did_you_mean, listed};
use super::node::{Kind, Node, Place};
use super::source::Source;

pub(crate) const ARGO: &str = "argoproj.io/v1alpha1";
pub(crate) const SERIN: &str = "serin.dev/v1";

/// The kinds of documents that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DocumentKind {
    /// Argo's `AnalysisTemplate`.
    AnalysisTemplate,
    /// Argo's `ClusterAnalysisTemplate`.
    ClusterAnalysisTemplate,
    /// Argo's `AnalysisRun`.
    AnalysisRun,
    /// Serin's `Analysis`.
    Analysis,
    /// Serin's `Journey`.
    Journey,
    /// Serin's settings.
    Config,
}

impl DocumentKind {
    pub(crate) const ALL: [Self; 6] = [
        Self::AnalysisTemplate,
        Self::ClusterAnalysisTemplate,
        Self::AnalysisRun,
        Self::Analysis,
        Self::Journey,
        Self::Config,
    ];

    /// As it stands behind `kind:`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AnalysisTemplate => "AnalysisTemplate",
            Self::ClusterAnalysisTemplate => "ClusterAnalysisTemplate",
            Self::AnalysisRun => "AnalysisRun",
            Self::Analysis => "Analysis",
            Self::Journey => "Journey",
            Self::Config => "Config",
        }
    }

    pub(crate) fn api_version(self) -> &'static str {
        if self.is_argo() { ARGO } else { SERIN }
    }

    pub(crate) fn is_argo(self) -> bool {
        matches!(
            self,
            Self::AnalysisTemplate | Self::ClusterAnalysisTemplate | Self::AnalysisRun
        )
    }

    /// Whether it can be run as an analysis.
    #[must_use]
    pub fn is_analysis(self) -> bool {
        !matches!(self, Self::Journey | Self::Config)
    }

    /// Whether it is one of those that are merged into one run.
    pub(crate) fn is_template(self) -> bool {
        matches!(self, Self::AnalysisTemplate | Self::ClusterAnalysisTemplate)
    }

    fn of(api_version: &str, kind: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|known| known.name() == kind && known.api_version() == api_version)
    }
}

/// What the document is; otherwise an error, or a warning when it is no business of Serin.
pub(crate) fn identify(source: &Arc<Source>, node: &Node) -> Result<DocumentKind, Box<Diagnostic>> {
    let place = Place::root(source, node);
    if !matches!(node.kind, Kind::Map(_)) {
        return Err(place
            .error(
                "a document that is no map",
                "a map with `apiVersion`, `kind` and `spec`",
            )
            .into());
    }
    let api_version = word(
        &place,
        "apiVersion",
        &format!("`apiVersion: {SERIN}` or `apiVersion: {ARGO}`"),
    )?;
    let names = listed(DocumentKind::ALL.map(DocumentKind::name));
    let kind = word(&place, "kind", &format!("`kind` with {names}"))?;
    DocumentKind::of(&api_version, &kind).ok_or_else(|| unknown(&place, &api_version, &kind).into())
}

fn word(place: &Place<'_>, field: &str, expected: &str) -> Result<String, Box<Diagnostic>> {
    let place = place.field(field);
    match place.node().map(|node| (node.as_text(), node)) {
        Some((Some(text), _)) => Ok(text.to_owned()),
        Some(_) => Err(place.error(format!("`{field}` that is no text"), expected).into()),
        None => Err(place.error(format!("missing field `{field}`"), expected).into()),
    }
}

fn unknown(place: &Place<'_>, api_version: &str, kind: &str) -> Diagnostic {
    let (kind_place, version_place) = (place.field("kind"), place.field("apiVersion"));
    let group_is_known = api_version == SERIN || api_version == ARGO;
    if api_version == SERIN && kind == "Check" {
        return kind_place.error(
            "a Check, which this version does not run",
            format!("a document of kind {}", listed(["Analysis", "Journey", "Config"])),
        );
    }
    if let Some(known) = DocumentKind::ALL.into_iter().find(|known| known.name() == kind) {
        let expected = format!("`apiVersion: {}` for kind `{kind}`", known.api_version());
        return version_place.error(format!("apiVersion `{api_version}`"), expected);
    }
    let kinds: Vec<&str> = DocumentKind::ALL
        .into_iter()
        .filter(|known| !group_is_known || known.api_version() == api_version)
        .map(DocumentKind::name)
        .collect();
    let suggestion = did_you_mean(kind, kinds.iter().copied());
    let found = format!("kind `{kind}` of `{api_version}`");
    let diagnostic = kind_place
        .error(found, format!("{}; this document is skipped", listed(kinds)))
        .with_suggestion(suggestion);
    // Bundles for kubectl hold Rollouts, Services and the like beside their analyses.
    if suggestion.is_some() || api_version.starts_with("serin.dev/") {
        diagnostic
    } else {
        diagnostic.into_warning()
    }
}

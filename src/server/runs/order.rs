use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Map, Value};
use serin_judge::analysis::{Diagnostic, Documents, Source};
use sha2::{Digest, Sha256};

use crate::controllers::argo::Argument;
use crate::engine::RunOrder;
use crate::engine::ports::{Analyses, IdempotencyKey, SourceText};
use crate::server::App;
use crate::server::access::Caller;
use crate::server::problem::Problem;

const KEY_BYTES_MAX: usize = 255;

/// The body of a request for a run.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::server) struct Order {
    analysis: Option<Named>,
    yaml: Option<String>,
    #[serde(default)]
    args: BTreeMap<String, Argument>,
    #[serde(default)]
    release: String,
    #[serde(default)]
    stage: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    hooks: Option<Vec<String>>,
}

/// Which documents are meant: an analysis that is known by its name, or what comes with the request.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::server) struct Documented {
    analysis: Option<Named>,
    yaml: Option<String>,
}

impl Documented {
    /// These documents.
    pub(in crate::server) fn of_yaml(yaml: String) -> Self {
        Self {
            analysis: None,
            yaml: Some(yaml),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Named {
    Name(String),
    Document(Map<String, Value>),
}

/// Documents that came with a request, or those that are known.
pub(in crate::server) struct Found {
    pub(in crate::server) sources: Arc<[SourceText]>,
    pub(in crate::server) documents: Arc<Documents>,
    pub(in crate::server) analysis: Option<String>,
    /// They came with the request.
    pub(in crate::server) is_foreign: bool,
    /// What reading them told.
    pub(in crate::server) diagnostics: Vec<Diagnostic>,
}

/// The documents that are meant.
pub(in crate::server) fn documents(app: &App, documented: Documented) -> Result<Found, Problem> {
    match documented {
        Documented {
            analysis: Some(Named::Name(name)),
            yaml: None,
        } => {
            let known = app.analyses.get(&name).ok_or_else(|| unknown(app, &name))?;
            Ok(Found {
                sources: Arc::clone(&known.sources),
                documents: Arc::clone(&known.documents),
                analysis: Some(name),
                is_foreign: false,
                diagnostics: Vec::new(),
            })
        }
        Documented {
            analysis: Some(Named::Document(document)),
            yaml: None,
        } => Ok(foreign(
            "analysis",
            format!("{:#}", Value::Object(document)),
            None,
        )),
        Documented {
            analysis: None,
            yaml: Some(yaml),
        } => Ok(foreign("yaml", yaml, None)),
        Documented {
            analysis: Some(Named::Name(name)),
            yaml: Some(yaml),
        } => Ok(foreign("yaml", yaml, Some(name))),
        Documented { .. } => {
            let wanted = "`analysis` with a name or a document, or `yaml` with documents, is wanted";
            Err(Problem::new("malformed-request", wanted))
        }
    }
}

fn foreign(name: &str, text: String, analysis: Option<String>) -> Found {
    let (documents, diagnostics) = Documents::read(vec![Source::new(name, &text)]);
    let text = SourceText {
        name: name.to_owned(),
        text,
    };
    Found {
        sources: Arc::from([text]),
        documents: Arc::new(documents),
        analysis,
        is_foreign: true,
        diagnostics,
    }
}

fn unknown(app: &App, name: &str) -> Problem {
    let names = app.analyses.names();
    let known = match names.as_slice() {
        [] => "there is none at all".to_owned(),
        names => format!("there are: {}", names.join(", ")),
    };
    Problem::new(
        "unknown-analysis",
        format!("no analysis is called `{name}`; {known}"),
    )
    .with("analyses", names)
}

impl Order {
    pub(super) fn into_run_order(
        self,
        app: &App,
        caller: &Caller,
        key: Option<IdempotencyKey>,
    ) -> Result<RunOrder, Problem> {
        let documented = Documented {
            analysis: self.analysis,
            yaml: self.yaml,
        };
        let found = documents(app, documented)?;
        if found.diagnostics.iter().any(Diagnostic::is_error) {
            return Err(Problem::invalid(&found.diagnostics));
        }
        if found.is_foreign && !caller.is_admin && found.documents.names_secrets() {
            let detail = "the document names secrets of this Serin, and could send them anywhere; \
                          that takes the role `admin`, or an analysis that is known by its name";
            return Err(Problem::new("not-allowed", detail));
        }
        if self.release.is_empty() && !self.stage.is_empty() {
            return Err(Problem::new(
                "malformed-request",
                "`stage` without `release`: a stage is one of a release",
            ));
        }
        let args = self.args.into_iter().map(|(name, argument)| (name, argument.0));
        Ok(RunOrder {
            sources: found.sources,
            documents: found.documents,
            analysis: found.analysis,
            args: args.collect(),
            release: self.release,
            stage: self.stage,
            attempt: None,
            labels: self.labels,
            hooks: self.hooks,
            key,
        })
    }
}

/// What makes the request unique, if it says so. Keys of different tokens never meet.
pub(super) fn key(
    headers: &HeaderMap,
    caller: &Caller,
    body: &[u8],
) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(given) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = given.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > KEY_BYTES_MAX {
        let detail = format!("`Idempotency-Key` is no text of 1 to {KEY_BYTES_MAX} visible characters");
        return Err(Problem::new("malformed-request", detail));
    }
    let hex = Sha256::digest(body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Some(IdempotencyKey {
        key: format!("{}:{key}", caller.name),
        body_hash: hex,
    }))
}

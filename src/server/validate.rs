use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use serde_json::{Value, json};
use serin_judge::analysis::Diagnostic;

use crate::server::App;
use crate::server::body::{bytes, is_json, media_type, parse};
use crate::server::problem::Problem;
use crate::server::runs::{Documented, documents};

const YAML: [&str; 4] = [
    "application/yaml",
    "application/x-yaml",
    "text/yaml",
    "text/x-yaml",
];

/// `POST /api/v1/validate`: documents as JSON like those of a run, or as they are with a YAML type.
pub(super) async fn validate(State(app): State<Arc<App>>, request: Request) -> Result<Json<Value>, Problem> {
    let media = media_type(request.headers());
    let body = bytes(request).await?;
    let documented = if is_json(&media) {
        parse(&body)?
    } else if YAML.contains(&media.as_str()) {
        Documented::of_yaml(String::from_utf8_lossy(&body).into_owned())
    } else {
        let detail = format!("`application/json` or `application/yaml` is wanted, not `{media}`");
        return Err(Problem::new("unsupported-media-type", detail));
    };
    let found = documents(&app, documented)?;
    let mut diagnostics = found.diagnostics;
    diagnostics.extend(found.documents.validate());
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Problem::invalid(&diagnostics));
    }
    let documents: Vec<Value> = found
        .documents
        .names()
        .map(|(kind, name)| json!({"kind": kind.name(), "name": name}))
        .collect();
    Ok(Json(
        json!({ "valid": true, "documents": documents, "warnings": diagnostics }),
    ))
}

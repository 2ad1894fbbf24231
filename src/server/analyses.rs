use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::server::App;

/// `GET /api/v1/analyses`: what is known by name, and which files are broken.
pub(super) async fn list(State(app): State<Arc<App>>) -> Json<Value> {
    let files = app.analyses.files();
    let mut analyses: Vec<Value> = files
        .iter()
        .flat_map(|file| {
            file.analyses.iter().map(|(kind, name)| {
                json!({"name": name, "kind": kind.name(), "file": file.path, "outdated": file.is_outdated})
            })
        })
        .collect();
    analyses.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
    let broken = files.iter().filter(|file| !file.errors.is_empty());
    let broken: Vec<Value> = broken
        .map(|file| json!({"file": file.path, "outdated": file.is_outdated, "errors": file.errors}))
        .collect();
    Json(json!({ "analyses": analyses, "broken": broken }))
}

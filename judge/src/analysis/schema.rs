//! JSON Schemas of all kinds, generated from the raw types.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::kind::DocumentKind;
use super::raw::{argo, cases, config, journey, serin};

static SCHEMAS: LazyLock<Vec<(DocumentKind, Value)>> = LazyLock::new(|| {
    DocumentKind::ALL
        .into_iter()
        .map(|kind| (kind, generate(kind)))
        .collect()
});

static TESTS: LazyLock<Value> = LazyLock::new(|| {
    let mut schema = schemars::schema_for!(cases::TestFile).to_value();
    schema["title"] = json!("Tests of analyses");
    close(&mut schema);
    schema
});

/// File name and text of the schema of each kind, and of tests, as they are committed in `schemas/`.
#[must_use]
pub fn schemas() -> Vec<(&'static str, String)> {
    SCHEMAS
        .iter()
        .map(|(kind, schema)| (file_name(*kind), schema))
        .chain([("test.json", &*TESTS)])
        .map(|(name, schema)| (name, format!("{schema:#}\n")))
        .collect()
}

/// Of files of tests, which have no kind.
pub(crate) fn tests() -> &'static Value {
    &TESTS
}

pub(crate) fn of(kind: DocumentKind) -> &'static Value {
    SCHEMAS
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or(&Value::Null, |(_, schema)| schema)
}

fn file_name(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::AnalysisTemplate => "analysis-template.json",
        DocumentKind::ClusterAnalysisTemplate => "cluster-analysis-template.json",
        DocumentKind::AnalysisRun => "analysis-run.json",
        DocumentKind::Analysis => "analysis.json",
        DocumentKind::Journey => "journey.json",
        DocumentKind::Config => "config.json",
    }
}

fn generate(kind: DocumentKind) -> Value {
    let schema = match kind {
        DocumentKind::AnalysisTemplate | DocumentKind::ClusterAnalysisTemplate => {
            schemars::schema_for!(argo::Document<argo::TemplateSpec>)
        }
        DocumentKind::AnalysisRun => schemars::schema_for!(argo::Document<argo::RunSpec>),
        DocumentKind::Analysis => schemars::schema_for!(serin::Document<serin::AnalysisSpec>),
        DocumentKind::Journey => schemars::schema_for!(serin::Document<journey::JourneySpec>),
        DocumentKind::Config => schemars::schema_for!(serin::Document<config::ConfigSpec>),
    };
    let mut schema = schema.to_value();
    schema["title"] = json!(kind.name());
    schema["properties"]["apiVersion"]["const"] = json!(kind.api_version());
    schema["properties"]["kind"]["const"] = json!(kind.name());
    if !kind.is_argo() {
        close(&mut schema);
    }
    schema
}

/// Serin's own kinds take no other fields than theirs. (serde's attribute for that does not go with flattened parts.)
fn close(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties")
                && is_object_schema(object)
                && !object.contains_key("additionalProperties")
            {
                object.insert("additionalProperties".into(), Value::Bool(false));
            }
            object.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn is_object_schema(object: &Map<String, Value>) -> bool {
    object.get("type").is_some_and(|types| {
        types == "object"
            || types
                .as_array()
                .is_some_and(|types| types.contains(&json!("object")))
    })
}

use std::collections::BTreeSet;

use serde_json::Value;
use serin_judge::analysis::Role;

use super::DOCUMENT;
use crate::server::access::Needs;
use crate::server::routes::routes;

fn document() -> Value {
    serde_json::from_str(DOCUMENT).unwrap()
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let document = document();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(|method| (method.clone(), path.clone()))
        })
        .collect();
    let there: BTreeSet<(String, String)> = routes()
        .iter()
        .map(|route| (route.method.to_owned(), route.path.to_owned()))
        .collect();
    assert_eq!(described, there);
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn roles_are_described_as_they_are_checked() {
    let document = document();
    for route in routes() {
        let security = &document["paths"][route.path][route.method]["security"];
        let role = security[0]["token"][0].as_str();
        let needed = match route.needs {
            Needs::Nothing => None,
            Needs::Role(Role::Read) => Some("read"),
            Needs::Role(Role::Run) => Some("run"),
            Needs::Role(Role::Admin) => Some("admin"),
        };
        assert_eq!(role, needed, "{} {}", route.method, route.path);
    }
}

#[test]
fn references_lead_somewhere() {
    let document = document();
    let mut seen = 0;
    check(&document, &document, &mut seen);
    assert!(seen > 20, "only {seen} references");
}

fn check(document: &Value, value: &Value, seen: &mut usize) {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        *seen += 1;
        assert!(
            document.pointer(reference.trim_start_matches('#')).is_some(),
            "{reference}"
        );
    }
    match value {
        Value::Object(members) => members.values().for_each(|member| check(document, member, seen)),
        Value::Array(items) => items.iter().for_each(|item| check(document, item, seen)),
        _ => {}
    }
}

//! Arrows between modules go down only. The rule and the order are in ARCHITECTURE.md.

mod arrows;
mod paths;

use std::fs;
use std::path::{Path, PathBuf};

use arrows::{House, JUDGE, SERIN};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn violations(house: &House, root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    sources(root, &mut files);
    assert!(
        files.len() > 5,
        "{} has hardly any sources: is the path right?",
        root.display()
    );
    let mut found = Vec::new();
    for file in files {
        let module = paths::module_of(file.strip_prefix(root).unwrap());
        let text = fs::read_to_string(&file).unwrap();
        found.extend(house.violations(&module, &text));
    }
    found
}

#[test]
fn arrows_of_serin_go_down() {
    let found = violations(&SERIN, &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn arrows_of_the_judge_go_down() {
    let found = violations(&JUDGE, &Path::new(env!("CARGO_MANIFEST_DIR")).join("judge/src"));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn planted(house: &House, module: &str, text: &str) -> Vec<String> {
    let module: Vec<String> = module.split("::").map(str::to_owned).collect();
    house.violations(&module, text)
}

/// What it is, the module it stands in, and the text.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "crate path in a use",
        "engine::run",
        "use crate::providers::web::WebMeasure;",
    ),
    (
        "crate path in a group",
        "engine::run",
        "use crate::{engine::ports::Clock, config::{Settings}};",
    ),
    (
        "nested group from the root",
        "store::memory",
        "use crate::{cli::{run, eval}};",
    ),
    ("super path", "engine::run", "use super::super::providers::http;"),
    (
        "super path in a group",
        "engine",
        "use super::{store::MemoryStore};",
    ),
    (
        "path in an expression",
        "providers::web::measure",
        "fn f() { crate::config::settings(); }",
    ),
    (
        "path in a type",
        "providers::web::measure",
        "struct S { a: Option<crate::server::App> }",
    ),
    (
        "path in a macro",
        "store::memory",
        "fn f() { vec![crate::cli::VERSION]; }",
    ),
    (
        "path in an attribute",
        "engine::run",
        "#[serde(with = \"x\", default = crate::cli::f)] struct S;",
    ),
    (
        "sibling adapter",
        "providers::web::measure",
        "use crate::providers::prometheus::decode;",
    ),
    (
        "sibling adapter by super",
        "providers::web::measure",
        "use super::super::scrape::client;",
    ),
    (
        "sibling group",
        "providers::web",
        "use crate::store::MemoryStore;",
    ),
    (
        "inside an inline module",
        "engine::run",
        "mod tests { fn f() { super::super::super::cli::f(); } }",
    ),
    ("own crate by its name", "engine::run", "use serin::cli::run;"),
    ("renamed import", "engine::run", "use crate::cli as other;"),
];

#[test]
fn planted_violations_are_found() {
    for (name, module, text) in PLANTED {
        assert!(
            !planted(&SERIN, module, text).is_empty(),
            "{name} is not seen: {text}"
        );
    }
    let found = planted(&JUDGE, "stats::rate_ratio", "use crate::verdict::Window;");
    assert_eq!(
        found,
        ["stats::rate_ratio reaches up or sideways to verdict: crate::verdict::Window"]
    );
}

#[test]
fn rightful_paths_are_left_alone() {
    let cases = [
        (
            "down",
            "cli::run",
            "use crate::config::settings; use crate::engine::{Engine, ports::Clock};",
        ),
        (
            "the same room",
            "engine::run",
            "use crate::engine::ports::Clock; use super::ports::Store;",
        ),
        (
            "own tests",
            "providers::web::measure",
            "mod tests { use super::*; }",
        ),
        (
            "shared by adapters",
            "providers::web::client",
            "use crate::providers::http::read_limited;",
        ),
        (
            "telemetry from anywhere",
            "engine::run",
            "use crate::telemetry::event;",
        ),
        (
            "comments and strings",
            "engine::run",
            "// crate::cli\nfn f() -> &'static str { \"crate::cli::run\" }",
        ),
        ("the judge", "engine::run", "use serin_judge::verdict::Window;"),
    ];
    for (name, module, text) in cases {
        assert_eq!(
            planted(&SERIN, module, text),
            Vec::<String>::new(),
            "{name}: {text}"
        );
    }
}

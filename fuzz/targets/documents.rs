//! Any text as a document: diagnostics with places inside of it, or plans.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use serin_judge::analysis::{Diagnostic, Documents, Source};

fuzz_target!(|text: &str| {
    let (documents, diagnostics) = Documents::read(vec![Source::new("a.yaml", text)]);
    for diagnostic in diagnostics.iter().chain(&documents.validate()) {
        let _shown = diagnostic.to_string();
    }
    if !diagnostics.iter().any(Diagnostic::is_error) {
        let _plan = documents.plan(None, &BTreeMap::new());
    }
});

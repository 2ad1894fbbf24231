//! Any text as a document: diagnostics with places inside of it, or plans, and requests of journeys.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use serin_judge::analysis::plan::journey::Action;
use serin_judge::analysis::{Diagnostic, Documents, Inputs, Source};
use serin_judge::journey::{Credentials, Prepared, RunIds, Turn, Values};

fuzz_target!(|text: &str| {
    let (documents, diagnostics) = Documents::read(vec![Source::new("a.yaml", text)]);
    for diagnostic in diagnostics.iter().chain(&documents.validate()) {
        let _shown = diagnostic.to_string();
    }
    if !diagnostics.iter().any(Diagnostic::is_error) {
        let _plan = documents.plan(None, &BTreeMap::new());
        let names: Vec<&str> = documents.journeys().collect();
        for name in names {
            let Ok((journey, _)) = documents.journey(Some(name), &Inputs::default()) else {
                continue;
            };
            let Ok(prepared) = Prepared::new(&journey, "http://a", &Credentials::default(), "fuzz") else {
                continue;
            };
            let values = Values::new(RunIds::new(1, 1), None, None, &prepared);
            for step in journey.all_steps() {
                if matches!(step.action, Action::Http(_)) {
                    let _filled = prepared.fill(step, &values, Turn::default());
                }
            }
        }
    }
});

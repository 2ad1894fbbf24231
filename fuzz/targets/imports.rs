//! Any text as a file of another tool: refused with a place inside of it, or Journeys that are valid.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serin_judge::analysis::{Diagnostic, Documents, FILE_BYTES_MAX, Source};
use serin_judge::import::{Tool, import};

fuzz_target!(|input: (u8, &str)| {
    let tools = [Tool::Curl, Tool::Hurl, Tool::Blackbox, Tool::Gatus, Tool::Postman];
    let (tool, text) = (tools[usize::from(input.0) % tools.len()], input.1);
    let imported = match import(tool, Source::new("source", text)) {
        Ok(imported) => imported,
        Err(refused) => {
            assert!(!refused.is_empty());
            refused.iter().for_each(|diagnostic| drop(diagnostic.to_string()));
            return;
        }
    };
    // Several files would be needed.
    if imported.yaml.len() > FILE_BYTES_MAX {
        return;
    }
    let (documents, mut wrong) = Documents::read(vec![Source::new("imported.yaml", &imported.yaml)]);
    wrong.extend(documents.validate());
    // No file is here to be read.
    wrong.retain(|diagnostic| diagnostic.is_error() && !diagnostic.found.contains("cannot be read"));
    assert!(wrong.is_empty(), "{}\n{}", shown(&wrong), imported.yaml);
    assert_eq!(documents.journeys().count(), imported.journeys);
});

fn shown(wrong: &[Diagnostic]) -> String {
    wrong.iter().map(Diagnostic::to_string).collect()
}

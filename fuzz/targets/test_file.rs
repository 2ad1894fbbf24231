//! Any text as a file of tests: diagnostics, or cases.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serin_judge::analysis::Source;
use serin_judge::analysis::cases::TestFile;

fuzz_target!(|text: &str| {
    if let Err(diagnostics) = TestFile::read(Source::new("a.test.yaml", text)) {
        assert!(!diagnostics.is_empty());
        diagnostics.iter().for_each(|diagnostic| drop(diagnostic.to_string()));
    }
});

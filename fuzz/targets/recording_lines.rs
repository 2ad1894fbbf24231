//! Any text as the lines of a recorded release: each is taken or refused with its number, and what was taken is judged to a
//! verdict with reasons.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use serin_judge::verdict::RunIdentity;
use serin_judge::verdict::recording::{RecordingReader, judge, plan};

fuzz_target!(|text: &str| {
    let mut reader = RecordingReader::default();
    for (index, line) in text.lines().enumerate() {
        if let Err(error) = reader.line(line) {
            assert_eq!(error.line, index as u64 + 1);
        }
    }
    let recording = reader.finish();
    if let Some(judged) = judge(Arc::new(plan(&recording)), &recording, &RunIdentity::default()) {
        assert!(!judged.run.reasons.is_empty());
        let _json = serde_json::to_string(&judged).expect("every number has a place in JSON");
    }
});

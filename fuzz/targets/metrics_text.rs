//! Any text as what a `/metrics` endpoint answers: samples or an error, never more than the limits allow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serin_judge::counter::{ExpositionLimits, parse_exposition};

fuzz_target!(|text: &str| {
    let limits = ExpositionLimits::default();
    if let Ok(samples) = parse_exposition(text, &limits) {
        for sample in &samples {
            assert!(!sample.series.get("__name__").is_empty());
        }
    }
});

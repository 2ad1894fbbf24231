//! Any text as a selector of series: no panic, errors lie inside of the text, and what is read is written the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serin_judge::counter::{Selector, Series};

fuzz_target!(|text: &str| {
    match Selector::parse(text) {
        Ok(selector) => {
            let again = Selector::parse(selector.text()).expect("its own text is a selector");
            let series = Series::new([("__name__", "requests"), ("code", "500"), ("pod", "a")]);
            assert_eq!(selector.matches(&series), again.matches(&series));
        }
        Err(error) => assert!(error.at <= text.chars().count() + 1, "{} of {text:?}", error.at),
    }
});

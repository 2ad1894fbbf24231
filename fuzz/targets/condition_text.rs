//! Any text as a condition, on a few values: no panic, and every error and every part lies inside of the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serin_judge::condition::{Condition, Part, Value, evaluate_time};
use serin_judge::time::Timestamp;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fuzz_target!(|text: &str| {
    let _time = evaluate_time(text, NOW);
    let condition = match Condition::compile(text) {
        Ok(condition) => condition,
        Err(error) => {
            assert!(error.span().is_none_or(|span| text.get(span).is_some()));
            let _lines = error.underlined(text);
            return;
        }
    };
    for result in [Value::Nil, Value::scalar(0.95), Value::floats(vec![1.0, f64::NAN]), Value::text("héllo")] {
        let plain = condition.value_at(&result, NOW);
        let explanation = condition.explain_at(&result, NOW);
        assert_eq!(plain.is_ok(), explanation.answer.is_ok());
        inside(&explanation.root, text);
        assert_eq!(explanation.underlined().lines().count(), 2);
    }
});

fn inside(part: &Part, text: &str) {
    assert_eq!(text.get(part.span.clone()), Some(part.source.as_str()));
    part.children.iter().for_each(|child| inside(child, text));
}

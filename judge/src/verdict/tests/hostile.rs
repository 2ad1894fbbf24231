//! Answers made to cost time or space, and numbers that make no sense: a clear phase, and never Successful by accident.

use std::time::Duration;

use super::{at, metric};
use crate::analysis::plan::{Dialect, Metric};
use crate::condition::{Condition, Value};
use crate::verdict::{Answer, Measurement, Phase};

fn judged(condition: &str, value: Value) -> Measurement {
    let spec = Metric {
        success: Some(Condition::compile(condition).unwrap()),
        ..metric("m")
    };
    let text = value.to_json();
    let answer = Answer {
        value,
        text,
        metadata: std::collections::BTreeMap::new(),
        phase: None,
    };
    Measurement::judge(&spec, Ok(answer), at(0), at(0))
}

#[test]
fn ten_thousand_elements() {
    let many = || Value::floats((0..10_000).map(f64::from).collect());
    for (condition, phase) in [
        ("all(result, # >= 0)", Phase::Successful),
        ("sum(result) == 49995000", Phase::Successful),
        ("any(result, # < 0)", Phase::Failed),
        ("len(uniq(result)) == 10000", Phase::Error),
        ("all(result, let x = #; all(result, # <= x))", Phase::Failed),
        ("len(map(result, map(result, #))) > 0", Phase::Error),
        ("result[10000] > 0", Phase::Error),
    ] {
        let measurement = judged(condition, many());
        assert_eq!(measurement.phase, phase, "{condition}: {}", measurement.message);
        assert_eq!(
            measurement.message.is_empty(),
            phase != Phase::Error,
            "{condition}"
        );
        assert!(
            measurement.value.len() < 20_000,
            "the value is cut where it is kept"
        );
    }
}

#[test]
fn a_text_of_a_megabyte() {
    let long = || Value::text(&"a".repeat(1 << 20));
    for (condition, phase) in [
        ("len(result) == 1048576", Phase::Successful),
        ("result matches '^(a+)+$'", Phase::Successful),
        ("result matches '^(a+)+b$'", Phase::Failed),
        ("result contains 'b'", Phase::Failed),
        ("len(repeat(result, 100)) > 0", Phase::Error),
        ("result > 1", Phase::Error),
    ] {
        let measurement = judged(condition, long());
        assert_eq!(measurement.phase, phase, "{condition}: {}", measurement.message);
        assert!(
            measurement.message.len() < 4096 && measurement.value.len() < 20_000,
            "{condition}"
        );
    }
}

#[test]
fn intervals_beyond_all_calendars() {
    let spec = Metric {
        interval: Some(Duration::MAX),
        initial_delay: Duration::MAX,
        ..metric("m")
    };
    let mut state = crate::verdict::MetricState::default();
    let never = crate::time::Timestamp::from_micros(i64::MAX);
    assert_eq!(state.due_at(&spec, Dialect::Serin, at(0)), Some(never));
    let _held = state.record(&spec, super::measured(Phase::Successful, 0), false);
    assert_eq!(state.due_at(&spec, Dialect::Serin, at(0)), Some(never));
}

//! Conditions: compiling, evaluating, and `serin eval --batch` without its input and output.
#![allow(clippy::unwrap_used, reason = "a bench whose inputs are broken has to stop")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use serde_json::{Value as Json, json};
use serin_judge::condition::{Batch, Condition, Value};
use serin_judge::time::Timestamp;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
/// Enough lines that a batch takes milliseconds, which no scheduler's slice can hide.
const LINES: usize = 10_000;

const SHORT: &str = "result[0] >= 0.95";
const PREDICATE: &str = "all(result, # >= 0 && # < 500) && len(filter(result, # > 90)) < 20";
const NESTED: &str = r#"result.status == "ok" && result.replicas.ready >= result.replicas.wanted && result.pods[2].restarts < 3"#;

fn main() {
    divan::main();
}

fn result_of(condition: &str) -> Value {
    let (kind, json) = match condition {
        SHORT => ("prometheus", json!([0.97])),
        PREDICATE => ("prometheus", (0..100).map(f64::from).collect::<Json>()),
        _ => (
            "web",
            json!({
                "status": "ok",
                "replicas": {"ready": 5, "wanted": 5},
                "pods": [{"restarts": 0}, {"restarts": 1}, {"restarts": 0}],
            }),
        ),
    };
    Value::from_batch(kind, &json).unwrap()
}

const CASES: [(&str, &str); 3] = [
    ("short", SHORT),
    ("predicate over 100", PREDICATE),
    ("nested map", NESTED),
];

fn text_of(case: &str) -> &'static str {
    CASES.iter().find(|(name, _)| *name == case).unwrap().1
}

fn names() -> impl Iterator<Item = &'static str> {
    CASES.iter().map(|(name, _)| *name)
}

/// From text to the first answer: parsing, checking and rewriting, as a condition that is new.
#[divan::bench(args = names())]
fn compile_and_evaluate(bencher: Bencher<'_, '_>, case: &str) {
    let (text, result) = (text_of(case), result_of(text_of(case)));
    bencher.bench(|| {
        Condition::compile(black_box(text))
            .unwrap()
            .evaluate_at(black_box(&result), NOW)
    });
}

#[divan::bench(args = names())]
fn evaluate(bencher: Bencher<'_, '_>, case: &str) {
    let (text, result) = (text_of(case), result_of(text_of(case)));
    let condition = Condition::compile(text).unwrap();
    assert_eq!(condition.evaluate_at(&result, NOW), Ok(true));
    bencher.bench(|| condition.evaluate_at(black_box(&result), NOW));
}

/// `distinct` conditions in turn.
fn lines(distinct: usize) -> Vec<String> {
    let line = |number: usize| {
        let (id, bound) = (number, number % distinct);
        format!(
            r#"{{"id":{id},"kind":"prometheus","result":[0.97],"success":"result[0] >= 0.{bound:05}","failure":""}}"#
        )
    };
    (0..LINES).map(line).collect()
}

fn answer(lines: &[String]) -> usize {
    let mut batch = Batch::new();
    let answers = lines.iter().enumerate();
    answers
        .map(|(index, line)| batch.line(index + 1, line, NOW).json.len())
        .sum()
}

/// Lines a second when the file repeats four conditions.
#[divan::bench]
fn batch_warm(bencher: Bencher<'_, '_>) {
    let lines = lines(4);
    bencher
        .counter(ItemsCount::new(LINES))
        .bench(|| answer(black_box(&lines)));
}

/// Lines a second when each has a condition of its own.
#[divan::bench]
fn batch_cold(bencher: Bencher<'_, '_>) {
    let lines = lines(LINES);
    bencher
        .counter(ItemsCount::new(LINES))
        .bench(|| answer(black_box(&lines)));
}

/// The yardstick: the same lines, only read as JSON.
#[divan::bench]
fn batch_json_alone(bencher: Bencher<'_, '_>) {
    let lines = lines(4);
    bencher.counter(ItemsCount::new(LINES)).bench(|| {
        let read = |line: &String| serde_json::from_str::<Json>(line).unwrap();
        black_box(&lines)
            .iter()
            .filter(|line| read(line).is_object())
            .count()
    });
}

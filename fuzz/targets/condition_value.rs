//! A line of a batch made of any text and any value: one line of JSON comes out, twice the same.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use serin_judge::condition::{Condition, Value, batch_line};
use serin_judge::time::Timestamp;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

#[derive(Arbitrary, Debug)]
struct Question<'bytes> {
    success: &'bytes str,
    failure: &'bytes str,
    result: Result<&'bytes str, Tree>,
    is_prometheus: bool,
}

/// What a provider answered.
#[derive(Arbitrary, Debug)]
enum Tree {
    Null,
    Truth(bool),
    Number(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl From<Tree> for serde_json::Value {
    fn from(tree: Tree) -> Self {
        match tree {
            Tree::Null => Self::Null,
            Tree::Truth(truth) => Self::Bool(truth),
            Tree::Number(number) => Self::from(number),
            Tree::Text(text) => Self::String(text),
            Tree::List(list) => list.into_iter().map(Self::from).collect(),
            Tree::Map(fields) => fields.into_iter().map(|(name, field)| (name, Self::from(field))).collect(),
        }
    }
}

fuzz_target!(|question: Question<'_>| {
    let result = match question.result {
        Ok(text) => serde_json::from_str(text).unwrap_or_default(),
        Err(tree) => serde_json::Value::from(tree),
    };
    let kind = if question.is_prometheus { "prometheus" } else { "web" };
    let line = serde_json::json!({
        "id": 1, "kind": kind, "result": result, "success": question.success, "failure": question.failure,
    });
    let answer = batch_line(1, &line.to_string(), NOW);
    assert_eq!(answer, batch_line(1, &line.to_string(), NOW));
    assert!(!answer.json.contains('\n'));
    let answer: serde_json::Value = serde_json::from_str(&answer.json).unwrap();
    let phase = answer["phase"].as_str().unwrap();
    assert!(["Successful", "Failed", "Inconclusive", "Error"].contains(&phase));
    assert_eq!(phase == "Error", answer["error"].is_string());
    if let (Ok(value), Ok(condition)) = (Value::from_batch(kind, &result), Condition::compile(question.success)) {
        let _explained = condition.explain_at(&value, NOW).to_string();
    }
});

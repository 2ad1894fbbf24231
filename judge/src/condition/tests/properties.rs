use proptest::prelude::*;

use super::{answer, now, yields};
use crate::condition::{Condition, Value};

/// Pieces of the language in any order: most of it parses now and then.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "result", "1", "0.5", "'a'", "nil", "true", "#", ".", "?.", "[", "]", "(", ")", "{", "}", "+", "-",
        "*", "/", "%", "**", "==", "!=", "<", ">", "&&", "||", "!", "not", "in", "matches", "contains", "..",
        "??", "?", ":", ",", ";", "|", "let", "x", "=", "if", "else", "len", "map", "filter", "sum",
        "reduce", "sort", "max", "first", "date", "now", "duration", "split", "toJSON", "groupBy", "#acc",
        "`", "/*", "//", " ",
    ]);
    prop::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.join(" "))
}

fn results() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Nil),
        any::<f64>().prop_map(Value::scalar),
        prop::collection::vec(any::<f64>(), 0..5).prop_map(Value::floats),
        "[a-z]{0,5}".prop_map(|text| Value::text(&text)),
        Just(super::web(r#"{"a":[1,"x",null],"x":{"y":true}}"#)),
    ]
}

proptest! {
    #[test]
    fn random_text_never_panics(text in "\\PC{0,200}", result in results()) {
        let _ = answer(&text, &result);
    }

    #[test]
    fn random_expressions_never_panic(text in soup(), result in results()) {
        if let Ok(condition) = Condition::compile(&text) {
            let plain = condition.value_at(&result, now()).is_ok();
            prop_assert_eq!(condition.explain_at(&result, now()).answer.is_ok(), plain);
        }
    }

    #[test]
    fn errors_lie_inside_of_the_text(text in soup(), result in results()) {
        let error = Condition::compile(&text).and_then(|condition| condition.evaluate(&result)).err();
        if let Some(span) = error.and_then(|error| error.span()) {
            prop_assert!(text.get(span).is_some());
        }
    }

    #[test]
    fn printed_values_parse_to_themselves(number in any::<f64>(), text in "\\PC{0,20}") {
        let json = Value::from_json(&serde_json::json!({"n": [number], "t": text})).to_json();
        if number.is_finite() {
            prop_assert_eq!(&yields("result", &super::web(&json)), &json);
        }
    }

    #[test]
    fn nan_compares_false(other in any::<f64>(), index in 0_usize..5) {
        let operator = ["<", ">", "<=", ">=", "=="][index];
        let result = Value::floats(vec![f64::NAN, other]);
        let (left, right) = (format!("result[0] {operator} result[1]"), format!("result[1] {operator} result[0]"));
        prop_assert_eq!(answer(&left, &result), "false");
        prop_assert_eq!(answer(&right, &result), "false");
    }
}

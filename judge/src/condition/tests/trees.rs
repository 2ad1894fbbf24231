//! Properties of expressions that are well formed: random trees over every kind of node.

use proptest::prelude::*;

use super::{now, web};
use crate::condition::{Condition, Part, Value};

fn leaf() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "result",
        "result.a",
        "result.a[0]",
        "result?.b?.c",
        "result.s",
        "#",
        "#index",
        "#acc",
        "1",
        "0.5",
        "-2",
        "'a'",
        "''",
        "nil",
        "true",
        "false",
        "[]",
        "{}",
        "1..3",
        "$env",
        "asInt",
        "date('2023-08-14')",
        "duration('1h')",
        "timezone('UTC')",
        "isNil(result)",
    ])
    .prop_map(ToOwned::to_owned)
}

const BINARY: [&str; 24] = [
    "==",
    "!=",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "**",
    "&&",
    "or",
    "??",
    "in",
    "not in",
    "..",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "not matches",
    "|| true ||",
    "and",
    ">",
];
const ONE: [&str; 24] = [
    "len",
    "type",
    "abs",
    "ceil",
    "int",
    "float",
    "string",
    "trim",
    "upper",
    "toJSON",
    "fromJSON",
    "toBase64",
    "first",
    "last",
    "keys",
    "toPairs",
    "fromPairs",
    "reverse",
    "uniq",
    "flatten",
    "sort",
    "max",
    "mean",
    "isNaN",
];
const TWO: [&str; 12] = [
    "split",
    "join",
    "take",
    "get",
    "concat",
    "min",
    "median",
    "bitand",
    "bitshl",
    "hasPrefix",
    "indexOf",
    "default",
];
const FOLDS: [&str; 15] = [
    "all",
    "any",
    "none",
    "one",
    "filter",
    "map",
    "count",
    "sum",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "groupBy",
    "sortBy",
    "reduce",
];

fn trees() -> impl Strategy<Value = String> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        let three = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            (pair.clone(), prop::sample::select(&BINARY[..]))
                .prop_map(|((a, b), op)| format!("({a} {op} {b})")),
            (inner.clone(), prop::sample::select(&ONE[..])).prop_map(|(a, name)| format!("{name}({a})")),
            (pair.clone(), prop::sample::select(&TWO[..]))
                .prop_map(|((a, b), name)| format!("{name}({a}, {b})")),
            (pair.clone(), prop::sample::select(&FOLDS[..]))
                .prop_map(|((a, b), name)| format!("{name}({a}, {{{b}}})")),
            (pair.clone(), prop::sample::select(&FOLDS[..]))
                .prop_map(|((a, b), name)| format!("({a} | {name}({b}))")),
            inner.clone().prop_map(|a| format!("(not {a})")),
            inner.clone().prop_map(|a| format!("(-{a})")),
            inner.clone().prop_map(|a| format!("{a}?.a")),
            inner.clone().prop_map(|a| format!("{a}.Add(duration('1s'))")),
            pair.clone().prop_map(|(a, b)| format!("{a}[{b}]")),
            three.clone().prop_map(|(a, b, c)| format!("{a}[{b}:{c}]")),
            three.clone().prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            three.prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
            pair.clone().prop_map(|(a, b)| format!("(let x = {a}; [x, {b}])")),
            pair.clone().prop_map(|(a, b)| format!("{{a: {a}, ({b}): 1}}")),
            pair.prop_map(|(a, b)| format!("[{a}, {b}]")),
        ]
    })
}

fn results() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Nil),
        any::<f64>().prop_map(Value::scalar),
        prop::collection::vec(any::<f64>(), 0..5).prop_map(Value::floats),
        "[a-zé]{0,5}".prop_map(|text| Value::text(&text)),
        Just(web(r#"{"a":[3,"x",null,[1,2]],"b":{"c":true},"s":"héllo"}"#)),
    ]
}

/// Every part lies inside of the text, has a value, and exactly one is said to have decided.
fn decided(part: &Part, text: &str) -> usize {
    assert_eq!(text.get(part.span.clone()), Some(part.source.as_str()));
    assert!(!part.source.is_empty(), "a part of nothing in {text}");
    assert!(part.element.is_none_or(|(number, of)| (1..=of).contains(&number)));
    let inside: usize = part.children.iter().map(|child| decided(child, text)).sum();
    inside + usize::from(part.is_deciding)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_explanation_comes_to_what_the_evaluation_comes_to(text in trees(), result in results()) {
        if let Ok(condition) = Condition::compile(&text) {
            let plain = condition.value_at(&result, now());
            let explanation = condition.explain_at(&result, now());
            // NaN is not itself, so what is compared is what is shown.
            let shown = |answer: &Result<Value, _>| answer.as_ref().map(Value::to_json).map_err(ToString::to_string);
            prop_assert_eq!(shown(&plain), shown(&explanation.answer));
            prop_assert_eq!(decided(&explanation.root, &text), 1, "{}", explanation);
            let underlined = explanation.underlined();
            prop_assert_eq!(underlined.lines().count(), 2, "{}", underlined);
            prop_assert!(underlined.contains('^'));
        }
    }

    #[test]
    fn evaluating_again_gives_the_same(text in trees(), result in results()) {
        if let Ok(condition) = Condition::compile(&text) {
            let shown = || condition.value_at(&result, now()).map(|value| value.to_json()).map_err(|error| error.to_string());
            prop_assert_eq!(shown(), shown());
        }
    }

    #[test]
    fn brackets_change_nothing(text in trees(), result in results()) {
        let shown = |text: &str| {
            let condition = Condition::compile(text).ok()?;
            condition.value_at(&result, now()).ok().map(|value| value.to_json())
        };
        // The budget of nodes and levels is the same: brackets are no nodes.
        prop_assert_eq!(shown(&text), shown(&format!("({text})")));
    }
}

#[test]
fn most_trees_are_expressions_and_many_have_a_value() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut compiled, mut valued) = (0, 0);
    for _ in 0..1_000 {
        use proptest::strategy::ValueTree;
        let text = trees().new_tree(&mut runner).unwrap().current();
        let result = results().new_tree(&mut runner).unwrap().current();
        if let Ok(condition) = Condition::compile(&text) {
            compiled += 1;
            valued += usize::from(condition.value_at(&result, now()).is_ok());
        }
    }
    assert!(
        compiled > 500 && valued > 100,
        "{compiled} of 1000 compile, {valued} have a value"
    );
}

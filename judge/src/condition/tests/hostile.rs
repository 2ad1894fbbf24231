use super::{answer, web};
use crate::condition::budget::{NESTING_LIMIT, NODES_LIMIT};
use crate::condition::{Condition, Value};

fn refusal(text: &str) -> String {
    Condition::compile(text).unwrap_err().to_string()
}

#[test]
fn large_texts_are_refused_before_they_are_parsed() {
    let parentheses = format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(refusal(&parentheses).contains("bytes"));
    assert!(refusal(&vec!["1"; 20_000].join("+")).contains("bytes"));
}

#[test]
fn deep_and_wide_texts_are_refused() {
    let deep = [
        format!("{}1{}", "(".repeat(500), ")".repeat(500)),
        format!("{}1{}", "[".repeat(500), "]".repeat(500)),
        format!("{}1", "-".repeat(500)),
        format!("{}true", "not ".repeat(500)),
        format!("{}1", "true ? 1 : ".repeat(200)),
        format!("{}1", "1 ** ".repeat(500)),
        format!("{}1", "let x = 1; ".repeat(100)),
        format!("{}1{}", "abs(".repeat(500), ")".repeat(500)),
        format!("{}{{1}}", "if true {1} else ".repeat(200)),
    ];
    for text in &deep {
        let message = refusal(text);
        assert!(message.contains("nested too deep"), "{message}");
    }
    for text in [vec!["1"; 600].join("+"), "?:1".repeat(300)] {
        let refused = Condition::compile(&text).is_err();
        assert!(refused);
    }
    let doubling = (0..20).fold("1".to_owned(), |inner, _| format!("({inner}) ?: 1"));
    assert!(refusal(&doubling).contains("too many parts"));
}

#[test]
fn what_is_within_the_limits_is_evaluated() {
    let nested = NESTING_LIMIT - 1;
    let deep = format!("{}true{}", "(".repeat(nested), ")".repeat(nested));
    assert_eq!(answer(&deep, &Value::Nil), "true");
    let long = vec!["1"; NODES_LIMIT / 2 - 1].join("+");
    assert_eq!(answer(&format!("{long} > 200"), &Value::Nil), "true");
}

#[test]
fn evaluation_stays_within_its_budget() {
    let big = Value::floats(vec![1.0; 1_000]);
    let cases = [
        ("len(1..200000000) > 1", "memory budget exceeded"),
        ("len(repeat('a', 100000000)) > 1", "memory budget exceeded"),
        ("let x = 1..900000; all(x, all(x, true))", "too many steps"),
        ("all(result, all(result, all(result, # == 1)))", "too many steps"),
        (
            "let a = repeat('x', 900000); all(1..90000, upper(a) != '')",
            "too much text",
        ),
        ("reduce(1..900000, [#acc]) == nil", "nested too deep"),
        ("len(uniq(1..900000)) > 1", "too many steps"),
        (
            "let m = {a: result | map(#)}; let n = {a: result | map(#)}; all(1..900000, m == n)",
            "too many steps",
        ),
        (
            "let x = repeat('a', 400000); len(groupBy(1..400000, x)) > 1",
            "too many steps",
        ),
        ("'a' matches '((a{1000}){1000}){1000}'", "too large"),
        (
            "all(1..100000, 'aaaaaaaaaaaaaaaa' not matches ('(a|aa)+b' + string(#)))",
            "too many steps",
        ),
    ];
    for (text, expected) in cases {
        let found = answer(text, &big);
        let is_refused = found.contains(expected) || found.contains("memory budget exceeded");
        assert!(found.starts_with("error") && is_refused, "{text}: {found}");
    }
}

#[test]
fn deep_json_is_held_at_a_limit() {
    let deep = format!("{}1{}", "[".repeat(120), "]".repeat(120));
    assert_eq!(answer("len(flatten(result)) == 1", &web(&deep)), "true");
    assert_eq!(
        answer("max(result) == 1 && mean(result) == 1", &web(&deep)),
        "true"
    );
    let mut tree = serde_json::Value::Null;
    for _ in 0..2_000 {
        tree = serde_json::Value::Array(vec![tree]);
    }
    assert_eq!(
        answer("len(flatten(result)) == 1", &Value::from_json(&tree)),
        "true"
    );
}

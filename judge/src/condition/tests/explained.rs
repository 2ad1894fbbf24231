//! What people are shown of a condition: the part that decided, and the value of every part.

use super::{now, prometheus, web};
use crate::condition::{Condition, Value};

fn underlined(text: &str, result: &Value) -> String {
    Condition::compile(text)
        .unwrap()
        .explain_at(result, now())
        .underlined()
}

fn tree(text: &str, result: &Value) -> String {
    Condition::compile(text)
        .unwrap()
        .explain_at(result, now())
        .to_string()
}

#[test]
fn the_part_that_decided_is_underlined_with_the_values_it_saw() {
    let list = prometheus("[0.97, 0.8]");
    for (text, expected) in [
        (
            "len(result) > 1 && result[1] > 0.9",
            "len(result) > 1 && result[1] > 0.9\n                   ^^^^^^^^^^^^^^^ false (result[1] = 0.8)\n",
        ),
        (
            "all(result, # >= 0.95)",
            "all(result, # >= 0.95)\n            ^^^^^^^^^ false (# = 0.8, element 2 of 2)\n",
        ),
        (
            "none(result, {# < 0.9})",
            "none(result, {# < 0.9})\n              ^^^^^^^ true (# = 0.8, element 2 of 2)\n",
        ),
        (
            "result[5] > 1",
            "result[5] > 1\n^^^^^^^^^ error: index out of range: 5 (array length is 2) (result = [0.97 0.8])\n",
        ),
        (
            "result > 1",
            "result > 1\n^^^^^^^^^^ error: invalid operation: > (mismatched types []float64 and int)\n",
        ),
        (
            "len(result)\n  == 3",
            "len(result)   == 3\n^^^^^^^^^^^^^^^^^^ false (len(result) = 2)\n",
        ),
    ] {
        assert_eq!(underlined(text, &list), expected, "{text}");
    }
}

#[test]
fn of_a_long_condition_only_the_part_that_decided_is_shown() {
    let text = format!("{} && result > 2", vec!["1 < result"; 30].join(" && "));
    let json = web("1.5");
    assert_eq!(
        underlined(&text, &json),
        "result > 2\n^^^^^^^^^^ false (result = 1.5)\n"
    );
}

/// One expression for each kind of node, with lines that its tree must have.
const NODES: &[(&str, &[&str])] = &[
    (
        "-result.a[0] == -1",
        &["-result.a[0] = -1", "result.a[0] = 1", "result.a = [1 2 3]"],
    ),
    ("result.s in ['a', 'text']", &["result.s = text"]),
    (
        "result.s matches '^t'",
        &["result.s matches '^t' = true", "result.s = text"],
    ),
    ("result.m.x?.y == nil", &["result.m.x = <nil>"]),
    (
        "result.m.x.y == nil",
        &[
            "result.m.x.y = error: cannot fetch y from <nil>   <- decided",
            "result.m.x = <nil>",
        ],
    ),
    (
        "result.a[1:len(result.a)] == [2, 3]",
        &["result.a[1:len(result.a)] = [2 3]", "len(result.a) = 3"],
    ),
    (
        "date('2023-08-14').Add(duration('1h')).Hour() == 1",
        &[
            "date('2023-08-14') = 2023-08-14 00:00:00 +0000 UTC",
            "duration('1h') = 1h0m0s",
        ],
    ),
    ("asInt(result.a[0]) == 1", &["asInt(result.a[0]) = 1"]),
    ("max(result.a) == 3", &["max(result.a) = 3"]),
    (
        "reduce(result.a, #acc + #, len(result.s)) == 10",
        &[
            "#acc + # = 10   (element 3 of 3)",
            "#acc = 7",
            "len(result.s) = 4",
        ],
    ),
    (
        "filter(result.a, # > 1)[0] == 2",
        &["# > 1 = true   (element 2 of 3)"],
    ),
    ("sortBy(result.a, -#)[0] == 3", &["-# = -3   (element 3 of 3)"]),
    (
        "let x = result.s; x == 'a'",
        &["result.s = text", "x == 'a' = false   <- decided", "x = text"],
    ),
    (
        "(result.s; result.a[0] == 2)",
        &["result.a[0] == 2 = false   <- decided"],
    ),
    (
        "result.s == 'a' ? true : len(result.a) > 5",
        &[
            "result.s == 'a' = false",
            "len(result.a) > 5 = false   <- decided",
        ],
    ),
    (
        "[result.s, 1] == ['text', 1]",
        &["[result.s, 1] = [text 1]", "result.s = text"],
    ),
    (
        "{'k': result.s} == {'k': 'x'}",
        &["{'k': result.s} = map[k:text]"],
    ),
    (
        "any(result.a, # > 2)",
        &["# > 2 = true   (element 3 of 3)   <- decided"],
    ),
    (
        "any(result.a, any(1..2, # == 7))",
        &["# == 7 = false   (element 2 of 2)"],
    ),
    ("result.m.x ?? true", &["result.m.x = <nil>"]),
    (
        "not (result.s == 'text')",
        &["(result.s == 'text') = true   <- decided"],
    ),
];

#[test]
fn every_kind_of_node_shows_its_value() {
    let map = web(r#"{"a": [1, 2, 3], "s": "text", "m": {"x": null}}"#);
    for (text, lines) in NODES {
        let shown = tree(text, &map);
        for line in *lines {
            let mut found = shown.lines().map(|found| found.trim_start());
            let is_there =
                found.any(|found| found == *line || found.strip_suffix("   <- decided") == Some(line));
            assert!(is_there, "{text}: {line}\n{shown}");
        }
    }
}

#[test]
fn line_feeds_in_values_and_texts_do_not_break_lines() {
    let text = web(r#""a\nb""#);
    assert_eq!(
        underlined("result == `\n`", &text),
        "result == ` `\n^^^^^^^^^^^^^ false (result = a b)\n"
    );
    assert_eq!(tree("`\n`", &text).lines().count(), 1);
    assert_eq!(underlined("result\n.b", &text).lines().count(), 2);
}

use super::{check, now, web, yields};
use crate::condition::{Condition, Value, evaluate_time};

#[test]
fn precedence_and_associativity() {
    let cases = [
        ("1 + 2 * 3", "null", "7"),
        ("2 ** 3 ** 2", "null", "512"),
        ("-2 ** 2", "null", "-4"),
        ("10 - 2 - 3", "null", "5"),
        ("not true == false", "null", "true"),
        ("not (1 in [1])", "null", "false"),
        ("1 not in [2]", "null", "true"),
        ("true || false && false", "null", "true"),
        ("1 < 2 < 3", "null", "true"),
        ("1 < 5 < 3", "null", "false"),
        ("nil ?? 1 ?? 2", "null", "1"),
        ("1 ?? 2 + 3", "null", "error: cannot be mixed"),
        ("1 + nil ?? 2", "null", "3"),
        ("1..3 == [1,2,3]", "null", "true"),
        ("1 + 1..2 + 2", "null", "[2,3,4]"),
        ("true ? 1 : 2", "null", "1"),
        ("false ? 1 : true ? 2 : 3", "null", "2"),
        ("if false { 1 } else if true { 2 } else { 3 }", "null", "2"),
        ("[1,2,3] | filter(# > 1) | len()", "null", "2"),
        ("let x = 1; let y = x + 1; x + y", "null", "3"),
        ("1; 2; 3", "null", "3"),
        ("5 / 2", "null", "2.5"),
        ("5 % -3", "null", "2"),
        ("9223372036854775807 + 1", "null", "-9223372036854775808"),
        ("1 / 0", "null", "\"+Inf\""),
        ("1 % 0", "null", "error: integer divide by zero"),
    ];
    check(&cases, web, yields);
}

#[test]
fn literals_comments_and_escapes() {
    let cases = [
        ("0xFF + 0b11 + 0o17 + 1_000", "null", "1273"),
        ("1e3 + .5", "null", "1000.5"),
        (
            "'a\\tb' + \"\\u00e9\" + `raw``\\n`",
            "null",
            "\"a\\tbéraw`\\\\n\"",
        ),
        ("'\\x41\\101\\u{42}'", "null", "\"AAB\""),
        ("1 // rest\n + 1", "null", "2"),
        ("1 /* inside */ + 1", "null", "2"),
        ("1 /* open", "null", "error: unclosed comment"),
        ("'open", "null", "error: literal not terminated"),
        ("'\\q'", "null", "error: invalid char escape"),
        ("1e999", "null", "error: float literal"),
        ("9223372036854775808", "null", "error: integer literal"),
        ("1abc", "null", "error: bad number syntax"),
        ("a @ b", "null", "error: unrecognized character"),
        (
            "{a: 1, 'b': 2, 3: 4, ('c' + 'd'): 5}",
            "null",
            r#"{"3":4,"a":1,"b":2,"cd":5}"#,
        ),
        ("{a: 1, a: 2}", "null", r#"{"a":1}"#),
    ];
    check(&cases, web, yields);
}

#[test]
fn members_slices_and_chains() {
    let result = r#"{"a":{"b":[1,2,3]},"s":"héllo","n":null,"":7}"#;
    let cases = [
        ("result.a.b[-1]", result, "3"),
        ("result['a']['b'][1:]", result, "[2,3]"),
        ("result.a.b[:-1]", result, "[1,2]"),
        ("result.a.b[5:9]", result, "[]"),
        ("result.a.b[3]", result, "error: index out of range"),
        ("result.n?.x.y.z", result, "null"),
        ("result.n?.x['y']", result, "error: cannot fetch y from <nil>"),
        ("result.n.x", result, "error: cannot fetch x from <nil>"),
        ("result?.a?.['b']", result, "[1,2,3]"),
        ("result[nil]", result, "error"),
        ("result[result.n]", result, "7"),
        ("'a' in result", result, "true"),
        (
            "1 in result",
            result,
            "error: cannot use int as type string in map key",
        ),
        ("$env.result.a.b[0]", result, "1"),
        ("$env['asInt']('3')", result, "error"),
        ("$env.asInt('3')", result, "3"),
        ("$env.nothing", result, "error: unknown name nothing"),
        ("result.s()", result, "error"),
        ("result()", result, "error: is not callable"),
    ];
    check(&cases, web, yields);
}

#[test]
fn predicates() {
    let list = "[3,1,2]";
    let objects = r#"[{"n":1,"t":"x"},{"n":2,"t":"y"},{"n":3,"t":"x"}]"#;
    let cases = [
        ("filter(result, # > 1)", list, "[3,2]"),
        ("map(result, # * #index)", list, "[0,1,4]"),
        ("count(result, # > 1)", list, "2"),
        ("count([true, false])", list, "1"),
        ("sum(result, # * 2)", list, "12"),
        ("find(result, # < 3)", list, "1"),
        ("find(result, # > 9)", list, "null"),
        ("findIndex(result, # == 2)", list, "2"),
        ("findLast(result, # < 3)", list, "2"),
        ("findLastIndex(result, # > 0)", list, "2"),
        ("one(result, # == 3)", list, "true"),
        ("none(result, # == 3)", list, "false"),
        ("sortBy(result, #)", list, "[1,2,3]"),
        ("sortBy(result, -#, 'desc')", list, "[1,2,3]"),
        ("reduce(result, #acc + #)", list, "6"),
        ("reduce(result, #acc + #, 10)", list, "16"),
        ("reduce([], #acc)", list, "error: slice index out of range"),
        ("map(filter(result, .n > 1), .t)", objects, r#"["y","x"]"#),
        ("len(groupBy(result, .t)['x'])", objects, "2"),
        ("groupBy(result, .t)['z'] == nil", objects, "true"),
        (
            "all(result, all([1], # == 1)) && any(result, {.n > 2})",
            objects,
            "true",
        ),
        (
            "filter(result, #index > 1)",
            list,
            "error: unknown pointer #index",
        ),
        ("all(1, true)", list, "error: takes only array"),
        ("all(result, 1)", list, "error: predicate should return boolean"),
        ("all(result)", list, "error: expected at least"),
    ];
    check(&cases, web, yields);
}

/// Where Go's optimizer changes an answer.
#[test]
fn rewritten_as_go_does() {
    let mixed = r#"[2,"a"]"#;
    let cases = [
        ("result[5] > 1 and false", mixed, "false"),
        ("true or 1 % 0 == 1", mixed, "error: integer divide by zero"),
        ("first(filter(result, # > 1))", mixed, "2"),
        ("filter(result, # > 1)[0]", mixed, "2"),
        ("filter(result, # > 1)", mixed, "error"),
        ("len(map(filter(result, true), #.no.such))", mixed, "2"),
        ("all(result, # == 1) && all(result, # > 1)", mixed, "false"),
        ("sum(['a', result[1]])", mixed, "\"aa\""),
        ("max(1, 2.0) == 2", mixed, "error: is float64, not int"),
        ("findIndex(result, # == 9) in [0]", mixed, "true"),
    ];
    check(&cases, web, yields);
}

#[test]
fn builtins_of_texts() {
    let cases = [
        ("len('héé')", "null", "3"),
        ("type(1.0)", "null", "\"float\""),
        (
            "[abs(-1), ceil(1.2), floor(1.8), round(2.5)]",
            "null",
            "[1,2,1,3]",
        ),
        ("[int('5'), float('1.5')]", "null", "[5,1.5]"),
        ("int('x')", "null", "error"),
        (
            "string([1, 2.5, nil, {a: 'b'}])",
            "null",
            "\"[1 2.5 <nil> map[a:b]]\"",
        ),
        ("string(1e21) + string(0.00001)", "null", "\"1e+211e-05\""),
        (
            "[trim('  a '), trim('xax', 'x'), upper('ab'), lower('AB')]",
            "null",
            r#"["a","a","AB","ab"]"#,
        ),
        ("split('a,b,c', ',', 2)", "null", r#"["a","b,c"]"#),
        ("splitAfter('a,b', ',')", "null", r#"["a,","b"]"#),
        ("split('héy', '')", "null", r#"["h","é","y"]"#),
        ("replace('aaa', 'a', 'b', 2)", "null", "\"bba\""),
        ("join(['a','b'], '-') + repeat('x', 2)", "null", "\"a-bxx\""),
        (
            "[indexOf('abcab', 'b'), lastIndexOf('abcab', 'b'), indexOf('a', 'z')]",
            "null",
            "[1,4,-1]",
        ),
    ];
    check(&cases, web, yields);
}

#[test]
fn builtins_of_lists_and_times() {
    let cases = [
        (
            "[max(1, [5, 2]), min(3, 1), mean([1, 2]), median([3, 1, 2])]",
            "null",
            "[5,1,1.5,2]",
        ),
        (
            "[first([1,2]), last([1,2]), first([]), get([1], 5)]",
            "null",
            "[1,2,null,null]",
        ),
        ("take([1,2,3], 2)", "null", "[1,2]"),
        (
            "[keys({a: 1}), values({a: 1}), toPairs({a: 1})]",
            "null",
            r#"[["a"],[1],[["a",1]]]"#,
        ),
        ("fromPairs([['a', 1]])", "null", r#"{"a":1}"#),
        (
            "[reverse([1,2]), uniq([1,1.0,2]), flatten([1,[2,[3]]]), concat([1],[2])]",
            "null",
            "[[2,1],[1,2],[1,2,3],[1,2]]",
        ),
        ("sort([3,1,2], 'desc')", "null", "[3,2,1]"),
        (
            "[bitand(6, 3), bitor(6, 3), bitxor(6, 3), bitnand(6, 3), bitnot(0)]",
            "null",
            "[2,7,5,4,-1]",
        ),
        (
            "[bitshl(1, 3), bitshr(-8, 1), bitushr(-1, 63), bitshl(1, 64)]",
            "null",
            "[8,-4,1,0]",
        ),
        (
            "toJSON({a: [1, '<']})",
            "null",
            r#""{\n  \"a\": [\n    1,\n    \"\\u003c\"\n  ]\n}""#,
        ),
        ("fromJSON('{\"a\": [1]}').a[0]", "null", "1"),
        ("fromBase64(toBase64('hello'))", "null", "\"hello\""),
        ("fromBase64('!')", "null", "error: illegal base64"),
        ("duration('1h30m') + duration('500ms')", "null", "\"1h30m0.5s\""),
        ("date('2023-08-14').Year() + 1", "null", "2024"),
        (
            "date('2023-08-14 10:00:00', '2006-01-02 15:04:05', 'Europe/Berlin').Unix()",
            "null",
            "1692000000",
        ),
        ("now() - duration('1h') < now()", "null", "true"),
        (
            "now().Format('2006-01-02T15:04:05Z07:00')",
            "null",
            "\"2026-11-21T12:00:00Z\"",
        ),
        (
            "upper(1)",
            "null",
            "error: cannot use int as argument (type string) to call upper",
        ),
        ("upper()", "null", "error: not enough arguments to call upper"),
        ("nosuch(1)", "null", "error: unknown name nosuch"),
        ("let len = 1; len", "null", "error: cannot redeclare builtin len"),
    ];
    check(&cases, web, yields);
}

#[test]
fn patterns_are_gos() {
    let cases = [
        (r"'1' matches '^\\d$'", "null", "true"),
        (r"'٣' matches '^\\d$'", "null", "false"),
        (r"'a.b' matches '^a\\.b$'", "null", "true"),
        (r"'{x}' matches '^{x}$'", "null", "true"),
        (r"'aaa' matches '^a{2,3}$'", "null", "true"),
        (r"'a[' matches '[[]$'", "null", "true"),
        (r"'x-y' matches '^[\\w-]+$'", "null", "true"),
        ("'a' matches 'a**'", "null", "error: nested repetition"),
        ("'a' matches '('", "null", "error"),
        ("false && 'a' matches '('", "null", "error"),
        ("nil matches 'a'", "null", "error"),
        ("'a' not matches 'b'", "null", "true"),
    ];
    check(&cases, web, yields);
}

#[test]
fn times_of_range_queries() {
    let cases = [
        ("now()", Some("2026-11-21T12:00:00Z")),
        ("now() - duration('1h')", Some("2026-11-21T11:00:00Z")),
        (
            "date(\"2023-08-14 00:00:00\", \"2006-01-02 15:04:05\", \"UTC\") - duration(\"1h\")",
            Some("2023-08-13T23:00:00Z"),
        ),
        ("hello", None),
        ("now() -- ?", None),
        ("1", None),
        ("result", None),
    ];
    for (text, expected) in cases {
        let found = evaluate_time(text, now()).ok().map(|time| time.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    }
}

#[test]
fn errors_know_their_place() {
    let cases = [
        ("result > 1 && nosuch", "nosuch"),
        ("1 + (2 * 'a')", "(2 * 'a')"),
        ("result >", ""),
        ("[1,2][7] > 1", "[1,2][7]"),
        ("result.foo > 1", "result.foo"),
    ];
    for (text, place) in cases {
        let error = Condition::compile(text)
            .and_then(|condition| condition.evaluate(&Value::scalar(5.0)))
            .unwrap_err();
        assert_eq!(&text[error.span().unwrap()], place, "{text}");
    }
}

#[test]
fn without_a_clock_now_is_an_error() {
    let condition = Condition::compile("now() > date('2020-01-01')").unwrap();
    let error = condition.evaluate(&Value::Nil).unwrap_err();
    assert_eq!(error.to_string(), "now() is not available here");
    assert_eq!(condition.evaluate_at(&Value::Nil, now()), Ok(true));
}

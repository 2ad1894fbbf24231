//! Argo's own cases: `utils/evaluate/evaluate_test.go`, the provider tests, and what was run against the real library.

use super::{answer, check, prometheus, web};
use crate::condition::Value;

#[test]
fn cases_of_argos_evaluate_test() {
    let cases = [
        ("result == true", "true", "true"),
        ("1", "true", "error: expected bool, but got int"),
        ("invalidVariable", "true", "error: unknown name invalidVariable"),
        ("a == true", "true", "error: unknown name a"),
        (
            "all(result.service_apdex.values.values, {# > 1})",
            r#"{"service_apdex":{"values":{"values":[2,2]}}}"#,
            "true",
        ),
        ("result > 1", "5", "true"),
        ("result.Name() == 'hi'", "true", "error"),
        ("asInt(result) == 1.1", "\"1.1\"", "error"),
        ("asFloat(result) == 1.1", "\"NotANum\"", "error: invalid syntax"),
        (
            "asFloat(result) == \"1.1\"",
            "\"1.1\"",
            "error: invalid operation: == (mismatched types float64 and string)",
        ),
        ("asFloat(result) == 1.1", "\"1.1\"", "true"),
        ("asFloat(result) >= 1.1", "\"1.1\"", "true"),
        ("asFloat(result) <= 1.1", "\"1.1\"", "true"),
        ("asInt(result) == 1", "\"1\"", "true"),
        ("asInt(result) == 1", "\"notint\"", "error"),
        ("default(result, 0) == 0", "null", "true"),
        ("default(result, 1) == 1", "null", "true"),
        ("default(result, 0) == 1", "1.0", "true"),
        ("result[0] >= 0.95", "null", "error"),
        (
            "result[0] >= 0.95",
            "[]",
            "error: index out of range: 0 (array length is 0)",
        ),
    ];
    check(&cases, web, answer);
}

#[test]
fn conditions_of_argos_prometheus_tests() {
    let cases = [
        ("result == 10", "10", "true"),
        ("result != 10", "10", "false"),
        ("result >= 0.9", "\"NaN\"", "false"),
        ("result < 0.9", "\"NaN\"", "false"),
        ("result >= 0.9 || isNaN(result)", "\"NaN\"", "true"),
        ("result >= 0.9", "\"+Inf\"", "true"),
        ("isInf(result)", "\"+Inf\"", "true"),
        ("isInf(result)", "\"-Inf\"", "true"),
        ("10 in result", "[10,11]", "true"),
        ("len(result) != 2", "[10,11]", "false"),
        ("10.000000 in result", "[10]", "true"),
        ("10.000000 not in result", "[5]", "true"),
        (
            "result[0] 10.000000",
            "[10]",
            "error: unexpected token Number(\"10.000000\")",
        ),
    ];
    check(&cases, prometheus, answer);
}

#[test]
fn conditions_of_argos_other_provider_tests() {
    let body = r#"{"a":1,"b":true,"c":[1,2,3,4],"d":null}"#;
    let object = r#"{"num":1.2,"bool":true,"mapfield":{"foo":"bar"}}"#;
    let row = r#"{"count":10,"average.duration":12.34}"#;
    let cases = [
        (
            "result.a > 0 && result.b && all(result.c, {# < 5}) && result.d == nil",
            body,
            "true",
        ),
        (
            "result.a >= 2 && result.b && all(result.c, {# < 5}) && result.d == nil",
            body,
            "false",
        ),
        ("asFloat(result) > 1.1", "\"1.2\"", "true"),
        ("asFloat(result) <= 0", "\"1.2\"", "false"),
        ("result == \"true\"", "\"true\"", "true"),
        ("result == false", "true", "false"),
        (
            "result.num > 1.1 && result.bool && result.mapfield.foo == \"bar\"",
            object,
            "true",
        ),
        ("result == 'fail123'", "\"OK\"", "false"),
        ("result == 'test: notJson'", "\"test: notJson\"", "true"),
        ("true", "{}", "true"),
        (
            "result.count == 10 and result['average.duration'] < 15.0",
            row,
            "true",
        ),
        ("result[0].count == 10", r#"[{"count":10},{"count":20}]"#, "true"),
        (
            "result[2].count < 20",
            r#"[{"count":1},{"count":2},{"count":30}]"#,
            "false",
        ),
        ("default(result, 0) < 0.05", "null", "true"),
        ("default(result, 1) < 0.05", "null", "false"),
        ("result < 0.05", "null", "error"),
    ];
    check(&cases, web, answer);
}

#[test]
fn lists_run_against_the_real_library() {
    let lists = [
        ("len(result) == 0 || result[0] >= 0.95", "null", "true"),
        ("all(result, # < 1)", "null", "true"),
        ("any(result, # < 1)", "null", "false"),
        ("mean(result) < 1", "null", "true"),
        ("sum(result) < 1", "null", "true"),
        ("max(result) < 1", "null", "error: invalid operation: <nil> < int"),
        ("result[0] >= 0.95", "[\"NaN\"]", "false"),
        ("isNaN(result[0])", "[\"NaN\"]", "true"),
        ("isNaN(result)", "[1]", "error"),
        ("result >= 0.95", "[1]", "error"),
        ("result[-1] >= 0.95", "[1]", "true"),
        (
            "result[1] >= 0.95",
            "[1]",
            "error: index out of range: 1 (array length is 1)",
        ),
        ("result[0:2] == [1.0,2.0]", "[1,2]", "true"),
    ];
    check(&lists, prometheus, answer);
}

#[test]
fn numbers_run_against_the_real_library() {
    let numbers = [
        ("result == result", "\"NaN\"", "false"),
        ("!(result > 1)", "\"NaN\"", "true"),
        ("1/result > 5", "0", "true"),
        ("result % 2 == 1", "5", "error"),
        ("result in 1..10", "5", "true"),
        ("result in [5]", "5", "true"),
        ("result ** 2 == 25", "5", "true"),
        ("let x = result; x > 4", "5", "true"),
        ("result", "5", "error: expected bool, but got float64"),
        ("result > '4'", "5", "error: mismatched types float64 and string"),
        ("result.foo > 1", "5", "error: type float64 has no field foo"),
        (
            "result > 1 && undefinedName",
            "5",
            "error: unknown name undefinedName",
        ),
        ("result >", "5", "error: unexpected token EOF"),
        ("asInt(result) == 1", "1.9", "true"),
        ("asInt(result) == -1", "-1.9", "true"),
    ];
    check(&numbers, prometheus, answer);
}

#[test]
fn decoded_json_run_against_the_real_library() {
    let decoded = [
        ("default(result, 0) < 1", "null", "true"),
        ("isNil(result)", "null", "true"),
        ("result == nil", "null", "true"),
        ("(result ?? 0) < 1", "null", "true"),
        ("result == nil || result < 1", "null", "error"),
        ("len(result) == 0", "null", "error"),
        ("result.ok == true", "null", "error: type nil has no field ok"),
        ("result?.ok == true", "null", "error"),
        (
            "result.missing.deep == 1",
            "{\"a\":1}",
            "error: cannot fetch deep from <nil>",
        ),
        ("result.missing?.deep == nil", "{\"a\":1}", "true"),
        ("result.s > 1", "{\"s\":\"2\"}", "error"),
        ("asInt(result.s) == 2", "{\"s\":\"2\"}", "true"),
        ("int(result.s) == 2", "{\"s\":\"2\"}", "true"),
        ("result.n", "{\"n\":null}", "error: expected bool, but got <nil>"),
        (
            "result contains 'K' and result startsWith 'O' and result matches '^O'",
            "\"OK\"",
            "true",
        ),
        ("asInt(result) == 1", "\"1.5\"", "error"),
        ("asFloat(result) > 1", "\"1.5\"", "true"),
        ("isNaN(asFloat(result))", "\"NaN\"", "true"),
    ];
    check(&decoded, web, answer);
}

#[test]
fn argos_functions_look_at_the_whole_result() {
    let result = web(r#"{"n": null}"#);
    assert_eq!(answer("isNil(result.n)", &result), "false");
    assert_eq!(answer("default(result.n, 1) == result", &result), "true");
    assert_eq!(answer("isNil(1)", &Value::Nil), "true");
}

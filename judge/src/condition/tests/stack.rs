//! Where Go's stack machine shows: what `findLast` leaves behind. The expected phases are those of expr v1.17.7.

use super::{answer, check, web};

#[test]
fn what_find_last_leaves_behind_hides_left_operands() {
    let list = "[3, 1, 2]";
    let cases = [
        ("findLast(result, # > 1) == 2", list, "true"),
        ("2 == findLast(result, # > 1)", list, "false"),
        (
            "2.5 > findLast(result, # > 1)",
            list,
            "error: invalid operation: bool > float64",
        ),
        ("true == findLast([true], true)", list, "true"),
        ("5 == 5 && findLast(result, # > 1) == 2", list, "true"),
        ("2.0 == last(filter(result, # > 1))", list, "false"),
        ("2.0 == filter(result, # > 1)[-1]", list, "false"),
        ("false == findLast(result, # > 9)", list, "false"),
        ("nil == findLast(result, # > 9)", list, "false"),
        ("findLast(result, # > 9) == nil", list, "true"),
        ("[1, findLast(result, # == 3)] == [true, 3]", list, "true"),
        ("[1, findLast(result, # == 3), 5] == [true, 3, 5]", list, "true"),
        ("max(7, findLastIndex(result, # == 2)) == 2", list, "error"),
        (
            "concat([1], [findLast(result, # == 2)]) == [1, 2]",
            list,
            "error: cannot concat bool",
        ),
        ("map([1, 2], findLast([7], true)) == [true, 7]", list, "true"),
        ("[8] == map([1, 2], findLast([7], true))", list, "false"),
        ("(findLast(result, true) > 5 ? 1 : 2) == 2", list, "true"),
        ("let x = findLast(result, true); x == 2 && 2 == x", list, "true"),
        ("result[findLastIndex(result, true):] == [2]", list, "error"),
        ("{'a': findLast(result, true)} == {'a': 2}", list, "error"),
    ];
    check(&cases, web, answer);
}

/// Corners that random expressions have found.
#[test]
fn what_random_expressions_have_found() {
    let cases = [
        ("sort(concat([], 3..1), 'asc') == nil", "null", "false"),
        ("concat([], 3..1) == nil", "null", "true"),
        ("len(groupBy([1, 2], date('2023-08-14'))) == 1", "null", "true"),
        ("'x' in date('2023-08-14')", "null", "false"),
        (
            "reduce([1], #acc + #) in date('2023-08-14')",
            "null",
            "error: cannot use int as field name",
        ),
        ("'a' matches '[a--z]+'", "null", "error"),
        ("'-' matches '[--z]'", "null", "true"),
        ("'z' matches `[\\d-z]`", "null", "true"),
        ("'a' matches `[a-\\d]`", "null", "error"),
        ("'z' matches `[\\pL-z]`", "null", "true"),
    ];
    check(&cases, web, answer);
}

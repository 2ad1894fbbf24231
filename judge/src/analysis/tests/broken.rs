//! Files that are no documents: one clear answer, quickly, whatever they hold.

use super::{found, read, validated};
use crate::analysis::{Documents, Source};

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn broken_files_get_one_clear_diagnostic() {
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", b"".to_vec(), "no document in this file"),
        ("blank", b" \n\n  \n".to_vec(), "no document in this file"),
        (
            "comments only",
            b"# nothing\n---\n# here\n".to_vec(),
            "no document in this file",
        ),
        ("5 MB", b"a: b\n".repeat(1_000_000), "a file larger than 256 KiB"),
        (
            "5 MB in one line",
            vec![b'x'; 5_000_000],
            "a file larger than 256 KiB",
        ),
        (
            "invalid UTF-8",
            b"kind: \xff\xfe\n".to_vec(),
            "bytes that are not UTF-8",
        ),
        (
            "binary junk",
            b"\x7fELF\x02\x01\x01\x00\x00".to_vec(),
            "the control character U+007F",
        ),
        ("a NUL", b"kind: a\0b".to_vec(), "the control character U+0000"),
        (
            "tab as indentation",
            b"spec:\n\tmetrics: []\n".to_vec(),
            "a tab in the indentation",
        ),
        (
            "tab deeper",
            b"spec:\n  a: b\n\tc: d\n".to_vec(),
            "a tab in the indentation",
        ),
        (
            "deep flow",
            "[".repeat(20_000).into_bytes(),
            "nesting deeper than 64",
        ),
        (
            "deep block",
            "- ".repeat(20_000).into_bytes(),
            "nesting deeper than 64",
        ),
        (
            "deep maps",
            "{a: ".repeat(20_000).into_bytes(),
            "nesting deeper than 64",
        ),
        (
            "alias bomb",
            bomb().into_bytes(),
            "more than 20000 values in one file",
        ),
        (
            "anchors inside anchors",
            "- &a [".repeat(60).into_bytes(),
            "broken YAML: ",
        ),
        (
            "alias of itself",
            b"a: &a [*a]".to_vec(),
            "an alias inside the value that it repeats",
        ),
        (
            "unknown alias",
            b"a: *nobody".to_vec(),
            "broken YAML: while parsing node, found unknown anchor",
        ),
        (
            "unclosed bracket",
            b"a: [b\n".to_vec(),
            "broken YAML: unclosed bracket '['",
        ),
        (
            "a list as a key",
            b"[a, b]: c\n".to_vec(),
            "a list or map as a key",
        ),
        ("a tag", b"!secret x\n".to_vec(), "the tag `!secret`"),
        (
            "a duplicate key",
            b"kind: x\nkind: y\n".to_vec(),
            "the key `kind` a second time",
        ),
        ("a word", b"hello".to_vec(), "a document that is no map"),
        ("an empty map", b"{}".to_vec(), "missing field `apiVersion`"),
    ];
    for (name, bytes, message) in cases {
        let (_, report) = Documents::read(vec![Source::from_bytes("a.yaml", &bytes)]);
        let told = report.iter().find(|problem| problem.found.starts_with(message));
        let told = told.unwrap_or_else(|| panic!("{name}: {report:?}"));
        assert!(told.to_string().len() < 2_000, "{name}: too long");
        assert!(report.len() <= 2, "{name}: {report:?}");
    }
}

fn bomb() -> String {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let before = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![before; 9].join(", ")));
    }
    text
}

#[test]
fn ten_thousand_metrics_are_refused_at_once() {
    let mut text =
        String::from("apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nspec:\n  metrics:\n");
    for number in 0..10_000 {
        text.push_str(&format!("  - {{name: m{number}}}\n"));
    }
    assert_eq!(found(&read(&text).1), ["more than 20000 values in one file"]);
}

#[test]
fn long_lists_of_problems_are_cut() {
    let mut text = String::from("apiVersion: serin.dev/v1\nkind: Analysis\nspec:\n");
    for number in 0..5_000 {
        text.push_str(&format!("  unknown{number}: 1\n"));
    }
    let (_, report) = read(&text);
    assert_eq!(report.len(), 101);
    assert_eq!(
        report[100].found,
        "4900 more problems in this file, 4900 of them errors"
    );
}

#[test]
fn the_underline_stands_under_what_is_meant() {
    let wide = "apiVersion: serin.dev/v1\nkind: Analysis\nspec: {args: [{name: \"日本\", valu: \"\t\"}]}\n";
    assert!(
        validated(wide).starts_with(
            "a.yaml:3:28: error: unknown field `valu` in `args`\n   |\n \
             3 | spec: {args: [{name: \"日本\", valu: \"    \"}]}\n   |                              ^^^^\n   \
             = expected: `name`, `value` or `valueFrom`\n   = help: did you mean `value`?"
        ),
        "{}",
        validated(wide)
    );
    let long = format!(
        "apiVersion: serin.dev/v1\nkind: Analysis\nspec: {{args: [], {}onError: x}}\n",
        " ".repeat(300)
    );
    let line = validated(&long).lines().nth(2).unwrap().to_owned();
    assert_eq!(line, format!(" 3 | …{}onError: x}}", " ".repeat(40)));
}

#[test]
fn an_unreadable_second_document_leaves_the_first() {
    let text = "apiVersion: serin.dev/v1\nkind: Config\nspec: {}\n---\na: [\n";
    let (documents, report) = read(text);
    assert_eq!(documents.names().count(), 1);
    assert_eq!(report.len(), 1);
}

#[test]
fn json_is_read_too() {
    let text = r#"{"apiVersion": "serin.dev/v1", "kind": "Config", "spec": {"limits": {"measurementsPerMetric": 5}}}"#;
    let (documents, report) = read(text);
    assert_eq!(found(&report), Vec::<String>::new());
    assert_eq!(
        documents
            .config()
            .unwrap()
            .0
            .unwrap()
            .limits
            .measurements_per_metric,
        5
    );
}

//! Documents that nobody should write: refused at once, with the reason, whatever the command.

use std::fmt::Write as _;

use crate::binary::{AT_ONCE, Files, run};

fn header(metrics: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {{name: a}}\nspec:\n  metrics:\n{metrics}"
    )
}

fn alias_bomb() -> String {
    let mut text = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (name, before) in ('b'..='j').zip('a'..) {
        let aliases = vec![format!("*{before}"); 9].join(",");
        writeln!(text, "{name}: &{name} [{aliases}]").unwrap();
    }
    text
}

fn many_metrics() -> String {
    let mut metrics = String::new();
    for number in 0..10_000 {
        writeln!(metrics, "  - {{name: m{number}}}").unwrap();
    }
    header(&metrics)
}

#[tokio::test]
async fn hostile_documents_are_refused_at_once() {
    let deep = format!("a: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let indented: String = (0..400)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    for (name, text, found, expected) in [
        (
            "5 MB",
            format!("# {}\n{}", "x".repeat(5_000_000), header("")).into_bytes(),
            "1:1: error: a file larger than 256 KiB",
            "(256 KiB) in one file",
        ),
        (
            "deep lists",
            deep.into_bytes(),
            "nesting deeper than 64",
            "at most 64",
        ),
        (
            "deep maps",
            indented.into_bytes(),
            "65:65: error: nesting deeper than 64",
            "at most 64",
        ),
        (
            "an alias bomb",
            alias_bomb().into_bytes(),
            "more than 20000 values",
            "with those that aliases repeat",
        ),
        (
            "10,000 metrics",
            many_metrics().into_bytes(),
            "more than 20000 values",
            "at most 20000",
        ),
        ("binary", (0..=255).collect(), "error: ", "expected: "),
        (
            "not UTF-8",
            b"kind: \xff\xfe".to_vec(),
            "bytes that are not UTF-8",
            "text in UTF-8",
        ),
        ("nothing", vec![], "no document in this file", "a YAML document"),
        (
            "a list",
            b"[1, 2]".to_vec(),
            "a document that is no map",
            "a map with `apiVersion`",
        ),
        ("no YAML", b"a: [1".to_vec(), "error: ", "expected: "),
    ] {
        let files = Files::empty();
        let path = files.write("hostile.yaml", &text);
        for (command, code) in [("run", 2), ("validate", 1)] {
            let ended = run([command, &path], AT_ONCE).await;
            assert_eq!(ended.code, Some(code), "{name}: {ended:?}");
            let all = ended.all();
            assert!(all.contains(found) && all.contains(expected), "{name}: {all}");
            assert!(all.len() < 5_000, "{name}: {} bytes were said", all.len());
            assert!(!all.contains("panicked"), "{name}: {all}");
            assert_eq!(
                all.contains("nothing was measured"),
                command == "run",
                "{name}: {all}"
            );
        }
    }
}

#[tokio::test]
async fn an_empty_place_is_underlined_where_the_position_says() {
    let (_files, path) = Files::one(&format!("first: line\n{}", "x".repeat(300_000)));
    let ended = run(["validate", &path], AT_ONCE).await;
    assert!(ended.stdout.contains(":1:1: error"), "{ended:?}");
    assert!(
        ended.stdout.contains("\n 1 | first: line\n   | ^\n"),
        "{}",
        ended.stdout
    );
}

#[tokio::test]
async fn a_typing_error_is_answered_with_what_was_meant() {
    let metric =
        "  - name: m\n    succesCondition: 'true'\n    provider: {web: {url: 'http://127.0.0.1:1/'}}\n";
    let serin = "apiVersion: serin.dev/v1\nkind: Analysis\nmetadata: {name: a}\nspec:\n  metrics:\n";
    for (name, text, code, expected) in [
        // Argo's own API server ignores unknown fields, so a template with one has to run.
        (
            "Argo's field",
            header(metric),
            0,
            "7:5: warning: unknown field `succesCondition`",
        ),
        (
            "Argo's field",
            header(metric),
            0,
            "did you mean `successCondition`?",
        ),
        (
            "Serin's field",
            format!("{serin}{metric}"),
            1,
            "7:5: error: unknown field `succesCondition`",
        ),
        (
            "Serin's field",
            format!("{serin}{metric}"),
            1,
            "did you mean `successCondition`?",
        ),
        (
            "a kind",
            header("").replace("AnalysisTemplate", "AnalysisTemplat"),
            1,
            "did you mean `AnalysisTemplate`?",
        ),
    ] {
        let (_files, path) = Files::one(&text);
        let ended = run(["validate", &path], AT_ONCE).await;
        assert_eq!(ended.code, Some(code), "{name}: {ended:?}");
        assert!(
            ended.stdout.contains(expected),
            "{name}, {expected}: {}",
            ended.stdout
        );
    }
}

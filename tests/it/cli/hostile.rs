//! Answers and files made to cost time or space, through the binary: a clear error, in time, and never a promotion.

use crate::binary::{AT_ONCE, Files, run, run_with_input};
use crate::peers::scripted::Scripted;

fn template(address: &str, condition: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {{name: a}}\nspec:\n  metrics:\n  \
         - {{name: m, consecutiveErrorLimit: 0, successCondition: \"{condition}\", provider: {{web: {{url: '{address}/'}}}}}}\n"
    )
}

#[tokio::test]
async fn answers_that_are_too_much_are_errors() {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_map = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let long = format!("\"{}\"", "a".repeat(2 << 20));
    let many = format!("[{}1]", "1,".repeat(10_000));
    for (name, body, condition, code) in [
        ("deep lists", &deep, "true", 4),
        ("deep maps", &deep_map, "true", 4),
        ("two megabytes", &long, "true", 4),
        ("ten thousand elements", &many, "len(result) == 10001", 0),
        (
            "ten thousand times ten thousand",
            &many,
            "len(map(result, map(result, #))) > 0",
            4,
        ),
    ] {
        let server = Scripted::json(&[body]).await;
        let (_files, path) = Files::one(&template(server.address(), condition));
        let ended = run(["run", &path, "--output", "json"], AT_ONCE).await;
        assert_eq!(
            ended.code,
            Some(code),
            "{name}: {}",
            &ended.stdout[..ended.stdout.len().min(2000)]
        );
        assert!(ended.all().len() < 60_000, "{name}: {} bytes", ended.all().len());
        assert_eq!(
            ended.json()["summary"] == "Every metric ended Successful.",
            code == 0,
            "{name}"
        );
    }
}

#[tokio::test]
async fn lines_of_a_batch_that_are_too_much_are_errors_and_the_rest_goes_on() {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let bomb = "repeat('a', 100000000) == ''";
    let lines = [
        format!(r#"{{"id": 1, "result": {deep}, "success": "true"}}"#),
        format!(r#"{{"id": 2, "result": 1, "success": "{bomb}"}}"#),
        r#"{"id": 3, "success": "result == nil"}"#.to_owned(),
        r#"{"id": 4, "result": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "success": "result matches '((a{1000}){1000}){1000}'"}"#.to_owned(),
        r#"{"id": 5, "success": "result > 0"}"#.to_owned(),
    ];
    let ended = run_with_input(&["eval", "--batch", "-"], lines.join("\n").as_bytes(), AT_ONCE).await;
    let phases: Vec<String> = ended
        .stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["phase"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    // A result that is missing is null.
    assert_eq!(
        phases,
        ["Error", "Error", "Successful", "Error", "Error"],
        "{ended:?}"
    );
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[tokio::test]
async fn files_of_tests_that_are_too_much_are_refused() {
    let documents = "documents: [{apiVersion: argoproj.io/v1alpha1, kind: AnalysisTemplate, metadata: {name: a}, spec: \
                     {metrics: [{name: m, provider: {web: {url: 'http://w'}}}]}}]\n";
    let test =
        |value: &str| format!("{documents}tests:\n- {{name: a, metrics: {{m: [{{value: {value}}}]}}}}\n");
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let bomb = "x: &a [1,1,1,1,1,1,1,1,1,1]\n".to_owned()
        + &(0..7)
            .map(|at| {
                let (name, before) = (char::from(b'b' + at), char::from(b'a' + at));
                format!("x{at}: &{name} [{}]\n", vec![format!("*{before}"); 10].join(","))
            })
            .collect::<String>();
    for (name, text, found) in [
        ("deep", test(&deep), "nesting deeper than 64"),
        ("aliases", bomb, "more than 500000 values"),
        (
            "five megabytes",
            test(&format!("'{}'", "a".repeat(5 << 20))),
            "larger than 4096 KiB",
        ),
        ("no YAML", "\u{1}\u{2}".to_owned(), "control character"),
        ("a list", "- 1\n".to_owned(), "a list"),
        ("nothing", String::new(), "no document"),
    ] {
        let files = Files::empty();
        let path = files.write("a.test.yaml", text.as_bytes());
        let ended = run(["test", &path], AT_ONCE).await;
        assert_eq!(ended.code, Some(2), "{name}: {ended:?}");
        assert!(
            ended.stderr.contains(found) && ended.all().len() < 10_000,
            "{name}: {ended:?}"
        );
    }
    let files = Files::empty();
    let path = files.write(
        "a.test.yaml",
        test(&format!("'{}'", "a".repeat(1 << 20))).as_bytes(),
    );
    let ended = run(["test", &path], AT_ONCE).await;
    assert_eq!(ended.code, Some(0), "a megabyte may be said: {ended:?}");
}

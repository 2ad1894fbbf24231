//! Arguments and paths that are not right: exit code 2, a line that says why, and nothing measured.

use crate::binary::{AT_ONCE, Files, repository, run};
use crate::peers::scripted::Scripted;

const TEMPLATE: &str = r#"apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: orders}
spec:
  args: [{name: host}]
  metrics:
  - name: orders
    successCondition: result == 1
    provider: {web: {url: "{{args.host}}/"}}
"#;

#[tokio::test]
async fn wrong_arguments_are_refused_with_the_reason() {
    let server = Scripted::json(&["1"]).await;
    let files = Files::empty();
    let template = files.write("orders.yaml", TEMPLATE.as_bytes());
    let host = format!("host={}", server.address());
    let path = template.as_str();
    for (arguments, expected) in [
        (&[][..], "Usage: serin"),
        (&["runn"], "a similar subcommand exists: 'run'"),
        (&["run"], "<FILE>"),
        (
            &["run", path, "--conect", "a"],
            "a similar argument exists: '--connect'",
        ),
        (&["run", path, "--arg", "host"], "NAME=VALUE is wanted"),
        (&["run", path, "--arg", "=1"], "NAME=VALUE is wanted"),
        (
            &["run", path, "--output", "xml"],
            "[possible values: human, json, junit, analysisrun]",
        ),
        (&["run", path, "--connect", "a=b"], "has no scheme"),
        (
            &["run", path, "--arg", &host, "--analysis", "order"],
            "did you mean `orders`?",
        ),
        (&["run", path], "args.host was not resolved"),
        (&["run", path, "--arg", "hots=1"], "did you mean `host`?"),
        (
            &["run", path, "--arg", &host, "--config", path],
            "no document of kind Config",
        ),
        (&["demo", "--rate", "0"], "from 1 to 20000"),
        (&["demo", "--rate", "NaN"], "from 1 to 20000"),
        (
            &["demo", "--fault", "no"],
            "[possible values: none, errors, latency, tail, leak, shared]",
        ),
        (&["validate"], "<FILE>"),
        (&["eval", "true"], "--result <JSON>"),
        (&["eval", "--batch", "-", "--result", "1"], "cannot be used with"),
    ] {
        let ended = run(arguments, AT_ONCE).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}: {ended:?}"
        );
        assert!(
            ended.stderr.contains(expected),
            "{arguments:?}, {expected}: {}",
            ended.stderr
        );
    }
    assert_eq!(server.asked(), 0, "nothing was measured");
    let ended = run(["run", path, "--arg", &host], AT_ONCE).await;
    assert_eq!(
        (ended.code, server.asked()),
        (Some(0), 1),
        "the same with the right arguments: {ended:?}"
    );
}

#[tokio::test]
async fn wrong_paths_are_named() {
    let files = Files::empty();
    let missing = files.folder().join("missing.yaml").display().to_string();
    let empty = files.folder().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let circle = files.folder().join("circle");
    std::fs::create_dir(&circle).unwrap();
    std::os::unix::fs::symlink(&circle, circle.join("again")).unwrap();
    for (path, expected) in [
        (missing.as_str(), "No such file or directory"),
        (empty.to_str().unwrap(), "has no documents"),
        (circle.to_str().unwrap(), "cannot read"),
    ] {
        for command in ["run", "validate"] {
            let ended = run([command, path], AT_ONCE).await;
            assert_eq!(
                (ended.code, ended.stdout.as_str()),
                (Some(2), ""),
                "{path}: {ended:?}"
            );
            let said = &ended.stderr;
            assert!(
                said.starts_with("error: ") && said.contains(path) && said.contains(expected),
                "{said}"
            );
        }
    }
}

#[tokio::test]
async fn a_folder_of_analyses_is_one_place_to_name() {
    let ended = run(["validate", &repository("analyses")], AT_ONCE).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for expected in [
        "Analysis error-rate-canary\n",
        "AnalysisTemplate success-rate\n",
        "0 errors, 0 warnings\n",
    ] {
        assert!(ended.stdout.contains(expected), "{expected}: {}", ended.stdout);
    }
    // With two kinds of documents, somebody has to say which one is to run.
    let ended = run(["run", &repository("analyses")], AT_ONCE).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    for expected in ["error-rate-canary", "success-rate", "--analysis"] {
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
    }
}

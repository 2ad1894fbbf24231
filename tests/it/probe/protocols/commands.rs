use serde_json::json;

use super::{found, journey, once};
use crate::binary::Files;
use crate::probe::probe;

const STEP: &str = "  - name: disk\n    command: {run: [sh, -c, 'echo 41']}\n    assert: [{condition: 'int(result.text) < 50'}]\n";

#[tokio::test]
async fn programs_are_run_only_where_they_are_allowed() {
    let (_files, path) = Files::one(&journey(STEP));
    let ended = probe(&[&path, "--once"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    for said in [
        "disk",
        "--allow-commands",
        "allowCommands: true",
        "nothing was probed",
    ] {
        assert!(ended.stderr.contains(said), "{said}: {ended:?}");
    }
    let step = "  - name: disk\n    command: {run: [sh, -c, 'echo 41']}\n    assert: [{jsonpath: $.text, equals: \"41\\n\"}]\n";
    let arm = once(0, step, &["--allow-commands"]).await;
    assert_eq!(found(&arm, "disk")["exitCode"], json!(0));
}

#[tokio::test]
async fn secrets_that_a_program_repeats_are_masked() {
    let step = "  - name: s\n    command: {run: [sh, -c, 'echo $API_TOKEN; echo $API_TOKEN >&2'], env: [{name: API_TOKEN, value: {value: hunter22}}]}\n";
    let arm = once(0, step, &["--allow-commands"]).await;
    let found = found(&arm, "s");
    assert_eq!(
        (&found["text"], &found["stderr"]),
        (&json!("*****\n"), &json!("*****\n"))
    );
    // It says so, and fails.
    let (_files, path) = Files::one(&journey(&step.replace(">&2'", ">&2; exit 1'")));
    let ended = probe(&[&path, "--once", "--allow-commands"]).await;
    assert!(!ended.all().contains("hunter22"), "{ended:?}");
}

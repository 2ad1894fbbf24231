use std::time::Duration;

use serde_json::json;
use serin_judge::analysis::plan::journey::{FailureClass as Class, Protocol, RequestPhase as Phase};
use serin_judge::journey::FilledProbe;

use crate::probes::dial::testing::{ask_within, failure, filled, found, kind, overdue};

/// A shell is a program like any other where somebody names it.
fn shell(script: &str, settings: &str) -> FilledProbe {
    let script = serde_json::Value::from(script);
    filled(&format!("command: {{run: [sh, -c, {script}]{settings}}}"))
}

#[tokio::test]
async fn what_a_program_says_and_how_it_ends() {
    let facts = found(&shell(
        "cat; echo oops >&2; exit 3",
        ", stdin: 'hello', exitCode: 3",
    ))
    .await;
    assert_eq!(
        (&facts["text"], &facts["stderr"]),
        (&json!("hello"), &json!("oops\n"))
    );
    assert_eq!((&facts["exitCode"], &facts["signal"]), (&json!(3), &json!(null)));
    let failure_of = failure(&shell("echo why >&2; exit 4", "")).await;
    assert_eq!(failure_of.class, Class::AssertFailed);
    assert!(
        failure_of
            .message
            .contains("the exit code is 4, expected exit code 0; it said \"why\""),
        "{failure_of:?}"
    );
    let failure_of = failure(&shell("kill -9 $$", "")).await;
    assert!(failure_of.message.contains("signal 9"), "{failure_of:?}");
}

#[tokio::test]
async fn nothing_is_between_the_step_and_the_program() {
    let facts = found(&filled(
        "command: {run: [printf, '%s|', '$HOME', '; exit 9', 'a  b', '*']}",
    ))
    .await;
    assert_eq!(facts["text"], "$HOME|; exit 9|a  b|*|");
}

#[tokio::test]
async fn its_surroundings_are_empty() {
    let facts = found(&shell(
        "env; ls -a; pwd",
        ", env: [{name: GIVEN, value: yes it is}]",
    ))
    .await;
    let lines: Vec<&str> = facts["text"].as_str().unwrap().lines().collect();
    let names: Vec<&str> = lines
        .iter()
        .filter_map(|line| Some(line.split_once('=')?.0))
        .collect();
    // What the shell itself sets is PWD, OLDPWD, SHLVL and _.
    let own = ["PWD", "OLDPWD", "SHLVL", "_"];
    let given: Vec<&&str> = names.iter().filter(|name| !own.contains(name)).collect();
    assert!(
        given.iter().all(|name| ["PATH", "GIVEN"].contains(name)),
        "{lines:?}"
    );
    assert!(lines.contains(&"GIVEN=yes it is"), "{lines:?}");
    let listed: Vec<&&str> = lines.iter().filter(|line| line.starts_with('.')).collect();
    assert_eq!(listed, [&".", &".."], "{lines:?}");
    let folder = std::path::Path::new(lines.last().unwrap());
    assert!(
        folder.is_absolute() && !folder.exists(),
        "{folder:?} is removed with the program"
    );
}

#[tokio::test]
async fn programs_that_are_not_there() {
    for (run, said) in [
        ("[no-such-program-here]", "looked for in PATH"),
        ("[/etc/passwd]", "may it be executed"),
    ] {
        let failure = failure(&filled(&format!("command: {{run: {run}}}"))).await;
        assert_eq!(kind(&failure), (Class::ConnectError, Phase::Connect));
        assert!(failure.message.contains(said), "{failure:?}");
    }
}

#[tokio::test]
async fn endless_output_ends_the_program() {
    for script in ["yes", "yes >&2"] {
        let failure = failure(&shell(script, ", maxOutputBytes: 1000")).await;
        assert_eq!(kind(&failure), (Class::TooLarge, Phase::Body), "{failure:?}");
        assert!(failure.message.contains("1000 bytes"), "{failure:?}");
    }
    assert_eq!(
        found(&shell("yes | head -c 1000", ", maxOutputBytes: 1000")).await["text"]
            .as_str()
            .unwrap()
            .len(),
        1000
    );
}

/// Whether the process of this id is still there.
fn is_alive(id: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/stat", id.trim()));
    status.is_ok_and(|status| !status.contains(") Z "))
}

/// Waits until it is gone, which the kernel does in its own time.
async fn is_gone(id: &str) -> bool {
    for _ in 0..500 {
        if !is_alive(id) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

#[tokio::test]
async fn what_a_program_leaves_behind_ends_with_it() {
    let facts = found(&shell("sleep 300 & echo $!", "")).await;
    assert!(is_gone(facts["text"].as_str().unwrap()).await);
}

#[tokio::test]
async fn a_program_that_hangs_is_ended_with_all_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("id");
    let script = format!("sleep 300 & echo $! > {}; echo hello; sleep 300", file.display());
    let sounding = ask_within(&shell(&script, ""), Duration::from_secs(3)).await;
    let failure = sounding.outcome.unwrap_err();
    assert_eq!(kind(&failure), (Class::BodyTimeout, Phase::Body), "{failure:?}");
    assert!(is_gone(&std::fs::read_to_string(&file).unwrap()).await);
    let failure = overdue(&shell("sleep 300", "")).await;
    assert_eq!(
        kind(&failure),
        (Class::TtfbTimeout, Phase::FirstByte),
        "{failure:?}"
    );
}

#[tokio::test]
async fn input_that_nobody_reads_is_no_failure() {
    let mut probe = shell("echo done", "");
    let Protocol::Command(command) = &mut probe.probe.protocol else {
        panic!();
    };
    command.stdin = Some("x".repeat(1 << 20));
    let facts = found(&probe).await;
    assert_eq!(facts["text"], "done\n");
}

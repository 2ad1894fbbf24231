//! Argo's own code: the program of `tests/interop/argo`, built once.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::binary::repository;

/// A Go that is set here is used instead of the one that `make test` has fetched, and that instead of `go` from the
/// search path.
const GO_VARIABLE: &str = "SERIN_TEST_GO";
const GO_FETCHED: &str = "target/interop/go";
/// Some 300 packages, on a machine that does other things as well.
const BUILD_PATIENCE: Duration = Duration::from_secs(1800);
const PATIENCE: Duration = Duration::from_secs(300);

/// Puts questions to Argo's code: one JSON object a line in, one a line out.
pub(crate) async fn ask<Question, Answer>(subcommand: &str, questions: &[Question]) -> Vec<Answer>
where
    Question: Serialize,
    Answer: DeserializeOwned,
{
    let lines: Vec<String> = questions
        .iter()
        .map(|question| serde_json::to_string(question).unwrap() + "\n")
        .collect();
    let answers = answer(subcommand, lines.concat()).await;
    let answers: Vec<Answer> = answers
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert_eq!(answers.len(), questions.len(), "one answer a question");
    answers
}

/// What the program says to these lines.
pub(super) async fn answer(subcommand: &str, lines: String) -> String {
    let mut child = Command::new(program().await)
        .arg(subcommand)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let asked = async move { stdin.write_all(lines.as_bytes()).await };
    let (asked, answered) = timeout(PATIENCE, async { tokio::join!(asked, child.wait_with_output()) })
        .await
        .unwrap_or_else(|_| panic!("Argo's `{subcommand}` did not answer within {PATIENCE:?}"));
    let answered = answered.unwrap();
    assert!(
        asked.is_ok() && answered.status.success(),
        "Argo's `{subcommand}`: {:?}",
        answered.status
    );
    String::from_utf8(answered.stdout).unwrap()
}

/// The program, built when it is not up to date; Go decides that.
async fn program() -> &'static Path {
    static PROGRAM: OnceCell<PathBuf> = OnceCell::const_new();
    PROGRAM.get_or_init(build).await
}

async fn build() -> PathBuf {
    let program = PathBuf::from(repository("target/interop/argo"));
    std::fs::create_dir_all(program.parent().unwrap()).unwrap();
    // Two test processes must not build at once: Go would do all the work twice.
    let lock = File::create(program.with_extension("lock")).unwrap();
    let _locked = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock))
        .await
        .unwrap()
        .unwrap();
    let fetched = Some(repository(GO_FETCHED)).filter(|path| Path::new(path).exists());
    let go = std::env::var(GO_VARIABLE)
        .ok()
        .or(fetched)
        .unwrap_or_else(|| "go".to_owned());
    let building = Command::new(&go)
        .args(["build", "-ldflags=-s -w", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(repository("tests/interop/argo"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let built = timeout(BUILD_PATIENCE, building)
        .await
        .unwrap_or_else(|_| panic!("`go build` took longer than {BUILD_PATIENCE:?}"))
        .unwrap_or_else(|error| {
            panic!("`{go}` does not start ({error}); `make test` installs Go, or name one in {GO_VARIABLE}")
        });
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    program
}

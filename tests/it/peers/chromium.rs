//! Pages as Chromium shows them.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use crate::binary::repository;

/// Looks at pages with Chromium; one object for each look.
pub(crate) async fn look(arguments: &[&str]) -> Vec<Value> {
    let mut command = Command::new("node");
    command
        .arg(repository("tests/interop/pages/look.mjs"))
        .args(arguments);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let ended = tokio::time::timeout(Duration::from_secs(300), command.output())
        .await
        .unwrap()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(
        ended.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

//! Long files in bounded memory.

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::Duration;

use serin_judge::stats::chance::Chance;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::binary::{Files, serin};

/// What passes through, and what may be kept of it; the program itself takes some twenty.
const MEGABYTES: usize = 48;
const KEPT_MEGABYTES: u64 = 32;

/// Largest resident memory so far, in megabytes.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() >> 10
}

#[tokio::test]
async fn a_long_recording_is_streamed() {
    let (files, mut chance) = (Files::empty(), Chance::from_seed(1));
    let first = files.write("first.csv", b"80\n90\n70\n");
    let mut command = serin(["compare", &first, "-", "--output", "json"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut block = String::new();
    while block.len() < 1 << 20 {
        let _ = writeln!(block, "{:.3}", 80.0 * (0.5 * chance.normal()).exp2());
    }
    let rows = block.lines().count() * MEGABYTES;
    let written = async {
        for _ in 0..MEGABYTES {
            stdin.write_all(block.as_bytes()).await.unwrap();
        }
        stdin.flush().await.unwrap();
    };
    timeout(Duration::from_secs(240), written)
        .await
        .expect("the recording is read");
    let kept = peak(child.id().unwrap());
    drop(stdin);
    let mut shown = String::new();
    let _length = child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut shown)
        .await
        .unwrap();
    assert!(child.wait().await.unwrap().success());
    let found: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(found["b"]["count"], rows);
    println!("{MEGABYTES} MB, {rows} rows: peak {kept} MB");
    assert!(kept < KEPT_MEGABYTES, "{kept} MB kept of {MEGABYTES}");
}

#[tokio::test]
async fn a_line_without_end_is_refused_before_it_fills_the_memory() {
    let files = Files::empty();
    let first = files.write("first.csv", b"80\n90\n70\n");
    let mut endless = b"1\n".to_vec();
    endless.resize(20 << 20, b'7');
    let endless = files.write("endless.csv", &endless);
    let ended = super::compare(&[&first, &endless]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.stderr.contains(":2: a line of more than 16 MiB"),
        "{}",
        ended.stderr
    );
}

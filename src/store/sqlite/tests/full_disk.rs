//! A disk that is full: the test runs itself again in a process that may not write large files, and lifts that limit
//! there once it was met.

use std::path::Path;
use std::process::Command;

use serin_judge::time::Timestamp;
use serin_judge::verdict::{Override, Verdict};

use super::address;
use crate::engine::ports::{Beginning, Journal, Record, RunRecord, Store, StoreError};
use crate::store::SqliteStore;

/// Where the limited process has its store.
const FOLDER: &str = "SERIN_TEST_FULL_DISK";
const TEST: &str = "store::sqlite::tests::full_disk::a_full_disk_loses_nothing_and_is_got_over";
/// Largest file in blocks of 512 bytes.
const BLOCKS: &str = "600";

#[test]
fn a_full_disk_loses_nothing_and_is_got_over() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        return runtime.block_on(meet_the_limit(Path::new(&folder)));
    }
    let folder = tempfile::tempdir().unwrap();
    // Without the signal a write beyond the limit is an error.
    let limited = format!("trap '' XFSZ; ulimit -S -f {BLOCKS}; exec \"$0\" --exact {TEST} --nocapture");
    let output = Command::new("sh")
        .args(["-c", &limited])
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// Half a page, so that the limit is near.
fn learned(number: u64) -> Record {
    Record::Override(Override {
        verdict: Verdict::Promote,
        author: format!("{number}"),
        reason: "x".repeat(2000),
        at: Timestamp::default(),
    })
}

async fn kept(store: &SqliteStore) -> Vec<Record> {
    store.load("r1").await.unwrap().unwrap().records
}

async fn meet_the_limit(folder: &Path) {
    let store = SqliteStore::open(&address(folder)).await.unwrap();
    let run = RunRecord {
        id: "r1".to_owned(),
        ..RunRecord::default()
    };
    let beginning = Beginning {
        run,
        ..Beginning::default()
    };
    assert!(store.begin(&beginning).await.is_ok());
    // The first refusal may be of the journal, which is emptied into the file then; the file is full later.
    let (mut known, mut refusals) = (0, 0);
    while refusals < 5 {
        match store.append("r1", known, &[learned(known)]).await {
            Ok(()) => (known, refusals) = (known + 1, 0),
            Err(StoreError::Broken(message)) => {
                assert!(
                    message.contains("what run r1 learned") && message.contains("full"),
                    "{message}"
                );
                refusals += 1;
            }
            Err(error) => panic!("{error:?}"),
        }
        assert!(known < 20_000, "the limit is not met");
    }
    assert!(known > 10, "{known}");
    let expected: Vec<Record> = (0..known).map(learned).collect();
    assert_eq!(
        kept(&store).await,
        expected,
        "what was acknowledged is there, and nothing else"
    );
    let process = std::process::id().to_string();
    let lifted = Command::new("prlimit")
        .args(["--pid", &process, "--fsize=unlimited:"])
        .status()
        .unwrap();
    assert!(lifted.success());
    for number in known..known + 100 {
        assert_eq!(
            store.append("r1", number, &[learned(number)]).await,
            Ok(()),
            "there is space again"
        );
    }
    store.close().await;
    let store = SqliteStore::open(&address(folder)).await.unwrap();
    let expected: Vec<Record> = (0..known + 100).map(learned).collect();
    assert_eq!(kept(&store).await, expected);
}

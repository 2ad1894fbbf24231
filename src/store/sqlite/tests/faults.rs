use std::path::{Path, PathBuf};

use sqlx::{Connection, Executor, SqliteConnection};

use super::address;
use crate::engine::ports::{Beginning, Journal, RunRecord, Store, StoreError};
use crate::store::{OpenError, SqliteStore};

async fn refusal(address: &str) -> (OpenError, String) {
    let error = SqliteStore::open(address).await.unwrap_err();
    let text = error.to_string();
    (error, text)
}

/// Has another program write into a store's file.
async fn execute(folder: &Path, statement: &'static str) {
    let url = format!("{}?mode=rwc", address(folder));
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let _done = connection.execute(statement).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn addresses_that_are_none() {
    for address in [
        "serin.db",
        "sqlite://",
        "sqlite://a?mode=ro",
        "sqlite:serin.db",
        "postgres://a/b",
    ] {
        let (error, text) = refusal(address).await;
        assert_eq!(error, OpenError::Address(address.to_owned()));
        assert!(text.contains("sqlite:///var/lib/serin/serin.db"), "{text}");
    }
}

#[tokio::test]
async fn folders_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let (error, _) = refusal(&address(&missing)).await;
    assert_eq!(error, OpenError::NoFolder(missing));
    // Nobody may create files there, not even the superuser.
    let (error, text) = refusal("sqlite:///proc/self/serin.db").await;
    assert!(matches!(error, OpenError::Lock { .. }), "{error:?}");
    assert!(
        text.contains("/proc/self/serin.db.lock") && text.contains("permissions"),
        "{text}"
    );
    std::fs::create_dir(folder.path().join("serin.db")).unwrap();
    let (error, text) = refusal(&address(folder.path())).await;
    assert!(matches!(error, OpenError::File { .. }), "{error:?}");
    assert!(text.contains("serin.db") && text.contains("directory"), "{text}");
}

#[tokio::test]
async fn a_second_process_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let first = SqliteStore::open(&address(folder.path())).await.unwrap();
    let (error, text) = refusal(&address(folder.path())).await;
    let path = folder.path().join("serin.db");
    let process = format!("process {}", std::process::id());
    assert_eq!(error, OpenError::InUse { path, process });
    assert!(
        text.contains("serin.db") && text.contains("stop that one"),
        "{text}"
    );
    assert_eq!(first.check().await, Ok(()), "the first is left alone");
    first.close().await;
    let second = SqliteStore::open(&address(folder.path())).await.unwrap();
    assert_eq!(second.check().await, Ok(()));
}

#[tokio::test]
async fn files_of_others() {
    let folder = tempfile::tempdir().unwrap();
    execute(folder.path(), "CREATE TABLE song (name TEXT)").await;
    let (error, _) = refusal(&address(folder.path())).await;
    assert_eq!(error, OpenError::Foreign(folder.path().join("serin.db")));
}

#[tokio::test]
async fn files_of_a_newer_serin() {
    let folder = tempfile::tempdir().unwrap();
    SqliteStore::open(&address(folder.path()))
        .await
        .unwrap()
        .close()
        .await;
    execute(folder.path(), "PRAGMA user_version = 99").await;
    let (error, text) = refusal(&address(folder.path())).await;
    assert!(
        matches!(
            error,
            OpenError::Newer {
                found: 99,
                known: 2,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(text.contains("run the newer Serin"), "{text}");
}

#[tokio::test]
async fn files_that_are_no_database() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("serin.db"), "not a database ".repeat(1000)).unwrap();
    let (error, text) = refusal(&address(folder.path())).await;
    assert!(matches!(error, OpenError::Database { .. }), "{error:?}");
    assert!(text.contains("damaged") && text.contains("serin.db"), "{text}");
    let kept = std::fs::read_to_string(folder.path().join("serin.db")).unwrap();
    assert!(kept.starts_with("not a database"), "it is left as it is");
}

fn run(id: &str) -> Beginning {
    Beginning {
        run: RunRecord {
            id: id.to_owned(),
            ..RunRecord::default()
        },
        ..Beginning::default()
    }
}

#[tokio::test]
async fn damaged_pages_are_told_and_are_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&address(folder.path())).await.unwrap();
    assert!(store.begin(&run("r1")).await.is_ok());
    store.close().await;
    let path = folder.path().join("serin.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // The first page has the tables' names and the last one the seal, so that the store still opens.
    let last = bytes.len() - 4096;
    bytes[4096..last].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let store = SqliteStore::open(&address(folder.path())).await.unwrap();
    for answer in [
        store.load("r1").await.map(|_| ()),
        store.active().await.map(|_| ()),
        store.begin(&run("r2")).await.map(|_| ()),
    ] {
        let Err(StoreError::Broken(message)) = answer else {
            panic!("{answer:?}");
        };
        assert!(message.contains("damaged"), "{message}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn its_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&address(folder.path())).await.unwrap();
    assert!(store.begin(&run("r1")).await.is_ok());
    let files = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = files.collect();
    assert_eq!(
        files.len(),
        5,
        "the file, its journal, the journal's index, the lock, the key: {files:?}"
    );
    for file in files {
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&address(folder.path())).await.unwrap();
    store.close().await;
    store.close().await;
    for answer in [store.check().await, store.active().await.map(|_| ())] {
        assert!(matches!(answer, Err(StoreError::Broken(_))), "{answer:?}");
    }
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(
        left, 3,
        "the file, its lock and its key; the journal is in the file"
    );
}

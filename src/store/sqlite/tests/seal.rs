//! Documents and arguments may hold secrets; the store's file tells nothing of them.

use super::*;
use crate::engine::ports::{Beginning, Journal, RunRecord, RunRequest, SourceText, Store};

const PLANTED: &str = "planted-secret-0815";

fn run(id: &str) -> Beginning {
    let mut beginning = Beginning {
        run: RunRecord {
            id: id.to_owned(),
            ..RunRecord::default()
        },
        ..Beginning::default()
    };
    beginning.run.request = RunRequest {
        args: [("token".to_owned(), format!("arg-{PLANTED}"))].into(),
        sources: [SourceText {
            name: "a.yaml".to_owned(),
            text: format!("headers: [{{name: Authorization, value: {PLANTED}}}]"),
        }]
        .into(),
        ..beginning.run.request
    };
    beginning
}

#[tokio::test]
async fn planted_secrets_are_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&address(folder.path())).await.unwrap();
    for id in ["r1", "r2"] {
        assert!(store.begin(&run(id)).await.is_ok());
    }
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes
            .windows(PLANTED.len())
            .any(|window| window == PLANTED.as_bytes());
        assert!(!found, "{}", path.display());
    }
    store.close().await;
    let again = SqliteStore::open(&address(folder.path())).await.unwrap();
    let loaded = again.load("r2").await.unwrap().unwrap();
    assert_eq!(loaded.run.request, run("r2").run.request);
    assert_eq!(
        again.list(&Default::default(), None, 10).await.unwrap()[0]
            .run
            .request
            .args,
        run("r2").run.request.args
    );
}

#[tokio::test]
async fn a_store_is_read_with_its_own_key_only() {
    let folder = tempfile::tempdir().unwrap();
    let open = async || SqliteStore::open(&address(folder.path())).await;
    open().await.unwrap().close().await;
    let key = folder.path().join("serin.db.key");
    let own = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let missing = open().await.unwrap_err().to_string();
    assert!(
        missing.contains("serin.db.key") && missing.contains("bring it back"),
        "{missing}"
    );
    for (wrong, expected) in [(vec![7; 32], "the key of another store"), (vec![7; 5], "5 bytes")] {
        std::fs::write(&key, wrong).unwrap();
        let error = open().await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    std::fs::write(&key, own).unwrap();
    assert!(open().await.is_ok());
}

#[tokio::test]
async fn texts_of_before_the_seal_are_read_and_sealed_ones_open_for_their_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&address(folder.path())).await.unwrap();
    let seal = &store.seal;
    assert_eq!(seal.open("{\"a\":1}", "r1").unwrap(), "{\"a\":1}");
    let closed = seal.close("text", "r1").unwrap();
    assert_eq!(seal.open(&closed, "r1").unwrap(), "text");
    assert!(seal.open(&closed, "r2").is_err());
    for damaged in [
        "sealed:",
        "sealed:AAAAAAAAAAAAAAAA",
        "sealed:AAAAAAAAAAAAAAAA!",
        &closed[..closed.len() - 4],
    ] {
        assert!(seal.open(damaged, "r1").is_err(), "{damaged}");
    }
    assert_eq!(seal.name("a"), seal.name("a"));
    assert_ne!(seal.name("a"), seal.name("b"));
}

//! What `serin serve` begins with.

use std::time::Duration;

use super::rig::{QUICK, Service, says};
use crate::binary::{AT_ONCE, Files, run, serin, start};

#[tokio::test]
async fn without_settings_it_uses_what_is_in_the_current_folder() {
    let files = Files::empty();
    files.write("analyses/quick.yaml", QUICK.as_bytes());
    let mut command = serin(["serve", "--listen", "127.0.0.1:0"]);
    command.current_dir(files.folder());
    let running = start(command);
    running
        .says("(store sqlite://serin.db, 1 analyses, 0 runs go on)")
        .await;
    assert!(files.folder().join("serin.db").exists());
    running.signal("INT").await;
    assert_eq!(running.end(AT_ONCE).await.code, Some(0));
    // A `serin.yaml` there is read without being named.
    files.write("serin.yaml", b"apiVersion: serin.dev/v1\nkind: Config\nspec: {listen: '127.0.0.1:0', store: {url: 'sqlite://other.db'}, analyses: [analyses/quick.yaml]}\n");
    let mut command = serin(["serve"]);
    command.current_dir(files.folder());
    let running = start(command);
    running.says("(store sqlite://other.db, 1 analyses").await;
}

#[tokio::test]
async fn relative_paths_start_from_the_folder_of_the_settings() {
    let service = Service::start("store: {url: 'sqlite://kept.db'}, analyses: [./analyses]").await;
    assert!(service.files.folder().join("kept.db").exists());
    assert!(service.running().said().0.contains("2 analyses"));
    let good = says("1").await;
    let _id = service.run("quick", &good).await;
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_shown_with_their_place() {
    let files = Files::empty();
    let cases = [
        ("spec: {lisen: x}", "serin.yaml:3:8", "unknown field `lisen`"),
        (
            "spec: {listen: nowhere}",
            "serin.yaml:3:16",
            "an address and a port",
        ),
        (
            "spec: {store: {url: 'postgres://x/y'}}",
            "serin.yaml:3:21",
            "this version does not have",
        ),
        (
            "spec: {analyses: [/no/such/folder]}",
            "/no/such/folder",
            "cannot read",
        ),
        (
            "spec: {store: {url: 'sqlite:///no/such/folder/x.db'}}",
            "/no/such/folder",
            "does not exist",
        ),
        (
            "spec: {listen: '203.0.113.7:1', tokens: [{name: a, sha256: SHA, roles: [run]}]}",
            "cannot listen on 203.0.113.7:1",
            "assign",
        ),
    ];
    for (spec, place, said) in cases {
        let spec = spec.replace("SHA", &"0a".repeat(32));
        let path = files.write(
            "serin.yaml",
            format!("apiVersion: serin.dev/v1\nkind: Config\n{spec}\n").as_bytes(),
        );
        let ended = run(["serve", "--config", &path], AT_ONCE).await;
        assert!(matches!(ended.code, Some(2 | 4)), "{spec}: {ended:?}");
        for expected in ["error", place, said] {
            assert!(
                ended.stderr.contains(expected),
                "{spec}: {expected}: {}",
                ended.stderr
            );
        }
        assert_eq!(ended.stdout, "", "{spec}");
    }
    let none = files.write("analysis.yaml", QUICK.as_bytes());
    let ended = run(["serve", "--config", &none], AT_ONCE).await;
    assert!(
        ended.code == Some(2) && ended.stderr.contains("holds no document of kind Config"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_port_and_a_store_that_are_taken_are_named() {
    let service = Service::start("").await;
    let other = Files::empty();
    let mut command = serin(["serve", "--listen", &service.address]);
    command.current_dir(other.folder());
    let ended = start(command).end(AT_ONCE).await;
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(
        ended.stderr.contains(&format!(
            "cannot listen on {}: another process listens there",
            service.address
        )),
        "{}",
        ended.stderr
    );

    let config = service.files.folder().join("serin.yaml");
    let mut command = serin(["serve", "--listen", "127.0.0.1:0", "--config"]);
    command.arg(config);
    let ended = start(command).end(Duration::from_secs(60)).await;
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let pid = service.running().pid().to_string();
    assert!(
        ended.stderr.contains("serin.db") && ended.stderr.contains(&pid),
        "{}",
        ended.stderr
    );
}

//! `serin probe --import`: what the documentation of other tools shows, imported, validated, and sent.

mod recorder;
mod refused;
mod runs;
mod twins;

use std::path::{Path, PathBuf};

use crate::binary::{AT_ONCE, Ended, Files, run};

/// The folder of the examples.
fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/probe/imports")
}

/// A folder with the files that examples name.
fn folder() -> Files {
    let files = Files::empty();
    for entry in std::fs::read_dir(examples().join("files")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.write(&name, &std::fs::read(&path).unwrap());
    }
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let pem = issued.cert.pem() + &issued.signing_key.serialize_pem();
    files.write("mycert.pem", pem.as_bytes());
    files
}

/// Imports a text; the path of the documents, and how the command ended.
async fn imported(files: &Files, tool: &str, text: &str) -> (String, Ended) {
    let source = files.write(&format!("source.{tool}"), text.as_bytes());
    let ended = run(["probe", "--import", tool, &source], AT_ONCE).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    (files.write("imported.yaml", ended.stdout.as_bytes()), ended)
}

#[tokio::test]
async fn examples_of_each_tool_become_valid_journeys() {
    let files = folder();
    for (tool, example, journeys, lost) in [
        ("curl", "curl/tutorial.sh", 24, 4),
        ("hurl", "hurl/samples.hurl", 1, 9),
        ("blackbox", "blackbox/example.yml", 20, 13),
        ("gatus", "gatus/config.yaml", 12, 9),
        ("postman", "postman/collection.json", 1, 2),
    ] {
        let text = std::fs::read_to_string(examples().join(example)).unwrap();
        let (path, ended) = imported(&files, tool, &text).await;
        let valid = run(["validate", &path], AT_ONCE).await;
        assert_eq!(
            valid.code,
            Some(0),
            "{example}\n{}\n{}",
            valid.all(),
            ended.stdout
        );
        assert!(
            valid.stdout.ends_with("0 errors, 0 warnings\n"),
            "{}",
            valid.stdout
        );
        assert_eq!(
            valid.stdout.matches("Journey ").count(),
            journeys,
            "{example}\n{}",
            valid.stdout
        );
        // Each is named where it would stand, and all are counted.
        assert_eq!(
            ended.stdout.matches("# Not carried over: ").count(),
            lost,
            "{example}\n{}",
            ended.stdout
        );
        assert!(
            ended.stderr.contains(&format!("{lost} thing"))
                && ended.stderr.contains("could not be carried over"),
            "{example}: {}",
            ended.stderr
        );
        for secret in [
            "s3cret",
            "mysecret",
            ": secret",
            "client_secret",
            "k-123",
            "abc.def",
        ] {
            assert!(
                !ended.all().contains(secret),
                "{example}: {secret}\n{}",
                ended.all()
            );
        }
    }
}

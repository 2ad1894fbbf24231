//! `serin validate`: exit codes and the JSON that editors and CI read.

use crate::argo::xml;
use crate::binary::{AT_ONCE, Files, repository, run};

const BROKEN: &str = "apiVersion: serin.dev/v1
kind: Analysis
metadata: {name: a}
spec:
  metrics:
  - name: m
    interval: 5 minutes
    successCondition: result >
    provider: {web: {url: 'http://h/'}}
  verdict: {windw: 10s}
";

#[tokio::test]
async fn exit_codes_tell_good_bad_and_unreadable_apart() {
    let (_files, broken) = Files::one(BROKEN);
    for (path, code) in [
        (repository("analyses"), 0),
        (broken, 1),
        ("/no/such/file.yaml".into(), 2),
    ] {
        for output in ["human", "json", "junit"] {
            let ended = run(["validate", &path, "--output", output], AT_ONCE).await;
            assert_eq!(ended.code, Some(code), "{path}, {output}: {ended:?}");
        }
    }
}

#[tokio::test]
async fn every_error_has_its_place_what_was_found_and_what_is_expected() {
    let (_files, path) = Files::one(BROKEN);
    let ended = run(["validate", &path, "--output", "json"], AT_ONCE).await;
    let json = ended.json();
    assert_eq!(
        (&json["valid"], &ended.stderr),
        (&false.into(), &String::new()),
        "{ended:?}"
    );
    let errors = json["errors"].as_array().unwrap();
    for error in errors {
        assert_eq!(error["file"], path.as_str());
        for field in ["found", "expected"] {
            assert!(
                error[field].as_str().is_some_and(|text| !text.is_empty()),
                "{error}"
            );
        }
        assert!(error["column"].as_u64().unwrap() >= 1, "{error}");
    }
    let place = |line: u64| {
        let found = errors.iter().find(|error| error["line"] == line);
        found.unwrap_or_else(|| panic!("no error in line {line}: {json}"))
    };
    assert!(
        place(7)["found"].as_str().unwrap().contains("5 minutes"),
        "{json}"
    );
    assert_eq!(
        place(8)["column"].as_u64(),
        Some(23),
        "where the condition begins or breaks off: {json}"
    );
    assert!(place(10)["found"].as_str().unwrap().contains("windw"), "{json}");
    assert!(place(10)["help"].as_str().unwrap().contains("window"), "{json}");
    assert_eq!(errors.len(), 3, "{json}");

    let ended = run(["validate", &path, "--output", "junit"], AT_ONCE).await;
    let elements = xml::elements(&ended.stdout);
    assert_eq!(elements[0].attributes["failures"], "3", "{}", ended.stdout);
}

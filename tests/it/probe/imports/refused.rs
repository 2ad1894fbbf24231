//! What cannot be imported, and how options go together.

use super::folder;
use crate::binary::{AT_ONCE, run, run_with_input};

#[tokio::test]
async fn what_cannot_be_read_has_a_place() {
    let files = folder();
    for (tool, text, place, found) in [
        ("curl", "curl http://h \\\n  --hedaer 'A: b'", "2:3", "did not"),
        ("curl", "echo hello", "1:1", "no curl command"),
        (
            "hurl",
            "GET http://h\nHTTP 200\n[Asserts]\nstatus ==\n",
            "4:10",
            "\"\"",
        ),
        (
            "blackbox",
            "modules:\n  a:\n    prober: [http]\n",
            "2:3",
            "without a prober",
        ),
        (
            "gatus",
            "endpoints:\n  - url: http://h\n",
            "2:5",
            "a check without a name",
        ),
        ("postman", "{\n  \"info\": {},\n}", "3:1", "no JSON document"),
    ] {
        let source = files.write("source.txt", text.as_bytes());
        let ended = run(["probe", "--import", tool, &source], AT_ONCE).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{tool}: {ended:?}"
        );
        let found = if found == "did not" {
            "the option `hedaer`, which curl does not have"
        } else {
            found
        };
        for expected in [
            &format!("source.txt:{place}: error: "),
            found,
            "^",
            "= expected: ",
        ] {
            assert!(
                ended.stderr.contains(expected),
                "{tool}, {expected}: {}",
                ended.stderr
            );
        }
    }
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused() {
    let files = folder();
    let bytes = files.write("bytes.txt", b"curl http://h/\xff");
    for (arguments, expected) in [
        (
            &["probe", "--import", "curl", &bytes][..],
            "bytes that are not UTF-8",
        ),
        (&["probe", "--import", "curl", "missing.txt"], "No such file"),
        (
            &["probe", "--import", "wget", &bytes],
            "[possible values: curl, hurl, blackbox, gatus, postman]",
        ),
        (&["probe", "--import", "curl"], "FILE|URL"),
        (
            &["probe", "--import", "curl", &bytes, "--target", "http://h"],
            "cannot be used with",
        ),
        (
            &["probe", "--import", "curl", &bytes, "--output", "json"],
            "cannot be used with",
        ),
        (
            &["probe", "--import", "curl", &bytes, "--for", "1s", "--rate", "1"],
            "cannot be used with",
        ),
    ] {
        let ended = run(arguments, AT_ONCE).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn several_files_and_standard_input() {
    let files = folder();
    let first = files.write("a.sh", b"curl http://h/a");
    let second = files.write("b.sh", b"curl http://h/b");
    let ended = run(["probe", "--import", "curl", &first, &second], AT_ONCE).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    assert_eq!(ended.stdout.matches("---\n").count(), 1, "{}", ended.stdout);
    let ended = run_with_input(
        &["probe", "--import", "curl", "-"],
        b"curl http://h/c -x p:1",
        AT_ONCE,
    )
    .await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("name: curl-h-c"), "{}", ended.stdout);
    assert!(
        ended
            .stderr
            .contains("1 journey: 1 thing could not be carried over"),
        "{}",
        ended.stderr
    );
}

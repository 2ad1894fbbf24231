//! Files that are no recordings, or not whole: exit code 2, and what was found where.

use super::compare;
use super::files::{csv, hdr_log, k6_points, k6_summary, latencies, oha, windows};
use crate::binary::Files;

/// What it is, its content, and what has to be said of it.
type Case = (&'static str, Vec<u8>, &'static str);

fn cut(whole: &[u8], tenths: usize) -> Vec<u8> {
    whole[..whole.len() * tenths / 10].to_vec()
}

fn tables() -> Vec<Case> {
    vec![
        ("empty", b"".to_vec(), "empty; expected an HDR interval log, CSV"),
        ("blank", b"\n\n  \n".to_vec(), "empty; expected"),
        ("header alone", b"latency_ms\n".to_vec(), "no values"),
        (
            "not a number",
            b"1\n2\nNaN\n".to_vec(),
            ":3: column 1: a value of NaN",
        ),
        ("infinite", b"1\ninf\n".to_vec(), ":2: column 1: a value of inf"),
        (
            "negative",
            b"took\n5\n-3\n".to_vec(),
            ":3: column took: a value of -3: values are at least 0",
        ),
        (
            "huge",
            b"1\n1e300\n".to_vec(),
            ":2: column 1: a value of 1e300: values are at most",
        ),
        (
            "missing cell",
            b"time,took\n1,5\n2,\n".to_vec(),
            ":3: \"\" in column took; expected a number",
        ),
        (
            "missing column",
            b"time,took\n1,5\n2\n".to_vec(),
            ":3: 1 columns; expected 2",
        ),
        (
            "words",
            b"1\ntwo\n".to_vec(),
            ":2: \"two\" in column 1; expected a number",
        ),
        (
            "many columns",
            b"a,b,c\n1,2,3\n".to_vec(),
            "several columns: choose one of a, b, c with --series",
        ),
        (
            "prose",
            b"This is not a table at all, only a long text about one.\n".to_vec(),
            "the file begins with \"This is",
        ),
        (
            "page",
            b"<!doctype html><p>504 Gateway Timeout\n".to_vec(),
            "the file begins with",
        ),
        ("bytes", vec![0, 1, 2, 255, 254, 10, 0], "the file begins with"),
    ]
}

fn documents(values: &[f64]) -> Vec<Case> {
    let (whole_oha, whole_summary) = (oha(values), k6_summary(values, false));
    vec![
        (
            "list",
            b"[1, 2, 3]\n".to_vec(),
            "the file begins with \"[1, 2, 3]\"",
        ),
        (
            "other JSON",
            b"{\"hello\": 1}\n".to_vec(),
            "neither oha's, nor a k6 summary, nor a run",
        ),
        (
            "cut oha",
            cut(whole_oha.as_bytes(), 5),
            "the JSON document ends in the middle",
        ),
        (
            "oha without answers",
            whole_oha
                .replace("\"0.02\": 150", "\"0.02\": 0")
                .replace("\"0.2\": 150", "\"0.2\": 0")
                .into_bytes(),
            "no answered request",
        ),
        (
            "oha that falls",
            whole_oha.replace("\"p50\"", "\"p99.5\"").into_bytes(),
            "below that of a smaller order",
        ),
        (
            "cut summary",
            cut(whole_summary.as_bytes(), 6),
            "the JSON document ends in the middle",
        ),
        (
            "summary of nothing",
            whole_summary.replace("http_reqs", "http_requests").into_bytes(),
            "does not say how many values",
        ),
    ]
}

fn streams(values: &[f64]) -> Vec<Case> {
    let (k6, log, whole_windows) = (
        k6_points(values),
        hdr_log(values, None),
        windows(values, "canary"),
    );
    let v1 = b"#[Histogram log format version 1.0]\n0.1,1.0,2.7,HISTAAAAA\n";
    let packed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3];
    vec![
        ("cut k6", cut(k6.as_bytes(), 5), "the line ends in the middle"),
        (
            "k6 without values",
            b"{\"type\":\"Point\",\"metric\":\"http_req_duration\",\"data\":{}}\n".to_vec(),
            ":1: a point without a value",
        ),
        (
            "k6 of others",
            k6.replace("http_req_duration", "vus").into_bytes(),
            "no points of k6 metric \"http_req_duration\"",
        ),
        ("cut log", cut(&log, 9), "was the file cut or changed?"),
        ("old log", v1.to_vec(), ":2: "),
        (
            "cut windows",
            cut(whole_windows.as_bytes(), 7),
            "EOF while parsing",
        ),
        (
            "other side",
            windows(values, "stable").into_bytes(),
            "no requests or latencies of canary",
        ),
        ("broken packing", packed.to_vec(), "error:"),
        (
            "cut packing",
            cut(&super::formats::packed(&k6), 7),
            "the compressed file ends in the middle",
        ),
    ]
}

#[tokio::test]
async fn what_cannot_be_compared_is_named_with_its_place() {
    let values = latencies(4, 1.0, 300);
    let files = Files::empty();
    let good = files.write("good.csv", csv(&values).as_bytes());
    let cases = [tables(), documents(&values), streams(&values)].concat();
    for (name, content, expected) in cases {
        let path = files.write("file", &content);
        for pair in [[&path, &good], [&good, &path]] {
            let ended = compare(&[pair[0], pair[1]]).await;
            assert_eq!(
                (ended.code, ended.stdout.as_str()),
                (Some(2), ""),
                "{name}: {ended:?}"
            );
            let wanted = format!("error: {path}");
            assert!(
                ended.stderr.starts_with(&wanted) && ended.stderr.contains(expected),
                "{name}: {}",
                ended.stderr
            );
            assert!(
                ended.stderr.len() < 600 && ended.stderr.lines().count() == 1,
                "{name}: {}",
                ended.stderr
            );
        }
    }
}

#[tokio::test]
async fn files_that_are_not_there_and_one_that_may_be_cut() {
    let files = Files::empty();
    let good = files.write("good.csv", b"1\n2\n3\n");
    let folder = files.folder().display().to_string();
    let missing = files.folder().join("missing.csv").display().to_string();
    for path in [&folder, &missing] {
        let ended = compare(&[&good, path]).await;
        assert!(
            ended.code == Some(2) && ended.stderr.starts_with(&format!("error: {path}: ")),
            "{ended:?}"
        );
    }
    let cut = files.write("cut.csv", b"1\n2\n3");
    let ended = compare(&[&good, &cut]).await;
    assert!(
        ended.code == Some(0) && ended.stdout.contains("remark: B: the last line has no end"),
        "{ended:?}"
    );
}

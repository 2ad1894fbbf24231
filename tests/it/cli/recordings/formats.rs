//! The same requests in every format.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::files::{csv, hdr_log, k6_points, k6_summary, latencies, oha, run_report, windows};
use super::{compare, compared};
use crate::binary::Files;

/// Name of the file, its content, options, and what it is called.
type Written = (&'static str, Vec<u8>, &'static [&'static str], &'static str);

/// With a header that names the unit, a time before each value, semicolons, and line ends of another system.
fn named_csv(values: &[f64]) -> Vec<u8> {
    let rows = values
        .iter()
        .map(|value| format!("2026-05-04T10:00:00Z;{}\r\n", 1000.0 * value));
    format!("time;latency_us\r\n{}", rows.collect::<String>()).into_bytes()
}

pub(super) fn packed(content: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(content.as_bytes()).unwrap();
    packed.finish().unwrap()
}

fn in_every_format(values: &[f64]) -> Vec<Written> {
    let (points, log) = (k6_points(values), "HDR interval log");
    vec![
        ("named.csv", named_csv(values), &[], "CSV"),
        ("log.hlog", hdr_log(values, None), &["--unit", "us"], log),
        (
            "tagged.hlog",
            hdr_log(values, Some("get")),
            &["--unit", "us"],
            log,
        ),
        ("points.json", points.clone().into_bytes(), &[], "k6 points"),
        ("points.json.gz", packed(&points), &[], "k6 points"),
        (
            "summary.json",
            k6_summary(values, false).into_bytes(),
            &[],
            "k6 summary",
        ),
        (
            "deeper.json",
            k6_summary(values, true).into_bytes(),
            &[],
            "k6 summary",
        ),
        ("oha.json", oha(values).into_bytes(), &[], "oha JSON"),
        (
            "windows.ndjson",
            windows(values, "canary").into_bytes(),
            &[],
            "Serin windows",
        ),
    ]
}

#[tokio::test]
async fn every_format_tells_the_same_of_the_same_requests() {
    let values = latencies(7, 1.0, 6000);
    let files = Files::empty();
    let plain = files.write("plain.csv", csv(&values).as_bytes());
    let plain = compared(&[&plain, &plain]).await;
    for (name, content, options, format) in in_every_format(&values) {
        let path = files.write(name, &content);
        let found = compared(&[&[path.as_str(), path.as_str()], options].concat()).await;
        assert_eq!(
            (&found["a"]["format"], &found["a"]["count"]),
            (&format.into(), &6000.into()),
            "{name}: {found}"
        );
        for (place, tolerance) in [(0, 0.025), (1, 0.15), (2, 0.025), (3, 0.025), (4, 0.05)] {
            let of = |found: &Value| found["b"]["quantiles"][place]["value"].as_f64().unwrap();
            let ratio = of(&found) / of(&plain);
            assert!(
                (ratio - 1.0).abs() < tolerance,
                "{name}: quantile {place} off by {ratio}"
            );
        }
        let failed = &found["a"]["errors"];
        if !failed.is_null() {
            assert_eq!(
                (&failed["total"], &failed["bad"]),
                (&6000.into(), &60.into()),
                "{name}"
            );
        }
        assert_eq!(
            failed.is_null(),
            ["CSV", "HDR interval log"].contains(&format),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_column_whose_name_tells_of_latencies_is_read() {
    let files = Files::empty();
    for (header, series) in [
        ("latency_ms,status", "latency_ms"),
        ("id,elapsed,code", "elapsed"),
        ("start_ms,value", "value"),
        ("timestamp_ms,duration_ms", "duration_ms"),
    ] {
        let row = "7,".repeat(header.matches(',').count()) + "7\n";
        let named = files.write("named.csv", format!("{header}\n{row}{row}").as_bytes());
        let found = compared(&[&named, &named]).await;
        assert_eq!(found["a"]["series"], series, "{header}");
    }
}

#[tokio::test]
async fn a_format_can_be_forced_and_a_series_chosen() {
    let values = latencies(8, 1.0, 500);
    let files = Files::empty();
    let k6 = files.write("points.json", k6_points(&values).as_bytes());
    let waiting = compared(&[
        &k6,
        &k6,
        "--series",
        "http_req_duration",
        "--series",
        "http_req_waiting",
    ])
    .await;
    assert_eq!(waiting["quantileRatios"][0]["estimate"], 0.9);
    let mut tags = hdr_log(&values, Some("get"));
    tags.extend(hdr_log(&values, Some("put")));
    let tags = files.write("tags.hlog", &tags);
    let ended = compare(&[&tags, &tags]).await;
    assert!(
        ended.code == Some(2)
            && ended
                .stderr
                .contains("choose one of \"get\", \"put\" with --series"),
        "{ended:?}"
    );
    assert_eq!(
        compared(&[&tags, &tags, "--series", "put", "--unit", "us"]).await["b"]["series"],
        "put"
    );
    let table = files.write(
        "oha.csv",
        b"request-start,DNS,request-duration,bytes,status\n0.1,0,0.08,10,200\n0.2,0,0.09,10,200\n",
    );
    let found = compared(&[&table, &table]).await;
    assert_eq!(
        (&found["a"]["max"], &found["a"]["unit"]),
        (&90.0.into(), &"s".into())
    );
    assert_eq!(
        compared(&[&table, &table, "--series", "bytes"]).await["a"]["max"],
        10.0
    );
    for (arguments, expected) in [
        (
            &[&k6, &k6, "--series", "http_req_tls"][..],
            "no points of k6 metric \"http_req_tls\"; there are http_req_duration",
        ),
        (
            &[&table, &table, "--series", "took"],
            "no column \"took\"; there are request-start, DNS",
        ),
        (
            &[&tags, &tags, "--series", "post"],
            "no tag \"post\"; there are \"get\", \"put\"",
        ),
        (&[&k6, &k6, "--format", "hdr"], ":1: no interval"),
        (&[&k6, &k6, "--format", "oha"], "no JSON document"),
        (&[&table, &table, "--format", "k6"], ":1: no line of k6's"),
    ] {
        let ended = compare(arguments).await;
        assert!(
            ended.code == Some(2) && ended.stderr.contains(expected),
            "{arguments:?}: {ended:?}"
        );
    }
}

#[tokio::test]
async fn units_are_read_from_names_asked_for_and_said_when_they_differ() {
    let files = Files::empty();
    let ms = files.write("ms.csv", b"latency_ms\n100\n120\n140\n");
    let us = files.write("us.csv", b"latency_us\n100000\n120000\n140000\n");
    let bare = files.write("bare.csv", b"100000\n120000\n140000\n");
    let found = compared(&[&ms, &us]).await;
    assert_eq!(found["quantileRatios"][0]["estimate"], 1.0);
    assert_eq!(
        found["remarks"][0],
        "A is in ms and B in us; both are shown in the same unit"
    );
    let found = compared(&[&ms, &bare]).await;
    assert_eq!(found["quantileRatios"][0]["estimate"], 1000.0);
    assert!(
        found["remarks"][0].as_str().unwrap().contains("1000 times apart"),
        "{found}"
    );
    assert_eq!(
        compared(&[&ms, &bare, "--unit", "us"]).await["quantileRatios"][0]["estimate"],
        1.0
    );
    let both = compared(&[&bare, &bare, "--unit", "ns", "--unit", "us"]).await;
    assert_eq!(
        (&both["a"]["max"], &both["b"]["max"]),
        (&0.14.into(), &140.0.into())
    );
    let ended = compare(&[&ms, &us, "--unit", "s"]).await;
    assert!(
        ended.code == Some(2) && ended.stderr.contains("both recordings say theirs"),
        "{ended:?}"
    );
    // The log's column of maxima is in ms as usual: microseconds in it are noticed.
    let log = hdr_log(&latencies(9, 1.0, 200), None);
    let log: String = String::from_utf8(log)
        .unwrap()
        .lines()
        .map(|line| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            if cells.len() == 4 && !line.starts_with('"') {
                cells[2] = format!("{}", cells[2].parse::<f64>().unwrap() / 1000.0);
            }
            cells.join(",") + "\n"
        })
        .collect();
    let log = files.write("log.hlog", log.as_bytes());
    let found = compared(&[&log, &log]).await;
    assert!(
        found["remarks"][0].as_str().unwrap().contains("say --unit us"),
        "{found}"
    );
}

#[tokio::test]
async fn errors_are_compared_where_both_have_them() {
    let files = Files::empty();
    let run = files.write("run.json", run_report((10_000, 300), (90_000, 450)).as_bytes());
    let found = compared(&[&run, &run, "--side", "stable", "--side", "canary"]).await;
    assert_eq!(
        (&found["result"], &found["a"]["errors"]["share"]),
        (&"regression".into(), &0.005.into())
    );
    let ratio = &found["errors"]["ratio"];
    assert_eq!(
        (&ratio["estimate"], &ratio["shows"]),
        (&6.0.into(), &"worse".into())
    );
    assert!(
        ratio["lower"].as_f64().unwrap() > 5.0 && ratio["upper"].as_f64().unwrap() < 7.2,
        "{ratio}"
    );
    let ended = compare(&[
        &run,
        &run,
        "--side",
        "stable",
        "--side",
        "canary",
        "--fail-on-regression",
    ])
    .await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let windows = files.write(
        "windows.ndjson",
        windows(&latencies(3, 1.0, 2000), "stable").as_bytes(),
    );
    let mixed = compared(&[&run, &windows, "--side", "stable"]).await;
    assert_eq!(
        (&mixed["b"]["errors"]["share"], &mixed["effect"]),
        (&0.01.into(), &Value::Null)
    );
    assert!(
        mixed["remarks"].as_array().unwrap().iter().any(|remark| remark
            .as_str()
            .unwrap()
            .contains("only one recording has latencies")),
        "{mixed}"
    );
    let page = compare(&[&run, &windows, "--side", "stable", "--output", "html"]).await;
    assert!(
        page.stdout.contains("failed requests") && !page.stdout.contains("<svg"),
        "{page:?}"
    );
    let csv = files.write("a.csv", b"1\n2\n");
    let ended = compare(&[&csv, &run]).await;
    assert!(
        ended.code == Some(2) && ended.stderr.contains("nothing that both recordings have"),
        "{ended:?}"
    );
}

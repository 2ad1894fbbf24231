//! Recordings as other programs write them.

use std::time::Duration;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use serde_json::{Value, json};
use serin_judge::stats::chance::Chance;

/// Milliseconds: a median of 80 and a long tail.
pub(super) fn latencies(seed: u64, factor: f64, count: usize) -> Vec<f64> {
    let mut chance = Chance::from_seed(seed);
    let mut draw = || factor * 80.0 * (0.45 * chance.normal()).exp2();
    (0..count).map(|_| (draw() * 1000.0).round() / 1000.0).collect()
}

pub(super) fn csv(values: &[f64]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}

/// Values in microseconds, three intervals.
pub(super) fn hdr_log(values: &[f64], tag: Option<&str>) -> Vec<u8> {
    let mut log = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let mut writer = IntervalLogWriterBuilder::new()
        .add_comment("[Histogram log format version 1.3]")
        .begin_log_with(&mut log, &mut serializer)
        .unwrap();
    for (index, part) in values.chunks(values.len().div_ceil(3).max(1)).enumerate() {
        let mut histogram = Histogram::<u64>::new(3).unwrap();
        for value in part {
            histogram
                .record(format!("{:.0}", 1000.0 * value).parse().unwrap())
                .unwrap();
        }
        let at = Duration::from_secs(index as u64);
        let tag = tag.map(|tag| Tag::new(tag).unwrap());
        writer
            .write_histogram(&histogram, at, Duration::from_secs(1), tag)
            .unwrap();
    }
    log
}

/// `k6 run --out json`; every hundredth request of these failed.
pub(super) fn k6_points(values: &[f64]) -> String {
    let declared = json!({"type": "Metric", "metric": "http_req_duration",
        "data": {"name": "http_req_duration", "type": "trend", "contains": "time", "thresholds": [], "submetrics": null}});
    let mut lines = vec![declared];
    let point = |metric: &str, value: f64| {
        json!({"metric": metric, "type": "Point",
            "data": {"time": "2026-05-04T10:00:00.5+02:00", "value": value, "tags": {"status": "200", "url": "http://a/"}}})
    };
    for (index, value) in values.iter().enumerate() {
        lines.push(point("http_req_duration", *value));
        lines.push(point("http_req_waiting", 0.9 * value));
        lines.push(point("http_req_failed", if index % 100 == 0 { 1.0 } else { 0.0 }));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn at(sorted: &[f64], order: f64) -> f64 {
    let rank = (order * sorted.len() as f64).ceil().max(1.0);
    sorted[format!("{rank}").parse::<usize>().unwrap() - 1]
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// `k6 run --summary-export`, or with `deeper` what `handleSummary` is given.
pub(super) fn k6_summary(values: &[f64], deeper: bool) -> String {
    let sorted = sorted(values);
    let trend = json!({"avg": 90.0, "min": sorted[0], "med": at(&sorted, 0.5), "max": at(&sorted, 1.0),
        "p(90)": at(&sorted, 0.9), "p(95)": at(&sorted, 0.95), "p(99)": at(&sorted, 0.99)});
    let count = values.len();
    let failed = json!({"passes": count / 100, "fails": count - count / 100, "value": 0.01});
    let requests = json!({"count": count, "rate": 4.3});
    let metric = |figures: Value| {
        if deeper {
            json!({"type": "trend", "contains": "time", "values": figures})
        } else {
            figures
        }
    };
    let document = json!({"root_group": {"name": ""}, "metrics": {
        "http_req_duration": metric(trend), "http_reqs": metric(requests), "http_req_failed": metric(failed)}});
    serde_json::to_string_pretty(&document).unwrap()
}

/// `oha --output-format json`, in seconds.
pub(super) fn oha(values: &[f64]) -> String {
    let sorted = sorted(values);
    let seconds = |order: f64| at(&sorted, order) / 1000.0;
    let count = values.len();
    let document = json!({
        "summary": {"successRate": 1.0, "total": 10.0, "slowest": seconds(1.0), "fastest": sorted[0] / 1000.0, "average": 0.09},
        "responseTimeHistogram": {"0.02": count / 2, "0.2": count - count / 2},
        "latencyPercentiles": {"p10": seconds(0.1), "p25": seconds(0.25), "p50": seconds(0.5), "p75": seconds(0.75),
            "p90": seconds(0.9), "p95": seconds(0.95), "p99": seconds(0.99), "p99.9": seconds(0.999), "p99.99": null},
        "rps": {"mean": 100.0}, "details": {},
        "statusCodeDistribution": {"200": count - count / 100, "503": count / 100},
        "errorDistribution": {"aborted due to deadline": 40},
    });
    serde_json::to_string_pretty(&document).unwrap()
}

/// Serin's windows of one side, the other being `other`: two of latencies, two of errors, and one of history.
pub(super) fn windows(values: &[f64], side: &str) -> String {
    let bounds: Vec<f64> = (0..400).map(|step| libm::pow(1.02, f64::from(step))).collect();
    let mut text = String::new();
    for (index, part) in values.chunks(values.len().div_ceil(2)).enumerate() {
        let mut counts = vec![0_u64; bounds.len()];
        for value in part {
            counts[bounds.partition_point(|bound| bound < value)] += 1;
        }
        let histogram: Vec<(f64, u64)> = bounds
            .iter()
            .copied()
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .collect();
        let at = format!("2026-05-04T12:00:{}0Z", index + 2);
        let latency =
            json!({"at": at, "seconds": 10, "comparison": "latency", side: {"histogram": histogram}});
        let errors = json!({"at": at, "seconds": 10, "comparison": "errors", side: {"total": part.len(), "bad": part.len() / 100}});
        text.push_str(&format!("{latency}\n{errors}\n"));
    }
    let history = json!({"at": "2026-05-04T12:00:10Z", "seconds": 10, "comparison": "errors", "history": true,
        side: {"total": 1_000_000, "bad": 1_000_000}});
    format!("{history}\n{text}")
}

/// A run as `serin run --output json` prints it, as far as it matters here.
pub(super) fn run_report(canary: (u64, u64), stable: (u64, u64)) -> String {
    json!({"analysis": "a", "verdict": "promote", "metrics": [], "comparisons": [
        {"name": "error-rate", "kind": "errors", "nCanary": canary.0, "eventsCanary": canary.1,
         "nStable": stable.0, "eventsStable": stable.1}]})
    .to_string()
}

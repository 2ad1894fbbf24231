//! `/metrics` in Prometheus' text format, version 0.0.4.

use std::fmt::Write;

use serin_judge::time::Timestamp;

use super::recorder::Counters;
use serin_judge::verdict::Side;

/// The content type that goes with [`render`].
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The counters of instance `pod` as text. No label value needs escaping: all are from closed lists.
pub(super) fn render(counters: &Counters, side: Side, pod: &str, started_at: Timestamp) -> String {
    // Writing to a string cannot fail; the results are dropped for that reason.
    let mut text = String::with_capacity(16 * 1024);
    let common = format!("track=\"{side}\",pod=\"{pod}\"");
    let _ = family(&mut text, "http_requests_total", "counter", "Answered requests.");
    for ((method, route, code), count) in &counters.requests {
        let _ = writeln!(
            text,
            "http_requests_total{{{common},method=\"{method}\",route=\"{}\",code=\"{code}\"}} {count}",
            route.path()
        );
    }
    durations(&mut text, counters, &common);
    let _ = family(
        &mut text,
        "http_requests_in_flight",
        "gauge",
        "Requests without an answer yet.",
    );
    let _ = writeln!(text, "http_requests_in_flight{{{common}}} {}", counters.in_flight);
    let _ = family(
        &mut text,
        "process_start_time_seconds",
        "gauge",
        "Start of the process since the Unix epoch.",
    );
    let _ = writeln!(
        text,
        "process_start_time_seconds{{{common}}} {}",
        started_at.as_seconds()
    );
    text
}

fn durations(text: &mut String, counters: &Counters, common: &str) {
    const NAME: &str = "http_request_duration_seconds";
    let _ = family(text, NAME, "histogram", "From a request to its answer.");
    let durations = &counters.durations;
    for (bound, count) in durations.cumulative() {
        let _ = writeln!(
            text,
            "{NAME}_bucket{{{common},le=\"{}\"}} {count}",
            bound.as_secs_f64()
        );
    }
    let count = durations.count();
    let _ = writeln!(text, "{NAME}_bucket{{{common},le=\"+Inf\"}} {count}");
    let _ = writeln!(text, "{NAME}_sum{{{common}}} {}", durations.sum().as_secs_f64());
    let _ = writeln!(text, "{NAME}_count{{{common}}} {count}");
}

fn family(text: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

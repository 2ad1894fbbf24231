//! A server that stands still for one second in every five: who notices.

use serde_json::Value;

use super::client;
use super::scripts;
use super::server::{FREEZE_EVERY, FREEZE_FOR, Server};
use super::shipped::serin;

const RATE: u32 = 500;

/// Quantiles of latency in milliseconds: p90, p99 and p99.9.
type Quantiles = [f64; 3];

pub(super) fn freeze(server: &Server) {
    // Whole periods, so that the share of frozen time is what the pattern says.
    let periods = (client::seconds() / 5).max(2) * 2;
    let seconds = periods * 5;
    let (url, time) = (format!("{}/freeze", server.url), format!("{seconds}s"));
    println!(
        "{RATE} requests a second for {time} to a server that stands still for 1 s in every 5 (milliseconds)"
    );
    println!("{:44} {:>9} {:>9} {:>9}", "", "p90", "p99", "p99.9");
    let truth = truth();
    show("computed from the pattern", Some(truth));
    let rate = RATE.to_string();
    let _before = server.froze();
    let args = ["probe", &url, "--rate", &rate, "--for", &time, "--output", "json"];
    let report = client::run(&serin(), &args).json();
    let observed = server.froze();
    let arm = &report["journeys"][0]["arms"][0];
    let of = |latencies: &Value| {
        let at = |name: &str| latencies[name].as_f64().unwrap();
        [at("p90Ms"), at("p99Ms"), at("p999Ms")]
    };
    let serin = of(&arm["response"]);
    show("as the server froze, by its own clock", Some(observed));
    show("serin probe, from the planned start", Some(serin));
    show("serin probe, service time", Some(of(&arm["service"])));
    show("oha -q 500 -c 50", oha(&url, &time, false));
    show("oha -q 500 -c 50 --latency-correction", oha(&url, &time, true));
    show("k6, 500/s with 50 virtual users", k6(server, &time));
    show("wrk -c 50", wrk(&url, &time));
    println!(
        "serin probe is within {:.2} % of the pattern and {:.2} % of what the server did",
        off_percent(serin, truth),
        off_percent(serin, observed)
    );
}

/// The largest relative difference.
fn off_percent(own: Quantiles, truth: Quantiles) -> f64 {
    let pairs = own.iter().zip(truth);
    let worst = pairs.map(|(own, truth)| (own / truth - 1.0).abs());
    worst.fold(0.0, f64::max) * 100.0
}

/// A request that is due `t` seconds into a freeze waits for the rest of it; all others are answered at once.
fn truth() -> Quantiles {
    let frozen = FREEZE_FOR.as_secs_f64() / FREEZE_EVERY.as_secs_f64();
    [0.9, 0.99, 0.999].map(|quantile| {
        let among_the_frozen = 1.0 - (1.0 - quantile) / frozen;
        among_the_frozen * FREEZE_FOR.as_secs_f64() * 1e3
    })
}

fn show(name: &str, quantiles: Option<Quantiles>) {
    let Some([p90, p99, p999]) = quantiles else { return };
    println!("{name:44} {p90:9.2} {p99:9.2} {p999:9.2}");
}

fn oha(url: &str, time: &str, corrected: bool) -> Option<Quantiles> {
    let mut args = vec![
        "-c",
        "50",
        "-q",
        "500",
        "-z",
        time,
        "--no-tui",
        "--output-format",
        "json",
    ];
    if corrected {
        args.push("--latency-correction");
    }
    args.push(url);
    let report = client::run(&client::peer("oha")?, &args).json();
    let at = |name: &str| report["latencyPercentiles"][name].as_f64().unwrap() * 1e3;
    Some([at("p90"), at("p99"), at("p99.9")])
}

fn k6(server: &Server, time: &str) -> Option<Quantiles> {
    let folder = tempfile::tempdir().unwrap();
    let options = format!(
        "scenarios: {{ open: {{ executor: 'constant-arrival-rate', rate: {RATE}, duration: '{time}', preAllocatedVUs: 50, maxVUs: 50 }} }}"
    );
    let script = scripts::k6(folder.path(), &server.url, Some("/freeze"), &options);
    let script = script.display().to_string();
    let metrics = client::run(
        &client::peer("k6")?,
        &["run", "--quiet", "--no-usage-report", &script],
    )
    .json();
    let dropped = metrics["dropped_iterations"]["values"]["count"]
        .as_f64()
        .unwrap_or(0.0);
    println!("k6 dropped {dropped} starts");
    let at = |name: &str| metrics["http_req_duration"]["values"][name].as_f64().unwrap();
    Some([at("p(90)"), at("p(99)"), at("p(99.9)")])
}

fn wrk(url: &str, time: &str) -> Option<Quantiles> {
    let text = client::run(
        &client::peer("wrk")?,
        &["-t", "1", "-c", "50", "-d", time, "--latency", url],
    )
    .text;
    let at = |percent: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(percent))?;
        milliseconds(line.split_whitespace().nth(1)?)
    };
    Some([at("90%")?, at("99%")?, f64::NAN])
}

/// As wrk writes times: `1.02ms`, `503.10us`, `1.00s`.
fn milliseconds(text: &str) -> Option<f64> {
    let units = [("us", 1e-3), ("ms", 1.0), ("s", 1e3)];
    units
        .iter()
        .find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor))
}

//! Planned starts: how late they are, what they cost, and how many one process holds.

use super::client;
use super::server::Server;
use super::shipped::serin;

pub(super) fn open_loop(server: &Server) {
    let time = format!("{}s", client::seconds());
    println!("Planned starts of one GET for {time}");
    println!(
        "{:>8} {:>10} {:>8} {:>10} {:>10} {:>10} {:>8}",
        "1/s", "started", "cores", "late p50", "late p99", "late max", "missed"
    );
    for rate in ["100", "1000", "2000", "5000"] {
        let args = [
            "probe",
            &server.url,
            "--rate",
            rate,
            "--for",
            &time,
            "--output",
            "json",
        ];
        let taken = client::run(&serin(), &args);
        let report = taken.json();
        let runs = &report["journeys"][0]["arms"][0]["runs"];
        let late = |name: &str| report["lateness"][name].as_f64().unwrap();
        let missed: f64 = runs["missed"]
            .as_object()
            .unwrap()
            .values()
            .filter_map(serde_json::Value::as_f64)
            .sum();
        println!(
            "{rate:>8} {:>10} {:8.3} {:7.2} ms {:7.2} ms {:7.2} ms {missed:>8}",
            runs["started"],
            taken.cpu / taken.wall,
            late("p50Ms"),
            late("p99Ms"),
            late("maxMs"),
        );
    }
}

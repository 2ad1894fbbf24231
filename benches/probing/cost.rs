//! Processor time of the client for each request.

use serde_json::Value;

use super::client::{self, Taken};
use super::scripts;
use super::server::Server;
use super::shipped::serin;

const CONNECTIONS: &str = "16";

/// A client's row: requests that were answered as asked, and microseconds of processor time for each.
struct Row {
    name: &'static str,
    requests: f64,
    cost: f64,
    rate: f64,
}

/// A client by name, and one run of it: requests that were answered, and what it took. `None` when it is not installed.
type Client<'run> = (&'static str, &'run dyn Fn() -> Option<(f64, Taken)>);

/// The cheapest of some turns of each client, in turn.
fn table(title: &str, clients: &[Client<'_>]) {
    let mut rows: Vec<Row> = Vec::new();
    for _ in 0..client::turns() {
        for (name, run) in clients {
            let Some((requests, taken)) = run() else { continue };
            let row = Row {
                name,
                requests,
                cost: taken.cpu / requests * 1e6,
                rate: requests / taken.wall,
            };
            match rows.iter_mut().find(|known| known.name == *name) {
                Some(known) if known.cost <= row.cost => {}
                Some(known) => *known = row,
                None => rows.push(row),
            }
        }
    }
    let own = rows.first().map_or(f64::NAN, |row| row.cost);
    println!("{title}");
    println!(
        "{:24} {:>10} {:>10} {:>14} {:>14}",
        "", "requests", "1/s", "us of CPU each", "Serin's part"
    );
    for row in &rows {
        println!(
            "{:24} {:10.0} {:10.0} {:14.2} {:14.3}",
            row.name,
            row.requests,
            row.rate,
            row.cost,
            own / row.cost
        );
    }
}

/// One GET over 16 kept connections, closed loop.
pub(super) fn keepalive(server: &Server) {
    let (url, time) = (format!("{}/", server.url), format!("{}s", client::seconds()));
    let serin = || {
        let args = [
            "probe",
            &url,
            "--concurrency",
            CONNECTIONS,
            "--for",
            &time,
            "--output",
            "json",
        ];
        let taken = client::run(&serin(), &args);
        Some((passed(&taken.json()), taken))
    };
    let oha_path = client::peer("oha");
    let oha = || {
        let args = [
            "-c",
            CONNECTIONS,
            "-z",
            &time,
            "--no-tui",
            "--output-format",
            "json",
            &url,
        ];
        let taken = client::run(oha_path.as_ref()?, &args);
        let answered = taken.json()["statusCodeDistribution"]["200"].as_f64()?;
        Some((answered, taken))
    };
    let wrk_path = client::peer("wrk");
    let wrk = || {
        let taken = client::run(
            wrk_path.as_ref()?,
            &["-t", "1", "-c", CONNECTIONS, "-d", &time, &url],
        );
        let line = taken.text.lines().find(|line| line.contains("requests in"))?;
        let requests = line.split_whitespace().next()?.parse().ok()?;
        Some((requests, taken))
    };
    let hey_path = client::peer("hey");
    let hey = || {
        let taken = client::run(hey_path.as_ref()?, &["-c", CONNECTIONS, "-z", &time, &url]);
        let line = taken.text.lines().find(|line| line.contains("Requests/sec:"))?;
        let rate: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some((rate * taken.wall, taken))
    };
    let k6_path = client::peer("k6");
    let k6 = || {
        k6_requests(
            k6_path.as_deref()?,
            server,
            Some("/"),
            &format!("vus: {CONNECTIONS}, duration: '{time}'"),
        )
    };
    table(
        "One GET over 16 kept connections, closed loop, everything recorded (Serin: steps, phases, both clocks)",
        &[
            ("serin probe", &serin),
            ("oha", &oha),
            ("wrk", &wrk),
            ("hey", &hey),
            ("k6", &k6),
        ],
    );
}

/// Five steps with captures and assertions, closed loop.
pub(super) fn journey(server: &Server) {
    let time = format!("{}s", client::seconds());
    five_steps(
        server,
        "Five steps with captures and assertions, 16 at a time, closed loop",
        &["--concurrency", CONNECTIONS, "--for", &time],
        &format!("vus: {CONNECTIONS}, duration: '{time}'"),
    );
}

/// The same, 200 of them a second.
pub(super) fn journey_at_a_rate(server: &Server) {
    let time = format!("{}s", client::seconds());
    five_steps(
        server,
        "Five steps with captures and assertions, 200 journeys a second, open loop",
        &["--rate", "200", "--for", &time],
        &format!(
            "scenarios: {{ open: {{ executor: 'constant-arrival-rate', rate: 200, duration: '{time}', preAllocatedVUs: 50 }} }}"
        ),
    );
}

fn five_steps(server: &Server, title: &str, mode: &[&str], options: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journey.yaml");
    std::fs::write(&file, scripts::JOURNEY).unwrap();
    let file = file.display().to_string();
    let serin = || {
        let mut args = vec!["probe", &file, "--target", &server.url, "--output", "json"];
        args.extend(mode);
        let taken = client::run(&serin(), &args);
        Some((passed(&taken.json()), taken))
    };
    let k6_path = client::peer("k6");
    let k6 = || k6_requests(k6_path.as_deref()?, server, None, options);
    table(title, &[("serin probe", &serin), ("k6", &k6)]);
}

fn k6_requests(k6: &str, server: &Server, path: Option<&str>, options: &str) -> Option<(f64, Taken)> {
    let folder = tempfile::tempdir().unwrap();
    let script = scripts::k6(folder.path(), &server.url, path, options);
    let taken = client::run(
        k6,
        &[
            "run",
            "--quiet",
            "--no-usage-report",
            &script.display().to_string(),
        ],
    );
    let metrics = taken.json();
    assert_eq!(metrics["checks"]["values"]["fails"], 0, "k6's checks fail");
    let requests = metrics["http_reqs"]["values"]["count"].as_f64()?;
    Some((requests, taken))
}

/// Requests of steps that passed; anything else makes the figure worthless.
fn passed(report: &Value) -> f64 {
    let arm = &report["journeys"][0]["arms"][0];
    assert_eq!(report["outcome"], "passed", "{arm}");
    arm["requests"].as_f64().unwrap()
}

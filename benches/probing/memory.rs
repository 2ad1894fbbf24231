//! Memory of the prober: over very many requests, and of very many journeys.

#![expect(clippy::disallowed_methods, reason = "a bench measures what really passes")]

use std::fmt::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::client;
use super::server::Server;
use super::shipped::serin;

/// Journeys of one process, steps of each, and seconds from one of its runs to the next.
pub(super) const JOURNEYS: u64 = 2_000;
const STEPS: u64 = 3;
pub(super) const INTERVAL_SECONDS: u64 = 10;

/// A file of documents may have 256 KiB.
const OF_A_FILE: u64 = 100;

/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// `PROBING_REQUESTS` (10 million) requests of one probing, and its memory on the way there.
pub(super) fn requests(server: &Server) {
    let requests = u64::from(client::number("PROBING_REQUESTS", 10_000_000));
    println!("Memory of one probing with 16 kept connections, everything recorded");
    println!("{:>12} {:>12} {:>14}", "requests", "memory", "us of CPU each");
    let before = server.answered();
    let mut probe = Probe::start(&[&server.url, "--concurrency", "16", "--for", "24h"]);
    for part in [1, 10, 50, 100] {
        let wanted = requests * part / 100;
        while server.answered() - before < wanted {
            probe.wait(LOOK);
        }
        let micros = probe.cpu_seconds() * 1e6;
        println!(
            "{wanted:>12} {:>8.1} MiB {:>14.2}",
            probe.memory_mib(),
            micros / wanted as f64
        );
    }
    probe.interrupt();
}

/// Many journeys, each by its own schedule.
pub(super) fn journeys(server: &Server) {
    let before = server.answered();
    let held = hold(documents, &["--target", &server.url]);
    println!("{JOURNEYS} journeys of {STEPS} steps in one process, each run every {INTERVAL_SECONDS} s");
    println!("{} requests answered, {held}", server.answered() - before);
}

/// What it takes to hold [`JOURNEYS`] of them, whose documents are written by their numbers.
pub(super) fn hold(documents: fn(std::ops::Range<u64>) -> String, options: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<String> = (0..JOURNEYS / OF_A_FILE)
        .map(|number| {
            let file = folder.path().join(format!("{number}.yaml"));
            std::fs::write(&file, documents(number * OF_A_FILE..(number + 1) * OF_A_FILE)).unwrap();
            file.display().to_string()
        })
        .collect();
    let seconds = u64::from(client::seconds()).max(3 * INTERVAL_SECONDS);
    let began = Instant::now();
    let time = format!("{seconds}s");
    let mut args: Vec<&str> = files.iter().map(String::as_str).collect();
    args.extend(options);
    args.extend(["--for", &time]);
    let mut probe = Probe::start(&args);
    // The first interval is that of reading and of the first connections.
    while began.elapsed() < Duration::from_secs(INTERVAL_SECONDS) {
        probe.wait(LOOK);
    }
    let (cpu, at) = (probe.cpu_seconds(), Instant::now());
    let mut most = 0.0_f64;
    while began.elapsed() < Duration::from_secs(seconds) {
        most = most.max(probe.memory_mib());
        probe.wait(LOOK);
    }
    let cores = (probe.cpu_seconds() - cpu) / at.elapsed().as_secs_f64();
    let runs = JOURNEYS / INTERVAL_SECONDS;
    probe.interrupt();
    format!(
        "{most:.1} MiB at most, {cores:.3} cores, {:.0} us of CPU a run",
        cores / runs as f64 * 1e6
    )
}

fn documents(numbers: std::ops::Range<u64>) -> String {
    let mut text = String::new();
    for journey in numbers {
        let _infallible = writeln!(
            text,
            "---\napiVersion: serin.dev/v1\nkind: Journey\nmetadata: {{name: journey-{journey}}}\nspec:\n  \
             schedule: {{interval: {INTERVAL_SECONDS}s}}\n  steps:"
        );
        for step in 0..STEPS {
            let _infallible = writeln!(
                text,
                "  - name: step-{step}\n    request: {{method: GET, url: /}}\n    \
                 assert: [{{status: 200}}, {{jsonpath: $.status, equals: ok}}]"
            );
        }
    }
    text
}

/// A `serin probe` that is looked at while it runs.
struct Probe(Child);

impl Probe {
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new(serin());
        command.arg("probe").args(args).args(["--output", "json"]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }

    /// Looks whether it is still there, then lets time pass.
    fn wait(&mut self, time: Duration) {
        if let Some(status) = self.0.try_wait().unwrap() {
            panic!("serin probe ended before its time: {status}");
        }
        std::thread::sleep(time);
    }

    /// Resident, of the process.
    fn memory_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kib.unwrap() / 1024.0
    }

    /// User and system, all threads, in the ticks of Linux, of which there are a hundred a second.
    fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap();
        // Fields are counted from behind the name, which may hold anything: user is the 14th of all, system the 15th.
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let ticks = fields.split_whitespace().skip(11).take(2);
        ticks.map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
    }

    /// As Ctrl-C does; its report has to say that it was interrupted, not that it failed.
    fn interrupt(mut self) {
        let id = self.0.id().to_string();
        let _status = Command::new("kill").args(["-INT", &id]).status().unwrap();
        let status = self.0.wait().unwrap();
        assert!(matches!(status.code(), Some(0 | 130)), "{status}");
    }
}

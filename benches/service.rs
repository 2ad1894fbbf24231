//! What `serin serve` costs before it does anything: from its start to an answer of `/readyz`, and its memory at rest.
#![allow(clippy::unwrap_used, reason = "a bench whose inputs are broken has to stop")]
#![allow(clippy::print_stdout, reason = "the figures are its product")]
#![allow(missing_docs, reason = "a bench that prints a table")]

#[path = "common/shipped.rs"]
mod shipped;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 20;

fn main() {
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let ended = |folder: &Path| {
        let (taken, serin) = start_in(folder);
        end(serin);
        taken
    };
    let new = (0..ROUNDS)
        .map(|_| ended(tempfile::tempdir().unwrap().path()))
        .collect();
    let _creates = ended(folder.path());
    let again = (0..ROUNDS).map(|_| ended(folder.path())).collect();
    println!("from the start of the process to the first answer of /readyz, {ROUNDS} times (milliseconds)");
    let both: [(&str, Vec<Duration>); 2] = [("with a new store", new), ("with a store that is there", again)];
    for (name, mut taken) in both {
        taken.sort_unstable();
        let milliseconds = |at: usize| taken[at].as_secs_f64() * 1e3;
        println!(
            "{name:28} fastest {:7.1}  median {:7.1}  slowest {:7.1}",
            milliseconds(0),
            milliseconds(ROUNDS / 2),
            milliseconds(ROUNDS - 1)
        );
    }
    let (_, serin) = start_in(folder.path());
    println!("memory at rest {:.1} MiB", settled(&serin));
    end(serin);
}

fn end(mut serin: Child) {
    serin.kill().unwrap();
    let _status = serin.wait().unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a bench measures what really passes")]
fn start_in(folder: &Path) -> (Duration, Child) {
    let began = Instant::now();
    let mut serin = Command::new(shipped::serin())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .current_dir(folder)
        .env("SERIN_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let _length = BufReader::new(serin.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let (_, rest) = line.split_once("http://").unwrap();
    let mut stream = TcpStream::connect(rest.split(' ').next().unwrap()).unwrap();
    stream
        .write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    let _length = stream.read_to_string(&mut answer).unwrap();
    let taken = began.elapsed();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    (taken, serin)
}

/// Mebibytes, once they have been the same for two seconds.
#[expect(clippy::disallowed_methods, reason = "a bench measures what really passes")]
fn settled(serin: &Child) -> f64 {
    let mut before = 0.0;
    loop {
        std::thread::sleep(Duration::from_secs(2));
        let status = std::fs::read_to_string(format!("/proc/{}/status", serin.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        let now = line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0;
        if now == before {
            return now;
        }
        before = now;
    }
}

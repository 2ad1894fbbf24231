//! How fast the gate of `serin serve` answers beside a bare axum handler: the same questions at the same rate, in turn.
//!
//! `GATE_RATE` questions a second (2,000) are asked for `GATE_SECONDS` (5) a turn. They are asked when they are due, whether
//! or not others have been answered, and an answer is timed from when its question was due: a server that stalls cannot hide
//! it by keeping the asker waiting.
#![allow(clippy::unwrap_used, reason = "a bench whose inputs are broken has to stop")]
#![allow(clippy::print_stdout, reason = "the figures are its product")]
#![allow(missing_docs, reason = "a bench that prints a table")]

#[path = "common/shipped.rs"]
mod shipped;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// Connections that ask in turn; a question waits for none but the one before it on its connection.
const CONNECTIONS: u32 = 64;
const TURNS: usize = 3;
/// When it is set this program is the bare handler.
const BARE: &str = "SERIN_BENCH_BARE";

const ENDLESS: &str = "apiVersion: serin.dev/v1
kind: Analysis
metadata: {name: endless}
spec:
  metrics:
  - {name: never, interval: 1h, initialDelay: 1h, successCondition: 'true', provider: {web: {url: 'http://127.0.0.1:1/'}}}
  verdict: {deadline: 2h}
";

#[tokio::main]
async fn main() {
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    if std::env::var_os(BARE).is_some() {
        return bare().await;
    }
    let number =
        |name: &str, otherwise: u32| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let (rate, seconds) = (number("GATE_RATE", 2000), number("GATE_SECONDS", 5));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("endless.yaml"), ENDLESS).unwrap();
    let config = "apiVersion: serin.dev/v1\nkind: Config\nspec: {listen: '127.0.0.1:0', analyses: [endless.yaml], gates: {repeatFor: 1h}, \
                  limits: {requestsPerSecond: 1000000}, log: {level: warn}}\n";
    std::fs::write(folder.path().join("serin.yaml"), config).unwrap();
    let mut serve = Command::new(shipped::serin());
    serve
        .arg("serve")
        .arg("--config")
        .arg(folder.path().join("serin.yaml"));
    let serin = Server::start(&mut serve);
    let bare = Server::start(Command::new(std::env::current_exe().unwrap()).env(BARE, "1"));

    let running = json!({"analysis": "endless", "release": "running"}).to_string();
    let ended = json!({"analysis": "endless", "release": "ended"}).to_string();
    for body in [&running, &ended] {
        let _first = ask(&serin.address, "/gates/argo", body).await;
    }
    let run: Value = serde_json::from_str(&ask(&serin.address, "/gates/argo", &ended).await).unwrap();
    let stop = format!("/api/v1/runs/{}/stop", run["run"].as_str().unwrap());
    let _stopped = ask(&serin.address, &stop, "{}").await;
    let questions = [
        ("a bare axum handler", &bare.address, &running),
        ("the gate, undecided", &serin.address, &running),
        ("the gate, a verdict repeated", &serin.address, &ended),
    ];
    println!(
        "{rate} questions a second over {CONNECTIONS} connections, {TURNS} turns of {seconds} s each (milliseconds; times the bare handler)"
    );
    println!(
        "{:32} {:>8} {:>8} {:>6} {:>8} {:>6} {:>8}",
        "", "asked", "p50", "", "p99", "", "longest"
    );
    let mut taken: Vec<Vec<Duration>> = vec![Vec::new(); questions.len()];
    for _ in 0..TURNS {
        for ((_, address, body), taken) in questions.iter().zip(&mut taken) {
            taken.extend(turn(address, body, rate, seconds).await);
        }
    }
    taken.iter_mut().for_each(|taken| taken.sort_unstable());
    let at = |taken: &[Duration], share: usize| taken[(taken.len() - 1) * share / 100].as_secs_f64();
    for ((name, ..), own) in questions.iter().zip(&taken) {
        println!(
            "{name:32} {:8} {:8.3} {:5.1}x {:8.3} {:5.1}x {:8.3}",
            own.len(),
            at(own, 50) * 1e3,
            at(own, 50) / at(&taken[0], 50),
            at(own, 99) * 1e3,
            at(own, 99) / at(&taken[0], 99),
            at(own, 100) * 1e3,
        );
    }
}

/// A process that names its address in the first line it writes.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let _length = BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let (_, rest) = line.split_once("http://").unwrap();
        let address = rest.split([' ', '\n']).next().unwrap().to_owned();
        Self { process, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

/// Reads a question and answers the same for ever.
#[allow(clippy::print_stdout, reason = "its address")]
async fn bare() {
    let answer = json!({
        "verdict": "continue", "phase": "Running", "reasons": [], "summary": "The release is still being judged.",
        "run": "01M7ZQZ3KNY695QGQ6E0MNE0GW", "attempt": 1, "url": "http://127.0.0.1:7733/runs/01M7ZQZ3KNY695QGQ6E0MNE0GW",
    });
    let router = Router::new().route(
        "/gates/argo",
        post(async move |Json(_question): Json<Value>| Json(answer)),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}

/// How long each question of a turn waited for its answer.
async fn turn(address: &str, body: &str, rate: u32, seconds: u32) -> Vec<Duration> {
    let began = Instant::now() + Duration::from_millis(100);
    let askers = (0..CONNECTIONS).map(|asker| {
        let (address, body) = (address.to_owned(), body.to_owned());
        tokio::spawn(async move {
            let mut connection = Connection::open(&address).await;
            let mut taken = Vec::new();
            for number in (asker..rate * seconds).step_by(CONNECTIONS as usize) {
                let due = began + Duration::from_secs(1) / rate * number;
                tokio::time::sleep_until(due).await;
                let _answer = connection.ask("/gates/argo", &body).await;
                taken.push(due.elapsed());
            }
            taken
        })
    });
    let mut taken = Vec::new();
    for asker in futures::future::join_all(askers).await {
        taken.extend(asker.unwrap());
    }
    taken
}

async fn ask(address: &str, path: &str, body: &str) -> String {
    Connection::open(address).await.ask(path, body).await
}

/// As little of a client as there can be: what it costs is taken from both servers alike.
struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            answer: Vec::new(),
        }
    }

    async fn ask(&mut self, path: &str, body: &str) -> String {
        let question = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(question.as_bytes()).await.unwrap();
        self.answer.clear();
        loop {
            let length = self.stream.read_buf(&mut self.answer).await.unwrap();
            assert!(length > 0, "the server hung up");
            let text = String::from_utf8_lossy(&self.answer);
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() == length.unwrap_or(0) {
                assert!(head.starts_with("HTTP/1.1 200 "), "{text}");
                return body.to_owned();
            }
        }
    }
}

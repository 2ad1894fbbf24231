//! Processor time of a probe: `GET /probe` of `serin serve` beside Debian's blackbox_exporter, with the same module file and the
//! same targets, in turn.
//!
//! Two kinds of figures, each of `PROBING_SECONDS` (5) a turn, the cheapest of three turns: probes at a rate (100 a second
//! unless `BLACKBOX_RATE` says another), plain and over TLS, and as many handshakes as a server can be asked for by 16 at a
//! time on one core (`taskset`). The targets are in this process, whose time is not counted. Without the exporter only
//! Serin's figures are told.
#![allow(clippy::unwrap_used, reason = "a bench whose inputs are broken has to stop")]
#![allow(clippy::print_stdout, reason = "the figures are its product")]
#![allow(missing_docs, reason = "a bench that prints a table")]

#[path = "common/shipped.rs"]
mod shipped;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_rustls::TlsAcceptor;

const TURNS: usize = 3;
/// Who ask one after another in a closed loop.
const ASKERS: usize = 16;
/// Of `/proc/PID/stat`: what Linux has had for decades.
const TICKS_A_SECOND: f64 = 100.0;

const MODULES: &str = "modules:
  http: {prober: http, http: {preferred_ip_protocol: ip4}}
  https: {prober: http, http: {preferred_ip_protocol: ip4, tls_config: {ca_file: roots.pem}}}
  tls: {prober: tcp, tcp: {preferred_ip_protocol: ip4, tls: true, tls_config: {ca_file: roots.pem}}}
";

#[tokio::main]
async fn main() {
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let number =
        |name: &str, otherwise: u32| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let (rate, seconds) = (number("BLACKBOX_RATE", 100), number("PROBING_SECONDS", 5));
    let folder = tempfile::tempdir().unwrap();
    let acceptor = trusted(folder.path());
    std::fs::write(folder.path().join("blackbox.yml"), MODULES).unwrap();
    let (plain, secure) = (target(None).await, target(Some(acceptor)).await);
    let mut servers = vec![Server::serin(folder.path()).await];
    servers.extend(Server::exporter(folder.path()).await);

    println!(
        "{:28} {:20} {:>8} {:>8} {:>14} {:>8}",
        "", "", "probes", "1/s", "us of CPU each", "part"
    );
    let at_a_rate = Pace::Rate(rate);
    for (title, query, pace) in [
        ("HTTP", format!("module=http&target=http://{plain}/"), at_a_rate),
        (
            "HTTPS",
            format!("module=https&target=https://{secure}/"),
            at_a_rate,
        ),
        (
            "TLS handshakes",
            format!("module=tls&target={secure}"),
            Pace::AsMany,
        ),
    ] {
        let mut rows: Vec<Option<Row>> = servers.iter().map(|_| None).collect();
        for _ in 0..TURNS {
            for (server, row) in servers.iter().zip(&mut rows) {
                let turn = turn(server, &query, pace, seconds).await;
                let cheapest = row.take().filter(|known| known.cost() <= turn.cost());
                *row = Some(cheapest.unwrap_or(turn));
            }
        }
        let rows: Vec<Row> = rows.into_iter().flatten().collect();
        let own = rows[0].cost();
        for (server, row) in servers.iter().zip(&rows) {
            println!(
                "{title:28} {:20} {:8} {:8.0} {:14.0} {:8.3}",
                server.name,
                row.probes,
                f64::from(row.probes) / row.wall,
                row.cost() * 1e6,
                own / row.cost()
            );
        }
    }
}

#[derive(Clone, Copy)]
enum Pace {
    /// So many a second, whether or not others have been answered.
    Rate(u32),
    /// The next when one has been answered.
    AsMany,
}

/// One turn of a server.
struct Row {
    probes: u32,
    /// Seconds of processor time.
    cpu: f64,
    /// Seconds.
    wall: f64,
}

impl Row {
    /// Seconds of processor time of one probe.
    fn cost(&self) -> f64 {
        self.cpu / f64::from(self.probes)
    }
}

async fn turn(server: &Server, query: &str, pace: Pace, seconds: u32) -> Row {
    // What is read once is read before.
    assert!(
        probe(&server.address, query).await,
        "{} fails: {query}",
        server.name
    );
    let (before, begun) = (server.cpu(), Instant::now());
    let end = begun + Duration::from_secs(1) * seconds;
    let mut asking = tokio::task::JoinSet::new();
    match pace {
        Pace::Rate(rate) => {
            for number in 0..rate * seconds {
                sleep_until(begun + Duration::from_secs(1) / rate * number).await;
                let (address, query) = (server.address.clone(), query.to_owned());
                asking.spawn(async move { u32::from(probe(&address, &query).await) });
            }
        }
        Pace::AsMany => {
            for _ in 0..ASKERS {
                let (address, query) = (server.address.clone(), query.to_owned());
                asking.spawn(async move {
                    let mut probes = 0;
                    while Instant::now() < end {
                        probes += u32::from(probe(&address, &query).await);
                    }
                    probes
                });
            }
        }
    }
    let probes: u32 = asking.join_all().await.into_iter().sum();
    assert!(probes > 0, "{} answers nothing: {query}", server.name);
    Row {
        probes,
        cpu: server.cpu() - before,
        wall: begun.elapsed().as_secs_f64(),
    }
}

/// One scrape over a connection of its own; whether its probe succeeded.
async fn probe(address: &str, query: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return false;
    };
    let head = format!("GET /probe?{query} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _length = stream.read_to_string(&mut answer).await;
    answer.contains("\nprobe_success 1")
}

/// A child process that answers `/probe`, on one core.
struct Server {
    name: &'static str,
    process: Child,
    address: String,
}

impl Server {
    async fn serin(folder: &Path) -> Self {
        let address = free();
        let config = format!(
            "apiVersion: serin.dev/v1\nkind: Config\nspec: {{listen: '{address}', probing: {{modules: blackbox.yml}}, \
             limits: {{requestsPerSecond: 1000000}}, log: {{level: warn}}}}\n"
        );
        std::fs::write(folder.join("serin.yaml"), config).unwrap();
        let mut command = on_one_core(&shipped::serin());
        command.args(["serve", "--config"]).arg(folder.join("serin.yaml"));
        Self::start("serin serve", command, address, folder)
            .await
            .unwrap()
    }

    /// `None` where it is not installed.
    async fn exporter(folder: &Path) -> Option<Self> {
        let address = free();
        let mut command = on_one_core("prometheus-blackbox-exporter");
        command.arg("--config.file=blackbox.yml");
        command.arg(format!("--web.listen-address={address}"));
        let found = Self::start("blackbox_exporter", command, address, folder).await;
        if found.is_none() {
            println!("blackbox_exporter does not start: scripts/install-test-tools installs it");
        }
        found
    }

    async fn start(name: &'static str, mut command: Command, address: String, folder: &Path) -> Option<Self> {
        let command = command
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut process = command.spawn().ok()?;
        loop {
            if TcpStream::connect(&address).await.is_ok() {
                return Some(Self {
                    name,
                    process,
                    address,
                });
            }
            if process.try_wait().ok()?.is_some() {
                return None;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Seconds of processor time until now, all threads, user and system.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        // The name may hold blanks; it ends with the last bracket.
        let (_, rest) = stat.rsplit_once(')').unwrap();
        let times = rest.split_whitespace().skip(11).take(2);
        times.map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / TICKS_A_SECOND
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

/// `taskset` becomes the program, so the process is the program's.
fn on_one_core(program: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "0", program]);
    command
}

fn free() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A certificate for 127.0.0.1, and `roots.pem` that vouches for it.
fn trusted(folder: &Path) -> TlsAcceptor {
    serin::providers::http::install_tls();
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(folder.join("roots.pem"), root.pem()).unwrap();
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = leaf.signed_by(&key, &root).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    TlsAcceptor::from(Arc::new(
        config.with_single_cert(vec![leaf.der().clone()], key).unwrap(),
    ))
}

/// Answers each request the same, with TLS or without.
async fn target(acceptor: Option<TlsAcceptor>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                match acceptor {
                    None => answer(stream).await,
                    Some(acceptor) => answer(acceptor.accept(stream).await?).await,
                }
            });
        }
    });
    address
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> std::io::Result<()> {
    let mut request = [0; 4096];
    if stream.read(&mut request).await? > 0 {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";
        stream.write_all(answer).await?;
    }
    stream.shutdown().await
}

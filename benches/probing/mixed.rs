//! Many probes of several protocols in one process: memory and processor time.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

use super::client;
use super::memory::{INTERVAL_SECONDS, JOURNEYS, hold};
use super::server::Server;
use super::shipped::serin;

/// Whom probes ask; the servers are of this process, whose time and memory are not counted.
struct Addresses {
    http: String,
    tls: SocketAddr,
    dns: SocketAddr,
    redis: SocketAddr,
}

static ADDRESSES: OnceLock<Addresses> = OnceLock::new();

/// One probe a journey, in turn of five protocols.
pub(super) fn mixed(server: &Server) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let addresses = runtime.block_on(async {
        Addresses {
            http: server.url.clone(),
            tls: tls().await,
            dns: dns().await,
            redis: redis().await,
        }
    });
    assert!(ADDRESSES.set(addresses).is_ok(), "only once");
    let folder = tempfile::tempdir().unwrap();
    let one_of_each = folder.path().join("probes.yaml");
    std::fs::write(&one_of_each, documents(0..5)).unwrap();
    let report = client::run(
        &serin(),
        &[
            "probe",
            &one_of_each.display().to_string(),
            "--once",
            "--output",
            "json",
        ],
    )
    .json();
    assert_eq!(report["outcome"], "passed", "{report}");
    let held = hold(documents, &[]);
    println!(
        "{JOURNEYS} probes (http, tcp, tls, dns, redis) in one process, each every {INTERVAL_SECONDS} s"
    );
    println!("{held}");
}

fn documents(numbers: std::ops::Range<u64>) -> String {
    let addresses = ADDRESSES.get().unwrap();
    let http = &addresses.http;
    let mut text = String::new();
    for number in numbers {
        let step = match number % 5 {
            0 => format!("request: {{url: {http}/}}"),
            1 => format!("tcp: {{address: '{}'}}", http.trim_start_matches("http://")),
            2 => format!("tls: {{address: '{}', insecure: true}}", addresses.tls),
            3 => format!("dns: {{server: '{}', name: shop.test, type: A}}", addresses.dns),
            _ => format!("redis: {{address: '{}'}}", addresses.redis),
        };
        let _infallible = writeln!(
            text,
            "---\napiVersion: serin.dev/v1\nkind: Journey\nmetadata: {{name: probe-{number}}}\nspec:\n  \
             schedule: {{interval: {INTERVAL_SECONDS}s}}\n  steps: [{{name: probe, {step}}}]"
        );
    }
    text
}

/// Shakes hands, and closes.
async fn tls() -> SocketAddr {
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move { acceptor.accept(stream).await?.shutdown().await });
        }
    });
    address
}

/// One address to whatever is asked: RFC 1035, section 4.
async fn dns() -> SocketAddr {
    const ANSWER: [u8; 16] = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut question = [0; 512];
        loop {
            let (length, from) = socket.recv_from(&mut question).await.unwrap();
            // The question ends four bytes behind the empty label; what follows it (EDNS) is not answered.
            let name = question[12..length].iter().position(|byte| *byte == 0).unwrap();
            let end = 12 + name + 5;
            let mut answer = question[..end].to_vec();
            answer[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
            answer.extend(ANSWER);
            let _sent = socket.send_to(&answer, from).await;
        }
    });
    address
}

/// Answers as Redis does to the commands of a probe without settings.
async fn redis() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut command = [0; 1024];
                while let Ok(length @ 1..) = stream.read(&mut command).await {
                    let answer: &[u8] = if command[..length].windows(4).any(|word| word == b"PING") {
                        b"+PONG\r\n"
                    } else {
                        b"$44\r\n# Server\r\nredis_version:7.0.0\r\nrole:master\r\n\r\n"
                    };
                    stream.write_all(answer).await?;
                }
                std::io::Result::Ok(())
            });
        }
    });
    address
}

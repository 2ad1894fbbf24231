//! What tests of probes have in common: a step asked as a run would, certificates of any kind, servers that do as they are
//! told.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Map, Value};
use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase};
use serin_judge::analysis::{Documents, Inputs, Source};
use serin_judge::journey::{Credentials, FilledProbe, Findings, Prepared, RunIds, Turn, Values};
use serin_judge::time::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::Names;
use crate::engine::ports::{Clock, Commands, Prober, Sounding};
use crate::probes::Probes;

/// What every certificate is looked at with.
pub(in crate::probes) const NOW: &str = "2026-06-01T00:00:00Z";

struct Fixed(Timestamp);

#[async_trait]
impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }

    async fn sleep_until(&self, _deadline: Timestamp) {}
}

/// A step with this action, filled in as a run fills it in.
pub(in crate::probes) fn filled(action: &str) -> FilledProbe {
    let text = format!(
        "apiVersion: serin.dev/v1\nkind: Journey\nmetadata: {{name: j}}\nspec:\n  steps:\n  - name: s\n    {action}\n"
    );
    let (documents, _) = Documents::read(vec![Source::new("j.yaml", &text)]);
    let made = documents.journey(None, &Inputs::default());
    let (journey, _) = made.unwrap_or_else(|report| panic!("{text}{report:?}"));
    let prepared = Prepared::new(&journey, "", &Credentials::default(), "test").unwrap();
    let values = Values::new(RunIds::new(1, 1), None, None, &prepared);
    prepared
        .fill_probe(&journey.steps[0], &values, Turn::first(0))
        .unwrap()
}

/// Asks, with the time over when nothing but a hang is still under way.
pub(in crate::probes) async fn ask(probe: &FilledProbe) -> Sounding {
    ask_within(probe, Duration::from_secs(20)).await
}

/// Asks for so long.
pub(in crate::probes) async fn ask_within(probe: &FilledProbe, limit: Duration) -> Sounding {
    ask_knowing(Names::system(), probe, limit).await
}

/// Asks for so long, by what these name servers know.
pub(in crate::probes) async fn ask_knowing(names: Names, probe: &FilledProbe, limit: Duration) -> Sounding {
    let clock = Arc::new(Fixed(Timestamp::parse(NOW).unwrap()));
    let probes = Probes::new(clock, names).with_commands(Commands::Allowed);
    let begun = Instant::now();
    let sounding = probes.protocols(&[]).ask(probe, begun + limit).await;
    assert!(begun.elapsed() < limit + Duration::from_secs(10), "it hangs");
    sounding
}

/// What it finds.
pub(in crate::probes) async fn found(probe: &FilledProbe) -> Map<String, Value> {
    findings(probe).await.facts
}

/// The same with what is told beside the facts.
pub(in crate::probes) async fn findings(probe: &FilledProbe) -> Findings {
    let sounding = ask(probe).await;
    sounding.outcome.unwrap_or_else(|failure| panic!("{failure:?}"))
}

/// What it fails with.
pub(in crate::probes) async fn failure(probe: &FilledProbe) -> Failure {
    failed(ask(probe).await)
}

/// What it fails with where nobody answers any more; short, since that is what is waited for.
pub(in crate::probes) async fn overdue(probe: &FilledProbe) -> Failure {
    failed(ask_within(probe, Duration::from_millis(400)).await)
}

fn failed(sounding: Sounding) -> Failure {
    match sounding.outcome {
        Ok(findings) => panic!("it found {:?}", findings.facts),
        Err(failure) => failure,
    }
}

/// Class and phase of a failure, for tables.
pub(in crate::probes) fn kind(failure: &Failure) -> (FailureClass, RequestPhase) {
    (failure.class, failure.phase.unwrap_or(RequestPhase::Dns))
}

/// A server that treats each connection as it is told; gone when dropped.
pub(in crate::probes) struct Server {
    pub(in crate::probes) address: SocketAddr,
    listener: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Server {
    pub(in crate::probes) async fn start<F, T>(treat: F) -> Self
    where
        F: Fn(TcpStream) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        Self::at("127.0.0.1:0", treat).await
    }

    pub(in crate::probes) async fn at<F, T>(address: &str, treat: F) -> Self
    where
        F: Fn(TcpStream) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = tokio::spawn(async move {
            let mut tasks = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tasks.spawn(treat(stream));
            }
        });
        Self { address, listener }
    }

    /// Says the first text at once and one of the others after each line (or packet) that comes; then says no more, and
    /// leaves the connection open.
    pub(in crate::probes) async fn saying(texts: &'static [&'static str]) -> Self {
        Self::start(move |mut stream| async move {
            say(&mut stream, texts).await;
            std::future::pending::<()>().await;
            drop(stream);
        })
        .await
    }

    /// The same, and closes the connection at the end.
    pub(in crate::probes) async fn closing_after(texts: &'static [&'static str]) -> Self {
        Self::start(move |mut stream| async move { say(&mut stream, texts).await }).await
    }

    /// The same, and breaks the connection off.
    pub(in crate::probes) async fn resetting_after(texts: &'static [&'static str]) -> Self {
        Self::start(move |mut stream| async move {
            say(&mut stream, texts).await;
            stream.set_zero_linger().unwrap();
        })
        .await
    }

    /// Says the texts as [`Self::saying`] does, and speaks TLS after the last one, keeping the connection until the other
    /// side says something or leaves.
    pub(in crate::probes) async fn upgrading_after(
        texts: &'static [&'static str],
        config: ServerConfig,
    ) -> Self {
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        Self::start(move |mut stream| {
            let acceptor = acceptor.clone();
            async move {
                say(&mut stream, texts).await;
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _gone = stream.write_all(b"220 inside\r\n").await;
                    let _gone = stream.read(&mut [0; 512]).await;
                }
            }
        })
        .await
    }
}

async fn say(stream: &mut TcpStream, texts: &[&str]) {
    for (place, text) in texts.iter().enumerate() {
        if place > 0 && stream.read(&mut [0; 512]).await.unwrap_or_default() == 0 {
            return;
        }
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// An address at which nobody listens.
pub(in crate::probes) async fn closed_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
}

/// First and last day of validity, as year, month, day.
pub(in crate::probes) type Days = [(i32, u8, u8); 2];

pub(in crate::probes) const VALID: Days = [(2026, 1, 1), (2026, 12, 31)];

/// Signs certificates; only who is told trusts it.
pub(in crate::probes) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(in crate::probes) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Somebody to trust");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2040, 1, 1);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer }
    }

    pub(in crate::probes) fn roots(&self) -> Bytes {
        Bytes::from(self.issuer.pem())
    }

    /// A server's configuration with a certificate of these names, and this authority's behind it.
    pub(in crate::probes) fn config(&self, names: &[&str], days: Days) -> ServerConfig {
        let (params, key) = leaf(names, days);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        config(vec![certificate.der().clone(), self.issuer.der().clone()], &key)
    }
}

/// A server's configuration with a certificate that nobody else has signed.
pub(in crate::probes) fn self_signed(names: &[&str], days: Days) -> ServerConfig {
    let (params, key) = leaf(names, days);
    let certificate = params.self_signed(&key).unwrap();
    config(vec![certificate.der().clone()], &key)
}

fn leaf(names: &[&str], [from, until]: Days) -> (CertificateParams, KeyPair) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = date_time_ymd(from.0, from.1, from.2);
    params.not_after = date_time_ymd(until.0, until.1, until.2);
    (params, KeyPair::generate().unwrap())
}

fn config(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    builder
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap()
}

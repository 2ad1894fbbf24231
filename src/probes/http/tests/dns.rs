use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serin_judge::analysis::plan::journey::{FailureClass, RequestPhase};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

use super::peers::{Raw, ok};
use super::{answer, ask, failed, get, late, soon};
use crate::engine::clock::SystemClock;
use crate::engine::ports::{ClientSettings, HttpClient};
use crate::probes::dial::Names;
use crate::probes::http::Probe;

/// A name server that answers as it is told.
struct NameServer {
    address: SocketAddr,
    questions: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

const NOERROR: u8 = 0;
const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;
const REFUSED: u8 = 5;

/// The question as it came, without what follows it.
fn question(query: &[u8]) -> &[u8] {
    let mut end = 12;
    while query[end] != 0 {
        end += usize::from(query[end]) + 1;
    }
    &query[12..end + 5]
}

fn is_for_ipv4(query: &[u8]) -> bool {
    question(query).ends_with(&[0, 1, 0, 1])
}

/// An answer to `query`: RFC 1035, section 4.1.
fn answered(query: &[u8], code: u8, addresses: &[[u8; 4]]) -> Vec<u8> {
    let count = u8::try_from(addresses.len()).unwrap();
    let mut message = vec![query[0], query[1], 0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0];
    message.extend_from_slice(question(query));
    for address in addresses {
        // The name as in the question, type A, class IN, a minute, four bytes.
        message.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        message.extend_from_slice(address);
    }
    message
}

impl NameServer {
    async fn start(answer: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let questions = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&questions);
        let task = tokio::spawn(async move {
            let mut query = [0; 2_000];
            loop {
                let (length, from) = socket.recv_from(&mut query).await.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
                if let Some(answer) = answer(&query[..length]) {
                    socket.send_to(&answer, from).await.unwrap();
                }
            }
        });
        Self {
            address,
            questions,
            task,
        }
    }

    /// Answers questions for IPv4 with these addresses, those for IPv6 with none.
    async fn knowing(addresses: &'static [[u8; 4]]) -> Self {
        Self::start(move |query| {
            let addresses = if is_for_ipv4(query) { addresses } else { &[] };
            Some(answered(query, NOERROR, addresses))
        })
        .await
    }

    fn client(&self) -> Box<dyn HttpClient> {
        let probe = Probe::new(
            Arc::new(SystemClock::new()),
            Arc::new(Names::servers(&[self.address])),
        );
        probe.client(&ClientSettings::default()).unwrap()
    }
}

fn at(server: &Raw) -> String {
    format!("http://somewhere.test:{}/", server.address.port())
}

#[tokio::test]
async fn a_name_is_looked_up_for_each_connection() {
    let server = Raw::answering(ok("hello")).await;
    let names = NameServer::knowing(&[[127, 0, 0, 1]]).await;
    let client = names.client();
    for round in 1..=2 {
        let (answer, exchange) = answer(&*client, &get(at(&server))).await;
        assert_eq!(answer.address, Some(server.address));
        let phases = exchange.hops[0].phases;
        assert!(phases.dns.is_some() && phases.connect.is_some());
        assert_eq!(names.questions.load(Ordering::SeqCst), round);
        client.forget_connections();
    }
}

#[tokio::test]
async fn the_next_address_where_one_refuses() {
    let server = Raw::answering(ok("hello")).await;
    let names = NameServer::knowing(&[[127, 0, 0, 77], [127, 0, 0, 1]]).await;
    let (answer, _) = answer(&*names.client(), &get(at(&server))).await;
    assert_eq!(answer.address, Some(server.address));
}

#[tokio::test]
async fn a_lie_about_the_address_is_named() {
    let server = Raw::answering(ok("hello")).await;
    let names = NameServer::knowing(&[[127, 0, 0, 77]]).await;
    let failure = failed(ask(&*names.client(), &get(at(&server))).await);
    assert_eq!(
        (failure.class, failure.phase),
        (FailureClass::ConnectRefused, Some(RequestPhase::Connect))
    );
    assert!(failure.message.contains("127.0.0.77"), "{}", failure.message);
}

#[tokio::test]
async fn what_a_name_server_refuses() {
    let cases = [
        (NXDOMAIN, FailureClass::DnsNxdomain),
        (NOERROR, FailureClass::DnsNxdomain),
        (SERVFAIL, FailureClass::DnsServfail),
        (REFUSED, FailureClass::DnsServfail),
    ];
    for (code, class) in cases {
        let names = NameServer::start(move |query| Some(answered(query, code, &[]))).await;
        let exchange = ask(&*names.client(), &get("http://somewhere.test/")).await;
        assert!(exchange.hops[0].phases.dns.is_some());
        let failure = failed(exchange);
        assert_eq!(
            (failure.class, failure.phase),
            (class, Some(RequestPhase::Dns)),
            "{failure:?}"
        );
    }
}

#[tokio::test]
async fn a_name_server_that_is_not_there() {
    let names = NameServer::start(|_| None).await;
    names.task.abort();
    let classes = [FailureClass::DnsTimeout, FailureClass::DnsServfail];
    unknown(names, &classes).await;
}

/// Fails with one of these classes in the phase of names, by its deadline.
async fn unknown(names: NameServer, classes: &[FailureClass]) {
    let request = get("http://somewhere.test/");
    let client = names.client();
    let sent = client.send(&request, None, soon());
    let exchange = tokio::time::timeout(Duration::from_secs(10), sent)
        .await
        .expect("it hangs");
    let failure = failed(exchange);
    assert_eq!(failure.phase, Some(RequestPhase::Dns));
    assert!(classes.contains(&failure.class), "{failure:?}");
}

#[tokio::test]
async fn a_name_server_that_hangs() {
    unknown(NameServer::start(|_| None).await, &[FailureClass::DnsTimeout]).await;
}

#[tokio::test]
async fn answers_that_are_none_of_this_question() {
    let other_id = |query: &[u8]| {
        let mut answer = answered(query, NOERROR, &[[127, 0, 0, 1]]);
        answer[0] ^= 0xff;
        Some(answer)
    };
    unknown(NameServer::start(other_id).await, &[FailureClass::DnsTimeout]).await;
    let other_name = |query: &[u8]| {
        let mut answer = answered(query, NOERROR, &[[127, 0, 0, 1]]);
        answer[13] = b'x';
        Some(answer)
    };
    let classes = [FailureClass::DnsTimeout, FailureClass::DnsServfail];
    unknown(NameServer::start(other_name).await, &classes).await;
}

#[tokio::test]
async fn answers_that_are_no_dns() {
    let classes = [FailureClass::DnsTimeout, FailureClass::DnsServfail];
    unknown(NameServer::start(|_| Some(vec![0; 3])).await, &classes).await;
    let cut = |query: &[u8]| {
        let mut answer = answered(query, NOERROR, &[[127, 0, 0, 1]]);
        answer.truncate(answer.len() - 6);
        Some(answer)
    };
    unknown(NameServer::start(cut).await, &classes).await;
    let too_long = |query: &[u8]| Some([query, &[0xff; 1_000][..]].concat());
    unknown(NameServer::start(too_long).await, &classes).await;
}

#[tokio::test]
async fn literal_addresses_and_known_hosts_ask_nobody() {
    let server = Raw::answering(ok("hello")).await;
    let names = NameServer::start(|_| None).await;
    let client = names.client();
    let (_, exchange) = answer(&*client, &get(server.url("/"))).await;
    assert_eq!(exchange.hops[0].phases.dns, None);
    client.forget_connections();
    let localhost = format!("http://localhost:{}/", server.address.port());
    let exchange = client.send(&get(localhost), None, late()).await;
    assert!(exchange.outcome.is_ok() && exchange.hops[0].phases.dns.is_some());
    assert_eq!(names.questions.load(Ordering::SeqCst), 0);
}

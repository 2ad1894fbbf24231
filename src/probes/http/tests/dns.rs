use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serin_judge::analysis::plan::journey::{FailureClass, RequestPhase};

use super::peers::{Raw, ok};
use super::{answer, ask, failed, get, late, soon};
use crate::engine::clock::SystemClock;
use crate::engine::ports::{ClientSettings, HttpClient};
use crate::probes::dial::name_server::{NOERROR, NXDOMAIN, NameServer, REFUSED, SERVFAIL, answered};
use crate::probes::http::Probe;

fn client_of(names: &NameServer) -> Box<dyn HttpClient> {
    let probe = Probe::new(Arc::new(SystemClock::new()), Arc::new(names.names()));
    probe.client(&ClientSettings::default()).unwrap()
}

fn at(server: &Raw) -> String {
    format!("http://somewhere.test:{}/", server.address.port())
}

#[tokio::test]
async fn a_name_is_looked_up_for_each_connection() {
    let server = Raw::answering(ok("hello")).await;
    let names = NameServer::knowing(&[[127, 0, 0, 1]]).await;
    let client = client_of(&names);
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
    let (answer, _) = answer(&*client_of(&names), &get(at(&server))).await;
    assert_eq!(answer.address, Some(server.address));
}

#[tokio::test]
async fn a_lie_about_the_address_is_named() {
    let server = Raw::answering(ok("hello")).await;
    let names = NameServer::knowing(&[[127, 0, 0, 77]]).await;
    let failure = failed(ask(&*client_of(&names), &get(at(&server))).await);
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
        let exchange = ask(&*client_of(&names), &get("http://somewhere.test/")).await;
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
    let client = client_of(&names);
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
    let client = client_of(&names);
    let (_, exchange) = answer(&*client, &get(server.url("/"))).await;
    assert_eq!(exchange.hops[0].phases.dns, None);
    client.forget_connections();
    let localhost = format!("http://localhost:{}/", server.address.port());
    let exchange = client.send(&get(localhost), None, late()).await;
    assert!(exchange.outcome.is_ok() && exchange.hops[0].phases.dns.is_some());
    assert_eq!(names.questions.load(Ordering::SeqCst), 0);
}

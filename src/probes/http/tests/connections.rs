use serin_judge::analysis::plan::journey::FailureClass;
use tokio::io::AsyncWriteExt;

use super::peers::{Raw, ok, read_request};
use super::{answer, ask, client, failed, get, late};
use http::Method;

#[tokio::test]
async fn an_answer_with_its_phases() {
    let server = Raw::answering(ok("hello")).await;
    let (answer, exchange) = answer(&*client(), &get(server.url("/path?a=b"))).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body[..], answer.body_bytes),
        (200, &b"hello"[..], 5)
    );
    assert_eq!(answer.address, Some(server.address));
    let [hop] = &exchange.hops[..] else {
        panic!("{:?}", exchange.hops)
    };
    let phases = hop.phases;
    assert_eq!(
        (phases.dns, phases.tls, hop.reused, hop.status),
        (None, None, false, Some(200))
    );
    let parts = [phases.connect, phases.send, phases.first_byte, phases.body].map(Option::unwrap);
    assert!(
        parts.iter().sum::<std::time::Duration>() <= answer.duration,
        "{parts:?} of {answer:?}"
    );
}

#[tokio::test]
async fn a_connection_is_kept_and_said_to_be() {
    let server = Raw::answering(ok("hello")).await;
    let client = client();
    for reused in [false, true, true] {
        let (_, exchange) = answer(&*client, &get(server.url("/"))).await;
        assert_eq!(exchange.hops[0].reused, reused);
        assert_eq!(exchange.hops[0].phases.connect.is_none(), reused);
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn many_at_once_have_one_each_and_a_fresh_client_none() {
    let server = Raw::answering(ok("hello")).await;
    let client = client();
    let request = get(server.url("/"));
    let (first, second) = tokio::join!(ask(&*client, &request), ask(&*client, &request));
    assert!(first.outcome.is_ok() && second.outcome.is_ok());
    assert_eq!(server.connections(), 2);
    ask(&*client.fresh(), &request).await;
    assert_eq!(server.connections(), 3);
    client.forget_connections();
    ask(&*client, &request).await;
    assert_eq!(server.connections(), 4);
}

#[tokio::test]
async fn what_the_server_closed_is_not_used_again() {
    let server = Raw::answering("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok").await;
    let client = client();
    for _ in 0..2 {
        let (_, exchange) = answer(&*client, &get(server.url("/"))).await;
        assert!(!exchange.hops[0].reused);
    }
    assert_eq!(server.connections(), 2);
}

/// Answers one request, waits for a second one, and closes without a word; every later connection answers all.
async fn closes_once() -> Raw {
    Raw::start(|number, mut stream| async move {
        while read_request(&mut stream).await.is_some() {
            stream.write_all(ok("ok").as_bytes()).await.unwrap();
            if number == 0 {
                read_request(&mut stream).await;
                return;
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_silent_end_of_a_kept_connection_is_tried_once_more() {
    let server = closes_once().await;
    let client = client();
    answer(&*client, &get(server.url("/"))).await;
    let (_, exchange) = answer(&*client, &get(server.url("/"))).await;
    let hops: Vec<_> = exchange.hops.iter().map(|hop| (hop.status, hop.reused)).collect();
    assert_eq!(hops, [(None, true), (Some(200), false)]);
    assert_eq!(exchange.outcome.unwrap().redirects, 0);
}

#[tokio::test]
async fn a_post_is_never_sent_twice() {
    let server = closes_once().await;
    let client = client();
    answer(&*client, &get(server.url("/"))).await;
    let mut request = get(server.url("/"));
    request.method = Method::POST;
    let exchange = ask(&*client, &request).await;
    assert_eq!(exchange.hops.len(), 1);
    assert_eq!(failed(exchange).class, FailureClass::Reset);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn what_was_closed_while_nobody_used_it_was_never_there() {
    let (closed, mut is_closed) = tokio::sync::mpsc::unbounded_channel();
    let server = Raw::start(move |_, mut stream| {
        let closed = closed.clone();
        async move {
            read_request(&mut stream).await;
            stream.write_all(ok("ok").as_bytes()).await.unwrap();
            drop(stream);
            closed.send(()).unwrap();
        }
    })
    .await;
    let client = client();
    let mut request = get(server.url("/"));
    request.method = Method::POST;
    for _ in 0..2 {
        let (_, exchange) = answer(&*client, &request).await;
        assert_eq!(exchange.hops.len(), 1);
        assert!(!exchange.hops[0].reused);
        is_closed.recv().await.unwrap();
        // Each of these lets the runtime look at the sockets once.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_refused_connection_says_so() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let failure = failed(ask(&*client(), &get(format!("http://{address}/?token=hunter2"))).await);
    assert_eq!(failure.class, FailureClass::ConnectRefused);
    assert!(
        failure.message.contains(&address.to_string()),
        "{}",
        failure.message
    );
    assert!(!failure.message.contains("hunter2"), "{}", failure.message);
}

#[tokio::test]
async fn many_requests_over_few_connections() {
    let server = Raw::answering(ok("hello")).await;
    let client = client();
    let request = get(server.url("/"));
    for _ in 0..50 {
        let all = (0..8).map(|_| client.send(&request, None, late()));
        for exchange in futures::future::join_all(all).await {
            assert_eq!(exchange.outcome.unwrap().body, "hello");
        }
    }
    assert_eq!(server.connections(), 8);
}

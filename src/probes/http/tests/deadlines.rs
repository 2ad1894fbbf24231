use std::time::Duration;

use serin_judge::analysis::plan::journey::{FailureClass, RequestPhase};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::peers::{Raw, read_request};
use super::{client, get, soon};
use crate::engine::ports::{Exchange, HttpRequest};
use http::Method;

/// Ends at its deadline, give or take a loaded machine.
async fn overdue(request: &HttpRequest<'_>) -> Exchange {
    let client = client();
    let budget = Duration::from_secs(10);
    timeout(budget, client.send(request, None, soon()))
        .await
        .expect("it goes on after its deadline")
}

async fn seen(request: &HttpRequest<'_>) -> (FailureClass, Option<RequestPhase>) {
    let failure = overdue(request).await.outcome.unwrap_err();
    assert!(!failure.message.contains("hunter2"), "{}", failure.message);
    (failure.class, failure.phase)
}

#[tokio::test]
async fn no_answer() {
    let server = Raw::stalling("").await;
    let exchange = overdue(&get(server.url("/?token=hunter2"))).await;
    let failure = exchange.outcome.unwrap_err();
    assert_eq!(
        (failure.class, failure.phase),
        (FailureClass::TtfbTimeout, Some(RequestPhase::FirstByte))
    );
    let [hop] = &exchange.hops[..] else {
        panic!("{:?}", exchange.hops)
    };
    assert_eq!((hop.status, hop.phases.body), (None, None));
    assert!(hop.phases.first_byte.unwrap() > hop.phases.send.unwrap());
}

#[tokio::test]
async fn a_head_that_does_not_end() {
    let server = Raw::stalling("HTTP/1.1 200 OK\r\nx: ").await;
    let seen = seen(&get(server.url("/?token=hunter2"))).await;
    assert_eq!(seen, (FailureClass::BodyTimeout, Some(RequestPhase::Body)));
}

#[tokio::test]
async fn a_body_that_does_not_end() {
    for head in [
        "content-length: 10\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n5\r\n",
        "connection: close\r\n\r\n",
    ] {
        let server = Raw::stalling(format!("HTTP/1.1 200 OK\r\n{head}hello")).await;
        let seen = seen(&get(server.url("/?token=hunter2"))).await;
        assert_eq!(
            seen,
            (FailureClass::BodyTimeout, Some(RequestPhase::Body)),
            "{head}"
        );
    }
}

#[tokio::test]
async fn a_byte_now_and_then() {
    let server = Raw::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await.unwrap();
        let mut pause = tokio::time::interval(Duration::from_millis(5));
        while stream.write_all(b"y").await.is_ok() {
            pause.tick().await;
        }
    })
    .await;
    let seen = seen(&get(server.url("/?token=hunter2"))).await;
    assert_eq!(seen, (FailureClass::BodyTimeout, Some(RequestPhase::Body)));
}

#[tokio::test]
async fn endless_interim_answers() {
    let server = Raw::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        while stream.write_all(b"HTTP/1.1 102 Processing\r\n\r\n").await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let seen = seen(&get(server.url("/"))).await;
    assert_eq!(seen, (FailureClass::BodyTimeout, Some(RequestPhase::Body)));
}

#[tokio::test]
async fn a_request_that_nobody_takes() {
    let server = Raw::start(|_, stream| async move {
        let _open = stream;
        std::future::pending().await
    })
    .await;
    let mut request = get(server.url("/"));
    request.method = Method::PUT;
    request.body = vec![0; 30_000_000].into();
    assert_eq!(
        seen(&request).await,
        (FailureClass::SendError, Some(RequestPhase::Send))
    );
}

#[tokio::test]
async fn no_connection() {
    // A queue of one that is full: further connections are neither taken nor refused.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(Ok(stream)) = timeout(
        Duration::from_millis(200),
        tokio::net::TcpStream::connect(address),
    )
    .await
    {
        queued.push(stream);
    }
    let seen = seen(&get(format!("http://{address}/"))).await;
    assert_eq!(seen, (FailureClass::ConnectTimeout, Some(RequestPhase::Connect)));
}

#[tokio::test]
async fn no_handshake() {
    let server = Raw::start(|_, stream| async move {
        let _open = stream;
        std::future::pending().await
    })
    .await;
    let seen = seen(&get(format!("https://{}/", server.address))).await;
    assert_eq!(seen, (FailureClass::TlsHandshake, Some(RequestPhase::Tls)));
}

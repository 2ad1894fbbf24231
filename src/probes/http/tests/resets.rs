use std::net::SocketAddr;

use http::Method;
use serin_judge::analysis::plan::journey::{FailureClass, RequestPhase};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::peers::{Raw, ok, read_request, reset};
use super::{answer, client, failure, get};

#[tokio::test]
async fn a_reset_at_once() {
    let server = Raw::start(|_, stream| async move { reset(stream) }).await;
    let (class, phase) = failure(&get(server.url("/"))).await;
    assert_eq!(class, FailureClass::Reset);
    assert!(
        matches!(phase, Some(RequestPhase::Send | RequestPhase::FirstByte)),
        "{phase:?}"
    );
}

#[tokio::test]
async fn a_reset_after_the_request() {
    let server = Raw::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        reset(stream);
    })
    .await;
    let seen = failure(&get(server.url("/"))).await;
    assert_eq!(seen, (FailureClass::Reset, Some(RequestPhase::FirstByte)));
}

#[tokio::test]
async fn an_orderly_end_instead_of_an_answer() {
    let server = Raw::answering_once("").await;
    let seen = failure(&get(server.url("/"))).await;
    assert_eq!(seen, (FailureClass::Reset, Some(RequestPhase::FirstByte)));
}

/// Writes, waits until that has been read, which a reset would undo, and resets.
async fn resets_after(text: &'static str) -> Raw {
    Raw::start(move |_, mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(text.as_bytes()).await.unwrap();
        while has_unread(&stream) {
            tokio::task::yield_now().await;
        }
        reset(stream);
    })
    .await
}

/// Whether the other side, which is of this machine, has not read all that was written: the system's list of sockets says
/// so, by addresses with their bytes reversed.
fn has_unread(stream: &TcpStream) -> bool {
    let place = |address: SocketAddr| match address {
        SocketAddr::V4(v4) => format!("{:08X}:{:04X}", u32::from(*v4.ip()).swap_bytes(), v4.port()),
        SocketAddr::V6(_) => panic!("the tests listen on IPv4"),
    };
    let ends = format!(
        "{} {}",
        place(stream.peer_addr().unwrap()),
        place(stream.local_addr().unwrap())
    );
    let sockets = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let socket = sockets
        .lines()
        .find(|line| line.contains(&ends))
        .expect("the other side is open");
    let queues = socket.split_whitespace().nth(4).unwrap();
    !queues.ends_with(":00000000")
}

#[tokio::test]
async fn a_reset_in_the_head() {
    let server = resets_after("HTTP/1.1 200 OK\r\ncontent-le").await;
    let seen = failure(&get(server.url("/"))).await;
    assert_eq!(seen, (FailureClass::Reset, Some(RequestPhase::Body)));
}

#[tokio::test]
async fn a_reset_in_the_body() {
    for head in [
        "content-length: 500\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n5\r\n",
    ] {
        let text: &'static str = format!("HTTP/1.1 200 OK\r\n{head}hello").leak();
        let server = resets_after(text).await;
        let seen = failure(&get(server.url("/"))).await;
        assert_eq!(seen, (FailureClass::Reset, Some(RequestPhase::Body)));
    }
}

#[tokio::test]
async fn a_reset_after_the_answer_is_no_fault_of_the_answer() {
    let server = Raw::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(ok("whole").as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        // Until the client has closed its side too.
        let _ = stream.read_u8().await;
        reset(stream);
    })
    .await;
    let client = client();
    for _ in 0..2 {
        let (answer, _) = answer(&*client, &get(server.url("/"))).await;
        assert_eq!(answer.body, "whole");
    }
}

#[tokio::test]
async fn an_answer_before_the_end_of_the_request_is_an_answer() {
    let server = Raw::start(|_, mut stream| async move {
        let mut start = [0; 100];
        stream.read_exact(&mut start).await.unwrap();
        let answer = "HTTP/1.1 413 Content Too Large\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno";
        stream.write_all(answer.as_bytes()).await.unwrap();
        std::future::pending().await
    })
    .await;
    let mut request = get(server.url("/"));
    request.method = Method::POST;
    // More than both sides' buffers of a loopback connection hold.
    request.body = vec![0; 30_000_000].into();
    let (answer, exchange) = answer(&*client(), &request).await;
    assert_eq!(answer.status.as_u16(), 413);
    assert!(exchange.hops[0].phases.send.is_some());
}

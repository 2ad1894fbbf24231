use serin_judge::analysis::plan::journey::{FailureClass, RequestPhase};
use tokio::io::AsyncWriteExt;

use super::peers::{Raw, ok, read_request};
use super::{answer, client, failure, get};
use http::{HeaderValue, Method};

#[tokio::test]
async fn ten_thousand_headers_are_too_many() {
    let headers: String = (0..10_000).map(|number| format!("x-{number}: y\r\n")).collect();
    let server = Raw::answering_once(format!("HTTP/1.1 200 OK\r\n{headers}content-length: 0\r\n\r\n")).await;
    let (class, _) = failure(&get(server.url("/"))).await;
    assert_eq!(class, FailureClass::TooLarge);
}

#[tokio::test]
async fn a_huge_header_is_too_large() {
    let huge = "y".repeat(300_000);
    let server = Raw::answering_once(format!(
        "HTTP/1.1 200 OK\r\nx: {huge}\r\ncontent-length: 0\r\n\r\n"
    ))
    .await;
    let (class, _) = failure(&get(server.url("/"))).await;
    assert_eq!(class, FailureClass::TooLarge);
}

#[tokio::test]
async fn what_is_no_http_is_a_protocol_error() {
    let cases = [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        "\0\0\0\0\0\0\0\0\r\n\r\n",
    ];
    for text in cases {
        let server = Raw::answering_once(text).await;
        let (class, _) = failure(&get(server.url("/"))).await;
        assert_eq!(class, FailureClass::ProtocolError, "{text:?}");
    }
}

#[tokio::test]
async fn interim_answers_are_not_the_answer() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
    let server = Raw::answering(format!("{interim}{}", ok("final"))).await;
    let client = client();
    for _ in 0..2 {
        let (answer, _) = answer(&*client, &get(server.url("/"))).await;
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, &b"final"[..]));
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn answers_without_bodies_end_with_their_head() {
    let cases = [
        (
            Method::HEAD,
            "HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\ncontent-encoding: gzip\r\n\r\n",
        ),
        (Method::GET, "HTTP/1.1 204 No Content\r\n\r\n"),
        (
            Method::GET,
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 9999999\r\n\r\n",
        ),
    ];
    for (method, text) in cases {
        let server = Raw::answering(text).await;
        let client = client();
        let mut request = get(server.url("/"));
        request.method = method;
        for reused in [false, true] {
            let (answer, exchange) = answer(&*client, &request).await;
            assert_eq!(answer.body_bytes, 0);
            assert_eq!(exchange.hops[0].reused, reused, "{text}");
        }
    }
}

#[tokio::test]
async fn a_head_of_an_answer_that_stops_is_a_reset() {
    let server = Raw::answering_once("HTTP/1.1 200 OK\r\nconte").await;
    let seen = failure(&get(server.url("/"))).await;
    assert_eq!(seen, (FailureClass::Reset, Some(RequestPhase::Body)));
}

#[tokio::test]
async fn the_request_is_what_was_asked_for() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let server = Raw::start(move |_, mut stream| {
        let tell = tell.clone();
        async move {
            while let Some(request) = read_request(&mut stream).await {
                tell.send(request).unwrap();
                stream.write_all(ok("").as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    let mut request = get(server.url("/a?b=c"));
    request.method = Method::POST;
    request
        .headers
        .to_mut()
        .insert("authorization", HeaderValue::from_static("bearer hunter2"));
    request
        .headers
        .to_mut()
        .append("x-many", HeaderValue::from_static("1"));
    request
        .headers
        .to_mut()
        .append("x-many", HeaderValue::from_static("2"));
    request
        .headers
        .to_mut()
        .insert("content-length", HeaderValue::from_static("77"));
    let client = client();
    answer(&*client, &request).await;
    let host = server.address;
    assert_eq!(
        told.recv().await.unwrap(),
        format!(
            "post /a?b=c http/1.1\r\nhost: {host}\r\nauthorization: bearer hunter2\r\nx-many: 1\r\nx-many: 2\r\n\
             content-length: 0\r\n\r\n"
        )
    );
    request.body = "{}".into();
    request.headers.to_mut().clear();
    request
        .headers
        .to_mut()
        .insert("host", HeaderValue::from_static("other.test"));
    answer(&*client, &request).await;
    assert_eq!(
        told.recv().await.unwrap(),
        "post /a?b=c http/1.1\r\nhost: other.test\r\ncontent-length: 2\r\n\r\n{}"
    );
}

#[tokio::test]
async fn the_server_tells_its_own_durations() {
    let server =
        Raw::answering("HTTP/1.1 200 OK\r\nserver-timing: db;dur=5\r\ncontent-length: 0\r\n\r\n").await;
    let (_, exchange) = answer(&*client(), &get(server.url("/"))).await;
    let [(name, duration)] = &exchange.hops[0].server[..] else {
        panic!("{exchange:?}")
    };
    assert_eq!((&**name, duration.as_millis()), ("db", 5));
}

use std::sync::Arc;

use serin_judge::analysis::plan::journey::FailureClass;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::peers::{Raw, ok, read_request};
use super::{answer, ask, client, failed, failure, get};
use crate::engine::ports::HttpRequest;
use http::{HeaderValue, Method};

/// Answers `/` as told and everything else with 200, and says what it was asked.
async fn redirecting(status: u16, location: &str) -> (Raw, UnboundedReceiver<String>) {
    let (tell, told) = unbounded_channel();
    let answer: Arc<str> =
        format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 5\r\n\r\nmoved").into();
    let server = Raw::start(move |_, mut stream| {
        let (tell, answer) = (tell.clone(), Arc::clone(&answer));
        async move {
            while let Some(request) = read_request(&mut stream).await {
                let is_first = request.split(' ').nth(1) == Some("/");
                let answer = if is_first { answer.to_string() } else { ok("there") };
                tell.send(request).unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    (server, told)
}

fn posting(url: String) -> HttpRequest<'static> {
    let mut request = get(url);
    request.method = Method::POST;
    request.body = "body".into();
    request.redirects_max = 3;
    request
        .headers
        .to_mut()
        .insert("content-type", HeaderValue::from_static("text/plain"));
    request
}

#[tokio::test]
async fn the_method_after_a_redirect() {
    for (status, method, body) in [
        (301, "get", ""),
        (302, "get", ""),
        (303, "get", ""),
        (307, "post", "body"),
        (308, "post", "body"),
    ] {
        let (server, mut told) = redirecting(status, "/there?x=y#part").await;
        let (answer, exchange) = answer(&*client(), &posting(server.url("/"))).await;
        assert_eq!((answer.redirects, &answer.body[..]), (1, &b"there"[..]));
        assert_eq!(answer.url, server.url("/there?x=y").parse::<http::Uri>().unwrap());
        let hops: Vec<_> = exchange.hops.iter().map(|hop| (hop.status, hop.reused)).collect();
        assert_eq!(hops, [(Some(status), false), (Some(200), true)]);
        told.recv().await.unwrap();
        let second = told.recv().await.unwrap();
        assert!(
            second.starts_with(&format!("{method} /there?x=y http/1.1")),
            "{status}: {second}"
        );
        assert!(second.ends_with(&format!("\r\n\r\n{body}")), "{status}: {second}");
        assert_eq!(
            second.contains("content-type"),
            !body.is_empty(),
            "{status}: {second}"
        );
    }
}

#[tokio::test]
async fn without_redirects_the_redirect_is_the_answer() {
    let (server, _told) = redirecting(302, "/there").await;
    let mut request = posting(server.url("/"));
    request.redirects_max = 0;
    let (answer, _) = answer(&*client(), &request).await;
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (302, &b"moved"[..]));
}

#[tokio::test]
async fn credentials_stay_with_their_origin() {
    let (other, mut told) = redirecting(200, "").await;
    let (server, _told) = redirecting(307, &other.url("/elsewhere")).await;
    let mut request = posting(server.url("/"));
    let mut secret = HeaderValue::from_static("hunter2");
    secret.set_sensitive(true);
    request.headers.to_mut().insert("x-api-key", secret);
    request
        .headers
        .to_mut()
        .insert("authorization", HeaderValue::from_static("hunter2"));
    request
        .headers
        .to_mut()
        .insert("cookie", HeaderValue::from_static("hunter2"));
    request
        .headers
        .to_mut()
        .insert("host", HeaderValue::from_static("hunter2"));
    request
        .headers
        .to_mut()
        .insert("x-trace", HeaderValue::from_static("abc"));
    answer(&*client(), &request).await;
    let seen = told.recv().await.unwrap();
    assert!(!seen.contains("hunter2"), "{seen}");
    assert!(seen.contains("x-trace: abc"), "{seen}");

    // And go along where the origin stays.
    let (same, mut told) = redirecting(307, "/there").await;
    request.uri = same.url("/").parse().unwrap();
    answer(&*client(), &request).await;
    told.recv().await.unwrap();
    assert_eq!(told.recv().await.unwrap().matches("hunter2").count(), 4);
}

#[tokio::test]
async fn to_nowhere() {
    let refused = [
        "",
        "http://",
        "ftp://host/",
        "mailto:a@b",
        "http://[::1",
        "//:99999/",
    ];
    for location in refused {
        let (server, _told) = redirecting(302, location).await;
        let mut request = posting(server.url("/"));
        request.method = Method::GET;
        let (class, phase) = failure(&request).await;
        assert_eq!((class, phase), (FailureClass::Redirect, None), "{location:?}");
    }
}

#[tokio::test]
async fn in_a_circle() {
    let (server, mut told) = redirecting(302, "/").await;
    let mut request = get(server.url("/"));
    request.redirects_max = 10;
    let exchange = ask(&*client(), &request).await;
    assert_eq!(exchange.hops.len(), 1);
    let failure = failed(exchange);
    assert_eq!(failure.class, FailureClass::Redirect);
    assert!(failure.message.contains("circle"), "{}", failure.message);
    told.recv().await.unwrap();
}

#[tokio::test]
async fn beyond_the_limit() {
    let server = Raw::start(|_, mut stream| async move {
        while let Some(request) = read_request(&mut stream).await {
            let path = request.split(' ').nth(1).unwrap();
            let answer = format!("HTTP/1.1 302 Found\r\nlocation: {path}a\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await;
    let mut request = get(server.url("/"));
    request.redirects_max = 4;
    let exchange = ask(&*client(), &request).await;
    assert_eq!(exchange.hops.len(), 5);
    assert_eq!(failed(exchange).class, FailureClass::Redirect);
}

#[tokio::test]
async fn a_user_in_a_location_is_left_out() {
    let (other, mut told) = redirecting(200, "").await;
    let location = format!("http://user:hunter2@{}/elsewhere", other.address);
    let (server, _told) = redirecting(302, &location).await;
    let (answer, _) = answer(&*client(), &posting(server.url("/"))).await;
    assert!(!answer.url.to_string().contains("hunter2"));
    assert!(!told.recv().await.unwrap().contains("hunter2"));
}

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use h2::server::{Connection, SendResponse};
use http::{Method, Response, Version};
use serin_judge::analysis::plan::journey::HttpVersion;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::authority::{Authority, VALID, url};
use super::peers::Raw;
use super::{answer, client, client_with, get};
use crate::engine::ports::{ClientSettings, HttpRequest};

pub(super) type Peer = Connection<TcpStream, Bytes>;

pub(super) async fn raw<F, T>(treat: F) -> Raw
where
    F: Fn(usize, Peer) -> T + Clone + Send + Sync + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    Raw::start(move |number, stream| {
        let treat = treat.clone();
        async move { treat(number, h2::server::handshake(stream).await.unwrap()).await }
    })
    .await
}

pub(super) fn respond(mut respond: SendResponse<Bytes>, body: &'static str) {
    let mut stream = respond.send_response(Response::new(()), false).unwrap();
    stream
        .send_data(Bytes::from_static(body.as_bytes()), true)
        .unwrap();
}

async fn respond_to_all(mut peer: Peer) {
    while let Some(Ok((_, stream))) = peer.accept().await {
        respond(stream, "hello");
    }
}

/// With prior knowledge.
pub(super) fn get2(url: String) -> HttpRequest<'static> {
    let mut request = get(url);
    request.version = Some(HttpVersion::Http2);
    request
}

#[tokio::test]
async fn many_at_once_share_a_connection() {
    let server = raw(|_, peer| respond_to_all(peer)).await;
    let client = client();
    let request = get2(server.url("/a?b"));
    let (first, exchange) = answer(&*client, &request).await;
    assert_eq!((first.version, &first.body[..]), (Version::HTTP_2, &b"hello"[..]));
    assert!(!exchange.hops[0].reused && exchange.hops[0].phases.connect.is_some());
    let all = (0..20).map(|_| answer(&*client, &request));
    for (answer, exchange) in futures::future::join_all(all).await {
        assert_eq!(answer.body, "hello");
        let hop = &exchange.hops[0];
        assert!(hop.reused && hop.phases.first_byte.is_some() && hop.phases.body.is_some());
    }
    assert_eq!(server.connections(), 1);
    client.forget_connections();
    answer(&*client, &request).await;
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn an_answer_to_head_tells_a_length_that_is_not_sent() {
    let server = raw(|_, mut peer| async move {
        while let Some(Ok((_, mut respond))) = peer.accept().await {
            let head = Response::builder().header("content-length", "5000000");
            respond.send_response(head.body(()).unwrap(), true).unwrap();
        }
    })
    .await;
    let mut request = get2(server.url("/"));
    request.method = Method::HEAD;
    let (answer, _) = answer(&*client(), &request).await;
    assert_eq!((&answer.body[..], answer.body_bytes), (&b""[..], 0));
    assert_eq!(answer.headers["content-length"], "5000000");
}

#[tokio::test]
async fn tls_agrees_on_the_protocol() {
    let authority = Authority::new();
    let config = authority.signs("localhost", VALID).config(&["h2", "http/1.1"]);
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let server = Raw::start(move |_, stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                let mut peer = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, stream))) = peer.accept().await {
                    assert!(!request.headers().contains_key("host"));
                    respond(stream, "two");
                }
            } else {
                super::peers::read_request(&mut stream).await;
                stream
                    .write_all(super::peers::ok("one").as_bytes())
                    .await
                    .unwrap();
                stream.flush().await.unwrap();
            }
        }
    })
    .await;
    for (version, body) in [
        (HttpVersion::Auto, "two"),
        (HttpVersion::Http1, "one"),
        (HttpVersion::Http2, "two"),
    ] {
        let settings = ClientSettings {
            version,
            ..authority.trusted()
        };
        let (answer, _) = answer(&*client_with(&settings), &get(url(&server))).await;
        assert_eq!(answer.body, body);
        assert_eq!(answer.version == Version::HTTP_2, body == "two");
    }
}

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use h2::Reason;
use h2::server::{Connection, SendResponse};
use http::{Response, Version};
use serin_judge::analysis::plan::journey::{FailureClass, HttpVersion, RequestPhase};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::authority::{Authority, VALID, url};
use super::peers::Raw;
use super::{answer, ask, client, client_with, failed, get, soon};
use crate::engine::ports::{ClientSettings, HttpRequest};

type Peer = Connection<TcpStream, Bytes>;

async fn raw<F, T>(treat: F) -> Raw
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

fn respond(mut respond: SendResponse<Bytes>, body: &'static str) {
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
fn get2(url: String) -> HttpRequest {
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

#[tokio::test]
async fn a_stream_that_is_reset() {
    let server = raw(|_, mut peer| async move {
        while let Some(Ok((_, mut stream))) = peer.accept().await {
            stream.send_reset(Reason::INTERNAL_ERROR);
        }
    })
    .await;
    let client = client();
    for _ in 0..2 {
        let exchange = ask(&*client, &get2(server.url("/"))).await;
        assert_eq!(exchange.hops.len(), 1);
        let failure = failed(exchange);
        assert_eq!(
            (failure.class, failure.phase),
            (FailureClass::Reset, Some(RequestPhase::FirstByte))
        );
    }
}

#[tokio::test]
async fn a_stream_that_is_reset_in_its_body() {
    let server = raw(|_, mut peer| async move {
        while let Some(Ok((_, mut respond))) = peer.accept().await {
            let mut stream = respond.send_response(Response::new(()), false).unwrap();
            stream.send_data(Bytes::from_static(b"hel"), false).unwrap();
            stream.send_reset(Reason::INTERNAL_ERROR);
        }
    })
    .await;
    let failure = failed(ask(&*client(), &get2(server.url("/"))).await);
    assert_eq!(failure.class, FailureClass::Reset);
}

#[tokio::test]
async fn a_refused_stream_was_never_there() {
    // The first connection takes one request, and refuses the rest.
    let server = raw(|number, mut peer| async move {
        let mut taken = 0;
        while let Some(Ok((_, mut stream))) = peer.accept().await {
            taken += 1;
            if number == 0 && taken > 1 {
                stream.send_reset(Reason::REFUSED_STREAM);
            } else {
                respond(stream, "hello");
            }
        }
    })
    .await;
    let client = client();
    let mut request = get2(server.url("/"));
    request.method = http::Method::POST;
    answer(&*client, &request).await;
    let (_, exchange) = answer(&*client, &request).await;
    assert_eq!(exchange.hops.len(), 1);
    assert!(!exchange.hops[0].reused);
    assert_eq!(server.connections(), 2);
    answer(&*client, &request).await;
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_server_that_refuses_everything_is_asked_no_further() {
    let server = raw(|_, mut peer| async move {
        while let Some(Ok((_, mut stream))) = peer.accept().await {
            stream.send_reset(Reason::REFUSED_STREAM);
        }
    })
    .await;
    let failure = failed(ask(&*client(), &get2(server.url("/"))).await);
    assert_eq!(failure.class, FailureClass::Reset);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_server_that_goes_away_is_left_in_peace() {
    // Each connection takes one request and says goodbye.
    let server = raw(|_, mut peer| async move {
        while let Some(Ok((_, stream))) = peer.accept().await {
            peer.graceful_shutdown();
            respond(stream, "hello");
        }
    })
    .await;
    let client = client();
    for _ in 0..4 {
        let (answer, _) = answer(&*client, &get2(server.url("/"))).await;
        assert_eq!(answer.body, "hello");
    }
    assert!(server.connections() > 1);
}

#[tokio::test]
async fn a_connection_that_the_server_gives_up() {
    let server = raw(|_, mut peer| async move {
        if let Some(Ok((_, _stream))) = peer.accept().await {
            peer.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
            while peer.accept().await.is_some() {}
        }
    })
    .await;
    let failure = failed(ask(&*client(), &get2(server.url("/"))).await);
    assert_eq!(failure.class, FailureClass::Reset, "{failure:?}");
}

#[tokio::test]
async fn what_is_no_http2_is_a_protocol_error() {
    let server = Raw::start(|_, mut stream| async move {
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        std::future::pending().await
    })
    .await;
    let failure = failed(ask(&*client(), &get2(server.url("/"))).await);
    assert_eq!(failure.class, FailureClass::ProtocolError, "{failure:?}");
}

#[tokio::test]
async fn ten_thousand_headers_are_too_many() {
    let server = raw(|_, mut peer| async move {
        while let Some(Ok((_, mut stream))) = peer.accept().await {
            let mut response = Response::new(());
            for number in 0..10_000 {
                let name: http::HeaderName = format!("x-{number}").parse().unwrap();
                response.headers_mut().insert(name, "y".parse().unwrap());
            }
            let _ = stream.send_response(response, true);
        }
    })
    .await;
    let failure = failed(ask(&*client(), &get2(server.url("/"))).await);
    assert!(
        matches!(
            failure.class,
            FailureClass::ProtocolError | FailureClass::TooLarge
        ),
        "{failure:?}"
    );
}

#[tokio::test]
async fn deadlines_name_the_phase() {
    for (begins, class) in [
        (false, FailureClass::TtfbTimeout),
        (true, FailureClass::BodyTimeout),
    ] {
        let server = raw(move |_, mut peer| async move {
            let mut open = Vec::new();
            while let Some(Ok((_, mut respond))) = peer.accept().await {
                if begins {
                    open.push(respond.send_response(Response::new(()), false).unwrap());
                }
                std::mem::forget(respond);
            }
        })
        .await;
        let exchange = client().send(&get2(server.url("/")), None, soon()).await;
        assert_eq!(exchange.outcome.unwrap_err().class, class);
    }
}

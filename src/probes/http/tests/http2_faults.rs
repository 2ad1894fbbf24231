use bytes::Bytes;
use h2::Reason;
use http::Response;
use serin_judge::analysis::plan::journey::{FailureClass, RequestPhase};
use tokio::io::AsyncWriteExt;

use super::http2::{get2, raw, respond};
use super::peers::Raw;
use super::{answer, ask, client, failed, soon};

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

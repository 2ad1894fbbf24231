use serin_judge::analysis::plan::journey::{FailureClass, HttpVersion, RequestPhase};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::authority::{Authority, Days, VALID, serve, url};
use super::peers::{Raw, ok, reset};
use super::{answer, ask, client, client_with, failed, get};
use crate::engine::ports::ClientSettings;

async fn class_with(settings: &ClientSettings, url: String) -> FailureClass {
    let failure = failed(ask(&*client_with(settings), &get(url)).await);
    assert_eq!(failure.phase, Some(RequestPhase::Tls), "{failure:?}");
    failure.class
}

#[tokio::test]
async fn certificates_that_are_not_right() {
    let past: Days = [(2000, 1, 1), (2001, 1, 1)];
    let future: Days = [(2300, 1, 1), (2400, 1, 1)];
    let cases = [
        ("localhost", past, FailureClass::TlsExpired),
        ("localhost", future, FailureClass::TlsExpired),
        ("other.test", VALID, FailureClass::TlsNameMismatch),
    ];
    let authority = Authority::new();
    for (name, days, class) in cases {
        let server = serve(authority.signs(name, days).config(&[])).await;
        assert_eq!(
            class_with(&authority.trusted(), url(&server)).await,
            class,
            "{name} {days:?}"
        );
        let insecure = ClientSettings {
            insecure: true,
            ..ClientSettings::default()
        };
        answer(&*client_with(&insecure), &get(url(&server))).await;
    }
}

#[tokio::test]
async fn whom_nobody_vouches_for() {
    let server = serve(Authority::new().signs("localhost", VALID).config(&[])).await;
    let seen = class_with(&ClientSettings::default(), url(&server)).await;
    assert_eq!(seen, FailureClass::TlsUntrusted);
    let seen = class_with(&Authority::new().trusted(), url(&server)).await;
    assert_eq!(seen, FailureClass::TlsUntrusted);
}

#[tokio::test]
async fn plain_http_where_tls_was_expected() {
    let server = Raw::start(|_, mut stream| async move {
        let mut some = [0; 10];
        stream.read_exact(&mut some).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        std::future::pending().await
    })
    .await;
    let seen = class_with(&ClientSettings::default(), format!("https://{}/", server.address)).await;
    assert_eq!(seen, FailureClass::TlsHandshake);
}

#[tokio::test]
async fn a_handshake_that_breaks() {
    for in_order in [true, false] {
        let server = Raw::start(move |_, mut stream| async move {
            let mut some = [0; 10];
            stream.read_exact(&mut some).await.unwrap();
            if in_order {
                let mut rest = [0; 10_000];
                let _ = stream.read(&mut rest).await;
            } else {
                reset(stream);
            }
        })
        .await;
        let seen = class_with(&ClientSettings::default(), format!("https://{}/", server.address)).await;
        assert_eq!(seen, FailureClass::TlsHandshake, "in order: {in_order}");
    }
}

#[tokio::test]
async fn an_alert_instead_of_a_handshake() {
    // A TLS record of an alert: fatal, handshake_failure.
    let server = Raw::start(|_, mut stream| async move {
        let mut some = [0; 10];
        stream.read_exact(&mut some).await.unwrap();
        stream.write_all(&[21, 3, 3, 0, 2, 2, 40]).await.unwrap();
        std::future::pending().await
    })
    .await;
    let failure = failed(ask(&*client(), &get(format!("https://{}/", server.address))).await);
    assert_eq!(failure.class, FailureClass::TlsHandshake);
    assert!(
        failure.message.contains("HandshakeFailure"),
        "{}",
        failure.message
    );
}

#[tokio::test]
async fn no_protocol_in_common() {
    let authority = Authority::new();
    let server = serve(authority.signs("localhost", VALID).config(&["http/1.1"])).await;
    let settings = ClientSettings {
        version: HttpVersion::Http2,
        ..authority.trusted()
    };
    assert_eq!(
        class_with(&settings, url(&server)).await,
        FailureClass::TlsHandshake
    );
    // A server that says nothing about protocols speaks HTTP/1.1.
    let server = serve(authority.signs("localhost", VALID).config(&[])).await;
    assert_eq!(
        class_with(&settings, url(&server)).await,
        FailureClass::ProtocolError
    );
}

#[tokio::test]
async fn a_body_that_tls_does_not_end_is_cut() {
    let authority = Authority::new();
    let acceptor = std::sync::Arc::new(authority.signs("localhost", VALID).config(&[]));
    let server = Raw::start(move |_, stream| {
        let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::clone(&acceptor));
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            super::peers::read_request(&mut stream).await;
            let text = ok("cut").replace("content-length: 3", "connection: close");
            stream.write_all(text.as_bytes()).await.unwrap();
            stream.flush().await.unwrap();
            // Without the alert that says that this is all.
            stream.get_mut().0.shutdown().await.unwrap();
        }
    })
    .await;
    let failure = failed(ask(&*client_with(&authority.trusted()), &get(url(&server))).await);
    assert_eq!(
        (failure.class, failure.phase),
        (FailureClass::Reset, Some(RequestPhase::Body))
    );
}

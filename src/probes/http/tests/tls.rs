use std::sync::Arc;

use async_trait::async_trait;
use serin_judge::analysis::plan::journey::{ClientCertificate, Connections, FailureClass, Terms};
use serin_judge::time::Timestamp;

use super::authority::{Authority, VALID, serve, url};
use super::{answer, ask, client_with, failed, get};
use crate::engine::ports::{ClientSettings, Clock};
use crate::probes::dial::Names;
use crate::probes::http::Probe;

struct At(Timestamp);

#[async_trait]
impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }

    async fn sleep_until(&self, _deadline: Timestamp) {}
}

fn at(now: &str) -> Probe {
    Probe::new(
        Arc::new(At(Timestamp::parse(now).unwrap())),
        Arc::new(Names::system()),
    )
}

/// Showing this certificate.
fn certified(certificate: Option<ClientCertificate>) -> Terms {
    Terms {
        certificate,
        ..Terms::default()
    }
}

#[tokio::test]
async fn a_session_says_what_it_is() {
    let authority = Authority::new();
    let identity = authority.signs("localhost", [(2026, 1, 1), (2027, 1, 11)]);
    let server = serve(identity.config(&[])).await;
    for (now, days_left) in [
        ("2027-01-01T00:00:00Z", 10),
        ("2027-01-01T00:00:01Z", 9),
        ("2027-01-10T23:00:00Z", 0),
    ] {
        let client = at(now).client(&authority.trusted()).unwrap();
        let (answer, exchange) = answer(&*client, &get(url(&server))).await;
        let tls = answer.tls.unwrap();
        assert_eq!((tls.version, tls.days_left), ("TLSv1.3", days_left), "{now}");
        assert!(exchange.hops[0].phases.tls.is_some());
        assert!(exchange.hops[0].phases.dns.is_some());
    }
}

#[tokio::test]
async fn whether_a_certificate_is_valid_is_asked_of_the_clock() {
    let authority = Authority::new();
    let identity = authority.signs("localhost", [(2026, 1, 1), (2027, 1, 1)]);
    let server = serve(identity.config(&[])).await;
    for (now, is_valid) in [
        ("2025-12-31T23:59:59Z", false),
        ("2026-06-01T00:00:00Z", true),
        ("2027-01-02T00:00:00Z", false),
    ] {
        let client = at(now).client(&authority.trusted()).unwrap();
        let exchange = ask(&*client, &get(url(&server))).await;
        assert_eq!(exchange.outcome.is_ok(), is_valid, "{now}");
        if !is_valid {
            assert_eq!(failed(exchange).class, FailureClass::TlsExpired, "{now}");
        }
    }
}

#[tokio::test]
async fn days_that_are_over_are_negative() {
    let authority = Authority::new();
    let identity = authority.signs("localhost", [(2026, 1, 1), (2027, 1, 1)]);
    let server = serve(identity.config(&[])).await;
    let settings = ClientSettings {
        insecure: true,
        ..ClientSettings::default()
    };
    let client = at("2027-01-02T00:00:00Z").client(&settings).unwrap();
    let (answer, _) = answer(&*client, &get(url(&server))).await;
    assert_eq!(answer.tls.unwrap().days_left, -1);
}

#[tokio::test]
async fn only_warm_connections_resume_sessions() {
    let authority = Authority::new();
    let server = serve(authority.signs("localhost", VALID).config(&[])).await;
    for (connections, second) in [(Connections::Warm, "Resumed"), (Connections::Cold, "Full")] {
        let settings = ClientSettings {
            connections,
            ..authority.trusted()
        };
        let client = client_with(&settings);
        let (first, _) = answer(&*client, &get(url(&server))).await;
        client.forget_connections();
        let (again, exchange) = answer(&*client, &get(url(&server))).await;
        assert!(!exchange.hops[0].reused);
        assert_eq!(
            (&first.body[..], &again.body[..]),
            (&b"Full"[..], second.as_bytes())
        );
        assert!(
            again.tls.unwrap().days_left > 365,
            "a resumed session still has its chain"
        );
    }
}

#[tokio::test]
async fn a_client_shows_its_certificate() {
    let authority = Authority::new();
    let config = authority
        .signs("localhost", VALID)
        .config_for_clients_of(&authority);
    let server = serve(config).await;
    let settings = ClientSettings {
        terms: certified(Some(authority.signs("client", VALID).for_a_client())),
        ..authority.trusted()
    };
    answer(&*client_with(&settings), &get(url(&server))).await;

    let without = failed(ask(&*client_with(&authority.trusted()), &get(url(&server))).await);
    assert_eq!(without.class, FailureClass::TlsHandshake, "{without:?}");
    let foreign = ClientSettings {
        terms: certified(Some(Authority::new().signs("client", VALID).for_a_client())),
        ..authority.trusted()
    };
    let foreign = failed(ask(&*client_with(&foreign), &get(url(&server))).await);
    assert_eq!(foreign.class, FailureClass::TlsHandshake, "{foreign:?}");
}

#[test]
fn what_cannot_be_read_is_said_at_once() {
    let cases = [
        ClientSettings {
            roots: Some("no pem".into()),
            ..ClientSettings::default()
        },
        ClientSettings {
            terms: certified(Some(ClientCertificate {
                chain: "no pem".into(),
                key: "hunter2".into(),
            })),
            ..ClientSettings::default()
        },
    ];
    for settings in cases {
        let error = at("2026-01-01T00:00:00Z").client(&settings).err().unwrap();
        assert!(
            error.message.contains("PEM") && !error.message.contains("hunter2"),
            "{error}"
        );
    }
}

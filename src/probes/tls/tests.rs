use serde_json::json;
use serin_judge::analysis::plan::journey::{FailureClass as Class, RequestPhase as Phase};
use serin_judge::journey::FilledProbe;

use crate::probes::dial::testing::{
    Authority, Days, Server, VALID, closed_port, failure, filled, findings, found, kind, overdue, self_signed,
};

fn probe(server: &Server, settings: &str, authority: Option<&Authority>) -> FilledProbe {
    let port = server.address.port();
    let mut probe = filled(&format!("tls: {{address: 'localhost:{port}'{settings}}}"));
    probe.probe.security.roots = authority.map(Authority::roots);
    probe
}

async fn speaking(config: rustls::ServerConfig) -> Server {
    Server::upgrading_after(&[], config).await
}

#[tokio::test]
async fn a_handshake_shows_everything() {
    let authority = Authority::new();
    let mut config = authority.config(&["localhost", "shop.test", "127.0.0.1"], VALID);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let server = speaking(config).await;
    let findings = findings(&probe(&server, ", alpn: [h2, http/1.1]", Some(&authority))).await;
    let facts = &findings.facts;
    assert_eq!(facts["version"], "TLSv1.3");
    assert!(facts["cipher"].as_str().unwrap().starts_with("TLS_"), "{facts:?}");
    assert_eq!(
        (&facts["alpn"], &facts["serverName"]),
        (&json!("h2"), &json!("localhost"))
    );
    assert_eq!(
        (&facts["verified"], &facts["verifyError"]),
        (&json!(true), &json!(null))
    );
    assert_eq!((&facts["ocsp"], &facts["daysLeft"]), (&json!(null), &json!(213)));
    let chain = facts["chain"].as_array().unwrap();
    assert_eq!(chain.len(), 2);
    assert_eq!(chain[0]["names"], json!(["localhost", "shop.test", "127.0.0.1"]));
    assert_eq!(chain[0]["notBefore"], "2026-01-01T00:00:00Z");
    assert_eq!(chain[0]["notAfter"], "2026-12-31T00:00:00Z");
    assert_eq!(
        (&chain[0]["selfSigned"], &chain[1]["selfSigned"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(chain[0]["issuer"], chain[1]["subject"]);
    assert_eq!(chain[0]["sha256"].as_str().unwrap().len(), 64);
    assert!(!chain[0]["serial"].as_str().unwrap().is_empty());
    assert_eq!(findings.tls.map(|tls| tls.days_left), Some(213));
}

#[tokio::test]
async fn certificates_are_refused_for_what_is_wrong_with_them_or_shown_all_the_same() {
    const OVER: Days = [(2025, 1, 1), (2026, 1, 1)];
    const TO_COME: Days = [(2027, 1, 1), (2028, 1, 1)];
    const SHORT: Days = [(2026, 5, 31), (2026, 6, 2)];
    let authority = Authority::new();
    let cases = [
        (
            authority.config(&["localhost"], OVER),
            Some(Class::TlsExpired),
            -151,
        ),
        (
            authority.config(&["localhost"], TO_COME),
            Some(Class::TlsExpired),
            579,
        ),
        (
            authority.config(&["other.test"], VALID),
            Some(Class::TlsNameMismatch),
            213,
        ),
        (self_signed(&["localhost"], VALID), Some(Class::TlsUntrusted), 213),
        (authority.config(&["localhost"], SHORT), None, 1),
        // What nobody means, and what is as far away as it can be written.
        (
            authority.config(&["localhost"], [(1971, 1, 1), (1972, 1, 1)]),
            Some(Class::TlsExpired),
            -19_875,
        ),
        (
            authority.config(&["localhost"], [(2026, 1, 1), (9999, 12, 31)]),
            None,
            4_962,
        ),
    ];
    for (number, (config, class, days)) in cases.into_iter().enumerate() {
        let server = speaking(config).await;
        match class {
            Some(class) => {
                let failure = failure(&probe(&server, "", Some(&authority))).await;
                assert_eq!(kind(&failure), (class, Phase::Tls), "case {number}: {failure:?}");
            }
            None => assert_eq!(
                found(&probe(&server, "", Some(&authority))).await["verified"],
                json!(true),
                "case {number}"
            ),
        }
        let facts = found(&probe(&server, ", insecure: true", Some(&authority))).await;
        assert_eq!(facts["verified"], json!(class.is_none()), "case {number}");
        let error = facts["verifyError"].as_str().unwrap_or_default();
        assert_eq!(
            error.split(':').next().unwrap(),
            class.map_or(String::new(), |class| class.to_string())
        );
        assert_eq!(facts["daysLeft"], json!(days), "case {number}: {facts:?}");
    }
}

#[tokio::test]
async fn the_name_of_somebody_else_can_be_asked_for() {
    let authority = Authority::new();
    let server = speaking(authority.config(&["shop.test"], VALID)).await;
    let facts = found(&probe(&server, ", serverName: shop.test", Some(&authority))).await;
    assert_eq!(facts["serverName"], "shop.test");
    let failure = failure(&probe(&server, ", serverName: 'no name'", Some(&authority))).await;
    assert_eq!(failure.class, Class::BadRequest, "{failure:?}");
}

#[tokio::test]
async fn versions_are_those_that_were_asked_for() {
    let authority = Authority::new();
    let server = speaking(authority.config(&["localhost"], VALID)).await;
    let facts = found(&probe(&server, ", maxVersion: '1.2'", Some(&authority))).await;
    assert_eq!(facts["version"], "TLSv1.2");
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider);
    let builder = builder
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap();
    let config = authority.config(&["localhost"], VALID);
    let old = builder
        .with_no_client_auth()
        .with_cert_resolver(config.cert_resolver.clone());
    let old = speaking(old).await;
    let failure = failure(&probe(&old, ", minVersion: '1.3'", Some(&authority))).await;
    assert_eq!(kind(&failure), (Class::TlsHandshake, Phase::Tls), "{failure:?}");
}

/// What each protocol says before TLS: what agrees, and what does not.
const STARTS: [(&str, &[&str], &[&str]); 6] = [
    (
        "smtp",
        &[
            "220-hello\r\n220 there\r\n",
            "250-me\r\n250 STARTTLS\r\n",
            "220 go\r\n",
        ],
        &["220 hello\r\n", "250-me\r\n250 SIZE\r\n"],
    ),
    (
        "imap",
        &["* OK hello\r\n", "* CAPABILITY x\r\ns1 OK go\r\n"],
        &["* OK hello\r\n", "s1 BAD no\r\n"],
    ),
    (
        "pop3",
        &["+OK hello\r\n", "+OK go\r\n"],
        &["+OK hello\r\n", "-ERR no\r\n"],
    ),
    (
        "ftp",
        &["220-hello\r\nanything\r\n220 there\r\n", "234 go\r\n"],
        &["220 hello\r\n", "502 no\r\n"],
    ),
    ("postgres", &["", "S"], &["", "N"]),
    (
        "ldap",
        &["", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"],
        &["", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00"],
    ),
];

#[tokio::test]
async fn tls_is_agreed_on_in_the_words_of_each_protocol() {
    let authority = Authority::new();
    for (protocol, agreed, refused) in STARTS {
        // Fakes of servers: they say what the standards have them say.
        let config = authority.config(&["localhost"], VALID);
        let server = Server::upgrading_after(agreed, config).await;
        let settings = format!(", startTls: {protocol}");
        let facts = found(&probe(&server, &settings, Some(&authority))).await;
        assert_eq!(facts["verified"], json!(true), "{protocol}");
        let server = Server::saying(refused).await;
        let failure = failure(&probe(&server, &settings, None)).await;
        assert_eq!(failure.class, Class::TlsHandshake, "{protocol}: {failure:?}");
        assert!(
            failure.message.contains("will not speak TLS"),
            "{protocol}: {failure:?}"
        );
    }
}

#[tokio::test]
async fn servers_that_hang_reset_and_talk_nonsense_before_tls() {
    for (protocol, ..) in STARTS {
        let settings = format!(", startTls: {protocol}");
        let nonsense = Server::saying(&["\x01\x02 what?\r\n", "\x01\x02 what?\r\n"]).await;
        let failure_of = failure(&probe(&nonsense, &settings, None)).await;
        assert_eq!(
            failure_of.class,
            Class::ProtocolError,
            "{protocol}: {failure_of:?}"
        );
        let closing = Server::closing_after(&[]).await;
        let failure_of = failure(&probe(&closing, &settings, None)).await;
        assert_eq!(failure_of.class, Class::Reset, "{protocol}: {failure_of:?}");
        let hanging = Server::saying(&[]).await;
        let failure_of = overdue(&probe(&hanging, &settings, None)).await;
        assert_eq!(
            kind(&failure_of),
            (Class::TtfbTimeout, Phase::FirstByte),
            "{protocol}: {failure_of:?}"
        );
    }
}

#[tokio::test]
async fn servers_that_hang_reset_and_talk_nonsense_in_the_handshake() {
    let cases = [
        Server::saying(&["HTTP/1.1 400 Bad Request\r\n\r\n"]).await,
        Server::closing_after(&[]).await,
        Server::resetting_after(&[]).await,
    ];
    for (number, server) in cases.iter().enumerate() {
        let failure = failure(&probe(server, "", None)).await;
        assert_eq!(
            kind(&failure),
            (Class::TlsHandshake, Phase::Tls),
            "case {number}: {failure:?}"
        );
    }
    let hanging = Server::saying(&[]).await;
    let failure_of = overdue(&probe(&hanging, "", None)).await;
    assert_eq!(
        kind(&failure_of),
        (Class::TlsHandshake, Phase::Tls),
        "{failure_of:?}"
    );
    let closed = closed_port().await;
    let failure_of = failure(&filled(&format!("tls: {{address: '{closed}'}}"))).await;
    assert_eq!(kind(&failure_of), (Class::ConnectRefused, Phase::Connect));
}

use super::{fails, holds};
use crate::peers::health::HealthServer;
use crate::peers::identity::Identity;

/// `rest` are further fields.
fn asking(server: &HealthServer, rest: &str) -> String {
    format!("grpc: {{address: '127.0.0.1:{}'{rest}}}", server.port())
}

#[tokio::test]
async fn a_server_says_which_services_serve() {
    let server = HealthServer::start(&[]).await;
    holds(
        &asking(&server, ""),
        &["result.status == 'SERVING' && result.services[''] == 'SERVING' && result.tls == nil"],
    )
    .await;
    holds(
        &asking(&server, ", services: ['', shop]"),
        &["len(result.services) == 2 && result.services.shop == 'SERVING'"],
    )
    .await;
    for (service, class, said) in [
        ("billing", "unhealthy", "\"billing\" is NOT_SERVING"),
        ("search", "unhealthy", "\"search\" is UNKNOWN"),
        ("other", "assert_failed", "NOT_FOUND"),
    ] {
        let message = fails(&asking(&server, &format!(", service: {service}")), class, "body").await;
        assert!(message.contains(said), "{message}");
    }
    let both = fails(
        &asking(&server, ", services: [shop, billing, search]"),
        "unhealthy",
        "body",
    )
    .await;
    assert!(
        both.contains("\"billing\" is NOT_SERVING, the service \"search\" is UNKNOWN"),
        "{both}"
    );
    let both = fails(
        &asking(&server, ", services: [billing, other]"),
        "unhealthy",
        "body",
    )
    .await;
    assert!(
        both.contains("NOT_SERVING, NOT_FOUND for the service \"other\""),
        "{both}"
    );
    let none = HealthServer::start(&["--none"]).await;
    let said = fails(&asking(&none, ""), "assert_failed", "body").await;
    assert!(said.contains("UNIMPLEMENTED"), "{said}");
}

#[tokio::test]
async fn metadata_is_a_credential() {
    let server = HealthServer::start(&["--key", "key-5512"]).await;
    let said = fails(&asking(&server, ""), "auth_rejected", "body").await;
    assert!(
        said.contains("UNAUTHENTICATED") && said.contains("x-key is missing"),
        "{said}"
    );
    let with = |key: &str| {
        asking(
            &server,
            &format!(", metadata: [{{name: x-key, value: {{value: {key}}}}}]"),
        )
    };
    holds(&with("key-5512"), &["result.status == 'SERVING'"]).await;
    fails(&with("other"), "auth_rejected", "body").await;
}

#[tokio::test]
async fn tls_is_spoken() {
    let identity = Identity::new();
    let (certificate, key) = (identity.certificate(), identity.key());
    let server = HealthServer::start(&["--tls", &certificate, &key]).await;
    let trusted = format!(", tls: true, serverName: localhost, ca: {certificate}");
    holds(
        &asking(&server, &trusted),
        &["result.status == 'SERVING' && result.tls.version == 'TLSv1.3'"],
    )
    .await;
    fails(&asking(&server, ", tls: true"), "tls_untrusted", "tls").await;
    let plain = HealthServer::start(&[]).await;
    fails(
        &asking(&plain, ", tls: true, insecure: true"),
        "tls_handshake",
        "tls",
    )
    .await;
    fails(&asking(&server, ""), "reset", "first_byte").await;
}

//! Against fakes: what no mail server does by order. The real one is asked by the tests of the whole program.

use serde_json::json;
use serin_judge::analysis::plan::journey::{FailureClass as Class, RequestPhase as Phase};
use serin_judge::journey::FilledProbe;

use crate::probes::dial::testing::{Authority, Server, VALID, failure, filled, found, kind, overdue};

const GREETING: &str = "220 mail.test ready\r\n";
const HELLO: &str = "250-mail.test\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n";

fn probe(server: &Server, settings: &str) -> FilledProbe {
    let port = server.address.port();
    filled(&format!("smtp: {{address: 'localhost:{port}'{settings}}}"))
}

#[tokio::test]
async fn a_greeting_and_what_is_offered() {
    let server = Server::saying(&["220-mail.test\r\n220 ready\r\n", HELLO]).await;
    let facts = found(&probe(&server, "")).await;
    assert_eq!(
        (&facts["banner"], &facts["code"]),
        (&json!("mail.test\nready"), &json!(220))
    );
    assert_eq!(
        facts["extensions"],
        json!(["SIZE 1000", "STARTTLS", "AUTH PLAIN LOGIN"])
    );
    assert_eq!(
        (&facts["authenticated"], &facts["tls"]),
        (&json!(false), &json!(null))
    );
}

const LOGIN: &str = ", user: ann, password: {value: 'pass\"wörd €'}";

#[tokio::test]
async fn somebody_logs_in_whatever_the_password_is() {
    let server = Server::saying(&[GREETING, HELLO, "235 welcome\r\n"]).await;
    assert_eq!(found(&probe(&server, LOGIN)).await["authenticated"], json!(true));
    let by_login = Server::saying(&[
        GREETING,
        "250-m\r\n250 AUTH=LOGIN\r\n",
        "334 VXNlcg==\r\n",
        "334 UGFzcw==\r\n",
        "235 ok\r\n",
    ])
    .await;
    assert_eq!(
        found(&probe(&by_login, LOGIN)).await["authenticated"],
        json!(true)
    );
}

#[tokio::test]
async fn a_server_that_repeats_a_password_is_not_repeated() {
    use base64::Engine as _;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = Server::start(|mut stream| async move {
        let mut said = [0; 512];
        stream.write_all(GREETING.as_bytes()).await.unwrap();
        assert!(stream.read(&mut said).await.unwrap() > 0);
        stream.write_all(HELLO.as_bytes()).await.unwrap();
        let length = stream.read(&mut said).await.unwrap();
        let repeated = [b"535 not you: ", &said[..length]].concat();
        stream.write_all(&repeated).await.unwrap();
    })
    .await;
    let failure = failure(&probe(&server, LOGIN)).await;
    assert_eq!(kind(&failure), (Class::AuthRejected, Phase::Body), "{failure:?}");
    let encoded = base64::engine::general_purpose::STANDARD.encode("\0ann\0pass\"wörd €");
    assert!(
        !failure.message.contains(&encoded) && failure.message.contains("*****"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn what_a_server_refuses_is_named() {
    for (texts, settings, class) in [
        (&["421 busy\r\n"][..], "", Class::Unhealthy),
        (&["554 no mail here\r\n"], "", Class::Unhealthy),
        (&[GREETING, "550 who?\r\n"], "", Class::Unhealthy),
        (
            &[GREETING, "250 mail.test\r\n"],
            ", startTls: true",
            Class::TlsHandshake,
        ),
        (
            &[GREETING, HELLO, "454 later\r\n"],
            ", startTls: true",
            Class::TlsHandshake,
        ),
        (&[GREETING, "250 mail.test\r\n"], LOGIN, Class::AuthRejected),
        (&[GREETING, HELLO, "535 no\r\n"], LOGIN, Class::AuthRejected),
        (&[GREETING, HELLO, "454 later\r\n"], LOGIN, Class::Unhealthy),
        (&[GREETING, HELLO], ", ehlo: \"a\\r\\nRSET\"", Class::BadRequest),
    ] {
        let server = Server::saying(texts).await;
        let failure = failure(&probe(&server, settings)).await;
        assert_eq!(failure.class, class, "{texts:?}: {failure:?}");
    }
}

#[tokio::test]
async fn servers_that_hang_reset_and_talk_nonsense_at_every_level() {
    for texts in [
        &["SSH-2.0-OpenSSH\r\n"][..],
        &[GREETING, "what?\r\n"],
        &[GREETING, "25\r\n"],
    ] {
        let server = Server::saying(texts).await;
        let failure = failure(&probe(&server, "")).await;
        assert_eq!(failure.class, Class::ProtocolError, "{texts:?}: {failure:?}");
    }
    for texts in [&[][..], &["220 cut"], &[GREETING], &[GREETING, "250-and\r\n"]] {
        let server = Server::closing_after(texts).await;
        let failure_of = failure(&probe(&server, "")).await;
        assert_eq!(failure_of.class, Class::Reset, "{texts:?}: {failure_of:?}");
        let server = Server::resetting_after(texts).await;
        let failure_of = failure(&probe(&server, "")).await;
        assert_eq!(failure_of.class, Class::Reset, "{texts:?}: {failure_of:?}");
    }
    for (texts, class) in [
        (&[][..], Class::TtfbTimeout),
        (&[GREETING], Class::BodyTimeout),
        (&[GREETING, "250-and\r\n"], Class::BodyTimeout),
    ] {
        let server = Server::saying(texts).await;
        let failure = overdue(&probe(&server, "")).await;
        assert_eq!(failure.class, class, "{texts:?}: {failure:?}");
    }
    let endless = Server::start(|mut stream| async move {
        use tokio::io::AsyncWriteExt;
        while stream.write_all(&b"220-more\r\n".repeat(1_000)).await.is_ok() {}
    })
    .await;
    let failure = failure(&probe(&endless, "")).await;
    assert!(
        matches!(failure.class, Class::ProtocolError | Class::TooLarge),
        "{failure:?}"
    );
}

#[tokio::test]
async fn certificates_are_looked_at_after_starttls() {
    let authority = Authority::new();
    let server = Server::upgrading_after(
        &[GREETING, HELLO, "220 go\r\n"],
        authority.config(&["localhost"], VALID),
    )
    .await;
    let failure_of = failure(&probe(&server, ", startTls: true")).await;
    assert_eq!(
        kind(&failure_of),
        (Class::TlsUntrusted, Phase::Tls),
        "{failure_of:?}"
    );
}

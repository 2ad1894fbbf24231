use serde_json::json;
use serin_judge::analysis::plan::journey::{FailureClass as Class, RequestPhase as Phase};

use crate::probes::dial::name_server::NameServer;
use crate::probes::dial::testing::{
    Authority, Server, VALID, ask_knowing, closed_port, failure, filled, findings, found, kind, overdue,
};

#[tokio::test]
async fn connecting_is_enough_without_a_dialogue() {
    let silent = Server::saying(&[]).await;
    let facts = found(&filled(&format!("tcp: {{address: '{}'}}", silent.address))).await;
    assert_eq!(facts["address"], json!(silent.address.to_string()));
    assert_eq!((&facts["text"], &facts["tls"]), (&json!(""), &json!(null)));
}

#[tokio::test]
async fn groups_of_what_was_heard_are_said_again() {
    let server = Server::start(|mut stream| async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        stream.write_all(b"hello\r\nchallenge 41:b\r\n").await.unwrap();
        let mut said = [0; 64];
        let length = stream.read(&mut said).await.unwrap();
        let ok = &said[..length] == b"b=41 $1 ${x}\r\n";
        stream
            .write_all(if ok { b"welcome" } else { b"no\r\n" })
            .await
            .unwrap();
    })
    .await;
    let dialogue =
        r#"[{expect: '^challenge (\d+):(\w+)$'}, {send: "${2}=${1} $1 ${x}\r\n"}, {expect: '^(wel)(come)'}]"#;
    let facts = found(&filled(&format!(
        "tcp: {{address: '{}', dialogue: {dialogue}}}",
        server.address
    )))
    .await;
    assert_eq!(facts["groups"], json!(["wel", "come"]));
    assert_eq!(facts["text"], "hello\r\nchallenge 41:b\r\nwelcome");
}

fn expecting(server: &Server, regex: &str) -> serin_judge::journey::FilledProbe {
    let address = server.address;
    filled(&format!(
        "tcp: {{address: '{address}', dialogue: [{{expect: '{regex}'}}, {{send: x}}, {{expect: '{regex}'}}]}}"
    ))
}

#[tokio::test]
async fn servers_that_hang_reset_and_talk_nonsense_are_told_apart() {
    let cases = [
        (Server::closing_after(&[]).await, (Class::Reset, Phase::FirstByte)),
        (
            Server::closing_after(&["nonsense\n"]).await,
            (Class::AssertFailed, Phase::Body),
        ),
        (
            Server::closing_after(&["220 a\n"]).await,
            (Class::Reset, Phase::Body),
        ),
        (
            Server::resetting_after(&["220 a\n"]).await,
            (Class::Reset, Phase::Body),
        ),
    ];
    for (number, (server, expected)) in cases.iter().enumerate() {
        let failure = failure(&expecting(server, "^220")).await;
        assert_eq!(kind(&failure), *expected, "case {number}: {failure:?}");
    }
    let hanging = [
        (Server::saying(&[]).await, (Class::TtfbTimeout, Phase::FirstByte)),
        (Server::saying(&["22"]).await, (Class::BodyTimeout, Phase::Body)),
        (
            Server::saying(&["220 a\n", "nonsense\n"]).await,
            (Class::BodyTimeout, Phase::Body),
        ),
    ];
    for (number, (server, expected)) in hanging.iter().enumerate() {
        let failure = overdue(&expecting(server, "^220")).await;
        assert_eq!(kind(&failure), *expected, "case {number}: {failure:?}");
        assert!(
            failure.message.contains("a line that fits \"^220\""),
            "{failure:?}"
        );
    }
}

#[tokio::test]
async fn a_gigabyte_is_not_read() {
    let endless = Server::start(|mut stream| async move {
        use tokio::io::AsyncWriteExt;
        while stream.write_all(&[b'x'; 65_536]).await.is_ok() {}
    })
    .await;
    let failure = failure(&expecting(&endless, "^220")).await;
    assert_eq!(kind(&failure), (Class::TooLarge, Phase::Body), "{failure:?}");
}

#[tokio::test]
async fn ports_that_are_closed_and_names_that_are_none() {
    let closed = closed_port().await;
    let failure_of = failure(&filled(&format!("tcp: {{address: '{closed}'}}"))).await;
    assert_eq!(kind(&failure_of), (Class::ConnectRefused, Phase::Connect));
    let nowhere = failure(&filled("tcp: {address: 'no-such-host.invalid:1'}")).await;
    assert_eq!(nowhere.phase, Some(Phase::Dns), "{nowhere:?}");
    let server = Server::saying(&["220 a\n"]).await;
    let text = format!(
        "tcp: {{address: '{}', dialogue: [{{expect: '220'}}, {{send: '${{1}}'}}]}}",
        server.address
    );
    let no_group = failure(&filled(&text)).await;
    assert_eq!(no_group.class, Class::BadRequest, "{no_group:?}");
    assert!(no_group.message.contains("has 0 groups"), "{no_group:?}");
}

#[tokio::test]
async fn of_many_addresses_the_first_that_answers() {
    /// One that answers, behind 15 and behind 16 that refuse.
    const MANY: [[u8; 4]; 16] = behind();
    const TOO_MANY: [[u8; 4]; 17] = behind();
    const fn behind<const N: usize>() -> [[u8; 4]; N] {
        let mut all = [[127, 0, 0, 77]; N];
        all[N - 1] = [127, 0, 0, 1];
        all
    }
    let server = Server::saying(&[]).await;
    let port = server.address.port();
    let probe = filled(&format!("tcp: {{address: 'somewhere.test:{port}'}}"));
    let patience = std::time::Duration::from_secs(20);
    let names = NameServer::knowing(&MANY).await;
    let found = ask_knowing(names.names(), &probe, patience)
        .await
        .outcome
        .unwrap();
    assert_eq!(found.facts["address"], json!(server.address.to_string()));
    let names = NameServer::knowing(&TOO_MANY).await;
    let refused = ask_knowing(names.names(), &probe, patience)
        .await
        .outcome
        .unwrap_err();
    assert_eq!(
        kind(&refused),
        (Class::ConnectRefused, Phase::Connect),
        "{refused:?}"
    );
    let names = NameServer::knowing(&[]).await;
    let nowhere = ask_knowing(names.names(), &probe, patience)
        .await
        .outcome
        .unwrap_err();
    assert_eq!(nowhere.phase, Some(Phase::Dns), "{nowhere:?}");
}

#[tokio::test]
async fn ipv6_is_spoken_too() {
    let server = Server::at("[::1]:0", |_stream| std::future::pending()).await;
    let facts = found(&filled(&format!("tcp: {{address: '{}'}}", server.address))).await;
    assert_eq!(facts["address"], json!(server.address.to_string()));
}

#[tokio::test]
async fn tls_from_the_first_byte_and_in_between() {
    let authority = Authority::new();
    let config = || authority.config(&["localhost"], VALID);
    let direct = Server::upgrading_after(&[], config()).await;
    let between = Server::upgrading_after(&["ready\n", "go\n"], config()).await;
    let steps = "[{expect: ready}, {send: start}, {expect: go}, {startTls: true}, {expect: '^220 (.*)$'}]";
    for (server, settings) in [
        (direct, "tls: true, dialogue: [{expect: '^220 (.*)$'}]".to_owned()),
        (between, format!("dialogue: {steps}")),
    ] {
        let port = server.address.port();
        let mut probe = filled(&format!("tcp: {{address: 'localhost:{port}', {settings}}}"));
        let failure = failure(&probe).await;
        assert_eq!(kind(&failure), (Class::TlsUntrusted, Phase::Tls), "{failure:?}");
        probe.probe.security.roots = Some(authority.roots());
        let findings = findings(&probe).await;
        assert_eq!(findings.facts["groups"], json!(["inside"]));
        assert_eq!(findings.facts["tls"]["verified"], json!(true));
        assert_eq!(findings.tls.map(|tls| tls.days_left), Some(213));
    }
}

#[tokio::test]
async fn what_somebody_put_before_the_handshake_is_not_taken_for_the_servers() {
    let server = Server::saying(&["go\ninjected\n"]).await;
    let text = format!(
        "tcp: {{address: '{}', dialogue: [{{expect: go}}, {{startTls: true}}]}}",
        server.address
    );
    let failure = failure(&filled(&text)).await;
    assert_eq!(failure.class, Class::ProtocolError, "{failure:?}");
}

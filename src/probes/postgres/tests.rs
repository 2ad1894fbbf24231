//! Against servers that misbehave, of which no real one can be asked for.

use std::time::Duration;

use serde_json::json;
use serin_judge::analysis::plan::journey::{FailureClass, Postgres, Protocol, RequestPhase, TlsMode};
use tokio::time::Instant;

use super::{Connection, session};
use crate::probes::dial::PhaseTimer;
use crate::probes::dial::scripted::Turn::{Floods, Hangs, Hears, Resets, Says};
use crate::probes::dial::scripted::{Scripted, Turn, failed, found, says};

fn postgres(query: Option<&str>) -> Protocol<String> {
    Protocol::Postgres(Postgres {
        user: "ann".to_owned(),
        password: Some("secret-of-ann".to_owned()),
        database: None,
        query: query.map(str::to_owned),
        rows_max: 2,
        replication: false,
    })
}

/// A message as a server writes it.
fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[tag][..], &length.to_be_bytes(), body].concat()
}

fn row(values: &[&str]) -> Vec<u8> {
    let mut body = u16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
    for value in values {
        body.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        body.extend(value.bytes());
    }
    message(b'D', &body)
}

/// One column of text.
fn columns(name: &str) -> Vec<u8> {
    let mut body = vec![0, 1];
    body.extend(name.bytes());
    body.extend([
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0,
    ]);
    message(b'T', &body)
}

fn accepted() -> Vec<u8> {
    message(b'R', &0_u32.to_be_bytes())
}

fn ready() -> Vec<u8> {
    [
        accepted(),
        message(b'S', b"server_version\x0015.0\0"),
        message(b'Z', b"I"),
    ]
    .concat()
}

/// What the probe's own question is answered with.
fn begun() -> Vec<u8> {
    [columns("pg_is_in_recovery"), row(&["f"]), message(b'Z', b"T")].concat()
}

fn error(code: &str, text: &str) -> Vec<u8> {
    message(b'E', format!("SFATAL\0C{code}\0M{text}\0\0").as_bytes())
}

async fn refused(mode: TlsMode, turns: Vec<Turn>) -> (FailureClass, RequestPhase, String) {
    let server = Scripted::start(turns).await;
    let seen = failed(server.asked(mode, postgres(Some("SELECT 1"))).await);
    assert!(!seen.2.contains("secret-of-ann"), "{seen:?}");
    seen
}

#[tokio::test]
async fn servers_that_misbehave_end_a_probe_in_time_and_by_name() {
    use FailureClass::{BodyTimeout, ProtocolError, Reset, TooLarge, TtfbTimeout};
    use RequestPhase::{Body, FirstByte};
    let http = || says("HTTP/1.1 400 Bad Request\r\n\r\n");
    let huge = || Says([b'D', 0x40, 0, 0, 0].to_vec());
    let notice = message(b'N', b"SNOTICE\0C00000\0Mwait\0\0");
    let status = message(b'S', b"a\0b\0");
    let to_ready = || vec![Hears, Says(ready()), Hears];
    let to_query = || [to_ready(), vec![Says(begun()), Hears]].concat();
    for (turns, class, phase) in [
        (vec![Hangs], TtfbTimeout, FirstByte),
        (vec![Hears, Resets], Reset, FirstByte),
        (vec![Hears], Reset, FirstByte),
        (vec![Hears, http()], ProtocolError, FirstByte),
        (
            vec![Hears, Says(vec![b'R', 0, 0, 0, 1])],
            ProtocolError,
            FirstByte,
        ),
        (
            vec![Hears, Says(message(b'R', &99_u32.to_be_bytes()))],
            ProtocolError,
            FirstByte,
        ),
        (vec![Hears, Floods(notice)], TtfbTimeout, FirstByte),
        (vec![Hears, Says(accepted()), Hangs], TtfbTimeout, FirstByte),
        (
            vec![Hears, Says(accepted()), Floods(status)],
            ProtocolError,
            FirstByte,
        ),
        (vec![Hears, Says(accepted()), http()], ProtocolError, FirstByte),
        ([to_ready(), vec![Hangs]].concat(), BodyTimeout, Body),
        ([to_ready(), vec![http()]].concat(), ProtocolError, Body),
        ([to_query(), vec![Hangs]].concat(), BodyTimeout, Body),
        ([to_query(), vec![Resets]].concat(), Reset, Body),
        (
            [to_query(), vec![huge(), Floods(vec![b'a'; 65536])]].concat(),
            TooLarge,
            Body,
        ),
        (
            [
                to_query(),
                vec![Says(columns("n")), Floods(row(&[&"a".repeat(9000)]))],
            ]
            .concat(),
            BodyTimeout,
            Body,
        ),
        (
            [to_query(), vec![Says(columns("n")), Says(row(&[]))]].concat(),
            ProtocolError,
            Body,
        ),
    ] {
        let seen = refused(TlsMode::Off, turns.clone()).await;
        let turns = format!("{turns:?}");
        assert_eq!((seen.0, seen.1), (class, phase), "{turns:.200}: {}", seen.2);
    }
}

#[tokio::test]
async fn tls_is_agreed_on_or_not() {
    use FailureClass::{ProtocolError, Reset, TlsHandshake, Unhealthy};
    let busy = error("53300", "sorry, too many clients already");
    for (turns, class) in [
        (vec![Hangs], TlsHandshake),
        (vec![Hears, says("N"), Hangs], TlsHandshake),
        (vec![Hears, says("S"), Hangs], TlsHandshake),
        (vec![Hears, says("S"), Hears, says("SSH-2.0-x\r\n")], TlsHandshake),
        (vec![Hears, says("S")], TlsHandshake),
        (vec![Hears, says("HTTP/1.1 400")], ProtocolError),
        (vec![Hears, Resets], Reset),
        (vec![Hears, Says(busy)], Unhealthy),
    ] {
        let seen = refused(TlsMode::Upgrade, turns.clone()).await;
        assert_eq!(
            (seen.0, seen.1),
            (class, RequestPhase::Tls),
            "{turns:?}: {}",
            seen.2
        );
    }
    // Where TLS is only preferred, its lack is no failure.
    let turns = [Hears, says("N"), Hears, Says(error("28P01", "no"))];
    let seen = refused(TlsMode::Prefer, turns.to_vec()).await;
    assert_eq!(
        (seen.0, seen.1),
        (FailureClass::AuthRejected, RequestPhase::FirstByte),
        "{}",
        seen.2
    );
}

#[tokio::test]
async fn errors_have_their_class() {
    use FailureClass::{AssertFailed, AuthRejected, BadRequest, BodyTimeout, Unhealthy};
    for (code, class) in [
        ("28P01", AuthRejected),
        ("28000", AuthRejected),
        ("42501", AuthRejected),
        ("57P03", Unhealthy),
        ("57P01", Unhealthy),
        ("53300", Unhealthy),
        ("58030", Unhealthy),
        ("57014", BodyTimeout),
        ("25006", BadRequest),
        ("3D000", AssertFailed),
        ("42P01", AssertFailed),
    ] {
        let seen = refused(TlsMode::Off, vec![Hears, Says(error(code, "said so")), Hangs]).await;
        assert_eq!(seen.0, class, "{code}: {}", seen.2);
        assert!(seen.2.contains(&format!("FATAL {code}: said so")), "{}", seen.2);
    }
}

/// One who does not know the password cannot know that it was right.
#[tokio::test]
async fn a_server_has_to_show_that_it_knows_the_password() {
    let sasl = message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0");
    for answer in [
        accepted(),
        message(b'R', b"\0\0\0\x0br=other,s=QUJD,i=4096"),
        message(b'R', b"\0\0\0\x0bnonsense"),
    ] {
        let seen = refused(
            TlsMode::Off,
            vec![Hears, Says(sasl.clone()), Hears, Says(answer), Hangs],
        )
        .await;
        assert_eq!(
            (seen.0, seen.1),
            (FailureClass::ProtocolError, RequestPhase::FirstByte),
            "{}",
            seen.2
        );
    }
    let foreign = message(b'R', b"\0\0\0\x0aSCRAM-SHA-512\0\0");
    for asked in [foreign, message(b'R', &7_u32.to_be_bytes())] {
        let seen = refused(TlsMode::Off, vec![Hears, Says(asked), Hangs]).await;
        assert_eq!(seen.0, FailureClass::AuthRejected, "{}", seen.2);
    }
}

#[tokio::test]
async fn rows_beyond_the_limit_are_counted() {
    let rows = [
        columns("n"),
        row(&["a"]).repeat(1000),
        message(b'C', b"SELECT 1000\0"),
        message(b'Z', b"T"),
    ];
    let turns = [
        Hears,
        Says(ready()),
        Hears,
        Says(begun()),
        Hears,
        Says(rows.concat()),
        Hears,
        Hangs,
    ];
    let server = Scripted::start(turns).await;
    let asked = server.asked_for(Duration::from_secs(20), TlsMode::Off, postgres(Some("SELECT 1")));
    let facts = found(asked.await).facts;
    assert_eq!(
        (
            &facts["rows"],
            &facts["rowCount"],
            &facts["text"],
            &facts["columns"]
        ),
        (
            &json!([{"n": "a"}, {"n": "a"}]),
            &json!(1000),
            &json!("a"),
            &json!(["n"])
        )
    );
    assert_eq!(
        (&facts["version"], &facts["inRecovery"]),
        (&json!("15.0"), &json!("f"))
    );
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(500))]

    /// Whatever a server sends ends in an answer or a failure.
    #[test]
    fn no_bytes_break_a_session(changes in proptest::collection::vec((0_usize..2000, 0_u8..), 1..6)) {
        let rows = [columns("n"), row(&["a", "b"]), row(&["c"]), message(b'C', b"SELECT 2\0"), message(b'Z', b"T")];
        let sasl = message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0");
        for login in [ready(), sasl] {
            let mut bytes = [login, begun(), rows.concat(), error("42P01", "no")].concat();
            for (at, value) in &changes {
                let at = at % bytes.len();
                bytes[at] = *value;
            }
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let Protocol::Postgres(settings) = postgres(Some("SELECT 1")) else {
                unreachable!();
            };
            let _any = runtime.block_on(async {
                let stream = tokio::io::join(std::io::Cursor::new(bytes), tokio::io::sink());
                let mut connection = Connection::new(Box::new(stream));
                let deadline = Instant::now();
                session(&mut connection, &settings, deadline, &mut PhaseTimer::new()).await
            });
        }
    }
}

//! Against servers that misbehave, of which no real one can be asked for.

use serde_json::{Value, json};
use serin_judge::analysis::plan::journey::{FailureClass, Protocol, Redis, RequestPhase, TlsMode};

use super::connection::Connection;
use crate::probes::dial::scripted::Turn::{Floods, Hangs, Hears, Resets};
use crate::probes::dial::scripted::{Scripted, Turn, failed, found, says};

fn redis(command: &[&str]) -> Protocol<String> {
    Protocol::Redis(Redis {
        user: None,
        password: None,
        database: 0,
        command: command.iter().map(|&word| word.to_owned()).collect(),
        info: command.is_empty(),
    })
}

/// What the turns after a greeting (without `INFO`) come to.
async fn refused(command: &[&str], turns: Vec<Turn>) -> (FailureClass, RequestPhase, String) {
    let server = Scripted::start(turns).await;
    failed(server.asked(TlsMode::Off, redis(command)).await)
}

/// What the reply to a command is.
async fn reply(text: &str) -> Value {
    let server = Scripted::start([Hears, says("+PONG\r\n"), Hears, says(text), Hangs]).await;
    found(server.asked(TlsMode::Off, redis(&["ANY"])).await).facts["reply"].clone()
}

#[tokio::test]
async fn servers_that_misbehave_end_a_probe_in_time_and_by_name() {
    use FailureClass::{BodyTimeout, ProtocolError, Reset, TlsHandshake, TtfbTimeout};
    use RequestPhase::{Body, FirstByte, Tls};
    let pong = || says("+PONG\r\n");
    let http = || says("HTTP/1.1 400 Bad Request\r\n\r\n");
    for (turns, class, phase) in [
        (vec![Hangs], TtfbTimeout, FirstByte),
        (vec![Hears, Resets], Reset, FirstByte),
        (vec![Hears], Reset, FirstByte),
        (vec![Hears, says("+PO")], Reset, FirstByte),
        (vec![Hears, http()], ProtocolError, FirstByte),
        (vec![Hears, says("+PONG\n")], ProtocolError, FirstByte),
        (vec![Hears, Floods(vec![b'a'; 4096])], ProtocolError, FirstByte),
        (vec![Hears, pong(), Hangs], BodyTimeout, Body),
        (vec![Hears, pong(), Hears, Resets], Reset, Body),
        (vec![Hears, pong(), Hears, says("$9\r\nab")], Reset, Body),
        (
            vec![Hears, pong(), Hears, says("$2\r\nabcd")],
            ProtocolError,
            Body,
        ),
        (vec![Hears, pong(), Hears, says("$x\r\n")], ProtocolError, Body),
        (vec![Hears, pong(), Hears, http()], ProtocolError, Body),
    ] {
        let seen = refused(&[], turns.clone()).await;
        assert_eq!((seen.0, seen.1), (class, phase), "{turns:?}: {}", seen.2);
    }
    for turns in [vec![Hangs], vec![Hears, http()], vec![Hears, Resets], vec![Hears]] {
        let server = Scripted::start(turns.clone()).await;
        let seen = failed(server.asked(TlsMode::Direct, redis(&[])).await);
        assert_eq!((seen.0, seen.1), (TlsHandshake, Tls), "{turns:?}: {}", seen.2);
    }
}

#[tokio::test]
async fn large_replies_are_not_read() {
    let nested = "*1\r\n".repeat(100);
    for said in ["$1073741824\r\n", "*2\r\n$1000000\r\n", &nested] {
        let turns = vec![
            Hears,
            says("+PONG\r\n"),
            Hears,
            says(said),
            Floods(vec![b'a'; 65536]),
        ];
        let seen = refused(&["GET", "key"], turns).await;
        assert!(
            matches!(seen.0, FailureClass::TooLarge | FailureClass::ProtocolError),
            "{said}: {seen:?}"
        );
        assert_eq!(seen.1, RequestPhase::Body);
    }
    // No memory is taken for what is only announced, and many small values are counted as well.
    let turns = |flood: &str| {
        vec![
            Hears,
            says("+PONG\r\n"),
            Hears,
            says("*1000000000\r\n"),
            Floods(flood.repeat(1000).into()),
        ]
    };
    for flood in [":1\r\n", "*0\r\n", "$-1\r\n"] {
        let seen = refused(&["GET", "key"], turns(flood)).await;
        assert_eq!(seen.0, FailureClass::TooLarge, "{flood}: {seen:?}");
    }
}

#[tokio::test]
async fn errors_have_their_class() {
    use FailureClass::{AssertFailed, AuthRejected, Unhealthy};
    for (said, class) in [
        ("-NOAUTH Authentication required.", AuthRejected),
        (
            "-WRONGPASS invalid username-password pair or user is disabled.",
            AuthRejected,
        ),
        (
            "-NOPERM User x has no permissions to run the 'ping' command",
            AuthRejected,
        ),
        ("-DENIED Redis is running in protected mode", AuthRejected),
        ("-ERR invalid password", AuthRejected),
        ("-LOADING Redis is loading the dataset in memory", Unhealthy),
        (
            "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            Unhealthy,
        ),
        ("-MISCONF Redis is configured to save RDB snapshots", Unhealthy),
        (
            "-READONLY You can't write against a read only replica.",
            Unhealthy,
        ),
        ("-BUSY Redis is busy running a script.", Unhealthy),
        ("-CLUSTERDOWN Hash slot not served", Unhealthy),
        ("-ERR max number of clients reached", Unhealthy),
        ("-MOVED 3999 127.0.0.1:6381", AssertFailed),
        ("-ERR unknown command", AssertFailed),
        ("-", AssertFailed),
    ] {
        let seen = refused(&[], vec![Hears, says(&format!("{said}\r\n")), Hangs]).await;
        assert_eq!(
            (seen.0, seen.1),
            (class, RequestPhase::FirstByte),
            "{said}: {}",
            seen.2
        );
        assert!(seen.2.contains(&said[1..]), "{said}: {}", seen.2);
    }
}

#[tokio::test]
async fn replies_are_json() {
    for (said, expected) in [
        ("+OK\r\n", json!("OK")),
        (":-7\r\n", json!(-7)),
        ("$-1\r\n", Value::Null),
        ("*-1\r\n", Value::Null),
        ("*0\r\n", json!([])),
        ("$0\r\n\r\n", json!("")),
        ("$4\r\na\r\nb\r\n", json!("a\r\nb")),
        (
            "*3\r\n*2\r\n:1\r\n*1\r\n$1\r\na\r\n-ERR no\r\n$-1\r\n",
            json!([[1, ["a"]], "ERR no", null]),
        ),
    ] {
        assert_eq!(reply(said).await, expected, "{said}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(2000))]

    /// Whatever a server sends ends in a reply or a failure.
    #[test]
    fn no_bytes_break_a_connection(pieces in proptest::collection::vec(
        proptest::prop_oneof!["[*$:+-]-?[0-9]{0,20}(\r\n)?", "[a-z]{0,4}\r?\n?", ".{0,8}"], 0..12)
    ) {
        let stream = tokio::io::join(std::io::Cursor::new(pieces.concat()), tokio::io::sink());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut connection = Connection::new(Box::new(stream));
        while runtime.block_on(connection.receive()).is_ok() {}
    }
}

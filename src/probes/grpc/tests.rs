//! Against servers that misbehave, of which no real one can be asked for.

use std::time::Duration;

use bytes::Bytes;
use h2::server::SendResponse;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use serde_json::json;
use serin_judge::analysis::plan::journey::{FailureClass, Grpc, Protocol, RequestPhase, TlsMode};

use crate::probes::dial::scripted::Turn::{Floods, Hangs, Hears, Resets};
use crate::probes::dial::scripted::{Scripted, failed, found, says};

fn grpc(services: &[&str], metadata: &[(&str, &str)]) -> Protocol<String> {
    Protocol::Grpc(Grpc {
        services: services.iter().map(|&name| name.to_owned()).collect(),
        metadata: metadata
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    })
}

/// What a server answers to every call.
#[derive(Clone)]
struct Answer {
    status: StatusCode,
    head: Vec<(&'static str, &'static str)>,
    body: Option<Vec<u8>>,
    trailers: Option<Vec<(&'static str, &'static str)>>,
    hangs: bool,
}

/// As a server that does it rightly.
fn answer(status: u8) -> Answer {
    Answer {
        status: StatusCode::OK,
        head: vec![("content-type", "application/grpc")],
        body: Some(vec![0, 0, 0, 0, 2, 8, status]),
        trailers: Some(vec![("grpc-status", "0")]),
        hangs: false,
    }
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let pairs = pairs
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
    pairs.collect()
}

impl Answer {
    async fn give(self, mut to: SendResponse<Bytes>) {
        let mut response = Response::builder().status(self.status).body(()).unwrap();
        *response.headers_mut() = headers(&self.head);
        let is_all = self.body.is_none() && self.trailers.is_none() && !self.hangs;
        let mut sending = to.send_response(response, is_all).unwrap();
        if let Some(body) = self.body {
            sending
                .send_data(body.into(), self.trailers.is_none() && !self.hangs)
                .unwrap();
        }
        if self.hangs {
            std::future::pending::<()>().await;
        }
        if let Some(trailers) = self.trailers {
            sending.send_trailers(headers(&trailers)).unwrap();
        }
    }
}

/// `answer` is asked for each call.
async fn server(
    answer: impl Fn(&Request<h2::RecvStream>) -> Answer + Clone + Send + Sync + 'static,
) -> Scripted {
    Scripted::serving(move |stream| {
        let answer = answer.clone();
        async move {
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let mut answers = tokio::task::JoinSet::new();
            while let Some(Ok((request, to))) = connection.accept().await {
                answers.spawn(answer(&request).give(to));
            }
        }
    })
    .await
}

async fn refused(answer: Answer) -> (FailureClass, RequestPhase, String) {
    let server = server(move |_| answer.clone()).await;
    failed(server.asked(TlsMode::Off, grpc(&["shop"], &[])).await)
}

#[tokio::test]
async fn servers_that_misbehave_end_a_probe_in_time_and_by_name() {
    use FailureClass::{ProtocolError, Reset, TlsHandshake, TtfbTimeout};
    use RequestPhase::{FirstByte, Tls};
    let http = || says("HTTP/1.1 400 Bad Request\r\n\r\n");
    for (turns, class) in [
        (vec![Hangs], TtfbTimeout),
        (vec![Hears, Resets], Reset),
        (vec![Hears], Reset),
        (vec![Hears, http()], ProtocolError),
        (vec![Hears, Floods(vec![b'a'; 4096])], ProtocolError),
    ] {
        let server = Scripted::start(turns.clone()).await;
        let seen = failed(server.asked(TlsMode::Off, grpc(&[""], &[])).await);
        assert_eq!((seen.0, seen.1), (class, FirstByte), "{turns:?}: {}", seen.2);
    }
    for turns in [vec![Hangs], vec![Hears, http()], vec![Hears, Resets], vec![Hears]] {
        let server = Scripted::start(turns.clone()).await;
        let seen = failed(server.asked(TlsMode::Direct, grpc(&[""], &[])).await);
        assert_eq!((seen.0, seen.1), (TlsHandshake, Tls), "{turns:?}: {}", seen.2);
    }
}

/// What is wrong with an answer, and what that comes to.
type Wrong = (&'static str, fn(&mut Answer), FailureClass);

#[tokio::test]
async fn answers_that_are_none_are_named() {
    use FailureClass::{AssertFailed, AuthRejected, BodyTimeout, ProtocolError, TooLarge, Unhealthy};
    let wrong: [Wrong; 13] = [
        ("no trailers", |it| it.trailers = None, ProtocolError),
        (
            "no status",
            |it| it.trailers = Some(vec![("a", "b")]),
            ProtocolError,
        ),
        ("no message", |it| it.body = None, ProtocolError),
        (
            "a page",
            |it| it.head = vec![("content-type", "text/html")],
            ProtocolError,
        ),
        (
            "compressed",
            |it| it.body = Some(vec![1, 0, 0, 0, 2, 8, 1]),
            ProtocolError,
        ),
        (
            "too short",
            |it| it.body = Some(vec![0, 0, 0, 0, 9, 8, 1]),
            ProtocolError,
        ),
        (
            "too long",
            |it| it.body = Some(vec![0, 0, 0, 0, 1, 8, 1]),
            ProtocolError,
        ),
        (
            "another message",
            |it| it.body = Some(vec![0, 0, 0, 0, 2, 255, 255]),
            ProtocolError,
        ),
        ("hangs", |it| it.hangs = true, BodyTimeout),
        ("large", |it| it.body = Some(vec![0; 200_000]), TooLarge),
        ("not found", |it| it.status = StatusCode::NOT_FOUND, AssertFailed),
        ("forbidden", |it| it.status = StatusCode::FORBIDDEN, AuthRejected),
        ("busy", |it| it.status = StatusCode::BAD_GATEWAY, Unhealthy),
    ];
    for (what, spoil, class) in wrong {
        let mut spoilt = answer(1);
        spoil(&mut spoilt);
        let seen = refused(spoilt).await;
        assert_eq!(
            (seen.0, seen.1),
            (class, RequestPhase::Body),
            "{what}: {}",
            seen.2
        );
    }
}

#[tokio::test]
async fn statuses_have_their_class() {
    use FailureClass::{AssertFailed, AuthRejected, RateLimited, TtfbTimeout, Unhealthy};
    for (code, name, class) in [
        ("4", "DEADLINE_EXCEEDED", TtfbTimeout),
        ("5", "NOT_FOUND", AssertFailed),
        ("7", "PERMISSION_DENIED", AuthRejected),
        ("8", "RESOURCE_EXHAUSTED", RateLimited),
        ("12", "UNIMPLEMENTED", AssertFailed),
        ("14", "UNAVAILABLE", Unhealthy),
        ("16", "UNAUTHENTICATED", AuthRejected),
        ("99", "99", AssertFailed),
    ] {
        let said = vec![
            ("content-type", "application/grpc"),
            ("grpc-status", code),
            ("grpc-message", "no%20luck"),
        ];
        // In the head where there is no body, in the trailers otherwise.
        let whole = Answer {
            head: said.clone(),
            body: None,
            trailers: None,
            ..answer(1)
        };
        let trailing = Answer {
            trailers: Some(said[1..].to_vec()),
            ..answer(1)
        };
        for answer in [whole, trailing] {
            let seen = refused(answer).await;
            assert_eq!(seen.0, class, "{code}: {}", seen.2);
            assert!(
                seen.2
                    .contains(&format!("{name} for the service \"shop\": no luck")),
                "{}",
                seen.2
            );
        }
    }
    for (status, name) in [
        (0, "UNKNOWN"),
        (2, "NOT_SERVING"),
        (3, "SERVICE_UNKNOWN"),
        (9, "a status that is none"),
    ] {
        let seen = refused(answer(status)).await;
        assert_eq!(seen.0, Unhealthy, "{}", seen.2);
        assert!(
            seen.2.contains(&format!("the service \"shop\" is {name}")),
            "{}",
            seen.2
        );
    }
}

#[tokio::test]
async fn calls_bring_metadata_and_a_deadline() {
    let server = server(|request| {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let is_whole = request.uri().path() == "/grpc.health.v1.Health/Check"
            && header("te") == Some("trailers")
            && header("x-key") == Some("k")
            && header("x-key-bin") == Some("w6Q")
            && header("grpc-timeout").is_some_and(|timeout| timeout.ends_with('m'));
        answer(if is_whole { 1 } else { 2 })
    })
    .await;
    let metadata = [("X-Key", "k"), ("x-key-bin", "ä")];
    let asked = server.asked_for(
        Duration::from_secs(20),
        TlsMode::Off,
        grpc(&["", "shop"], &metadata),
    );
    let facts = found(asked.await).facts;
    assert_eq!(
        (&facts["status"], &facts["services"], &facts["tls"]),
        (
            &json!("SERVING"),
            &json!({"": "SERVING", "shop": "SERVING"}),
            &json!(null)
        )
    );
    for (name, value) in [
        ("grpc-timeout", "1S"),
        ("te", "x"),
        ("a b", "c"),
        ("key", "ä-secret\n"),
    ] {
        let seen = failed(server.asked(TlsMode::Off, grpc(&[""], &[(name, value)])).await);
        assert_eq!(seen.0, FailureClass::BadRequest, "{name}: {}", seen.2);
        assert!(!seen.2.contains("secret"), "{}", seen.2);
    }
}

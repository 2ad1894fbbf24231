//! Against fakes: what no name server does by order. The real one is asked by the tests of the whole program.

use std::net::SocketAddr;

use serde_json::json;
use serin_judge::analysis::plan::journey::{FailureClass as Class, RequestPhase as Phase};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

use crate::probes::dial::name_server::{NOERROR, NXDOMAIN, answered, question};
use crate::probes::dial::testing::{closed_port, failure, filled, found, kind, overdue};

/// The answer does not hold everything.
fn truncated(mut answer: Vec<u8>) -> Vec<u8> {
    answer[2] |= 0x02;
    answer
}

/// Both at one port; gone when dropped.
struct NameServer {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl NameServer {
    async fn start(
        udp: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static,
        tcp: impl Fn(&[u8]) -> Vec<u8> + Send + 'static,
    ) -> Self {
        let (listener, socket) = loop {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            if let Ok(socket) = UdpSocket::bind(listener.local_addr().unwrap()).await {
                break (listener, socket);
            }
        };
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut query = [0; 2_000];
            while let Ok((length, from)) = socket.recv_from(&mut query).await {
                for answer in udp(&query[..length]) {
                    socket.send_to(&answer, from).await.unwrap();
                }
            }
        });
        tasks.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let length = stream.read_u16().await.unwrap();
                let mut query = vec![0; usize::from(length)];
                stream.read_exact(&mut query).await.unwrap();
                let _gone = stream.write_all(&tcp(&query)).await;
            }
        });
        Self {
            address,
            _tasks: tasks,
        }
    }

    async fn udp(answers: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        Self::start(answers, |_| Vec::new()).await
    }

    async fn tcp(answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> Self {
        Self::start(|_| Vec::new(), answer).await
    }

    fn probe(&self, settings: &str) -> serin_judge::journey::FilledProbe {
        filled(&format!(
            "dns: {{server: '{}', name: shop.test{settings}}}",
            self.address
        ))
    }
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap();
    [&length.to_be_bytes(), message].concat()
}

#[tokio::test]
async fn only_the_answer_to_this_question_counts() {
    let server = NameServer::udp(|query| {
        let good = answered(query, NOERROR, &[[10, 0, 0, 1]]);
        let lie = answered(query, NOERROR, &[[10, 6, 6, 6]]);
        let (mut other_id, mut other_name, mut no_answer) = (lie.clone(), lie.clone(), lie);
        other_id[0] ^= 0xff;
        other_name[13] = b'x';
        no_answer[2] &= 0x7f;
        vec![other_id, vec![1, 2, 3], Vec::new(), other_name, no_answer, good]
    })
    .await;
    let facts = found(&server.probe("")).await;
    assert_eq!(facts["text"], "10.0.0.1");
    assert_eq!(
        facts["answers"],
        json!([{"name": "shop.test.", "type": "A", "ttl": 60, "value": "10.0.0.1"}])
    );
    assert_eq!(
        (&facts["transport"], &facts["truncated"]),
        (&json!("udp"), &json!(false))
    );
    assert_eq!(
        (&facts["rcode"], &facts["serial"]),
        (&json!("NOERROR"), &json!(null))
    );
}

#[tokio::test]
async fn what_is_cut_short_is_asked_for_again_over_tcp() {
    let many: Vec<[u8; 4]> = (0..=255).map(|last| [10, 0, 0, last]).collect();
    let cut = |query: &[u8]| vec![truncated(answered(query, NOERROR, &[[10, 0, 0, 0]]))];
    let server = NameServer::start(cut, move |query| framed(&answered(query, NOERROR, &many))).await;
    let facts = found(&server.probe("")).await;
    assert_eq!(
        (&facts["transport"], &facts["truncated"]),
        (&json!("tcp"), &json!(true))
    );
    assert_eq!(facts["answers"].as_array().unwrap().len(), 256);
    let facts = found(&server.probe(", transport: tcp")).await;
    assert_eq!(
        (&facts["transport"], &facts["truncated"]),
        (&json!("tcp"), &json!(false))
    );
}

#[tokio::test]
async fn other_codes_than_expected_are_failures() {
    for (code, class) in [
        (3, Class::DnsNxdomain),
        (2, Class::DnsServfail),
        (5, Class::DnsServfail),
        (4, Class::AssertFailed),
        (15, Class::AssertFailed),
    ] {
        let server = NameServer::udp(move |query| vec![answered(query, code, &[])]).await;
        let failure = failure(&server.probe("")).await;
        assert_eq!(kind(&failure), (class, Phase::Body), "{failure:?}");
    }
    let server = NameServer::udp(|query| vec![answered(query, NXDOMAIN, &[])]).await;
    let facts = found(&server.probe(", rcode: NXDOMAIN")).await;
    assert_eq!(
        (&facts["rcode"], &facts["answers"]),
        (&json!("NXDOMAIN"), &json!([]))
    );
    let server = NameServer::udp(|query| vec![answered(query, NOERROR, &[[10, 0, 0, 1]])]).await;
    let failure = failure(&server.probe(", rcode: NXDOMAIN")).await;
    assert_eq!(failure.class, Class::AssertFailed, "{failure:?}");
}

#[tokio::test]
async fn servers_that_hang_reset_and_talk_nonsense() {
    let silent = NameServer::udp(|_| Vec::new()).await;
    let failure_of = overdue(&silent.probe("")).await;
    assert_eq!(kind(&failure_of), (Class::TtfbTimeout, Phase::FirstByte));
    assert!(
        failure_of.message.contains("an answer about shop.test"),
        "{failure_of:?}"
    );
    let cut = NameServer::udp(|query| {
        let mut answer = answered(query, NOERROR, &[[10, 0, 0, 1]]);
        answer.truncate(answer.len() - 6);
        vec![answer]
    })
    .await;
    let failure_of = failure(&cut.probe("")).await;
    assert_eq!(
        kind(&failure_of),
        (Class::ProtocolError, Phase::FirstByte),
        "{failure_of:?}"
    );
    for (number, (answer, class)) in [
        (Vec::new(), Class::Reset),
        (vec![0, 9, 1], Class::Reset),
        (framed(&[0xff; 40]), Class::ProtocolError),
    ]
    .into_iter()
    .enumerate()
    {
        let server = NameServer::tcp(move |_| answer.clone()).await;
        let failure_of = failure(&server.probe(", transport: tcp")).await;
        assert_eq!(failure_of.class, class, "case {number}: {failure_of:?}");
    }
    let other = NameServer::tcp(|query| {
        let mut answer = answered(query, NOERROR, &[[10, 0, 0, 1]]);
        answer[0] ^= 0xff;
        framed(&answer)
    })
    .await;
    let failure_of = failure(&other.probe(", transport: tcp")).await;
    assert_eq!(failure_of.class, Class::ProtocolError, "{failure_of:?}");
}

#[tokio::test]
async fn nobody_listens() {
    let closed = closed_port().await;
    for transport in ["udp", "tcp"] {
        let text = format!("dns: {{server: '{closed}', name: shop.test, transport: {transport}}}");
        let failure = failure(&filled(&text)).await;
        assert_eq!(failure.class, Class::ConnectRefused, "{transport}: {failure:?}");
    }
}

#[tokio::test]
async fn names_that_are_none_are_refused() {
    let label = "x".repeat(64);
    let name = "name.".repeat(60);
    for name in [label.as_str(), "a..b", &name] {
        let text = format!("dns: {{server: '127.0.0.1', name: \"{name}\"}}");
        let failure = failure(&filled(&text)).await;
        assert_eq!(failure.class, Class::BadRequest, "{name:?}: {failure:?}");
    }
}

#[tokio::test]
async fn addresses_are_asked_for_by_their_names() {
    let server = NameServer::udp(|query| {
        let is_turned = question(query).starts_with(b"\x014\x013\x012\x0210\x07in-addr\x04arpa\0");
        let code = if is_turned { 0 } else { 3 };
        vec![answered(query, code, &[])]
    })
    .await;
    let text = format!("dns: {{server: '{}', name: 10.2.3.4, type: PTR}}", server.address);
    assert_eq!(found(&filled(&text)).await["rcode"], "NOERROR");
}

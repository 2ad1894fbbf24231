use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use hickory_resolver::proto::op::Message;
use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase, Security, Tls};
use serin_judge::journey::Peer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UdpSocket;

use super::question::Question;
use crate::probes::dial::{Dial, Fault, PhaseTimer, exhausted, failure};

/// The longest message there is: RFC 1035, section 4.2.2.
const MESSAGE_BYTES_MAX: usize = 65_535;

/// Once, from a port that the system draws by chance; only what comes from the server's address is seen. Answers to another
/// question are passed over, as somebody else's forgeries would be.
pub(super) async fn over_udp(
    dial: &Dial,
    peer: &Peer,
    question: &Question,
    timer: &mut PhaseTimer,
) -> Result<(SocketAddr, Message), Failure> {
    let addresses = dial.addresses(peer, timer).await?;
    timer.enter(RequestPhase::Connect);
    let (socket, address) = connected(&addresses)
        .await
        .map_err(|error| unreachable(peer, &error))?;
    timer.enter(RequestPhase::Send);
    socket
        .send(question.bytes())
        .await
        .map_err(|error| silent(peer, RequestPhase::Send, &error))?;
    timer.enter(RequestPhase::FirstByte);
    let mut buffer = vec![0; MESSAGE_BYTES_MAX];
    loop {
        let received = socket.recv(&mut buffer).await;
        let length = received.map_err(|error| silent(peer, RequestPhase::FirstByte, &error))?;
        let bytes = &buffer[..length];
        if !question.is_meant(bytes) {
            continue;
        }
        let message = read(bytes).map_err(|fault| fault.during(timer, peer))?;
        if question.is_answered_by(&message) {
            timer.enter(RequestPhase::Body);
            return Ok((address, message));
        }
    }
}

/// Over a connection of its own, with TLS where it is spoken (RFC 7858).
pub(super) async fn over_tcp(
    (dial, security): (&Dial, &Security<String>),
    peer: &Peer,
    question: &Question,
    timer: &mut PhaseTimer,
) -> Result<(SocketAddr, Message), Failure> {
    let line = dial.open(peer, security, &Tls::default(), timer).await?;
    let (mut stream, address) = (line.stream, line.address);
    timer.enter(RequestPhase::Send);
    let length = u16::try_from(question.bytes().len()).unwrap_or(u16::MAX);
    let framed = [&length.to_be_bytes(), question.bytes()].concat();
    let broken = |timer: &PhaseTimer, error: io::Error| Fault::from(error).during(timer, peer);
    let written = match stream.write_all(&framed).await {
        Ok(()) => stream.flush().await,
        Err(error) => Err(error),
    };
    written.map_err(|error| broken(timer, error))?;
    timer.enter(RequestPhase::FirstByte);
    let length = stream.read_u16().await.map_err(|error| broken(timer, error))?;
    timer.enter(RequestPhase::Body);
    let mut bytes = vec![0; usize::from(length)];
    stream
        .read_exact(&mut bytes)
        .await
        .map_err(|error| broken(timer, error))?;
    let message = read(&bytes).map_err(|fault| fault.during(timer, peer))?;
    if !question.is_answered_by(&message) {
        let fault = Fault::nonsense("answer to this question", "another number, or another name");
        return Err(fault.during(timer, peer));
    }
    Ok((address, message))
}

fn read(bytes: &[u8]) -> Result<Message, Fault> {
    Message::from_vec(bytes).map_err(|error| Fault::nonsense("DNS message", error))
}

/// To the first address that this machine has a way to.
async fn connected(addresses: &[SocketAddr]) -> io::Result<(UdpSocket, SocketAddr)> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        let any: SocketAddr = match address {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any).await?;
        match socket.connect(address).await {
            Ok(()) => return Ok((socket, *address)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn unreachable(peer: &Peer, error: &io::Error) -> Failure {
    match exhausted(error) {
        Some(own) => failure(FailureClass::ProberUnhealthy, RequestPhase::Connect, own),
        None => failure(
            FailureClass::ConnectError,
            RequestPhase::Connect,
            format!("no way to the name server {peer}: {error}"),
        ),
    }
}

/// A port at which nobody listens is told of by the machine that has it.
fn silent(peer: &Peer, phase: RequestPhase, error: &io::Error) -> Failure {
    let class = match error.kind() {
        io::ErrorKind::ConnectionRefused => FailureClass::ConnectRefused,
        _ => FailureClass::ConnectError,
    };
    let message = format!("no answer of the name server {peer}: {error}; is it listening there?");
    failure(class, phase, message)
}

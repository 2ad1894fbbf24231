//! From an address to a connection on which one may speak: TCP, and TLS where both agree.

use std::io;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use serin_judge::analysis::plan::journey::{
    Failure, FailureClass, RequestPhase, Security, Tls as TlsOptions, TlsMode,
};
use serin_judge::journey::Peer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::connection::{Connection, nonsense, unexpected};
use crate::probes::dial::{Dial, Fault, Line, PhaseTimer};

/// A connection with TLS as far as `security` and the server say.
pub(super) async fn open(
    dial: &Dial,
    security: &Security<String>,
    peer: &Peer,
    timer: &mut PhaseTimer,
) -> Result<Line, Failure> {
    let (mut stream, address) = dial.connect(peer, timer).await?;
    if security.mode == TlsMode::Off {
        return Ok(Line::plain(stream, address));
    }
    timer.enter(RequestPhase::Tls);
    let answer = asked(&mut stream).await;
    let fault = match (answer, security.mode) {
        (Ok(b'S'), _) => {
            let options = TlsOptions::default();
            let secured = dial.secure(security, &options, peer, stream, timer).await?;
            return Ok(Line::secured(secured, address));
        }
        (Ok(b'N'), TlsMode::Prefer) => return Ok(Line::plain(stream, address)),
        (Ok(b'N'), _) => Fault::new(
            FailureClass::TlsHandshake,
            "the server does not speak TLS; `tls: disable` asks without",
        ),
        // The first byte of an error: it has no room for one more.
        (Ok(byte @ b'E'), _) => {
            let said = Connection::new(Box::new(stream))
                .having_read(byte)
                .receive()
                .await;
            said.err()
                .unwrap_or_else(|| unexpected("in place of an answer about TLS"))
        }
        (Ok(byte), _) => nonsense(format!("the byte {byte} in answer to whether TLS is spoken")),
        (Err(error), _) => error.into(),
    };
    Err(fault.during(timer, peer))
}

/// Exactly one byte is read: whatever follows it before the handshake was put there by somebody else.
async fn asked(stream: &mut TcpStream) -> io::Result<u8> {
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    stream.write_all(&request).await?;
    stream.read_u8().await
}

//! A connection over which a protocol is spoken, with TLS or without.

use std::net::SocketAddr;

use serde_json::{Value, json};
use serin_judge::analysis::plan::journey::{Failure, Security, Tls as TlsOptions, TlsMode};
use serin_judge::journey::Peer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::{Dial, Facts, PhaseTimer, Secured};

/// Bytes in both directions.
pub(in crate::probes) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Duplex for S {}

/// What a protocol is spoken over.
pub(in crate::probes) struct Line {
    pub(in crate::probes) stream: Box<dyn Duplex>,
    pub(in crate::probes) address: SocketAddr,
    /// Where TLS is spoken.
    pub(in crate::probes) tls: Option<Facts>,
}

impl Line {
    pub(in crate::probes) fn plain(stream: TcpStream, address: SocketAddr) -> Self {
        Self {
            stream: Box::new(stream),
            address,
            tls: None,
        }
    }

    pub(in crate::probes) fn secured(secured: Secured, address: SocketAddr) -> Self {
        Self {
            stream: secured.stream,
            address,
            tls: Some(secured.facts),
        }
    }
}

/// The fact `tls`: null where it was not spoken.
pub(in crate::probes) fn tls_fact(tls: Option<&Facts>) -> Value {
    match tls.and_then(Facts::now) {
        Some(facts) => json!({"version": facts.version, "daysLeft": facts.days_left}),
        None => Value::Null,
    }
}

impl Dial {
    /// A connection with TLS from the first byte, or without any.
    ///
    /// # Errors
    /// The phase that failed.
    pub(in crate::probes) async fn open(
        &self,
        peer: &Peer,
        security: &Security<String>,
        options: &TlsOptions,
        timer: &mut PhaseTimer,
    ) -> Result<Line, Failure> {
        let (stream, address) = self.connect(peer, timer).await?;
        if security.mode == TlsMode::Off {
            return Ok(Line::plain(stream, address));
        }
        let secured = self.secure(security, options, peer, stream, timer).await?;
        Ok(Line::secured(secured, address))
    }
}

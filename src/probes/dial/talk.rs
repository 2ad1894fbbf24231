//! A talk in lines of text, which may become TLS in between.

use std::net::SocketAddr;

use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase, Security, Tls, TlsMode};
use serin_judge::journey::Peer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::fault::Fault;
use super::{Dial, Facts, PhaseTimer, failure};

/// What a server may say in all.
const HEARD_BYTES_MAX: usize = 64 << 10;
const READ_BYTES: usize = 4 << 10;

/// A connection to a server that says lines.
pub(in crate::probes) struct Talk<'peer> {
    peer: &'peer Peer,
    address: SocketAddr,
    wire: Wire,
    tls: Option<Facts>,
    heard: Vec<u8>,
    /// What of it has been looked at.
    seen: usize,
    /// The connection has ended in the middle of TLS.
    is_torn: bool,
}

enum Wire {
    Plain(TcpStream),
    Secured(Box<TlsStream<TcpStream>>),
}

/// A line without its end, as text.
pub(in crate::probes) struct Line {
    pub(in crate::probes) text: String,
    /// The server closed the connection before the end of the line.
    pub(in crate::probes) is_cut: bool,
}

impl<'peer> Talk<'peer> {
    /// Connects, with TLS from the first byte where the mode says so.
    ///
    /// # Errors
    /// The phase that failed.
    pub(in crate::probes) async fn begin(
        dial: &Dial,
        peer: &'peer Peer,
        security: &Security<String>,
        timer: &mut PhaseTimer,
    ) -> Result<Self, Failure> {
        let (stream, address) = dial.connect(peer, timer).await?;
        let talk = Self {
            peer,
            address,
            wire: Wire::Plain(stream),
            tls: None,
            heard: Vec::new(),
            seen: 0,
            is_torn: false,
        };
        if security.mode == TlsMode::Direct {
            return talk.secured(dial, security, timer).await;
        }
        Ok(talk)
    }

    /// Over a connection that is there.
    pub(in crate::probes) fn over(peer: &'peer Peer, address: SocketAddr, stream: TcpStream) -> Self {
        Self {
            peer,
            address,
            wire: Wire::Plain(stream),
            tls: None,
            heard: Vec::new(),
            seen: 0,
            is_torn: false,
        }
    }

    /// The same over TLS. What the server has said beyond what was looked at would be of nobody knows whom: it is refused.
    ///
    /// # Errors
    /// The handshake failed.
    pub(in crate::probes) async fn secured(
        self,
        dial: &Dial,
        security: &Security<String>,
        timer: &mut PhaseTimer,
    ) -> Result<Self, Failure> {
        if self.seen < self.heard.len() {
            return Err(self.nonsense(timer, "text after the server had agreed on TLS"));
        }
        let peer = self.peer;
        let (heard, seen, address) = (self.heard.clone(), self.seen, self.address);
        let stream = self.into_plain(timer)?;
        let secured = dial
            .secure(security, &Tls::default(), peer, stream, timer)
            .await?;
        Ok(Self {
            peer,
            address,
            wire: Wire::Secured(secured.stream),
            tls: Some(secured.facts),
            heard,
            seen,
            is_torn: false,
        })
    }

    /// The connection itself, while it is without TLS.
    ///
    /// # Errors
    /// It is not.
    pub(in crate::probes) fn into_plain(self, timer: &PhaseTimer) -> Result<TcpStream, Failure> {
        match self.wire {
            Wire::Plain(stream) => Ok(stream),
            Wire::Secured(_) => Err(failure(
                FailureClass::BadRequest,
                timer.phase(),
                "TLS inside of TLS",
            )),
        }
    }

    pub(in crate::probes) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(in crate::probes) fn tls(&self) -> Option<&Facts> {
        self.tls.as_ref()
    }

    /// All that the server has said so far.
    pub(in crate::probes) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard).into_owned()
    }

    /// Nothing of what was heard has been left unseen.
    pub(in crate::probes) fn is_all_seen(&self) -> bool {
        self.seen == self.heard.len()
    }

    /// The connection has ended without a word, which over TLS may be anybody's doing.
    pub(in crate::probes) fn is_torn(&self) -> bool {
        self.is_torn
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// The connection broke.
    pub(in crate::probes) async fn say(
        &mut self,
        text: impl AsRef<[u8]>,
        timer: &mut PhaseTimer,
    ) -> Result<(), Failure> {
        timer.enter(self.phase(RequestPhase::Send));
        let text = text.as_ref();
        let written = match &mut self.wire {
            Wire::Plain(stream) => stream.write_all(text).await,
            Wire::Secured(stream) => match stream.write_all(text).await {
                Ok(()) => stream.flush().await,
                Err(error) => Err(error),
            },
        };
        written.map_err(|error| Fault::from(error).during(timer, self.peer))
    }

    /// The next line; `None` where the server has closed the connection.
    ///
    /// # Errors
    /// The connection broke, or more came than is read.
    pub(in crate::probes) async fn line(&mut self, timer: &mut PhaseTimer) -> Result<Option<Line>, Failure> {
        let mut searched = self.seen;
        loop {
            if let Some(end) = self.heard[searched..].iter().position(|byte| *byte == b'\n') {
                return Ok(Some(self.take(searched + end + 1, false)));
            }
            searched = self.heard.len();
            if self.hear(timer).await? == 0 {
                let end = self.heard.len();
                return Ok((self.seen < end).then(|| self.take(end, true)));
            }
        }
    }

    /// Exactly so many bytes.
    ///
    /// # Errors
    /// The connection broke or ended before.
    pub(in crate::probes) async fn bytes(
        &mut self,
        count: usize,
        timer: &mut PhaseTimer,
    ) -> Result<Vec<u8>, Failure> {
        while self.heard.len() < self.seen + count {
            if self.hear(timer).await? == 0 {
                return Err(self.closed(timer));
            }
        }
        let begun = self.seen;
        self.seen += count;
        Ok(self.heard[begun..self.seen].to_vec())
    }

    /// The server closed the connection before it had said all.
    pub(in crate::probes) fn closed(&self, timer: &PhaseTimer) -> Failure {
        let end = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        Fault::from(end).during(timer, self.peer)
    }

    /// What came is not of the protocol.
    pub(in crate::probes) fn nonsense(&self, timer: &PhaseTimer, seen: &str) -> Failure {
        self.fault(timer, FailureClass::ProtocolError, seen)
    }

    /// Something is wrong in the phase under way.
    pub(in crate::probes) fn fault(&self, timer: &PhaseTimer, class: FailureClass, seen: &str) -> Failure {
        Fault::new(class, seen).during(timer, self.peer)
    }

    fn take(&mut self, end: usize, is_cut: bool) -> Line {
        let line = &self.heard[self.seen..end];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = String::from_utf8_lossy(line).into_owned();
        self.seen = end;
        Line { text, is_cut }
    }

    /// Reads what has come; 0 at the end of the connection.
    async fn hear(&mut self, timer: &mut PhaseTimer) -> Result<usize, Failure> {
        if self.heard.len() >= HEARD_BYTES_MAX {
            let seen = format!("the server says more than {HEARD_BYTES_MAX} bytes");
            return Err(self.fault(timer, FailureClass::TooLarge, &seen));
        }
        timer.enter(self.phase(RequestPhase::FirstByte));
        let room = READ_BYTES.min(HEARD_BYTES_MAX - self.heard.len());
        let mut chunk = [0; READ_BYTES];
        let read = match &mut self.wire {
            Wire::Plain(stream) => stream.read(&mut chunk[..room]).await,
            Wire::Secured(stream) => stream.read(&mut chunk[..room]).await,
        };
        let count = match read {
            Ok(count) => count,
            // A server that ends TLS without saying so has ended it all the same.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                self.is_torn = true;
                0
            }
            Err(error) => return Err(Fault::from(error).during(timer, self.peer)),
        };
        self.heard.extend_from_slice(&chunk[..count]);
        if count > 0 {
            timer.enter(RequestPhase::Body);
        }
        Ok(count)
    }

    /// Once the server has said something, whatever follows is the rest.
    fn phase(&self, first: RequestPhase) -> RequestPhase {
        if self.heard.is_empty() {
            first
        } else {
            RequestPhase::Body
        }
    }
}

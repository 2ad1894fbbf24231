use std::io;

use serin_judge::analysis::plan::journey::{Failure, FailureClass};
use serin_judge::journey::Peer;

use super::PhaseTimer;
use super::failure::failure;

/// What is wrong with an open connection, or with what came over it; in which phase is known to who holds the timer.
#[derive(Debug)]
pub(in crate::probes) struct Fault {
    pub(in crate::probes) class: FailureClass,
    pub(in crate::probes) message: String,
}

impl Fault {
    pub(in crate::probes) fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
        }
    }

    /// What came is not of the protocol.
    pub(in crate::probes) fn nonsense(protocol: &str, seen: impl std::fmt::Display) -> Self {
        Self::new(
            FailureClass::ProtocolError,
            format!("what came is no {protocol}: {seen}"),
        )
    }

    /// In the phase under way.
    pub(in crate::probes) fn during(self, timer: &PhaseTimer, peer: &Peer) -> Failure {
        failure(self.class, timer.phase(), format!("{peer}: {}", self.message))
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        let inner = error.get_ref();
        if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Self::new(FailureClass::TlsHandshake, format!("TLS broke: {tls}"));
        }
        let message = match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                "the server closed the connection before the answer was whole".to_owned()
            }
            _ => format!("the connection broke: {error}"),
        };
        Self::new(FailureClass::Reset, message)
    }
}

use std::sync::Arc;

use rustls::{ClientConnection, ProtocolVersion};
use serde_json::{Map, Value};
use serin_judge::journey::{TlsFacts, TlsSession};
use x509_parser::prelude::parse_x509_certificate;

use crate::engine::ports::Clock;

const SECONDS_OF_A_DAY: i64 = 86_400;

/// What a session said of itself when it began; what is left of its certificates is counted when somebody asks.
#[derive(Clone)]
pub(in crate::probes) struct Facts {
    version: &'static str,
    /// Seconds since 1970 at which the first certificate of the chain that was shown ends; `None` when none can be read.
    ends_at: Option<i64>,
    clock: Arc<dyn Clock>,
    shown: Arc<Map<String, Value>>,
    session: Option<Arc<TlsSession>>,
}

impl Facts {
    pub(in crate::probes) fn of(session: &ClientConnection, clock: Arc<dyn Clock>) -> Self {
        let version = match session.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
            _ => "unknown",
        };
        let chain = session.peer_certificates().unwrap_or_default();
        let ends = chain.iter().filter_map(|certificate| {
            let (_, certificate) = parse_x509_certificate(certificate).ok()?;
            Some(certificate.validity().not_after.timestamp())
        });
        Self {
            version,
            ends_at: ends.min(),
            clock,
            shown: Arc::default(),
            session: None,
        }
    }

    /// The same with all that the handshake showed.
    pub(super) fn showing(self, shown: Map<String, Value>) -> Self {
        Self {
            shown: Arc::new(shown),
            ..self
        }
    }

    /// The same for whoever wants to know more than journeys do.
    pub(in crate::probes) fn telling(self, session: TlsSession) -> Self {
        Self {
            session: Some(Arc::new(session)),
            ..self
        }
    }

    /// The members of the fact `tls`, of a session of a probe.
    pub(in crate::probes) fn shown(&self) -> &Map<String, Value> {
        &self.shown
    }

    /// Such as `TLSv1.3`.
    pub(super) fn version(&self) -> &'static str {
        self.version
    }

    /// `None` where no certificate could be read, which an unchecked server may bring about.
    pub(in crate::probes) fn now(&self) -> Option<TlsFacts> {
        let now = self.clock.now().as_micros().div_euclid(1_000_000);
        let left = self.ends_at?.saturating_sub(now);
        Some(TlsFacts {
            version: self.version,
            days_left: left.div_euclid(SECONDS_OF_A_DAY),
            session: self.session.clone(),
        })
    }
}

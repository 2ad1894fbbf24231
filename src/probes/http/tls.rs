use std::sync::{Arc, OnceLock};

use serin_judge::analysis::plan::journey::{Connections, Failure, HttpVersion};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::engine::ports::{ClientSettings, Clock, ProbeError};
use crate::probes::dial::{self, Anchors, Facts, Trust};

/// TLS as one client speaks it.
pub(super) struct Tls {
    trust: Trust,
    /// Handshakes are told in full.
    shows_session: bool,
    clock: Arc<dyn Clock>,
    /// Made by the first connection that needs them: plain HTTP should not read every trusted root.
    connectors: OnceLock<Result<Connectors, Failure>>,
}

/// One each for the protocols that are offered.
#[derive(Clone)]
struct Connectors {
    auto: TlsConnector,
    http1: TlsConnector,
    http2: TlsConnector,
    anchors: Option<Arc<[Arc<Anchors>]>>,
}

/// A stream whose handshake is done.
pub(super) struct Secured {
    pub(super) stream: Box<TlsStream<TcpStream>>,
    pub(super) facts: Facts,
    /// The server chose HTTP/2.
    pub(super) http2: bool,
}

impl Tls {
    /// # Errors
    /// PEM that cannot be read.
    pub(super) fn new(settings: &ClientSettings, clock: Arc<dyn Clock>) -> Result<Self, ProbeError> {
        Ok(Self {
            trust: Trust::new(
                settings.roots.as_ref(),
                &settings.terms,
                settings.insecure,
                settings.connections == Connections::Warm,
            )?,
            shows_session: settings.terms.shows_session,
            clock,
            connectors: OnceLock::new(),
        })
    }

    /// # Errors
    /// There is no usable configuration.
    pub(super) fn connector(&self, version: HttpVersion) -> Result<TlsConnector, Failure> {
        let made = self.connectors.get_or_init(|| {
            let config = self.trust.config(Arc::clone(&self.clock))?;
            let speaking = |protocols: &[&[u8]]| {
                let mut config = config.clone();
                config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
                TlsConnector::from(Arc::new(config))
            };
            Ok(Connectors {
                auto: speaking(&[b"h2", b"http/1.1"]),
                http1: speaking(&[b"http/1.1"]),
                http2: speaking(&[b"h2"]),
                anchors: self.trust.anchors().map(Arc::from),
            })
        });
        let connectors = made.as_ref().map_err(Clone::clone)?;
        Ok(match version {
            HttpVersion::Auto => connectors.auto.clone(),
            HttpVersion::Http1 => connectors.http1.clone(),
            HttpVersion::Http2 => connectors.http2.clone(),
        })
    }

    /// # Errors
    /// The handshake failed.
    pub(super) async fn handshake(
        &self,
        connector: TlsConnector,
        host: &str,
        stream: TcpStream,
    ) -> Result<Secured, Failure> {
        let stream = dial::handshake(&connector, host, stream).await?;
        let session = stream.get_ref().1;
        let mut facts = Facts::of(session, Arc::clone(&self.clock));
        if self.shows_session {
            let connectors = self.connectors.get().and_then(|made| made.as_ref().ok());
            let anchors = connectors.and_then(|made| made.anchors.as_deref());
            facts = facts.telling(dial::told(session, anchors, self.clock.now()));
        }
        let http2 = session.alpn_protocol() == Some(b"h2");
        Ok(Secured {
            stream: Box::new(stream),
            facts,
            http2,
        })
    }
}

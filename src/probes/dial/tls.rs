//! Who is trusted, and what a handshake says.

mod classify;
mod config;
mod configs;
mod facts;
mod session;
mod shown;
mod staple;
mod verifiers;

use std::sync::Arc;

use rustls::pki_types::ServerName;
use serin_judge::analysis::plan::journey::{
    Failure, FailureClass, RequestPhase, Security, Tls as TlsOptions,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::failure::failure;
use crate::engine::ports::Clock;
pub(in crate::probes) use config::Trust;
pub(super) use configs::Configs;
pub(in crate::probes) use facts::Facts;
pub(in crate::probes) use shown::{Anchors, session as told};

/// A stream whose handshake is done.
pub(in crate::probes) struct Secured {
    pub(in crate::probes) stream: Box<TlsStream<TcpStream>>,
    pub(in crate::probes) facts: Facts,
}

impl Configs {
    /// TLS over a connection, as a new session.
    ///
    /// # Errors
    /// What cannot be set up, and a handshake that failed.
    pub(super) async fn secure(
        &self,
        (security, options): (&Security<String>, &TlsOptions),
        name: &str,
        stream: TcpStream,
        clock: &Arc<dyn Clock>,
    ) -> Result<Secured, Failure> {
        let prepared = self.connector(security, options)?;
        let stream = handshake(&prepared.connector, name, stream).await?;
        let session = stream.get_ref().1;
        let mut facts = Facts::of(session, Arc::clone(clock));
        if security.terms.shows_session {
            facts = facts.telling(shown::session(session, prepared.anchors.as_deref(), clock.now()));
        }
        let seen = prepared.recording.seen();
        let shown = session::fact(session, &seen, (name, facts.version()), clock.now());
        Ok(Secured {
            stream: Box::new(stream),
            facts: facts.showing(shown),
        })
    }
}

/// # Errors
/// The handshake failed.
pub(in crate::probes) async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
    connector: &TlsConnector,
    host: &str,
    stream: S,
) -> Result<TlsStream<S>, Failure> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| {
        let message = format!("{host} is no name that a certificate can hold");
        failure(FailureClass::BadRequest, RequestPhase::Tls, message)
    })?;
    let secured = connector.connect(name, stream).await;
    secured.map_err(|error| classify::handshake(host, &error))
}

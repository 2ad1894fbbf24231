//! Who is trusted, and what a handshake says.

mod classify;
mod config;
mod configs;
mod facts;

use rustls::pki_types::ServerName;
use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::failure::failure;
pub(in crate::probes) use config::Trust;
pub(super) use configs::Configs;
pub(in crate::probes) use facts::Facts;

/// A stream whose handshake is done.
pub(in crate::probes) struct Secured {
    pub(in crate::probes) stream: Box<TlsStream<TcpStream>>,
    pub(in crate::probes) facts: Facts,
    /// Who was asked for.
    pub(in crate::probes) name: String,
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

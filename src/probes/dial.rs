//! How a server is reached, whatever is spoken there: its name, TCP, TLS, and how long each took.
//!
//! One address, one attempt where it answers at all: no racing of IPv4 and IPv6, nothing tried again, nothing kept.

mod connect;
mod failure;
mod fault;
mod line;
#[cfg(test)]
pub(in crate::probes) mod name_server;
mod names;
mod reply;
#[cfg(test)]
pub(in crate::probes) mod scripted;
mod talk;
#[cfg(test)]
pub(in crate::probes) mod testing;
mod timer;
mod tls;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use serin_judge::analysis::plan::journey::{
    Failure, FailureClass, RequestPhase, Security, Tls as TlsOptions,
};
use serin_judge::journey::{FilledProbe, Peer};
use tokio::net::TcpStream;

use crate::engine::ports::Clock;
pub(in crate::probes) use connect::connect;
pub(in crate::probes) use failure::{exhausted, failure, overdue};
pub(in crate::probes) use fault::Fault;
pub(in crate::probes) use line::{Duplex, Line, tls_fact};
pub use names::Names;
pub(in crate::probes) use reply::{Reply, excerpt};
pub(in crate::probes) use talk::Talk;
pub(in crate::probes) use timer::PhaseTimer;
pub(in crate::probes) use tls::{Anchors, Facts, Secured, Trust, handshake, told};

use tls::Configs;

/// Reaches servers for probes that speak other protocols than HTTP.
pub(in crate::probes) struct Dial {
    names: Arc<Names>,
    clock: Arc<dyn Clock>,
    configs: Arc<Configs>,
    connect_to: Vec<(String, SocketAddr)>,
}

impl Dial {
    pub(in crate::probes) fn new(names: Arc<Names>, clock: Arc<dyn Clock>) -> Self {
        Self {
            names,
            configs: Arc::new(Configs::new(Arc::clone(&clock))),
            clock,
            connect_to: Vec::new(),
        }
    }

    /// The same with other addresses for some `host:port`.
    pub(in crate::probes) fn connecting_to(&self, connect_to: &[(String, SocketAddr)]) -> Self {
        Self {
            names: Arc::clone(&self.names),
            clock: Arc::clone(&self.clock),
            configs: Arc::clone(&self.configs),
            connect_to: connect_to.to_vec(),
        }
    }

    /// The addresses of a peer, best first; only names are looked up, and only that is a phase.
    ///
    /// # Errors
    /// There is none, or nobody says so.
    pub(in crate::probes) async fn addresses(
        &self,
        peer: &Peer,
        timer: &mut PhaseTimer,
    ) -> Result<Vec<SocketAddr>, Failure> {
        if let Some(address) = given_address(&self.connect_to, &peer.host, peer.port) {
            return Ok(vec![address]);
        }
        if let Ok(address) = peer.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, peer.port)]);
        }
        timer.enter(RequestPhase::Dns);
        let addresses = self.names.addresses(&peer.host).await?;
        let with_port = |address| SocketAddr::new(address, peer.port);
        Ok(addresses.into_iter().map(with_port).collect())
    }

    /// A connection to a peer, and whom it leads to.
    ///
    /// # Errors
    /// The phase that failed.
    pub(in crate::probes) async fn connect(
        &self,
        peer: &Peer,
        timer: &mut PhaseTimer,
    ) -> Result<(TcpStream, SocketAddr), Failure> {
        let addresses = self.addresses(peer, timer).await?;
        timer.enter(RequestPhase::Connect);
        connect(&addresses).await
    }

    /// TLS over a connection, as a new session: what a resumed one would show is what the one before was shown.
    ///
    /// # Errors
    /// What cannot be set up, and a handshake that failed.
    pub(in crate::probes) async fn secure(
        &self,
        security: &Security<String>,
        options: &TlsOptions,
        peer: &Peer,
        stream: TcpStream,
        timer: &mut PhaseTimer,
    ) -> Result<Secured, Failure> {
        timer.enter(RequestPhase::Tls);
        let name = security.server_name.as_deref().unwrap_or(&peer.host);
        let configs = &self.configs;
        let secured = configs
            .secure((security, options), name, stream, &self.clock)
            .await?;
        timer.secured(&secured.facts);
        Ok(secured)
    }
}

/// Who is asked, where the protocol cannot be without.
///
/// # Errors
/// Nobody was told.
pub(in crate::probes) fn peer(filled: &FilledProbe) -> Result<&Peer, Failure> {
    filled.peer.as_ref().ok_or_else(|| {
        let message = format!("`{}` has no address", filled.probe.protocol.name());
        failure(FailureClass::BadRequest, RequestPhase::Connect, message)
    })
}

/// Where somebody asked to connect to instead of `host:port`.
pub(in crate::probes) fn given_address(
    connect_to: &[(String, SocketAddr)],
    host: &str,
    port: u16,
) -> Option<SocketAddr> {
    let asked = |(place, _): &&(String, SocketAddr)| {
        place.rsplit_once(':').is_some_and(|(given, given_port)| {
            let given = given.trim_start_matches('[').trim_end_matches(']');
            given.eq_ignore_ascii_case(host) && given_port.parse() == Ok(port)
        })
    };
    connect_to.iter().find(asked).map(|(_, address)| *address)
}

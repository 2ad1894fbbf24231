use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::connection::{Connection, Peer};
use super::failure::broken;
use super::http1::Http1;
use super::http2::Http2;
use super::origin::Origin;
use super::stream::Transport;
use super::tls::Tls;
use super::trace::Trace;
use crate::engine::ports::Reach;
use crate::probes::dial::{Names, connect, failure, given_address};
use http::{HeaderValue, Uri};
use serin_judge::analysis::plan::journey::{Failure, FailureClass, HttpVersion, RequestPhase};

/// Makes connections.
pub(super) struct Dialer {
    pub(super) names: Arc<Names>,
    pub(super) tls: Tls,
    pub(super) connect_to: Vec<(String, SocketAddr)>,
    /// Where a request does not say.
    pub(super) version: HttpVersion,
}

impl Dialer {
    /// # Errors
    /// The phase that failed.
    pub(super) async fn dial(
        &self,
        (uri, reach): (&Uri, Option<&Reach>),
        version: HttpVersion,
        trace: &mut Trace<'_>,
    ) -> Result<Connection, Failure> {
        let origin = Origin::of(uri)?;
        let connector = match origin.https {
            true => Some(self.tls.connector(version)?),
            false => None,
        };
        let addresses = match reach {
            Some(reach) => vec![reach.address],
            None => self.addresses(&origin, trace).await?,
        };
        trace.enter(RequestPhase::Connect);
        let (stream, address) = connect(&addresses).await?;
        let (transport, facts, http2) = match connector {
            None => (Transport::Plain(stream), None, version == HttpVersion::Http2),
            Some(connector) => {
                trace.enter(RequestPhase::Tls);
                let name = reach.map_or(&*origin.host, |reach| reach.server_name.as_str());
                let secured = self.tls.handshake(connector, name, stream).await?;
                if version == HttpVersion::Http2 && !secured.http2 {
                    let message = format!("{} does not speak HTTP/2", origin.host);
                    return Err(failure(FailureClass::ProtocolError, RequestPhase::Tls, message));
                }
                (Transport::Tls(secured.stream), Some(secured.facts), secured.http2)
            }
        };
        let authority = HeaderValue::try_from(origin.authority());
        let peer = Arc::new(Peer {
            // Whatever is a host in a `Uri` is a header's value.
            authority: authority.unwrap_or_else(|_| HeaderValue::from_static("")),
            origin,
            address,
            tls: facts,
        });
        let made = if http2 {
            Http2::new(transport, peer).await.map(Connection::Http2)
        } else {
            Http1::new(transport, peer)
                .await
                .map(|made| Connection::Http1(Box::new(made)))
        };
        made.map_err(|error| {
            let (class, seen) = broken(&error);
            failure(class, RequestPhase::Send, seen)
        })
    }

    /// Where to connect to, best first; only names are looked up, and only that is a phase.
    async fn addresses(&self, origin: &Origin, trace: &mut Trace<'_>) -> Result<Vec<SocketAddr>, Failure> {
        if let Some(address) = given_address(&self.connect_to, &origin.host, origin.port) {
            return Ok(vec![address]);
        }
        if let Ok(address) = origin.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, origin.port)]);
        }
        trace.enter(RequestPhase::Dns);
        let addresses = self.names.addresses(&origin.host).await?;
        let with_port = |address| SocketAddr::new(address, origin.port);
        Ok(addresses.into_iter().map(with_port).collect())
    }
}

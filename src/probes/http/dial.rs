use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::{HeaderValue, Uri};
use serin_judge::analysis::plan::journey::{Failure, FailureClass, HttpVersion, RequestPhase};
use tokio::net::TcpStream;

use super::connection::{Connection, Peer};
use super::failure::{broken, exhausted, failure};
use super::http1::Http1;
use super::http2::Http2;
use super::names::Names;
use super::origin::Origin;
use super::stream::Transport;
use super::tls::Tls;
use super::trace::Trace;

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
        uri: &Uri,
        version: HttpVersion,
        trace: &mut Trace<'_>,
    ) -> Result<Connection, Failure> {
        let origin = Origin::of(uri)?;
        let connector = match origin.https {
            true => Some(self.tls.connector(version)?),
            false => None,
        };
        let addresses = self.addresses(&origin, trace).await?;
        trace.enter(RequestPhase::Connect);
        let (stream, address) = connect(&addresses).await?;
        let (transport, facts, http2) = match connector {
            None => (Transport::Plain(stream), None, version == HttpVersion::Http2),
            Some(connector) => {
                trace.enter(RequestPhase::Tls);
                let secured = self.tls.handshake(connector, &origin.host, stream).await?;
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
        let asked = |(place, _): &&(String, SocketAddr)| {
            place.rsplit_once(':').is_some_and(|(host, port)| {
                let host = host.trim_start_matches('[').trim_end_matches(']');
                host.eq_ignore_ascii_case(&origin.host) && port.parse() == Ok(origin.port)
            })
        };
        if let Some((_, address)) = self.connect_to.iter().find(asked) {
            return Ok(vec![*address]);
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

/// To the first address that takes it: the next one is asked only where one refuses at once, or cannot be reached.
async fn connect(addresses: &[SocketAddr]) -> Result<(TcpStream, SocketAddr), Failure> {
    let mut refused: Vec<(SocketAddr, io::Error)> = Vec::new();
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // A request is written at once and whole; Nagle's algorithm could only hold its end up.
                return match stream.set_nodelay(true) {
                    Ok(()) => Ok((stream, *address)),
                    Err(error) => Err(unreachable_by(&[(*address, error)])),
                };
            }
            Err(error) => refused.push((*address, error)),
        }
    }
    Err(unreachable_by(&refused))
}

fn unreachable_by(attempts: &[(SocketAddr, io::Error)]) -> Failure {
    // The prober's own want of resources is told before what else was seen.
    let own = attempts.iter().find_map(|(address, error)| {
        // An IPv6 address that this machine has no address for fails in the same way as ports that are used up.
        let is_unreachable = address.is_ipv6() && error.kind() == io::ErrorKind::AddrNotAvailable;
        exhausted(error).filter(|_| !is_unreachable)
    });
    if let Some(own) = own {
        return failure(FailureClass::ProberUnhealthy, RequestPhase::Connect, own);
    }
    let class = match attempts.last().map(|(_, error)| error.kind()) {
        Some(io::ErrorKind::ConnectionRefused) => FailureClass::ConnectRefused,
        Some(io::ErrorKind::TimedOut) => FailureClass::ConnectTimeout,
        _ => FailureClass::ConnectError,
    };
    let seen: Vec<String> = attempts
        .iter()
        .map(|(address, error)| format!("{address}: {error}"))
        .collect();
    failure(
        class,
        RequestPhase::Connect,
        format!(
            "no connection to {}; is somebody listening there?",
            seen.join(", ")
        ),
    )
}

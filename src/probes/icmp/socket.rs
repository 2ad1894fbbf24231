use std::io;
use std::net::SocketAddr;

use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase};
use socket2::{Domain, Protocol, Type};
use tokio::net::UdpSocket;

use super::packet::Version;
use crate::probes::dial::{exhausted, failure};

/// What echoes go through.
pub(super) struct Socket {
    /// The system sends and receives whole datagrams here, whatever the protocol.
    inner: UdpSocket,
    pub(super) version: Version,
    /// Every echo of this machine comes in, not only those of this socket.
    pub(super) is_raw: bool,
}

impl Socket {
    /// To the first address that can be sent to: an unprivileged socket, or a raw one where those are refused.
    ///
    /// # Errors
    /// Neither is allowed, or there is no way to any of the addresses.
    pub(super) fn open(addresses: &[SocketAddr], ttl: Option<u8>) -> Result<(Self, SocketAddr), Failure> {
        let mut last = None;
        for address in addresses {
            match Self::to(*address, ttl) {
                Ok(socket) => return Ok((socket, *address)),
                Err(error) => last = Some((*address, error)),
            }
        }
        Err(last.map_or_else(
            || failure(FailureClass::ConnectError, RequestPhase::Connect, "no address"),
            |(address, error)| refused(address, &error),
        ))
    }

    fn to(address: SocketAddr, ttl: Option<u8>) -> io::Result<Self> {
        let (version, domain, protocol) = match address {
            SocketAddr::V4(_) => (Version::V4, Domain::IPV4, Protocol::ICMPV4),
            SocketAddr::V6(_) => (Version::V6, Domain::IPV6, Protocol::ICMPV6),
        };
        let (socket, is_raw) = match socket2::Socket::new(domain, Type::DGRAM, Some(protocol)) {
            Ok(socket) => (socket, false),
            Err(error) if is_forbidden(&error) => {
                (socket2::Socket::new(domain, Type::RAW, Some(protocol))?, true)
            }
            Err(error) => return Err(error),
        };
        socket.set_nonblocking(true)?;
        match (ttl.map(u32::from), version) {
            (Some(hops), Version::V4) => socket.set_ttl_v4(hops)?,
            (Some(hops), Version::V6) => socket.set_unicast_hops_v6(hops)?,
            (None, _) => {}
        }
        // Connected, it hears what routers say of its packets.
        socket.connect(&SocketAddr::new(address.ip(), 0).into())?;
        Ok(Self {
            inner: UdpSocket::from_std(socket.into())?,
            version,
            is_raw,
        })
    }

    pub(super) async fn send(&self, packet: &[u8]) -> io::Result<()> {
        self.inner.send(packet).await.map(drop)
    }

    pub(super) async fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.recv(buffer).await
    }
}

/// `EACCES` outside of the group that may, `EPERM` without the capability, `EPROTONOSUPPORT` where there are no such
/// sockets at all.
fn is_forbidden(error: &io::Error) -> bool {
    const EPROTONOSUPPORT: i32 = 93;
    error.kind() == io::ErrorKind::PermissionDenied || error.raw_os_error() == Some(EPROTONOSUPPORT)
}

fn refused(address: SocketAddr, error: &io::Error) -> Failure {
    if is_forbidden(error) {
        let message = "this process may not send echoes: allow its group \
            (`sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"`) or give it the capability CAP_NET_RAW";
        return failure(FailureClass::ProberUnhealthy, RequestPhase::Connect, message);
    }
    if let Some(own) = exhausted(error) {
        return failure(FailureClass::ProberUnhealthy, RequestPhase::Connect, own);
    }
    let message = format!("no way to {}: {error}", address.ip());
    failure(FailureClass::ConnectError, RequestPhase::Connect, message)
}

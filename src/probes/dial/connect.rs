use std::io;
use std::net::SocketAddr;

use serin_judge::analysis::plan::journey::{Failure, FailureClass, RequestPhase};
use tokio::net::TcpStream;

use super::failure::{exhausted, failure};

/// To the first address that takes it: the next one is asked only where one refuses at once, or cannot be reached.
pub(in crate::probes) async fn connect(addresses: &[SocketAddr]) -> Result<(TcpStream, SocketAddr), Failure> {
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

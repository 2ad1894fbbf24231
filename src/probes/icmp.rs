//! Whether a machine answers at all, and how long that takes.

mod echoes;
mod packet;
mod socket;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use serde_json::{Map, Value, json};
use serin_judge::analysis::plan::journey::{Failure, Icmp, RequestPhase};
use serin_judge::journey::FilledProbe;
use tokio::time::Instant;

use super::Found;
use super::dial::{Dial, PhaseTimer, peer};
use echoes::{Came, Echoes};
use socket::Socket;

/// Sends echo requests one after another, and waits for what comes back. Some that do not are a fact, all of them a failure.
pub(super) async fn ask(
    dial: &Dial,
    filled: &FilledProbe,
    icmp: &Icmp,
    deadline: Instant,
    timer: &mut PhaseTimer,
) -> Result<Found, Failure> {
    let peer = peer(filled)?;
    let addresses = dial.addresses(peer, timer).await?;
    timer.enter(RequestPhase::Connect);
    let (socket, address) = Socket::open(&addresses, icmp.ttl)?;
    timer.awaits("an echo");
    let echoes = Echoes::new(icmp, &socket);
    let came = echoes.exchange(&socket, (peer, deadline), timer).await?;
    Ok(Found {
        facts: facts(address, &came),
        tls: None,
    })
}

fn facts(address: SocketAddr, came: &Came) -> Map<String, Value> {
    let times = came.times.iter().map(|time| time.as_secs_f64() * 1e3);
    let received = came.times.len();
    let lost = came.sent.saturating_sub(received) as f64 / came.sent.max(1) as f64;
    let members = [
        ("address", json!(address.ip().to_string())),
        ("sent", json!(came.sent)),
        ("received", json!(received)),
        ("lossRatio", json!(lost)),
        (
            "rttMs",
            json!({
                "min": times.clone().reduce(f64::min),
                "mean": (received > 0).then(|| times.clone().sum::<f64>() / received as f64),
                "max": times.reduce(f64::max),
            }),
        ),
        ("ttl", json!(came.ttl)),
    ];
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

//! What the health service of a gRPC server says (`grpc.health.v1.Health/Check`).
//!
//! HTTP/2 is spoken by `h2` itself, whose connection is driven here and not by a task of its own: it ends with the probe.

mod connection;
mod failure;
mod message;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use serin_judge::analysis::plan::journey::{
    Failure, FailureClass, Grpc, RequestPhase, Tls as TlsOptions, TlsMode,
};
use serin_judge::journey::FilledProbe;
use tokio::time::Instant;

use super::Found;
use super::dial::{Dial, Duplex, Fault, PhaseTimer, peer, tls_fact};
use connection::{Calls, Head};

/// Asks for each service, one after the other. All of them have to serve.
pub(super) async fn ask(
    dial: &Dial,
    filled: &FilledProbe,
    settings: &Grpc<String>,
    deadline: Instant,
    timer: &mut PhaseTimer,
) -> Result<Found, Failure> {
    let peer = peer(filled)?;
    let security = &filled.probe.security;
    let head = connection::head(peer, security.mode != TlsMode::Off, &settings.metadata);
    let head = head.map_err(|fault| fault.during(timer, peer))?;
    let options = TlsOptions {
        alpn: vec!["h2".to_owned()],
        ..TlsOptions::default()
    };
    let line = dial.open(peer, security, &options, timer).await?;
    timer.enter(RequestPhase::Send);
    let checked = checked(line.stream, head, &settings.services, deadline, timer).await;
    let services = checked.map_err(|fault| fault.during(timer, peer))?;
    let facts = [
        ("address", Value::from(line.address.to_string())),
        ("status", Value::from(message::SERVING)),
        ("services", Value::Object(services)),
        ("tls", tls_fact(line.tls.as_ref())),
    ];
    Ok(Found {
        facts: facts
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect(),
        tls: line.tls.and_then(|facts| facts.now()),
    })
}

async fn checked(
    stream: Box<dyn Duplex>,
    head: Head,
    services: &[String],
    deadline: Instant,
    timer: &mut PhaseTimer,
) -> Result<Map<String, Value>, Fault> {
    let (mut calls, connection) = connection::open(stream, head, deadline).await?;
    connection::driven(statuses(&mut calls, services, timer), connection).await
}

/// The status of each service.
async fn statuses(
    calls: &mut Calls,
    services: &[String],
    timer: &mut PhaseTimer,
) -> Result<Map<String, Value>, Fault> {
    let mut statuses = Map::new();
    let mut down = Vec::new();
    for service in services {
        let status = match calls.check(service, timer).await {
            Ok(status) => status,
            Err(fault) if down.is_empty() => return Err(fault),
            Err(fault) => {
                down.push(fault.message);
                break;
            }
        };
        if status != message::SERVING {
            down.push(format!("{} is {status}", named(service)));
        }
        statuses.insert(service.clone(), Value::from(status));
    }
    if down.is_empty() {
        return Ok(statuses);
    }
    timer.note("services", statuses);
    Err(Fault::new(FailureClass::Unhealthy, down.join(", ")))
}

/// The empty name is the whole server.
fn named(service: &str) -> String {
    match service {
        "" => "the server".to_owned(),
        service => format!("the service {service:?}"),
    }
}

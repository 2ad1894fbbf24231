//! What is asked of a system by its own protocols: one folder each, none of which knows another. What all of them need to
//! reach a server is in `dial`.

mod command;
mod dial;
mod dns;
mod grpc;
pub mod http;
mod icmp;
mod postgres;
mod redis;
mod smtp;
mod tcp;
mod tls;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use serin_judge::analysis::plan::journey::{Failure, Protocol};
use serin_judge::journey::{FilledProbe, Findings, Peer, TlsFacts};
use tokio::time::{Instant, timeout_at};

use crate::engine::ports::{
    ClientSettings, Clock, Commands, HttpClient, ProbeError, Prober, ProtocolProbe, Sounding,
};
pub use dial::Names;
use dial::{Dial, Facts, PhaseTimer, tls_fact};

/// Everything that is spoken.
pub struct Probes {
    http: http::Probe,
    dial: Dial,
    names: Arc<Names>,
    commands: Commands,
}

impl Probes {
    /// `clock` tells whether certificates are valid, `names` turns names into addresses.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, names: Names) -> Self {
        let names = Arc::new(names);
        Self {
            http: http::Probe::new(Arc::clone(&clock), Arc::clone(&names)),
            dial: Dial::new(Arc::clone(&names), clock),
            names,
            commands: Commands::Refused,
        }
    }

    /// The same with programs run, or refused.
    #[must_use]
    pub fn with_commands(self, commands: Commands) -> Self {
        Self { commands, ..self }
    }
}

#[async_trait]
impl Prober for Probes {
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Failure> {
        match host.parse() {
            Ok(address) => Ok(vec![address]),
            Err(_) => self.names.of_both(host).await,
        }
    }

    fn protocols(&self, connect_to: &[(String, SocketAddr)]) -> Arc<dyn ProtocolProbe> {
        Arc::new(Protocols {
            dial: self.dial.connecting_to(connect_to),
            commands: self.commands,
        })
    }

    fn client(&self, settings: &ClientSettings) -> Result<Box<dyn HttpClient>, ProbeError> {
        self.http.client(settings)
    }

    fn commands(&self) -> Commands {
        self.commands
    }
}

/// All protocols but HTTP.
struct Protocols {
    dial: Dial,
    commands: Commands,
}

/// What a probe found.
struct Found {
    facts: Map<String, Value>,
    tls: Option<TlsFacts>,
}

impl Found {
    /// What was found at an address, with `address` and `tls` among the facts.
    fn over(mut facts: Map<String, Value>, address: SocketAddr, tls: Option<&Facts>) -> Self {
        facts.insert("address".to_owned(), Value::from(address.to_string()));
        facts.insert("tls".to_owned(), tls_fact(tls));
        Self {
            facts,
            tls: tls.and_then(Facts::now),
        }
    }
}

impl Protocols {
    async fn found(
        &self,
        filled: &FilledProbe,
        deadline: Instant,
        timer: &mut PhaseTimer,
    ) -> Result<Found, Failure> {
        match &filled.probe.protocol {
            Protocol::Postgres(settings) => {
                postgres::ask(&self.dial, filled, settings, deadline, timer).await
            }
            Protocol::Redis(settings) => redis::ask(&self.dial, filled, settings, timer).await,
            Protocol::Grpc(settings) => grpc::ask(&self.dial, filled, settings, deadline, timer).await,
            Protocol::Tcp(settings) => tcp::ask(&self.dial, filled, settings, timer).await,
            Protocol::Tls(settings) => tls::ask(&self.dial, filled, settings, timer).await,
            Protocol::Dns(settings) => dns::ask(&self.dial, filled, settings, timer).await,
            Protocol::Smtp(settings) => smtp::ask(&self.dial, filled, settings, timer).await,
            Protocol::Icmp(settings) => icmp::ask(&self.dial, filled, settings, deadline, timer).await,
            Protocol::Command(settings) => command::ask(self.commands, settings, timer).await,
        }
    }
}

#[async_trait]
impl ProtocolProbe for Protocols {
    async fn ask(&self, filled: &FilledProbe, deadline: Instant) -> Sounding {
        let mut timer = PhaseTimer::new();
        let found = timeout_at(deadline, self.found(filled, deadline, &mut timer)).await;
        let outcome = match found {
            Ok(found) => {
                timer.end();
                found.map(|found| Findings {
                    facts: found.facts,
                    duration: timer.elapsed(),
                    tls: found.tls,
                })
            }
            Err(_elapsed) => {
                let place = filled.peer.as_ref().map(Peer::to_string);
                let failure =
                    timer.overdue(&place.unwrap_or_else(|| filled.probe.protocol.name().to_owned()));
                timer.end();
                Err(failure)
            }
        };
        Sounding {
            phases: timer.phases(),
            so_far: outcome.is_err().then(|| timer.so_far()),
            outcome,
        }
    }
}

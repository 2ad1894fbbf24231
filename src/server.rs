//! The HTTP interface: the API, gates, figures and health.

mod access;
mod analyses;
mod blackbox;
mod body;
mod connections;
mod deliveries;
mod gates;
mod health;
mod limits;
mod listen;
mod metrics;
mod observe;
mod openapi;
pub mod pages;
mod paging;
mod probing;
mod problem;
mod routes;
mod runs;
mod service;
mod site;
mod validate;

use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::{Limits, Token};
use tokio::sync::watch;

use crate::config::analyses::AnalysisFiles;
use crate::controllers::argo::{Gate, GatePorts};
use crate::engine::blackbox::Blackbox;
use crate::engine::ports::{Clock, Store};
use crate::engine::{Dispatch, Outbox, Runs};
use crate::providers::journey::Feeds;
use crate::server::access::Access;
use crate::server::connections::Connections;
use crate::server::health::Health;
use crate::server::limits::Shares;
use crate::telemetry::metrics::Metrics;

pub use listen::Server;
pub use service::Service;

/// Everything that requests need.
pub(crate) struct App {
    runs: Runs,
    store: Arc<dyn Store>,
    outbox: Arc<Outbox>,
    dispatch: Arc<Dispatch>,
    analyses: Arc<AnalysisFiles>,
    journeys: Arc<Feeds>,
    blackbox: Blackbox,
    gate: Gate,
    clock: Arc<dyn Clock>,
    limits: Limits,
    access: Access,
    shares: Shares,
    connections: Arc<Connections>,
    health: Health,
    metrics: Arc<Metrics>,
    /// True from when the process has been told to end.
    closing: watch::Receiver<bool>,
}

/// What a server is made from.
pub struct Parts {
    /// The runs of this process.
    pub runs: Runs,
    /// Where they are kept.
    pub store: Arc<dyn Store>,
    /// Messages that wait to be sent.
    pub outbox: Arc<Outbox>,
    /// What sends them.
    pub dispatch: Arc<Dispatch>,
    /// What runs can be started by name.
    pub analyses: Arc<AnalysisFiles>,
    /// Journeys that runs drive.
    pub journeys: Arc<Feeds>,
    /// Probes that Prometheus asks for.
    pub blackbox: Blackbox,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What is bounded.
    pub limits: Limits,
    /// Who may call.
    pub tokens: Vec<Token>,
    /// How others reach it.
    pub public_url: String,
    /// How long gates repeat a final verdict.
    pub repeat_for: Duration,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

impl App {
    fn new(parts: Parts, closing: watch::Receiver<bool>) -> Self {
        let ports = GatePorts {
            runs: parts.runs.clone(),
            store: Arc::clone(&parts.store),
            analyses: Arc::clone(&parts.analyses) as _,
            clock: Arc::clone(&parts.clock),
        };
        Self {
            gate: Gate::new(ports, parts.repeat_for),
            access: Access::new(parts.tokens, &parts.public_url),
            shares: Shares::new(&parts.limits),
            connections: Connections::new(parts.limits.connections),
            health: Health::new(Arc::clone(&parts.store), Arc::clone(&parts.clock)),
            runs: parts.runs,
            store: parts.store,
            outbox: parts.outbox,
            dispatch: parts.dispatch,
            analyses: parts.analyses,
            journeys: parts.journeys,
            blackbox: parts.blackbox,
            clock: parts.clock,
            limits: parts.limits,
            metrics: parts.metrics,
            closing,
        }
    }

    fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }
}

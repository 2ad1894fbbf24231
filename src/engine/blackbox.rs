//! Probes that others ask for, one at a time: modules of blackbox_exporter against the ports.
//!
//! A probe is pure but for the asking: the module says what is asked and what the answer comes to
//! ([`serin_judge::blackbox`]). Here names are looked up, one address is chosen, it is asked once, and nothing is kept of it.

mod ask;
mod clients;
mod limits;

use std::sync::Arc;

use bytes::Bytes;
use serin_judge::analysis::Files;
use serin_judge::blackbox::{Module, Modules, Prober as Kind, Report};
use tokio::time::Instant;

use super::journeys::SharedBudgets;
use super::ports::Prober;
use clients::Clients;
use limits::Limits;
pub use limits::{ScrapeTimeout, limit};

/// The module of who names none.
const USUAL: &str = "http_2xx";

/// Probes by the modules of one file.
pub struct Blackbox {
    modules: Modules,
    prober: Arc<dyn Prober>,
    files: Arc<dyn Files>,
    clients: Clients,
    limits: Limits,
}

/// What somebody asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProbeOrder<'a> {
    /// The module's name; empty is `http_2xx`.
    pub module: &'a str,
    /// Who is asked.
    pub target: &'a str,
    /// What the target is called: the `Host` of requests, the name in handshakes.
    pub hostname: Option<&'a str>,
    /// How long the scrape may take that the probe is for.
    pub scrape: ScrapeTimeout,
}

/// A probe that was made.
#[derive(Debug)]
pub struct Probed {
    /// By which module.
    pub module: Arc<Module>,
    /// What it came to.
    pub report: Report,
}

/// Why nothing was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none of this name.
    #[error("Unknown module {0:?}")]
    UnknownModule(String),
    /// It was not said who is to be asked.
    #[error("Target parameter is missing")]
    NoTarget,
    /// The module and the order say different things.
    #[error("{0}")]
    Contradiction(String),
    /// There is no place for it now.
    #[error("{0}")]
    Busy(String),
}

impl Blackbox {
    /// `probes_max` are under way at most. Files that modules name are read with `files`.
    #[must_use]
    pub fn new(
        modules: Modules,
        prober: Arc<dyn Prober>,
        files: Arc<dyn Files>,
        shared: Arc<SharedBudgets>,
        probes_max: usize,
    ) -> Self {
        Self {
            modules,
            prober,
            files,
            clients: Clients::default(),
            limits: Limits::new(shared, probes_max),
        }
    }

    /// What can be asked for.
    #[must_use]
    pub fn modules(&self) -> &Modules {
        &self.modules
    }

    /// Asks once. Whatever becomes of it is a report; it ends with its time, give or take the time to notice.
    ///
    /// # Errors
    /// Nothing was asked.
    pub async fn probe(&self, order: &ProbeOrder<'_>) -> Result<Probed, Refusal> {
        let name = if order.module.is_empty() {
            USUAL
        } else {
            order.module
        };
        let module = self.modules.get(name);
        let module = Arc::clone(module.ok_or_else(|| Refusal::UnknownModule(name.to_owned()))?);
        if order.target.is_empty() {
            return Err(Refusal::NoTarget);
        }
        let host = match &module.prober {
            Kind::Http(http) => http.host(order.hostname).map_err(Refusal::Contradiction)?,
            _ => None,
        };
        let begun = Instant::now();
        let place = self.limits.take(&module, order.target, begun)?;
        let limit = limit(module.timeout, order.scrape);
        let mut report = Report::new();
        module.prober.begin(&mut report);
        let deadline = begun + limit;
        let asked = self
            .ask(&module, (order, host.as_deref()), deadline, &mut report)
            .await;
        place.settle(asked);
        Ok(Probed {
            report: report.ended(begun.elapsed(), limit),
            module,
        })
    }

    fn read(&self, path: &str) -> Result<Bytes, String> {
        self.files.read(self.modules.file(), path)
    }
}

#[cfg(test)]
mod tests;

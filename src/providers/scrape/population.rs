use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use serin_judge::counter::Selector;
use serin_judge::time::Timestamp;
use serin_judge::verdict::Window;

use super::client::Client;
use super::config::Limits;
use super::endpoints::{Endpoints, Scraped, Selectors};
use crate::engine::ports::{Population, PopulationError};
use crate::providers::{Counted, Role};

/// `/metrics` URLs of both sides.
#[derive(Clone, Copy, Debug)]
pub struct ScrapeTargets<'a> {
    /// At least one.
    pub canary: &'a [String],
    /// At least one.
    pub stable: &'a [String],
    /// More instances of stable, for an A/A control; may be empty.
    pub control: &'a [String],
}

/// Series selectors of both counters.
#[derive(Clone, Copy, Debug)]
pub struct ScrapeSelectors<'a> {
    /// Bad requests.
    pub bad: &'a str,
    /// All requests.
    pub total: &'a str,
}

/// Exact counts of both sides from their `/metrics` endpoints.
#[derive(Debug)]
pub struct ScrapePopulation {
    comparison: Arc<str>,
    client: Client,
    selectors: Selectors,
    /// Canary, stable, and the control where there is one.
    sides: Vec<Endpoints>,
}

impl ScrapePopulation {
    /// For one comparison; `timeout` is of one scrape.
    ///
    /// # Errors
    /// [`PopulationError::Refused`] when an address or a selector is none, or an address stands there twice.
    pub fn new(
        comparison: &str,
        targets: ScrapeTargets<'_>,
        selectors: ScrapeSelectors<'_>,
        timeout: Duration,
        limits: Limits,
    ) -> Result<Self, PopulationError> {
        let mut sides = vec![
            Endpoints::new(Role::Canary, targets.canary)?,
            Endpoints::new(Role::Stable, targets.stable)?,
        ];
        if !targets.control.is_empty() {
            sides.push(Endpoints::new(Role::Control, targets.control)?);
        }
        let mut names: Vec<&str> = sides
            .iter()
            .flat_map(|side| &side.targets)
            .map(|target| &*target.name)
            .collect();
        names.sort_unstable();
        if let Some([name, _]) = names.array_windows().find(|[one, other]| one == other) {
            return Err(PopulationError::Refused(format!(
                "scrape: address {name} is named twice; its requests would count twice"
            )));
        }
        Ok(Self {
            comparison: comparison.into(),
            client: Client::new(timeout, limits).map_err(PopulationError::Refused)?,
            selectors: Selectors {
                bad: selector("bad", selectors.bad)?,
                total: selector("total", selectors.total)?,
            },
            sides,
        })
    }

    /// Reads all endpoints of all sides at once.
    async fn scrape(&self, at: Timestamp) -> Vec<Scraped> {
        let texts = join_all(self.sides.iter().map(|side| self.client.read_all(&side.targets))).await;
        let each = self.sides.iter().zip(texts);
        each.map(|(side, texts)| side.scraped(at, &self.selectors, texts))
            .collect()
    }

    fn refuse_blindness(&self, scraped: &[Scraped]) -> Result<(), PopulationError> {
        self.sides
            .iter()
            .zip(scraped)
            .try_for_each(|(endpoints, scraped)| scraped.refuse_blindness(endpoints.role))
    }
}

#[async_trait]
impl Population for ScrapePopulation {
    async fn open(&mut self, now: Timestamp, _window: Duration) -> Result<(), PopulationError> {
        let scraped = self.scrape(now).await;
        self.refuse_blindness(&scraped)?;
        // A side without any baseline would lose its first windows, or have them judged without the other.
        if let Some(silent) = scraped.iter().find(|scraped| scraped.reads.is_empty()) {
            return Err(unavailable(silent));
        }
        for (endpoints, scraped) in self.sides.iter_mut().zip(&scraped) {
            endpoints.open(now, scraped);
        }
        Ok(())
    }

    async fn close(&mut self, end: Timestamp) -> Result<Vec<Window>, PopulationError> {
        let scraped = self.scrape(end).await;
        if let [canary, stable, ..] = &scraped[..]
            && canary.reads.is_empty()
            && stable.reads.is_empty()
        {
            return Err(unavailable(canary));
        }
        self.refuse_blindness(&scraped)?;
        let mut windows = Vec::new();
        for (endpoints, scraped) in self.sides.iter_mut().zip(scraped) {
            let role = endpoints.role;
            let ledger = endpoints.ledger.as_mut().ok_or_else(|| {
                PopulationError::Unavailable("scrape: no window can be closed before the opening".into())
            })?;
            endpoints.bad_is_proven |= scraped.proves_bad();
            let comparison = &self.comparison;
            let increases = ledger.close(end, &scraped.reads);
            windows.extend(Counted { comparison, role }.windows(end, increases));
        }
        Ok(windows)
    }
}

fn unavailable(silent: &Scraped) -> PopulationError {
    let error = silent.first_error.clone();
    PopulationError::Unavailable(error.unwrap_or_else(|| "scrape: no address is given".into()))
}

fn selector(name: &str, text: &str) -> Result<Selector, PopulationError> {
    Selector::parse(text)
        .map_err(|error| PopulationError::Refused(format!("scrape, {name} `{text}`: {error}")))
}

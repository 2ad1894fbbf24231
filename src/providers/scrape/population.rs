use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use serin_judge::analysis::plan::Selection;
use serin_judge::counter::{BucketLayout, LayoutError};
use serin_judge::time::Timestamp;
use serin_judge::verdict::Window;

use super::client::Client;
use super::config::Limits;
use super::endpoints::{Endpoints, Scraped};
use crate::engine::ports::{Population, PopulationError};
use crate::providers::{Counted, Counting, Role, counted};

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

impl ScrapeTargets<'_> {
    /// Of all sides: canary, stable, and the control where there is one.
    pub(super) fn endpoints(self) -> Result<Vec<Endpoints>, PopulationError> {
        let mut sides = vec![
            Endpoints::new(Role::Canary, self.canary)?,
            Endpoints::new(Role::Stable, self.stable)?,
        ];
        if !self.control.is_empty() {
            sides.push(Endpoints::new(Role::Control, self.control)?);
        }
        let mut names: Vec<&str> = sides
            .iter()
            .flat_map(|side| &side.targets)
            .map(|target| &*target.name)
            .collect();
        names.sort_unstable();
        match names.array_windows().find(|[one, other]| one == other) {
            None => Ok(sides),
            Some([name, _]) => Err(PopulationError::Refused(format!(
                "scrape: address {name} is named twice; what it says would count twice"
            ))),
        }
    }
}

/// Exact counts of both sides from their `/metrics` endpoints.
#[derive(Debug)]
pub struct ScrapePopulation {
    comparison: Arc<str>,
    client: Client,
    counting: Counting,
    layout: BucketLayout,
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
        selection: &Selection,
        timeout: Duration,
        limits: Limits,
    ) -> Result<Self, PopulationError> {
        let sides = targets.endpoints()?;
        Ok(Self {
            comparison: comparison.into(),
            client: Client::new(timeout, limits).map_err(PopulationError::Refused)?,
            counting: Counting::new(selection)
                .map_err(|error| PopulationError::Refused(format!("scrape, {error}")))?,
            layout: BucketLayout::new(sides.len()),
            sides,
        })
    }

    /// Reads all endpoints of all sides at once.
    async fn scrape(&self, at: Timestamp) -> Vec<Scraped> {
        let texts = join_all(self.sides.iter().map(|side| self.client.read_all(&side.targets))).await;
        let each = self.sides.iter().zip(texts);
        each.map(|(side, texts)| side.scraped(at, &self.counting, texts))
            .collect()
    }

    fn refuse_blindness(&self, scraped: &[Scraped]) -> Result<(), PopulationError> {
        self.sides
            .iter()
            .zip(scraped)
            .try_for_each(|(endpoints, scraped)| scraped.refuse_blindness(&self.counting, endpoints.role))
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
        self.layout = BucketLayout::new(self.sides.len());
        for (place, (endpoints, scraped)) in self.sides.iter_mut().zip(&scraped).enumerate() {
            for buckets in self.counting.first_buckets(&scraped.reads) {
                self.layout.see(place, &buckets);
            }
            endpoints.open(now, &self.counting, scraped);
        }
        self.layout.agree().map_err(refused)
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
        let mut increases = Vec::new();
        for (endpoints, scraped) in self.sides.iter_mut().zip(&scraped) {
            let ledger = endpoints.ledger.as_mut().ok_or_else(|| {
                PopulationError::Unavailable("scrape: no window can be closed before the opening".into())
            })?;
            endpoints.is_proven |= scraped.is_proven();
            increases.push(Some(ledger.close(end, &scraped.reads)));
        }
        counted::agree(&self.counting, &mut self.layout, &increases).map_err(refused)?;
        let mut windows = Vec::new();
        for (endpoints, increases) in self.sides.iter().zip(increases.iter().flatten()) {
            let counted = Counted {
                comparison: &self.comparison,
                role: endpoints.role,
                counting: &self.counting,
            };
            windows.extend(counted.windows(end, increases, &mut self.layout));
        }
        Ok(windows)
    }
}

fn refused(error: LayoutError) -> PopulationError {
    PopulationError::Refused(format!("scrape: {error}"))
}

fn unavailable(silent: &Scraped) -> PopulationError {
    let error = silent.first_error.clone();
    PopulationError::Unavailable(error.unwrap_or_else(|| "scrape: no address is given".into()))
}

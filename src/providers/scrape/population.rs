use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serin_judge::counter::{Ledger, Read, Reading, Sample, Selector};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Counts, Flags, Side, Window};

use super::client::{Client, Target};
use super::config::Limits;
use crate::engine::ports::{Population, PopulationError};

/// When a process began, in Unix seconds; most client libraries expose it.
const START_TIME: &str = "process_start_time_seconds";
/// Configured endpoints are never taken for gone: one that is silent is failing, however long.
const SILENT_FOR_MAX: Duration = Duration::MAX;

/// `/metrics` URLs of both sides.
#[derive(Clone, Copy, Debug)]
pub struct ScrapeTargets<'a> {
    /// At least one.
    pub canary: &'a [String],
    /// At least one.
    pub stable: &'a [String],
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
    bad: Selector,
    total: Selector,
    sides: [Endpoints; 2],
}

#[derive(Debug)]
struct Endpoints {
    side: Side,
    targets: Vec<Target>,
    ledger: Option<Ledger>,
}

/// What one side's endpoints gave.
struct Scraped {
    reads: Vec<Read>,
    /// Names of those that could not be read.
    failed: Vec<Arc<str>>,
    first_error: Option<String>,
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
        let sides = [
            Endpoints::new(Side::Canary, targets.canary)?,
            Endpoints::new(Side::Stable, targets.stable)?,
        ];
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
            bad: selector("bad", selectors.bad)?,
            total: selector("total", selectors.total)?,
            sides,
        })
    }

    /// Reads all endpoints of both sides at once.
    async fn scrape(&self, at: Timestamp) -> Result<[Scraped; 2], PopulationError> {
        let [canary, stable] = &self.sides;
        let (canary_texts, stable_texts) = tokio::join!(
            self.client.read_all(&canary.targets),
            self.client.read_all(&stable.targets)
        );
        let scraped = [
            self.scraped(at, canary, canary_texts),
            self.scraped(at, stable, stable_texts),
        ];
        match &scraped {
            [canary, stable] if canary.reads.is_empty() && stable.reads.is_empty() => {
                let error = canary.first_error.as_ref().or(stable.first_error.as_ref());
                Err(PopulationError::Unavailable(
                    error
                        .cloned()
                        .unwrap_or_else(|| "scrape: no address is given".into()),
                ))
            }
            _ => Ok(scraped),
        }
    }

    fn scraped(
        &self,
        at: Timestamp,
        endpoints: &Endpoints,
        texts: Vec<Result<Vec<Sample>, String>>,
    ) -> Scraped {
        let mut scraped = Scraped {
            reads: Vec::new(),
            failed: Vec::new(),
            first_error: None,
        };
        for (target, text) in endpoints.targets.iter().zip(texts) {
            let name: Arc<str> = target.name.as_str().into();
            let read = text.and_then(|samples| {
                let read = self.read(name.clone(), at, samples);
                let counted = read.check();
                counted
                    .map(|()| read)
                    .map_err(|error| format!("scrape {}: {error}", target.name))
            });
            match read {
                Ok(read) => scraped.reads.push(read),
                Err(error) => {
                    tracing::warn!(target = %name, error = %error, "Scrape failed.");
                    scraped.failed.push(name);
                    scraped.first_error.get_or_insert(error);
                }
            }
        }
        scraped
    }

    fn read(&self, target: Arc<str>, at: Timestamp, samples: Vec<Sample>) -> Read {
        let mut starts = samples
            .iter()
            .filter(|sample| sample.series.get("__name__") == START_TIME);
        // Several would be several processes behind one address, and none of them is this one's start.
        let started_at = starts
            .next()
            .map(|sample| sample.value)
            .filter(|_| starts.next().is_none());
        let counters = samples
            .into_iter()
            .filter_map(|sample| {
                let (total, bad) = (
                    self.total.matches(&sample.series),
                    self.bad.matches(&sample.series),
                );
                (total || bad).then(|| Reading {
                    series: Arc::new(sample.series),
                    value: sample.value,
                    total,
                    bad,
                })
            })
            .collect();
        Read {
            origin: target.clone(),
            target,
            at,
            started_at,
            counters,
        }
    }
}

#[async_trait]
impl Population for ScrapePopulation {
    async fn open(&mut self, now: Timestamp, _window: Duration) -> Result<(), PopulationError> {
        let scraped = self.scrape(now).await?;
        for (endpoints, scraped) in self.sides.iter_mut().zip(scraped) {
            let mut ledger = Ledger::open(now, SILENT_FOR_MAX, &scraped.reads);
            for name in &scraped.failed {
                ledger.await_origin(name, name);
            }
            endpoints.ledger = Some(ledger);
        }
        Ok(())
    }

    async fn close(&mut self, end: Timestamp) -> Result<Vec<Window>, PopulationError> {
        let scraped = self.scrape(end).await?;
        let mut windows = Vec::new();
        for (endpoints, scraped) in self.sides.iter_mut().zip(scraped) {
            // A side that did not answer at all is missing; its requests come with the next window.
            if !scraped.reads.is_empty() {
                windows.extend(endpoints.windows(&self.comparison, end, &scraped.reads)?);
            }
        }
        Ok(windows)
    }
}

impl Endpoints {
    fn new(side: Side, addresses: &[String]) -> Result<Self, PopulationError> {
        let targets = addresses
            .iter()
            .map(|address| Target::new(address))
            .collect::<Result<_, _>>();
        Ok(Self {
            side,
            targets: targets.map_err(PopulationError::Refused)?,
            ledger: None,
        })
    }

    fn windows(
        &mut self,
        comparison: &Arc<str>,
        end: Timestamp,
        reads: &[Read],
    ) -> Result<Vec<Window>, PopulationError> {
        let side = self.side;
        let ledger = self.ledger.as_mut().ok_or_else(|| {
            PopulationError::Unavailable("scrape: no window can be closed before the opening".into())
        })?;
        let window = |(target, increase): (Arc<str>, serin_judge::counter::Increase)| Window {
            comparison: comparison.clone(),
            side,
            target,
            start: increase.since,
            end,
            counts: Counts {
                total: increase.total,
                bad: increase.bad,
            },
            flags: Flags {
                partial: increase.partial,
                ..Flags::default()
            },
        };
        Ok(ledger
            .close_unless_missing(end, reads)
            .into_iter()
            .map(window)
            .collect())
    }
}

fn selector(name: &str, text: &str) -> Result<Selector, PopulationError> {
    Selector::parse(text)
        .map_err(|error| PopulationError::Refused(format!("scrape, {name} `{text}`: {error}")))
}

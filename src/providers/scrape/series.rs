use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use serin_judge::counter::{Prospect, Sample, Selector};
use serin_judge::time::Timestamp;
use serin_judge::verdict::Window;

use super::ScrapeTargets;
use super::client::Client;
use super::config::Limits;
use super::endpoints::Endpoints;
use crate::engine::ports::{Population, PopulationError};
use crate::providers::Valued;

/// One value of each endpoint at the end of each window.
#[derive(Debug)]
pub struct ScrapeSeries {
    comparison: Arc<str>,
    client: Client,
    series: Selector,
    sides: Vec<Endpoints>,
    /// End of the last window; `None` before the opening.
    until: Option<Timestamp>,
}

/// What one side's endpoints said; one that said nothing usable has no value.
struct Read {
    values: BTreeMap<Arc<str>, f64>,
    /// No endpoint could be read.
    is_silent: bool,
    first_error: Option<String>,
}

impl ScrapeSeries {
    /// For one comparison; `timeout` is of one scrape.
    ///
    /// # Errors
    /// [`PopulationError::Refused`] when an address or the selector is none, or an address stands there twice.
    pub fn new(
        comparison: &str,
        targets: ScrapeTargets<'_>,
        series: &str,
        timeout: Duration,
        limits: Limits,
    ) -> Result<Self, PopulationError> {
        Ok(Self {
            comparison: comparison.into(),
            client: Client::new(timeout, limits).map_err(PopulationError::Refused)?,
            series: Selector::parse(series)
                .map_err(|error| PopulationError::Refused(format!("scrape, series `{series}`: {error}")))?,
            sides: targets.endpoints()?,
            until: None,
        })
    }

    async fn read(&self) -> Result<Vec<Read>, PopulationError> {
        let texts = join_all(self.sides.iter().map(|side| self.client.read_all(&side.targets))).await;
        let sides = self.sides.iter().zip(texts);
        let read: Vec<Read> = sides
            .map(|(side, texts)| self.values(side, texts))
            .collect::<Result<_, _>>()?;
        match &read[..] {
            [canary, stable, ..] if canary.is_silent && stable.is_silent => Err(unavailable(canary)),
            _ => Ok(read),
        }
    }

    /// The values of one side. Refuses what is no single value of each endpoint, and a metric that is nowhere.
    fn values(
        &self,
        side: &Endpoints,
        texts: Vec<Result<Vec<Sample>, String>>,
    ) -> Result<Read, PopulationError> {
        let refused = |reason: String| PopulationError::Refused(format!("scrape, {:?}: {reason}", side.role));
        let mut prospect = Prospect::new(&self.series);
        let mut read = Read {
            values: BTreeMap::new(),
            is_silent: true,
            first_error: None,
        };
        for (target, text) in side.targets.iter().zip(texts) {
            let name: Arc<str> = target.name.as_str().into();
            let mut value = f64::NAN;
            match text {
                Ok(samples) => {
                    read.is_silent = false;
                    samples.iter().for_each(|sample| prospect.see(&sample.series));
                    let found = samples
                        .iter()
                        .filter(|sample| self.series.matches(&sample.series));
                    value = Valued::only(&name, found.map(|sample| (&sample.series, sample.value)))
                        .map_err(refused)?
                        .unwrap_or(f64::NAN);
                }
                Err(error) => {
                    tracing::warn!(target = %name, error = %error, "Scrape failed.");
                    read.first_error.get_or_insert(error);
                }
            }
            read.values.insert(name, value);
        }
        if !read.is_silent {
            prospect.verdict().map_err(|reason| refused(reason.to_string()))?;
        }
        Ok(read)
    }
}

#[async_trait]
impl Population for ScrapeSeries {
    async fn open(&mut self, now: Timestamp, _window: Duration) -> Result<(), PopulationError> {
        let read = self.read().await?;
        if let Some(silent) = read.iter().find(|side| side.is_silent) {
            return Err(unavailable(silent));
        }
        self.until = Some(now);
        Ok(())
    }

    async fn close(&mut self, end: Timestamp) -> Result<Vec<Window>, PopulationError> {
        let Some(start) = self.until else {
            let message = "scrape: no window can be closed before the opening";
            return Err(PopulationError::Unavailable(message.into()));
        };
        let read = self.read().await?;
        self.until = Some(end);
        let sides = self.sides.iter().zip(&read);
        let windows = sides.flat_map(|(side, read)| {
            let valued = Valued {
                comparison: &self.comparison,
                role: side.role,
            };
            valued.windows((start, end), &read.values)
        });
        Ok(windows.collect())
    }
}

fn unavailable(silent: &Read) -> PopulationError {
    let error = silent.first_error.clone();
    PopulationError::Unavailable(error.unwrap_or_else(|| "scrape: no address is given".into()))
}

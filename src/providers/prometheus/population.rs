use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serin_judge::analysis::plan::CounterSelectors;
use serin_judge::counter::Read;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Side, Window};

use super::client::Client;
use super::config::{Connection, Limits};
use super::counters::{Counters, Counts};
use super::samples;
use crate::engine::ports::{Population, PopulationError};
use crate::providers::Counted;

/// How far back the opening looks for the last samples: Prometheus' own notion of how long a sample stays current.
const OPENING_LOOKBACK: Duration = Duration::from_secs(300);
/// Each query begins this much before the window, and at least two scrape intervals, so that samples
/// which came late are found and series that missed a scrape are told from dead ones.
const OVERLAP_MIN: Duration = Duration::from_secs(30);

/// Exact counts of both sides from a Prometheus' raw samples.
pub struct PrometheusPopulation {
    comparison: Arc<str>,
    client: Client,
    sides: [Counters; 2],
    window: Duration,
    interval: Option<Duration>,
    /// Grows to the scrape interval once a sample came later than this.
    settling: Duration,
}

impl PrometheusPopulation {
    /// For one comparison.
    ///
    /// # Errors
    /// [`PopulationError::Refused`] when a selector is none of raw series or the connection cannot be.
    pub fn new(
        comparison: &str,
        canary: &CounterSelectors,
        stable: &CounterSelectors,
        connection: &Connection,
        limits: Limits,
    ) -> Result<Self, PopulationError> {
        Ok(Self {
            comparison: comparison.into(),
            client: Client::new(connection, limits).map_err(PopulationError::Refused)?,
            sides: [
                Counters::new(Side::Canary, canary)?,
                Counters::new(Side::Stable, stable)?,
            ],
            window: Duration::ZERO,
            interval: None,
            settling: limits.settling,
        })
    }

    /// Counts of both sides, asked for at once. An error when one refuses or both cannot be had.
    async fn read(
        &self,
        end: Timestamp,
        ranges: [Duration; 2],
    ) -> Result<[Result<Counts, PopulationError>; 2], PopulationError> {
        let [canary, stable] = &self.sides;
        match tokio::join!(
            canary.read(&self.client, end, ranges[0]),
            stable.read(&self.client, end, ranges[1]),
        ) {
            (Err(error @ PopulationError::Refused(_)), _) | (_, Err(error @ PopulationError::Refused(_))) => {
                Err(error)
            }
            (Err(error), Err(_)) => Err(error),
            (canary, stable) => Ok([canary, stable]),
        }
    }

    /// Refuses samples that can never be counted in windows of this length.
    fn inspect(&mut self, canary: &[Read], stable: &[Read]) -> Result<(), PopulationError> {
        samples::refuse_overlap(canary, stable).map_err(PopulationError::Refused)?;
        if self.interval.is_none()
            && let Some(interval) = samples::scrape_interval(canary.iter().chain(stable))
        {
            samples::refuse_short_window(self.window, interval).map_err(PopulationError::Refused)?;
            self.interval = Some(interval);
        }
        Ok(())
    }

    fn overlap(&self) -> Duration {
        self.interval
            .map_or(OVERLAP_MIN, |interval| OVERLAP_MIN.max(2 * interval))
            + self.settling
    }
}

#[async_trait]
impl Population for PrometheusPopulation {
    async fn open(&mut self, now: Timestamp, window: Duration) -> Result<(), PopulationError> {
        // What an earlier opening knew is void, whether this one succeeds or not.
        for side in &mut self.sides {
            side.book = None;
        }
        let [canary, stable] = self.read(now, [OPENING_LOOKBACK; 2]).await?;
        let counts = [canary?, stable?];
        self.window = window;
        self.interval = None;
        self.inspect(&counts[0].reads, &counts[1].reads)?;
        for (side, counts) in self.sides.iter_mut().zip(&counts) {
            side.open(now, counts);
        }
        Ok(())
    }

    async fn close(&mut self, end: Timestamp) -> Result<Vec<Window>, PopulationError> {
        let mut ranges = [self.overlap(); 2];
        for (range, side) in ranges.iter_mut().zip(&self.sides) {
            let book = side.book.as_ref().ok_or_else(|| {
                PopulationError::Unavailable("prometheus: no window can be closed before the opening".into())
            })?;
            *range += end.since(book.until);
        }
        // Everything that can fail comes before the first ledger is touched: a window is counted whole or not at all.
        let counts = self.read(end, ranges).await?.map(Result::ok);
        let [canary, stable] = counts
            .each_ref()
            .map(|counts| counts.as_ref().map_or(&[][..], |counts| &counts.reads));
        self.inspect(canary, stable)?;
        let mut windows = Vec::new();
        for (side, counts) in self.sides.iter_mut().zip(&counts) {
            if let Some(counts) = counts {
                let counted = Counted {
                    comparison: &self.comparison,
                    side: side.side,
                };
                let (of_side, late) = side.windows(counted, end, counts);
                windows.extend(of_side);
                if late {
                    // No scrape may take longer than the interval, so from now on nothing is late.
                    self.settling = self.settling.max(self.interval.unwrap_or_default());
                }
            }
        }
        Ok(windows)
    }

    fn settling(&self) -> Duration {
        self.settling
    }
}

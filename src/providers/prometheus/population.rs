use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use serin_judge::counter::{BucketLayout, Increase, LayoutError, Read};
use serin_judge::time::Timestamp;
use serin_judge::verdict::Window;

use super::client::Client;
use super::config::{Connection, Limits};
use super::counters::{Counters, Counts};
use super::samples;
use super::sides::{Sides, refuse_overlaps, usable};
use crate::engine::ports::{Population, PopulationError};
use crate::providers::counted;

/// How far back the opening looks for the last samples: Prometheus' own notion of how long a sample stays current.
pub(super) const OPENING_LOOKBACK: Duration = Duration::from_secs(300);
/// Each query begins this much before the window, and at least two scrape intervals, so that samples
/// which came late are found and series that missed a scrape are told from dead ones.
pub(super) const OVERLAP_MIN: Duration = Duration::from_secs(30);

/// What both sides added, exactly, from a Prometheus' raw samples.
pub struct PrometheusPopulation {
    comparison: Arc<str>,
    client: Client,
    /// Canary, stable, and the control where there is one.
    sides: Vec<Counters>,
    layout: BucketLayout,
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
        sides: Sides<'_>,
        connection: &Connection,
        limits: Limits,
    ) -> Result<Self, PopulationError> {
        let counters = sides.each(Counters::new)?;
        Ok(Self {
            comparison: comparison.into(),
            client: Client::new(connection, limits).map_err(PopulationError::Refused)?,
            layout: BucketLayout::new(counters.len()),
            sides: counters,
            window: Duration::ZERO,
            interval: None,
            settling: limits.settling,
        })
    }

    /// Counts of all sides, asked for at once, each with this much of what was counted before. An error when one refuses,
    /// or neither canary nor stable can be had.
    async fn read(
        &self,
        end: Timestamp,
        overlap: Duration,
    ) -> Result<Vec<Result<Counts, PopulationError>>, PopulationError> {
        let asked = self
            .sides
            .iter()
            .map(|side| side.read(&self.client, end, overlap));
        usable(join_all(asked).await)
    }

    /// Refuses samples that can never be counted in windows of this length. The reads are in the order of the sides.
    fn inspect(&mut self, reads: &[&[Read]]) -> Result<(), PopulationError> {
        let now = self.sides.iter().zip(reads).filter(|(side, _)| !side.is_before());
        refuse_overlaps(now.map(|(_, reads)| *reads))?;
        if self.interval.is_none()
            && let Some(interval) = samples::scrape_interval(reads.iter().copied().flatten())
        {
            samples::refuse_short_window(self.window, interval, 2).map_err(PopulationError::Refused)?;
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
        let counts: Vec<Counts> = self
            .read(now, OPENING_LOOKBACK)
            .await?
            .into_iter()
            .collect::<Result<_, _>>()?;
        for (side, counts) in self.sides.iter().zip(&counts) {
            side.refuse_empty_past(now, counts)?;
        }
        self.window = window;
        self.interval = None;
        let reads: Vec<&[Read]> = counts.iter().map(|counts| &counts.reads[..]).collect();
        self.inspect(&reads)?;
        self.layout = BucketLayout::new(self.sides.len());
        for (place, (side, counts)) in self.sides.iter_mut().zip(&counts).enumerate() {
            for buckets in side.counting.first_buckets(&counts.reads) {
                self.layout.see(place, &buckets);
            }
            side.open(now, counts);
        }
        self.layout.agree().map_err(refused)
    }

    async fn close(&mut self, end: Timestamp) -> Result<Vec<Window>, PopulationError> {
        if self.sides.iter().any(|side| side.book.is_none()) {
            let message = "prometheus: no window can be closed before the opening";
            return Err(PopulationError::Unavailable(message.into()));
        }
        // Everything that can fail comes before the first ledger is touched: a window is counted whole or not at all.
        let answers = self.read(end, self.overlap()).await?;
        let counts: Vec<Option<Counts>> = answers.into_iter().map(Result::ok).collect();
        let reads: Vec<&[Read]> = counts
            .iter()
            .map(|counts| counts.as_ref().map_or(&[][..], |counts| &counts.reads))
            .collect();
        self.inspect(&reads)?;
        let increases: Vec<Option<BTreeMap<Arc<str>, Increase>>> = self
            .sides
            .iter_mut()
            .zip(&counts)
            .map(|(side, counts)| side.count(end, counts.as_ref()?))
            .collect();
        let mut added = increases.iter().flatten().flat_map(BTreeMap::values);
        if added.any(|increase| increase.late) {
            // No scrape may take longer than the interval, so from now on nothing is late.
            self.settling = self.settling.max(self.interval.unwrap_or_default());
        }
        if let Some(side) = self.sides.first() {
            counted::agree(&side.counting, &mut self.layout, &increases).map_err(refused)?;
        }
        let mut windows = Vec::new();
        for (side, increases) in self.sides.iter().zip(&increases) {
            if let Some(increases) = increases {
                windows.extend(side.windows(&self.comparison, end, increases, &mut self.layout));
            }
        }
        Ok(windows)
    }

    fn settling(&self) -> Duration {
        self.settling
    }
}

fn refused(error: LayoutError) -> PopulationError {
    PopulationError::Refused(format!("prometheus: {error}"))
}

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use serin_judge::counter::Read;
use serin_judge::time::Timestamp;
use serin_judge::verdict::Window;

use super::client::Client;
use super::config::{Connection, Limits};
use super::gauges::Gauges;
use super::population::{OPENING_LOOKBACK, OVERLAP_MIN};
use super::samples;
use super::sides::{Sides, refuse_overlaps, usable};
use crate::engine::ports::{Population, PopulationError};
use crate::providers::Valued;

/// The mean of each target's raw samples in each window.
pub struct PrometheusSeries {
    comparison: Arc<str>,
    client: Client,
    sides: Vec<Gauges>,
    /// End of the last window; `None` before the opening.
    until: Option<Timestamp>,
    window: Duration,
    interval: Option<Duration>,
    settling: Duration,
}

impl PrometheusSeries {
    /// For one comparison of values.
    ///
    /// # Errors
    /// [`PopulationError::Refused`] when a selector is none of raw series or the connection cannot be.
    pub fn new(
        comparison: &str,
        sides: Sides<'_>,
        connection: &Connection,
        limits: Limits,
    ) -> Result<Self, PopulationError> {
        Ok(Self {
            comparison: comparison.into(),
            client: Client::new(connection, limits).map_err(PopulationError::Refused)?,
            sides: sides.each(Gauges::new)?,
            until: None,
            window: Duration::ZERO,
            interval: None,
            settling: limits.settling,
        })
    }

    /// The samples of all sides in so long a time before `end`; an error when one refuses, or neither canary nor stable can
    /// be had.
    async fn read(
        &self,
        end: Timestamp,
        range: Duration,
    ) -> Result<Vec<Result<Vec<Read>, PopulationError>>, PopulationError> {
        usable(join_all(self.sides.iter().map(|side| side.read(&self.client, end, range))).await)
    }

    /// Refuses what can never be compared.
    fn inspect(&mut self, reads: &[&[Read]]) -> Result<(), PopulationError> {
        let now = self
            .sides
            .iter()
            .zip(reads)
            .filter(|(side, _)| side.before.is_zero());
        refuse_overlaps(now.map(|(_, reads)| *reads))?;
        self.interval = samples::scrape_interval(reads.iter().copied().flatten()).or(self.interval);
        match self.interval {
            Some(interval) => {
                samples::refuse_short_window(self.window, interval, 1).map_err(PopulationError::Refused)
            }
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Population for PrometheusSeries {
    async fn open(&mut self, now: Timestamp, window: Duration) -> Result<(), PopulationError> {
        self.until = None;
        let answers = self.read(now, OPENING_LOOKBACK).await?;
        let reads: Vec<Vec<Read>> = answers.into_iter().collect::<Result<_, _>>()?;
        for (side, reads) in self.sides.iter().zip(&reads) {
            if reads.is_empty() {
                let text = side.series.text();
                let reason = format!(
                    "prometheus, {:?}: no samples of `{text}` in the last {OPENING_LOOKBACK:?}",
                    side.role
                );
                return Err(if side.before.is_zero() {
                    PopulationError::Unavailable(reason)
                } else {
                    PopulationError::Refused(format!("{reason} before {}", now - side.before))
                });
            }
        }
        let slices: Vec<&[Read]> = reads.iter().map(Vec::as_slice).collect();
        self.interval = None;
        self.window = window;
        self.inspect(&slices)?;
        for (side, reads) in self.sides.iter_mut().zip(&reads) {
            side.seen.clear();
            // Nothing is counted yet: this only notes who is there, and refuses what can never be compared.
            let from = now - OPENING_LOOKBACK - Duration::from_secs(1);
            let _values = side
                .values((from, now), reads)
                .map_err(PopulationError::Refused)?;
        }
        self.until = Some(now);
        Ok(())
    }

    async fn close(&mut self, end: Timestamp) -> Result<Vec<Window>, PopulationError> {
        let Some(start) = self.until else {
            let message = "prometheus: no window can be closed before the opening";
            return Err(PopulationError::Unavailable(message.into()));
        };
        let overlap = OVERLAP_MIN.max(2 * self.interval.unwrap_or_default());
        let answers = self.read(end, end.since(start) + overlap).await?;
        let reads: Vec<Option<Vec<Read>>> = answers.into_iter().map(Result::ok).collect();
        let slices: Vec<&[Read]> = reads
            .iter()
            .map(|reads| reads.as_deref().unwrap_or_default())
            .collect();
        self.inspect(&slices)?;
        self.until = Some(end);
        let mut windows = Vec::new();
        for (side, reads) in self.sides.iter_mut().zip(&reads) {
            let Some(reads) = reads else { continue };
            let (values, late) = side
                .values((start, end), reads)
                .map_err(PopulationError::Refused)?;
            if late {
                self.settling = self.settling.max(self.interval.unwrap_or_default());
            }
            let valued = Valued {
                comparison: &self.comparison,
                role: side.role,
            };
            let mut of_side = valued.windows((start, end), &values);
            of_side
                .iter_mut()
                .for_each(|window| window.flags.before = !side.before.is_zero());
            windows.extend(of_side);
        }
        Ok(windows)
    }

    fn settling(&self) -> Duration {
        self.settling
    }
}

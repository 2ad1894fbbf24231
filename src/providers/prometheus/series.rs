use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use serin_judge::analysis::plan::{Selection, SideSelection};
use serin_judge::counter::{Read, Selector, Series};
use serin_judge::time::Timestamp;
use serin_judge::verdict::Window;

use super::Sides;
use super::client::Client;
use super::config::{Connection, Limits};
use super::counters::{SILENT_FOR_MAX, raw};
use super::population::{OPENING_LOOKBACK, OVERLAP_MIN};
use super::samples::{self, Part};
use crate::engine::ports::{Population, PopulationError};
use crate::providers::{Role, Valued};

/// The mean of each target's raw samples in each window.
pub struct PrometheusSeries {
    comparison: Arc<str>,
    client: Client,
    sides: Vec<Side>,
    /// End of the last window; `None` before the opening.
    until: Option<Timestamp>,
    interval: Option<Duration>,
    settling: Duration,
}

/// One side: what to ask for and what is known.
struct Side {
    role: Role,
    series: Selector,
    target: String,
    /// It is read this long before the others.
    before: Duration,
    /// When each target was seen last.
    seen: BTreeMap<Arc<str>, Timestamp>,
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
        let mut all = vec![
            Side::new(Role::Canary, sides.canary, Duration::ZERO)?,
            Side::new(Role::Stable, sides.stable, sides.before)?,
        ];
        if let Some(control) = sides.control {
            all.push(Side::new(Role::Control, control, Duration::ZERO)?);
        }
        Ok(Self {
            comparison: comparison.into(),
            client: Client::new(connection, limits).map_err(PopulationError::Refused)?,
            sides: all,
            until: None,
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
        let answers = join_all(self.sides.iter().map(|side| side.read(&self.client, end, range))).await;
        let mut errors = answers.iter().filter_map(|answer| answer.as_ref().err());
        if let Some(refused) = errors.find(|error| matches!(error, PopulationError::Refused(_))) {
            return Err(refused.clone());
        }
        match &answers[..] {
            [Err(error), Err(_), ..] => Err(error.clone()),
            _ => Ok(answers),
        }
    }

    /// Refuses what can never be compared.
    fn inspect(&mut self, reads: &[&[Read]], window: Duration) -> Result<(), PopulationError> {
        let now: Vec<&[Read]> = self
            .sides
            .iter()
            .zip(reads)
            .filter(|(side, _)| side.before.is_zero())
            .map(|(_, reads)| *reads)
            .collect();
        for (at, one) in now.iter().enumerate() {
            for other in &now[..at] {
                samples::refuse_overlap(other, one).map_err(PopulationError::Refused)?;
            }
        }
        self.interval = samples::scrape_interval(reads.iter().copied().flatten()).or(self.interval);
        match self.interval {
            Some(interval) => {
                samples::refuse_short_window(window, interval, 1).map_err(PopulationError::Refused)
            }
            None => Ok(()),
        }
    }
}

impl Side {
    fn new(role: Role, side: &SideSelection, before: Duration) -> Result<Self, PopulationError> {
        let Selection::Value { series } = &side.selection else {
            return Err(PopulationError::Refused(format!(
                "prometheus, {role:?}: no series of values is selected"
            )));
        };
        Ok(Self {
            role,
            series: Selector::parse(series).map_err(|error| {
                PopulationError::Refused(format!("prometheus, series of {role:?} `{series}`: {error}"))
            })?,
            target: side.target.clone(),
            before,
            seen: BTreeMap::new(),
        })
    }

    async fn read(
        &self,
        client: &Client,
        end: Timestamp,
        range: Duration,
    ) -> Result<Vec<Read>, PopulationError> {
        let raw = raw(client, self.series.text(), end - self.before, range)
            .await
            .map_err(PopulationError::Unavailable)?;
        let native = raw
            .native
            .first()
            .map(|(series, _)| format!("series {series} is a native histogram, which is no number"));
        let reads = native.map_or_else(
            || samples::reads(&self.target, &[(Part::Total, &raw.matrix)]),
            Err,
        );
        reads.map_err(|reason| {
            PopulationError::Refused(
                client
                    .redaction()
                    .apply(&format!("prometheus, {:?}: {reason}", self.role)),
            )
        })
    }

    /// The mean of each target's samples after `start` until `end`, and whether samples came too late for their window.
    fn values(
        &mut self,
        (start, end): (Timestamp, Timestamp),
        reads: &[Read],
    ) -> Result<(BTreeMap<Arc<str>, f64>, bool), String> {
        let (start, end) = (start - self.before, end - self.before);
        let mut sums: BTreeMap<&Arc<str>, (BTreeMap<&Series, ()>, f64, f64)> = BTreeMap::new();
        let mut late = false;
        for read in reads {
            if read.at <= start {
                late |= self.seen.get(&read.target).is_some_and(|seen| *seen < read.at);
                continue;
            }
            let (series, sum, count) = sums.entry(&read.target).or_default();
            for reading in &read.counters {
                let _ = series.insert(&reading.series, ());
                *sum += reading.value;
                *count += 1.0;
            }
        }
        let mut values = BTreeMap::new();
        for (target, (series, sum, count)) in sums {
            let _only = Valued::only(target, series.keys().map(|series| (*series, 0.0)))?;
            let _ = values.insert(Arc::clone(target), sum / count);
        }
        for read in reads {
            let seen = self.seen.entry(Arc::clone(&read.target)).or_insert(read.at);
            *seen = (*seen).max(read.at);
        }
        self.seen.retain(|_, seen| end.since(*seen) <= SILENT_FOR_MAX);
        for target in self.seen.keys() {
            let _ = values.entry(Arc::clone(target)).or_insert(f64::NAN);
        }
        Ok((values, late))
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
        self.inspect(&slices, window)?;
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
        self.inspect(&slices, end.since(start))?;
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

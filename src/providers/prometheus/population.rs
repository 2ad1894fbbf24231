use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serin_judge::analysis::plan::CounterSelectors;
use serin_judge::counter::{Ledger, Read, Selector};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Flags, Side, Window};

use super::client::Client;
use super::config::{Connection, Limits};
use super::decode::{Matrix, QueryResult};
use super::samples;
use crate::engine::ports::{Population, PopulationError};

/// How far back the opening looks for the last samples: Prometheus' own notion of how long a sample stays current.
const OPENING_LOOKBACK: Duration = Duration::from_secs(300);
/// Each query begins this much before the window, and at least two scrape intervals, so that samples
/// which came late are found and series that missed a scrape are told from dead ones.
const OVERLAP_MIN: Duration = Duration::from_secs(30);
/// A target without a new sample for this long is taken for gone, not for failing.
const SILENT_FOR_MAX: Duration = Duration::from_secs(60);

/// Exact counts of both sides from a Prometheus' raw samples.
pub struct PrometheusPopulation {
    comparison: Arc<str>,
    client: Client,
    sides: [Counters; 2],
    window: Duration,
    interval: Option<Duration>,
    settling: Duration,
}

/// One side: what to ask for and what is known.
struct Counters {
    side: Side,
    total: Selector,
    bad: Selector,
    target: String,
    book: Option<Book>,
}

struct Book {
    ledger: Ledger,
    /// End of the last window that was counted.
    until: Timestamp,
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

    /// Raw samples of both sides; each range is asked for in one go, and all of them at once.
    async fn fetch(&self, end: Timestamp, ranges: [Duration; 2]) -> [Result<(Matrix, Matrix), String>; 2] {
        let [canary, stable] = &self.sides;
        let (canary, stable) = tokio::join!(
            canary.fetch(&self.client, end, ranges[0]),
            stable.fetch(&self.client, end, ranges[1]),
        );
        [canary, stable]
    }

    /// Refuses samples that can never be counted in windows of this length.
    fn inspect(&mut self, sides: &[Vec<Read>; 2]) -> Result<(), PopulationError> {
        samples::refuse_overlap(&sides[0], &sides[1]).map_err(PopulationError::Refused)?;
        if self.interval.is_none() {
            let all: Vec<Read> = sides.iter().flatten().cloned().collect();
            if let Some(interval) = samples::scrape_interval(&all) {
                samples::refuse_short_window(self.window, interval).map_err(PopulationError::Refused)?;
                self.interval = Some(interval);
            }
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
        let [canary, stable] = self.fetch(now, [OPENING_LOOKBACK; 2]).await;
        let matrices = [
            canary.map_err(PopulationError::Unavailable)?,
            stable.map_err(PopulationError::Unavailable)?,
        ];
        self.window = window;
        self.interval = None;
        let [canary, stable] = &matrices;
        let reads = [self.sides[0].reads(canary)?, self.sides[1].reads(stable)?];
        self.inspect(&reads)?;
        for (side, reads) in self.sides.iter_mut().zip(&reads) {
            side.book = Some(Book {
                ledger: Ledger::open(now, SILENT_FOR_MAX, reads),
                until: now,
            });
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
        let fetched = self.fetch(end, ranges).await;
        if let [Err(canary), Err(_)] = &fetched {
            return Err(PopulationError::Unavailable(canary.clone()));
        }
        // Everything that can fail comes before the first ledger is touched: a window is counted whole or not at all.
        let mut reads = [Vec::new(), Vec::new()];
        for ((reads, fetched), side) in reads.iter_mut().zip(&fetched).zip(&self.sides) {
            if let Ok(matrices) = fetched {
                *reads = side.reads(matrices)?;
            }
        }
        self.inspect(&reads)?;
        let mut windows = Vec::new();
        for ((side, reads), fetched) in self.sides.iter_mut().zip(&reads).zip(&fetched) {
            if fetched.is_ok() {
                windows.extend(side.windows(&self.comparison, end, reads));
            }
        }
        Ok(windows)
    }

    fn settling(&self) -> Duration {
        self.settling
    }
}

impl Counters {
    fn new(side: Side, selectors: &CounterSelectors) -> Result<Self, PopulationError> {
        let parse = |name: &str, text: &str| {
            Selector::parse(text).map_err(|error| {
                PopulationError::Refused(format!("prometheus, {name} of {side:?} `{text}`: {error}"))
            })
        };
        Ok(Self {
            side,
            total: parse("total", &selectors.total)?,
            bad: parse("bad", &selectors.bad)?,
            target: selectors.target.clone(),
            book: None,
        })
    }

    async fn fetch(
        &self,
        client: &Client,
        end: Timestamp,
        range: Duration,
    ) -> Result<(Matrix, Matrix), String> {
        tokio::try_join!(
            raw(client, &self.total, end, range),
            raw(client, &self.bad, end, range)
        )
    }

    fn reads(&self, (total, bad): &(Matrix, Matrix)) -> Result<Vec<Read>, PopulationError> {
        samples::reads(&self.target, total, bad)
            .map_err(|reason| PopulationError::Refused(format!("prometheus, {:?}: {reason}", self.side)))
    }

    fn windows(&mut self, comparison: &Arc<str>, end: Timestamp, reads: &[Read]) -> Vec<Window> {
        let side = self.side;
        let Some(book) = &mut self.book else {
            return Vec::new();
        };
        book.until = end;
        book.ledger
            .close(end, reads)
            .into_iter()
            .map(|(target, increase)| Window {
                comparison: comparison.clone(),
                side,
                target,
                start: increase.since,
                end,
                counts: increase.counts,
                flags: Flags {
                    partial: increase.partial,
                    ..Flags::default()
                },
            })
            .collect()
    }
}

/// Raw samples: a range selector asked for as an instant query is not evaluated at steps.
async fn raw(
    client: &Client,
    selector: &Selector,
    end: Timestamp,
    range: Duration,
) -> Result<Matrix, String> {
    let query = format!("{selector}[{}ms]", range.as_micros().div_ceil(1000).max(1));
    match client.instant(&query, end).await?.result {
        QueryResult::Matrix(matrix) => Ok(matrix),
        _ => Err(client.failure(&format!(
            "`{query}` gave no raw samples; is this the address of a Prometheus?"
        ))),
    }
}

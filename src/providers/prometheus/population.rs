use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serin_judge::analysis::plan::CounterSelectors;
use serin_judge::counter::{Ledger, Read, Selector};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Counts, Flags, Side, Window};

use super::client::Client;
use super::config::{Connection, Limits};
use super::decode::{Matrix, QueryResult};
use super::{samples, starts};
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

    /// Reads of both sides, asked for at once.
    async fn read(&self, end: Timestamp, ranges: [Duration; 2]) -> [Result<Vec<Read>, PopulationError>; 2] {
        let [canary, stable] = &self.sides;
        let (canary, stable) = tokio::join!(
            canary.read(&self.client, end, ranges[0]),
            stable.read(&self.client, end, ranges[1]),
        );
        [canary, stable]
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
        let [canary, stable] = self.read(now, [OPENING_LOOKBACK; 2]).await;
        let reads = [canary?, stable?];
        self.window = window;
        self.interval = None;
        self.inspect(&reads[0], &reads[1])?;
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
        // Everything that can fail comes before the first ledger is touched: a window is counted whole or not at all.
        let reads = match self.read(end, ranges).await {
            [Err(error @ PopulationError::Refused(_)), _] | [_, Err(error @ PopulationError::Refused(_))] => {
                return Err(error);
            }
            [Err(error), Err(_)] => return Err(error),
            sides => sides.map(Result::ok),
        };
        let [canary, stable] = reads.each_ref().map(|reads| reads.as_deref().unwrap_or_default());
        self.inspect(canary, stable)?;
        let mut windows = Vec::new();
        for (side, reads) in self.sides.iter_mut().zip(&reads) {
            if let Some(reads) = reads {
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

    async fn read(
        &self,
        client: &Client,
        end: Timestamp,
        range: Duration,
    ) -> Result<Vec<Read>, PopulationError> {
        let (total, bad) = tokio::try_join!(
            raw(client, &self.total, end, range),
            raw(client, &self.bad, end, range)
        )
        .map_err(PopulationError::Unavailable)?;
        let mut reads = samples::reads(&self.target, &total, &bad)
            .map_err(|reason| PopulationError::Refused(format!("prometheus, {:?}: {reason}", self.side)))?;
        if let Some(book) = &self.book {
            starts::fill_in(client, &self.target, &book.ledger, &mut reads, (end, range))
                .await
                .map_err(PopulationError::Unavailable)?;
        }
        Ok(reads)
    }

    fn windows(&mut self, comparison: &Arc<str>, end: Timestamp, reads: &[Read]) -> Vec<Window> {
        let side = self.side;
        let Some(book) = &mut self.book else {
            return Vec::new();
        };
        book.until = end;
        if let Some(error) = reads.iter().find_map(|read| read.check().err()) {
            tracing::warn!(side = ?side, error = %error, "Samples cannot be counted.");
        }
        book.ledger
            .close_unless_missing(end, reads)
            .into_iter()
            .map(|(target, increase)| Window {
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

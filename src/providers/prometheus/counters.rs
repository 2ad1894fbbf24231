//! One side: what to ask for, what is known, and what one reading gave.

use std::time::Duration;

use serin_judge::analysis::plan::CounterSelectors;
use serin_judge::counter::{Ledger, Read, Selector};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Side, Window};

use super::client::Client;
use super::decode::{Matrix, QueryResult};
use super::{prospect, samples, starts};
use crate::engine::ports::PopulationError;
use crate::providers::Counted;

/// A target without a new sample for this long is taken for gone, not for failing.
const SILENT_FOR_MAX: Duration = Duration::from_secs(60);

/// One side: what to ask for and what is known.
pub(super) struct Counters {
    pub(super) side: Side,
    total: Selector,
    bad: Selector,
    target: String,
    /// `None` before the opening.
    pub(super) book: Option<Book>,
}

pub(super) struct Book {
    ledger: Ledger,
    /// End of the last window that was counted.
    pub(super) until: Timestamp,
    /// The selector of bad requests was seen to match, or to ask for nothing that is not there.
    bad_is_proven: bool,
}

/// What one reading gave.
pub(super) struct Counts {
    pub(super) reads: Vec<Read>,
    bad_is_proven: bool,
}

impl Counters {
    pub(super) fn new(side: Side, selectors: &CounterSelectors) -> Result<Self, PopulationError> {
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

    pub(super) async fn read(
        &self,
        client: &Client,
        end: Timestamp,
        range: Duration,
    ) -> Result<Counts, PopulationError> {
        let refused = |reason: String| {
            PopulationError::Refused(
                client
                    .redaction()
                    .apply(&format!("prometheus, {:?}: {reason}", self.side)),
            )
        };
        let (total, bad) = tokio::try_join!(
            raw(client, self.total.text(), end, range),
            raw(client, self.bad.text(), end, range)
        )
        .map_err(PopulationError::Unavailable)?;
        let mut reads = samples::reads(&self.target, &total, &bad).map_err(refused)?;
        if let Some(book) = &self.book {
            starts::fill_in(client, &self.target, &book.ledger, &mut reads, (end, range))
                .await
                .map_err(PopulationError::Unavailable)?;
        }
        let proven = self.book.as_ref().is_some_and(|book| book.bad_is_proven) || !bad.is_empty();
        let bad_is_proven = proven || {
            prospect::prove(client, (&self.bad, &self.target), &total, (end, range))
                .await
                .map_err(PopulationError::Unavailable)?
                .map_err(|reason| refused(format!("bad {reason}")))?
        };
        Ok(Counts { reads, bad_is_proven })
    }

    /// Begins with what was read.
    pub(super) fn open(&mut self, now: Timestamp, counts: &Counts) {
        self.book = Some(Book {
            ledger: Ledger::open(now, SILENT_FOR_MAX, &counts.reads),
            until: now,
            bad_is_proven: counts.bad_is_proven,
        });
    }

    /// The windows, and whether samples came too late for the windows they belong to.
    pub(super) fn windows(
        &mut self,
        counted: Counted<'_>,
        end: Timestamp,
        counts: &Counts,
    ) -> (Vec<Window>, bool) {
        let Some(book) = &mut self.book else {
            return (Vec::new(), false);
        };
        book.until = end;
        book.bad_is_proven |= counts.bad_is_proven;
        if let Some(error) = counts.reads.iter().find_map(|read| read.check().err()) {
            tracing::warn!(side = %self.side, error = %error, "Samples cannot be counted.");
        }
        let increases = book.ledger.close(end, &counts.reads);
        let late = increases.values().any(|increase| increase.late);
        (counted.windows(end, increases), late)
    }
}

/// Raw samples: a range selector asked for as an instant query is not evaluated at steps.
pub(super) async fn raw(
    client: &Client,
    selector: &str,
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

//! One side: what to ask for, what is known, and what one reading gave.

use std::time::Duration;

use serin_judge::analysis::plan::CounterSelectors;
use serin_judge::counter::{Ledger, Read, Selector};
use serin_judge::time::Timestamp;
use serin_judge::verdict::Window;

use super::client::Client;
use super::decode::{Matrix, QueryResult};
use super::{prospect, samples, starts};
use crate::engine::ports::PopulationError;
use crate::providers::{Counted, Role};

/// A target without a new sample for this long is taken for gone, not for failing.
const SILENT_FOR_MAX: Duration = Duration::from_secs(60);

/// One side: what to ask for and what is known.
pub(super) struct Counters {
    pub(super) role: Role,
    /// It is read this long before the others.
    before: Duration,
    total: Selector,
    bad: Selector,
    target: String,
    /// `None` before the opening.
    pub(super) book: Option<Book>,
}

pub(super) struct Book {
    ledger: Ledger,
    /// End of the last window that was counted.
    until: Timestamp,
    /// The selector of bad requests was seen to match, or to ask for nothing that is not there.
    bad_is_proven: bool,
}

/// What one reading gave.
pub(super) struct Counts {
    pub(super) reads: Vec<Read>,
    bad_is_proven: bool,
}

impl Counters {
    pub(super) fn new(
        role: Role,
        selectors: &CounterSelectors,
        before: Duration,
    ) -> Result<Self, PopulationError> {
        let parse = |name: &str, text: &str| {
            Selector::parse(text).map_err(|error| {
                PopulationError::Refused(format!("prometheus, {name} of {role:?} `{text}`: {error}"))
            })
        };
        Ok(Self {
            role,
            before,
            total: parse("total", &selectors.total)?,
            bad: parse("bad", &selectors.bad)?,
            target: selectors.target.clone(),
            book: None,
        })
    }

    /// The samples until `end`, of this long or of what is not counted yet and this long.
    pub(super) async fn read(
        &self,
        client: &Client,
        end: Timestamp,
        overlap: Duration,
    ) -> Result<Counts, PopulationError> {
        let end = end - self.before;
        let uncounted = self.book.as_ref().map(|book| end.since(book.until));
        let range = overlap + uncounted.unwrap_or_default();
        let refused = |reason: String| {
            PopulationError::Refused(
                client
                    .redaction()
                    .apply(&format!("prometheus, {:?}: {reason}", self.role)),
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

    /// Of another time than the canary.
    pub(super) fn is_before(&self) -> bool {
        !self.before.is_zero()
    }

    /// Nothing will come to a time that is over.
    pub(super) fn refuse_empty_past(&self, now: Timestamp, counts: &Counts) -> Result<(), PopulationError> {
        if !self.is_before() || !counts.reads.is_empty() {
            return Ok(());
        }
        Err(PopulationError::Refused(format!(
            "prometheus, {:?}: no samples of `{}` up to {}, which is {:?} before the run; did it run then, and does this \
             Prometheus keep its samples for so long?",
            self.role,
            self.total.text(),
            now - self.before,
            self.before
        )))
    }

    /// Begins with what was read.
    pub(super) fn open(&mut self, now: Timestamp, counts: &Counts) {
        let now = now - self.before;
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
        let end = end - self.before;
        book.until = end;
        book.bad_is_proven |= counts.bad_is_proven;
        if let Some(error) = counts.reads.iter().find_map(|read| read.check().err()) {
            tracing::warn!(side = %self.role, error = %error, "Samples cannot be counted.");
        }
        let increases = book.ledger.close(end, &counts.reads);
        let late = increases.values().any(|increase| increase.late);
        let mut windows = counted.windows(end, increases);
        for window in windows.iter_mut().filter(|_| !self.before.is_zero()) {
            // Put beside the windows that it is compared with.
            window.start = window.start + self.before;
            window.end = window.end + self.before;
            window.flags.before = true;
        }
        (windows, late)
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

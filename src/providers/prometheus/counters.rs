//! One side: what to ask for, what is known, and what one reading gave.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::plan::SideSelection;
use serin_judge::counter::{BucketLayout, Increase, Ledger, Read};
use serin_judge::time::Timestamp;
use serin_judge::verdict::Window;

use super::client::Client;
use super::decode::{Matrix, NativeMatrix, QueryResult};
use super::native::Resolutions;
use super::samples::Part;
use super::{prospect, samples, starts};
use crate::engine::ports::PopulationError;
use crate::providers::{Counted, Counting, Role};

/// What each target added.
type Increases = BTreeMap<Arc<str>, Increase>;

/// A target without a new sample for this long is taken for gone, not for failing.
pub(super) const SILENT_FOR_MAX: Duration = Duration::from_secs(60);

/// One side: what to ask for and what is known.
pub(super) struct Counters {
    pub(super) role: Role,
    /// It is read this long before the others.
    before: Duration,
    pub(super) counting: Counting,
    target: String,
    /// `None` before the opening.
    pub(super) book: Option<Book>,
}

pub(super) struct Book {
    ledger: Ledger,
    /// End of the last window that was counted.
    until: Timestamp,
    /// The doubtful selector was seen to match, or to ask for nothing that is not there.
    is_proven: bool,
    resolutions: Resolutions,
}

/// What one reading gave.
pub(super) struct Counts {
    pub(super) reads: Vec<Read>,
    is_proven: bool,
    resolutions: Resolutions,
}

impl Counters {
    pub(super) fn new(role: Role, side: &SideSelection, before: Duration) -> Result<Self, PopulationError> {
        let counting = Counting::new(&side.selection)
            .map_err(|error| PopulationError::Refused(format!("prometheus, {role:?}, {error}")))?;
        Ok(Self {
            role,
            before,
            counting,
            target: side.target.clone(),
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
        let mut resolutions = self
            .book
            .as_ref()
            .map(|book| book.resolutions.clone())
            .unwrap_or_default();
        let (first, second) = self
            .samples(client, end, range)
            .await
            .map_err(PopulationError::Unavailable)?;
        let mut native = Matrix::new();
        if let Counting::Durations { .. } = self.counting {
            native = resolutions
                .counters(&self.target, &second.native)
                .map_err(refused)?;
        }
        let parts = match self.counting {
            Counting::Requests { .. } => vec![(Part::Total, &first.matrix), (Part::Bad, &second.matrix)],
            Counting::Events { .. } => vec![(Part::Total, &first.matrix)],
            Counting::Durations { .. } => vec![(Part::Buckets, &first.matrix), (Part::Buckets, &native)],
        };
        let mut reads = samples::reads(&self.target, &parts).map_err(refused)?;
        resolutions.retain(&mut reads);
        if let Some(book) = &self.book {
            starts::fill_in(client, &self.target, &book.ledger, &mut reads, (end, range))
                .await
                .map_err(PopulationError::Unavailable)?;
        }
        let found = match self.counting {
            Counting::Requests { .. } => !second.matrix.is_empty(),
            Counting::Events { .. } => !first.matrix.is_empty(),
            Counting::Durations { .. } => true,
        };
        let is_proven = found || self.book.as_ref().is_some_and(|book| book.is_proven) || {
            self.prove(client, &first.matrix, (end, range))
                .await?
                .map_err(refused)?
        };
        Ok(Counts {
            reads,
            is_proven,
            resolutions,
        })
    }

    /// Samples of the first selector and of the second, where there is one.
    async fn samples(&self, client: &Client, end: Timestamp, range: Duration) -> Result<(Raw, Raw), String> {
        let first = self.counting.main();
        let second = match &self.counting {
            Counting::Requests { bad, .. } => bad,
            Counting::Durations { whole, .. } => whole,
            Counting::Events { .. } => {
                return Ok((raw(client, first.text(), end, range).await?, Raw::default()));
            }
        };
        tokio::try_join!(
            raw(client, first.text(), end, range),
            raw(client, second.text(), end, range)
        )
    }

    /// Whether the doubtful selector could match.
    async fn prove(
        &self,
        client: &Client,
        total: &Matrix,
        (end, range): (Timestamp, Duration),
    ) -> Result<Result<bool, String>, PopulationError> {
        let Some((name, selector)) = self.counting.doubtful() else {
            return Ok(Ok(true));
        };
        let proven = match self.counting {
            Counting::Events { .. } => prospect::prove_alone(client, selector, (end, range)).await,
            _ => prospect::prove(client, (selector, &self.target), total, (end, range)).await,
        };
        let proven = proven.map_err(PopulationError::Unavailable)?;
        Ok(proven.map_err(|reason| format!("{name} {reason}")))
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
            self.counting.main().text(),
            now - self.before,
            self.before
        )))
    }

    /// Begins with what was read.
    pub(super) fn open(&mut self, now: Timestamp, counts: &Counts) {
        let now = now - self.before;
        self.book = Some(Book {
            ledger: self
                .counting
                .ledger(Ledger::open(now, SILENT_FOR_MAX, &counts.reads)),
            until: now,
            is_proven: counts.is_proven,
            resolutions: counts.resolutions.clone(),
        });
    }

    /// What each target added until `end`.
    pub(super) fn count(&mut self, end: Timestamp, counts: &Counts) -> Option<Increases> {
        let book = self.book.as_mut()?;
        let end = end - self.before;
        book.until = end;
        book.is_proven |= counts.is_proven;
        for (target, origin) in counts.resolutions.changed() {
            book.ledger.forget(target, origin);
        }
        book.resolutions = counts.resolutions.clone();
        if let Some(error) = counts.reads.iter().find_map(|read| read.check().err()) {
            tracing::warn!(side = %self.role, error = %error, "Samples cannot be counted.");
        }
        Some(book.ledger.close(end, &counts.reads))
    }

    /// Increases as windows.
    pub(super) fn windows(
        &self,
        comparison: &Arc<str>,
        end: Timestamp,
        increases: &Increases,
        layout: &mut BucketLayout,
    ) -> Vec<Window> {
        let counted = Counted {
            comparison,
            role: self.role,
            counting: &self.counting,
        };
        let mut windows = counted.windows(end - self.before, increases, layout);
        for window in windows.iter_mut().filter(|_| self.is_before()) {
            // Put beside the windows that it is compared with.
            window.start = window.start + self.before;
            window.end = window.end + self.before;
            window.flags.before = true;
        }
        windows
    }
}

/// Raw samples of one selector.
#[derive(Clone, Debug, Default)]
pub(super) struct Raw {
    pub(super) matrix: Matrix,
    pub(super) native: NativeMatrix,
}

/// Raw samples: a range selector asked for as an instant query is not evaluated at steps.
pub(super) async fn raw(
    client: &Client,
    selector: &str,
    end: Timestamp,
    range: Duration,
) -> Result<Raw, String> {
    let query = format!("{selector}[{}ms]", range.as_micros().div_ceil(1000).max(1));
    let answer = client.samples(&query, end).await?;
    match answer.result {
        QueryResult::Matrix(matrix) => Ok(Raw {
            matrix,
            native: answer.native,
        }),
        _ => Err(client.failure(&format!(
            "`{query}` gave no raw samples; is this the address of a Prometheus?"
        ))),
    }
}

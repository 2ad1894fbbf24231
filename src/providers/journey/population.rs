use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serin_judge::time::Timestamp;
use serin_judge::verdict::Window;

use super::Feeds;
use super::feed::{Feed, Next, Reader};
use crate::engine::journeys::{JourneyWindow, ProbeOrder, ProbingError, Since};
use crate::engine::ports::{Population, PopulationError};

/// What of a journey is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compares {
    /// How often this step failed, or whole runs.
    Errors(Option<usize>),
    /// How long this step took, or whole runs, from their planned start.
    Latency(Option<usize>),
}

/// Both sides of a journey, in pairs of runs that start at the same planned instants.
///
/// A window is closed when all runs are over that were planned in it, so a server that hangs delays a look by the journey's
/// `timeout` and that of its `finally` at most; nothing of it is lost or counted twice.
pub struct JourneyPopulation {
    comparison: Arc<str>,
    compares: Compares,
    feed: Arc<Feed>,
    open: Option<Open>,
}

struct Open {
    reader: Reader,
    /// Until here windows have been told.
    until: Timestamp,
    /// Read, and later than what was asked for.
    ahead: Option<Arc<JourneyWindow>>,
}

impl JourneyPopulation {
    /// For one comparison. `order` says the journey, whom to ask, and with what.
    #[must_use]
    pub fn new(comparison: &str, compares: Compares, order: ProbeOrder, feeds: &Feeds) -> Self {
        Self {
            comparison: comparison.into(),
            compares,
            feed: feeds.feed(order),
            open: None,
        }
    }

    fn windows(&self, window: &JourneyWindow) -> Vec<Window> {
        match self.compares {
            Compares::Errors(step) => window.error_windows(&self.comparison, step),
            Compares::Latency(step) => window.latency_windows(&self.comparison, step, Since::Planned),
        }
    }
}

#[async_trait]
impl Population for JourneyPopulation {
    async fn open(&mut self, now: Timestamp, window: Duration) -> Result<(), PopulationError> {
        let reader = self.feed.read(now, window).map_err(refused)?;
        self.open = Some(Open {
            reader,
            until: now,
            ahead: None,
        });
        Ok(())
    }

    async fn close(&mut self, end: Timestamp) -> Result<Vec<Window>, PopulationError> {
        let Some(open) = &mut self.open else {
            return Err(PopulationError::Unavailable(
                "journey: no window can be closed before the opening".into(),
            ));
        };
        let merged = open.up_to(end).await?;
        Ok(self.windows(&merged))
    }
}

impl Open {
    /// All windows that end by `end`, as one. They come in the order of time; the one that ends there is waited for.
    async fn up_to(&mut self, end: Timestamp) -> Result<JourneyWindow, PopulationError> {
        let mut merged: Option<JourneyWindow> = None;
        let mut is_partial = false;
        while self.until < end {
            let next = match self.ahead.take() {
                Some(window) => Next::Window(window),
                None => self.reader.next().await,
            };
            match next {
                Next::Window(window) if window.end > end => {
                    self.ahead = Some(window);
                    break;
                }
                Next::Window(window) => {
                    self.until = window.end;
                    match &mut merged {
                        Some(merged) => merged.merge(&window),
                        None => merged = Some((*window).clone()),
                    }
                }
                Next::Lost => is_partial = true,
                Next::Ended => {
                    return Err(PopulationError::Unavailable(
                        "journey: its runs have ended before the analysis did".into(),
                    ));
                }
            }
        }
        let mut merged = merged.ok_or_else(|| {
            PopulationError::Unavailable(
                "journey: the prober stood still, and has no window of this time".into(),
            )
        })?;
        merged.partial |= is_partial;
        Ok(merged)
    }
}

/// The order is wrong, which no retry mends.
fn refused(error: ProbingError) -> PopulationError {
    PopulationError::Refused(format!("journey: {error}"))
}

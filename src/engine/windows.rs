use std::time::Duration;

use futures::future::join_all;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Look, Unread, Window};

use crate::engine::ports::{Population, PopulationError};

/// The populations of a run, in the order of the plan's comparisons.
pub(super) struct Populations {
    all: Vec<Box<dyn Population>>,
    is_open: Vec<bool>,
    window: Duration,
}

/// What closing one window of every comparison gave.
pub(super) struct Closed {
    pub(super) look: Look,
    pub(super) unread: Vec<Unread>,
}

impl Populations {
    pub(super) fn new(all: Vec<Box<dyn Population>>, window: Duration) -> Self {
        Self {
            is_open: vec![false; all.len()],
            all,
            window,
        }
    }

    /// How long after the end of a window all counts are settled; `None` without comparisons.
    pub(super) fn settling(&self) -> Option<Duration> {
        self.all.iter().map(|population| population.settling()).max()
    }

    /// Opens all of them at once. One whose source does not answer is opened again at the end of each window.
    ///
    /// # Errors
    /// Why a source that answers cannot give such windows.
    pub(super) async fn open(&mut self, now: Timestamp) -> Result<(), String> {
        let window = self.window;
        let answers = join_all(self.all.iter_mut().map(|population| population.open(now, window))).await;
        for (is_open, answer) in self.is_open.iter_mut().zip(answers) {
            match answer {
                Ok(()) => *is_open = true,
                Err(PopulationError::Unavailable(_)) => {}
                Err(PopulationError::Refused(reason)) => return Err(reason),
            }
        }
        Ok(())
    }

    /// Closes the windows of all comparisons at `end`, all at once.
    pub(super) async fn close(&mut self, end: Timestamp) -> Closed {
        let window = self.window;
        let each = self.all.iter_mut().zip(&mut self.is_open);
        let answers =
            join_all(each.map(|(population, is_open)| one(population.as_mut(), is_open, end, window))).await;
        let mut closed = Closed {
            look: Look {
                at: end,
                windows: Vec::new(),
            },
            unread: Vec::new(),
        };
        for (comparison, answer) in answers.into_iter().enumerate() {
            match answer {
                Ok(windows) => closed.look.windows.extend(windows),
                Err(error) => closed.unread.push(unread(comparison, error)),
            }
        }
        closed
    }
}

async fn one(
    population: &mut dyn Population,
    is_open: &mut bool,
    end: Timestamp,
    window: Duration,
) -> Result<Vec<Window>, PopulationError> {
    if *is_open {
        return population.close(end).await;
    }
    // Counting begins here; the first window is the next one.
    population.open(end, window).await?;
    *is_open = true;
    Ok(Vec::new())
}

fn unread(comparison: usize, error: PopulationError) -> Unread {
    match error {
        PopulationError::Unavailable(message) => Unread {
            comparison,
            message,
            is_final: false,
        },
        PopulationError::Refused(message) => Unread {
            comparison,
            message,
            is_final: true,
        },
    }
}

use futures::future::join_all;
use serin_judge::time::Timestamp;
use serin_judge::verdict::Look;

use crate::engine::ports::{Population, PopulationError};

/// The populations of a run, in the order of the plan's comparisons.
pub(super) type Populations = Vec<Box<dyn Population>>;

/// What closing one window of every comparison gave.
pub(super) struct Closed {
    pub(super) look: Look,
    /// Comparisons that could not be read, by their place in the plan.
    pub(super) unavailable: Vec<(usize, String)>,
    /// A source that answers and cannot give such windows.
    pub(super) refused: Option<String>,
}

/// Closes the windows of all comparisons at `end`, all at once. The populations come back with the answer, so
/// that nobody else can read them meanwhile.
pub(super) async fn close(mut populations: Populations, end: Timestamp) -> (Populations, Closed) {
    let answers = join_all(populations.iter_mut().map(|population| population.close(end))).await;
    let mut closed = Closed {
        look: Look {
            at: end,
            windows: Vec::new(),
        },
        unavailable: Vec::new(),
        refused: None,
    };
    for (index, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(windows) => closed.look.windows.extend(windows),
            Err(PopulationError::Unavailable(message)) => closed.unavailable.push((index, message)),
            Err(PopulationError::Refused(reason)) => closed.refused = Some(reason),
        }
    }
    (populations, closed)
}

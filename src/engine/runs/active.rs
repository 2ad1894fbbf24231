use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::task::JoinHandle;

use crate::engine::RunHandle;
use crate::engine::runs::RunFigures;

/// The runs that this process drives, and those that it cannot.
#[derive(Default)]
pub(super) struct Active {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    driven: HashMap<String, (RunHandle, JoinHandle<()>)>,
    stranded: HashMap<String, String>,
    /// Places of runs that are being begun.
    reserved: usize,
    figures: RunFigures,
    is_left: bool,
}

/// A place among the runs under way, kept while a run is being begun.
pub(super) struct Place<'a>(&'a Active);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.known().reserved -= 1;
    }
}

/// How a run's task ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With a verdict, or with somebody else having given one.
    Verdict,
    /// Without one: the store failed.
    Broken(String),
}

impl Active {
    fn known(&self) -> MutexGuard<'_, Known> {
        // Every change below is complete in one step, so a panic elsewhere leaves nothing half done.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn handle(&self, id: &str) -> Option<RunHandle> {
        self.known().driven.get(id).map(|(handle, _)| handle.clone())
    }

    pub(super) fn stranded(&self, id: &str) -> Option<String> {
        self.known().stranded.get(id).cloned()
    }

    pub(super) fn figures(&self) -> RunFigures {
        let known = self.known();
        RunFigures {
            active: known.driven.len(),
            stranded: known.stranded.len(),
            ..known.figures
        }
    }

    /// A place for one more run; `None` when there are `limit` of them.
    pub(super) fn reserve(&self, limit: usize) -> Option<Place<'_>> {
        let mut known = self.known();
        if known.driven.len() + known.reserved >= limit {
            return None;
        }
        known.reserved += 1;
        Some(Place(self))
    }

    /// Takes in a run whose task `spawn` begins, unless all runs have been left.
    pub(super) fn insert(&self, id: &str, handle: RunHandle, spawn: impl FnOnce() -> JoinHandle<()>) {
        // The task may end at once; it waits for this lock to say so.
        let mut known = self.known();
        if !known.is_left {
            let _none = known.driven.insert(id.to_owned(), (handle, spawn()));
        }
    }

    pub(super) fn count_begun(&self) {
        self.known().figures.begun += 1;
    }

    pub(super) fn strand(&self, id: &str, why: String) {
        let _none = self.known().stranded.insert(id.to_owned(), why);
    }

    pub(super) fn end(&self, id: &str, end: End) {
        let mut known = self.known();
        let _driven = known.driven.remove(id);
        match end {
            End::Verdict => known.figures.ended += 1,
            End::Broken(why) => {
                known.figures.broken += 1;
                let _none = known.stranded.insert(id.to_owned(), why);
            }
        }
    }

    /// Ends all tasks where they are and waits until they have ended. What they learned is stored, or was not learned.
    pub(super) async fn leave(&self) {
        let tasks: Vec<JoinHandle<()>> = {
            let mut known = self.known();
            known.is_left = true;
            known.driven.drain().map(|(_, (_, task))| task).collect()
        };
        for task in &tasks {
            task.abort();
        }
        for task in tasks {
            let _aborted = task.await;
        }
    }
}

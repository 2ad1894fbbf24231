use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serin_judge::verdict::RunReport;
use tokio::sync::watch;

use crate::engine::ports::Attempt;

/// A run under way that somebody has asked for. Holding its reports makes the engine write them.
#[derive(Clone)]
pub(super) struct UnderWay {
    pub(super) run: String,
    pub(super) attempt: u32,
    pub(super) args: Arc<BTreeMap<String, String>>,
    reports: watch::Receiver<Option<Arc<RunReport>>>,
}

impl UnderWay {
    /// `None` when the run is not under way in this process.
    pub(super) fn new(
        run: &str,
        attempt: u32,
        args: BTreeMap<String, String>,
        reports: Option<watch::Receiver<Option<Arc<RunReport>>>>,
    ) -> Option<Self> {
        Some(Self {
            run: run.to_owned(),
            attempt,
            args: Arc::new(args),
            reports: reports?,
        })
    }

    /// Its newest state, none before the first; an error once it has ended, so that the store has to be asked.
    pub(super) fn report(&self) -> Result<Option<Arc<RunReport>>, NotUnderWay> {
        let report = self.reports.borrow().clone();
        let is_final = report.as_ref().is_some_and(|report| report.finished_at.is_some());
        match is_final || self.reports.has_changed().is_err() {
            true => Err(NotUnderWay),
            false => Ok(report),
        }
    }
}

/// The run has ended, or its process is about to.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotUnderWay;

/// The newest attempts under way, so that asking again costs no read of the store.
#[derive(Default)]
pub(super) struct Known {
    newest: Mutex<HashMap<Attempt, UnderWay>>,
}

impl Known {
    fn newest(&self) -> MutexGuard<'_, HashMap<Attempt, UnderWay>> {
        // Every change is one step, so a panic elsewhere leaves nothing half done.
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, attempt: &Attempt) -> Option<UnderWay> {
        self.newest().get(attempt).cloned()
    }

    pub(super) fn remember(&self, attempt: Attempt, run: UnderWay) {
        let mut newest = self.newest();
        // What has ended goes here too: a release that nobody asks for again must not stay for ever.
        newest.retain(|_, run| run.report().is_ok());
        let _before = newest.insert(attempt, run);
    }

    pub(super) fn forget(&self, attempt: &Attempt) {
        let _run = self.newest().remove(attempt);
    }
}

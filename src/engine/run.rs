use std::sync::Arc;

use serin_judge::analysis::plan::Plan;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{ForeignRecord, RunIdentity, RunReport, RunState, Schedule};
use tokio::sync::{Semaphore, watch};

use crate::engine::course::Course;
use crate::engine::ports::{Clock, Measure, Population, Record, RunRecord, Store, StoreError};
use crate::engine::windows::Populations;

/// What a run measures with: one source for each metric, one population for each comparison, in the plan's order.
pub struct Instruments {
    /// In the order of the plan's metrics.
    pub metrics: Vec<Arc<dyn Measure>>,
    /// In the order of the plan's comparisons.
    pub comparisons: Vec<Box<dyn Population>>,
}

/// Measurements of one run that may be under way at once; the others wait for a place.
const CONCURRENT_MEASUREMENTS: usize = 64;

/// Drives runs: the only place where time passes.
#[derive(Clone)]
pub struct Engine {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) store: Arc<dyn Store>,
}

/// Why a run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum RunFailure {
    /// A source answers and cannot give what the document asks for; nothing was measured.
    #[error("{0}")]
    Refused(String),
    /// Nothing that cannot be stored may be acted on.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The records are of another analysis.
    #[error(transparent)]
    Foreign(#[from] ForeignRecord),
}

/// The end of a run that others hold: to watch it, and to stop it.
#[derive(Clone, Debug)]
pub struct RunHandle {
    reports: watch::Receiver<Option<Arc<RunReport>>>,
    stop: Arc<watch::Sender<bool>>,
}

impl RunHandle {
    /// The newest state of the run, then each newer one; `None` before the first.
    #[must_use]
    pub fn reports(&self) -> watch::Receiver<Option<Arc<RunReport>>> {
        self.reports.clone()
    }

    /// Asks the run to end with what it has. Asking again changes nothing.
    pub fn stop(&self) {
        let _before = self.stop.send_replace(true);
    }
}

impl Engine {
    /// An engine on these ports.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, store: Arc<dyn Store>) -> Self {
        Self { clock, store }
    }

    /// Prepares a run: the handle to watch it, and the future that is the run and ends with its final report.
    pub fn run(
        &self,
        plan: Arc<Plan>,
        identity: RunIdentity,
        instruments: Instruments,
    ) -> (
        RunHandle,
        impl Future<Output = Result<Arc<RunReport>, RunFailure>> + Send + use<>,
    ) {
        let (reports_sender, reports) = watch::channel(None);
        let (stop_sender, stop) = watch::channel(false);
        let handle = RunHandle {
            reports,
            stop: Arc::new(stop_sender),
        };
        let engine = self.clone();
        (handle, async move {
            engine
                .drive(plan, identity, instruments, reports_sender, stop)
                .await
        })
    }

    async fn drive(
        self,
        plan: Arc<Plan>,
        identity: RunIdentity,
        instruments: Instruments,
        reports: watch::Sender<Option<Arc<RunReport>>>,
        stop: watch::Receiver<bool>,
    ) -> Result<Arc<RunReport>, RunFailure> {
        let started_at = self.clock.now();
        let record = RunRecord {
            id: identity.id.clone(),
            analysis: plan.name.clone(),
            config_hash: plan.config_hash.clone(),
            started_at,
        };
        self.store.begin(&record).await?;
        let populations = Populations::new(instruments.comparisons, plan.policy.window);
        let state = RunState::new(plan, started_at);
        let course = Course {
            engine: self,
            schedule: Schedule::new(state.plan().metrics.len()),
            metrics: instruments.metrics,
            populations: None,
            tasks: Course::opening(populations, started_at),
            places: Arc::new(Semaphore::new(CONCURRENT_MEASUREMENTS)),
            state,
            identity,
            reports,
            stop,
        };
        course.finish().await
    }
}

/// Judges the records of a stored run again. The same plan and records give the same state, bit for bit.
///
/// # Errors
/// When the records are of another plan.
pub fn replay(plan: Arc<Plan>, started_at: Timestamp, records: &[Record]) -> Result<RunState, ForeignRecord> {
    let mut state = RunState::new(plan, started_at);
    for record in records {
        apply(&mut state, record)?;
    }
    Ok(state)
}

pub(super) fn apply(state: &mut RunState, record: &Record) -> Result<(), ForeignRecord> {
    match record {
        Record::Begun { metric, at } => state.begin(*metric, *at)?,
        Record::Measurements { measurements } => state.record(measurements)?,
        Record::Look { look, unread } => state.look(look, unread),
        Record::Tick { at } => state.tick(*at),
        Record::Stop { at } => state.stop(*at),
    }
    Ok(())
}

use std::sync::Arc;

use serin_judge::analysis::plan::Plan;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{ForeignRecord, RunIdentity, RunReport, RunState, Schedule};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::engine::course::{Course, Refusals};
use crate::engine::handle::{RunEnd, RunHandle};
use crate::engine::outbox::Outbox;
use crate::engine::ports::{Beginning, Clock, Journal, Measure, Population, Record, RunRecord, StoreError};
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
    pub(super) store: Arc<dyn Journal>,
    pub(super) outbox: Arc<Outbox>,
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

/// A run that is in the store, and what is known of it.
pub(super) struct Known {
    pub(super) state: RunState,
    /// Records that the store has of it.
    pub(super) records: u64,
    pub(super) identity: RunIdentity,
    /// Who is told of it, if not everybody.
    pub(super) hooks: Option<Vec<String>>,
    /// Another process drove it before.
    pub(super) is_resumed: bool,
}

impl Engine {
    /// An engine on these ports that tells nobody.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, store: Arc<dyn Journal>) -> Self {
        Self::telling(clock, store, Arc::new(Outbox::default()))
    }

    /// An engine whose runs tell the receivers of this outbox.
    #[must_use]
    pub fn telling(clock: Arc<dyn Clock>, store: Arc<dyn Journal>, outbox: Arc<Outbox>) -> Self {
        Self { clock, store, outbox }
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
        let (handle, end) = RunHandle::new();
        let engine = self.clone();
        (handle, async move {
            let started_at = engine.clock.now();
            let run = RunRecord {
                id: identity.id.clone(),
                analysis: plan.name.clone(),
                attempt: identity.attempt,
                config_hash: plan.config_hash.clone(),
                started_at,
                ..RunRecord::default()
            };
            let beginning = Beginning {
                run,
                ..Beginning::default()
            };
            let _new = engine.store.begin(&beginning).await?;
            let known = Known {
                state: RunState::new(plan, started_at),
                records: 0,
                identity,
                hooks: None,
                is_resumed: false,
            };
            engine.drive(known, instruments, end, Refusals::Returned).await
        })
    }

    /// Drives a run that is in the store to its verdict, from its beginning or from where it was.
    pub(super) async fn drive(
        self,
        known: Known,
        instruments: Instruments,
        end: RunEnd,
        refusals: Refusals,
    ) -> Result<Arc<RunReport>, RunFailure> {
        let policy = &known.state.plan().policy;
        let populations = Populations::new(instruments.comparisons, policy.window);
        let mut course = Course {
            engine: self,
            schedule: Schedule::new(known.state.plan().metrics.len()),
            metrics: instruments.metrics,
            populations: None,
            tasks: JoinSet::new(),
            places: Arc::new(Semaphore::new(CONCURRENT_MEASUREMENTS)),
            run: known,
            end,
            refusals,
        };
        if course.run.is_resumed {
            course.resume(populations).await?;
        } else {
            course.open(populations);
        }
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
        Record::Resumed { at } => state.resume_at(*at),
        Record::Stop { at } => state.stop(*at),
        Record::Override(decided) => state.decide_by(decided.clone()),
    }
    Ok(())
}

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serin_judge::analysis::plan::Plan;
use serin_judge::analysis::plan::journey::NamedFile;
use serin_judge::analysis::{Diagnostic, Documents};
use serin_judge::verdict::{RunIdentity, RunState};

use crate::engine::Instruments;
use crate::engine::course::Refusals;
use crate::engine::handle::RunHandle;
use crate::engine::ports::{
    Attempt, Beginning, Begun, Delivery, DeliveryEvent, IdempotencyKey, KeptFile, RunRecord, RunRequest,
    SourceText, StoreError,
};
use crate::engine::run::{Known, RunFailure};
use crate::engine::runs::Runs;
use crate::engine::runs::active::End;

/// A run that somebody wants.
#[derive(Clone, Debug, Default)]
pub struct RunOrder {
    /// The documents, to be kept with the run.
    pub sources: Arc<[SourceText]>,
    /// The same, read.
    pub documents: Arc<Documents>,
    /// Which analysis of the documents; `None` when there is one.
    pub analysis: Option<String>,
    /// Values of its arguments.
    pub args: BTreeMap<String, String>,
    /// The release that it judges; empty for a run on its own.
    pub release: String,
    /// The release's stage; may be empty.
    pub stage: String,
    /// Which attempt of the stage this is; `None` for the next one.
    pub attempt: Option<u32>,
    /// Free labels.
    pub labels: BTreeMap<String, String>,
    /// Who is told, by the names of receivers; `None` for all that there are.
    pub hooks: Option<Vec<String>>,
    /// What makes the request unique.
    pub key: Option<IdempotencyKey>,
}

/// A run that goes on by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// Its id.
    pub id: String,
    /// Which attempt of its stage it is, from 1.
    pub attempt: u32,
    /// False when the same request started it before.
    pub is_new: bool,
}

/// Why a run did not start. Nothing was measured.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StartError {
    /// The documents or the arguments are wrong.
    #[error("the analysis cannot be run: {} errors", .0.len())]
    Invalid(Vec<Diagnostic>),
    /// A source cannot give what the documents ask for.
    #[error("{0}")]
    Refused(String),
    /// Nobody is called so.
    #[error("no hook is called {}; there are: {}", .unknown.join(", "), .known.join(", "))]
    UnknownHooks {
        /// Names that were given.
        unknown: Vec<String>,
        /// Names that there are.
        known: Vec<String>,
    },
    /// A retry helps once others have ended.
    #[error(
        "{limit} runs are under way, which is the limit; try again when some have ended, or raise limits.activeRuns"
    )]
    TooManyRuns {
        /// `limits.activeRuns`.
        limit: usize,
    },
    /// The stage has this attempt: the run of this id.
    #[error("this attempt of the release's stage is run {0}")]
    AttemptExists(String),
    /// The idempotency key was given with another body, for the run of this id.
    #[error("the idempotency key was given before with another body, for run {0}")]
    KeyReused(String),
    /// The process is about to end.
    #[error("Serin is shutting down; try again")]
    Closing,
    /// Nothing that cannot be stored is begun.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::AttemptExists(run) => Self::AttemptExists(run),
            StoreError::KeyReused(run) => Self::KeyReused(run),
            other => Self::Store(other),
        }
    }
}

impl Runs {
    /// Starts a run. It is in the store when this returns.
    ///
    /// # Errors
    /// Why nothing was started.
    pub async fn start(&self, order: RunOrder) -> Result<Started, StartError> {
        if let Some(key) = &order.key
            && let Some(id) = self.shared.store.begun_before(key).await?
        {
            return self.before(id).await;
        }
        self.refuse(&order)?;
        let limit = self.shared.limits.active_runs;
        let reserved = self.shared.active.reserve(limit);
        let _place = reserved.ok_or(StartError::TooManyRuns { limit })?;
        let (plan, instruments) = self.prepare(&order.documents, order.analysis.as_deref(), &order.args)?;
        loop {
            let run = self.record(&order, &plan).await?;
            let state = self.beginning(Arc::clone(&plan), &run).await?;
            let beginning = Beginning {
                deliveries: self.announcements(&run, &state).await?,
                key: order.key.clone(),
                run,
            };
            return match self.shared.store.begin(&beginning).await {
                Ok(Begun::New) => {
                    self.shared.outbox.wake();
                    Ok(self.go(beginning.run, state, instruments))
                }
                Ok(Begun::Before(id)) => self.before(id).await,
                // Somebody else took the next attempt meanwhile.
                Err(StoreError::AttemptExists(_)) if order.attempt.is_none() => continue,
                Err(error) => Err(error.into()),
            };
        }
    }

    fn refuse(&self, order: &RunOrder) -> Result<(), StartError> {
        if self.is_closing() {
            return Err(StartError::Closing);
        }
        let known: Vec<String> = self.shared.outbox.receivers().map(str::to_owned).collect();
        let hooks = order.hooks.iter().flatten();
        let unknown: Vec<String> = hooks.filter(|hook| !known.contains(hook)).cloned().collect();
        match unknown.is_empty() {
            true => Ok(()),
            false => Err(StartError::UnknownHooks { unknown, known }),
        }
    }

    async fn record(&self, order: &RunOrder, plan: &Plan) -> Result<RunRecord, StoreError> {
        let attempt = Attempt {
            analysis: plan.name.clone(),
            release: order.release.clone(),
            stage: order.stage.clone(),
        };
        let number = match order.attempt {
            Some(number) => number,
            None if order.release.is_empty() => 1,
            None => {
                let newest = self.shared.store.attempt(&attempt, None).await?;
                newest.map_or(1, |newest| newest.run.attempt.saturating_add(1))
            }
        };
        let now = self.shared.clock.now();
        Ok(RunRecord {
            id: self.shared.identifiers.next(now),
            analysis: attempt.analysis,
            release: attempt.release,
            stage: attempt.stage,
            attempt: number,
            labels: order.labels.clone(),
            config_hash: plan.config_hash.clone(),
            started_at: now,
            request: RunRequest {
                sources: Arc::clone(&order.sources),
                analysis: order.analysis.clone(),
                args: order.args.clone(),
                hooks: order.hooks.clone(),
                files: plan.files().iter().map(kept).collect(),
            },
        })
    }

    /// What the beginning of a run causes.
    async fn announcements(&self, run: &RunRecord, state: &RunState) -> Result<Vec<Delivery>, StoreError> {
        let outbox = &self.shared.outbox;
        if outbox.receivers().next().is_none() {
            return Ok(Vec::new());
        }
        let report = state.report(&self.identity(run), run.started_at);
        let hooks = run.request.hooks.as_deref();
        let message = |event| outbox.messages(event, &report, hooks, run.started_at);
        let mut deliveries = message(DeliveryEvent::RunStarted);
        let attempt = Attempt {
            analysis: run.analysis.clone(),
            release: run.release.clone(),
            stage: run.stage.clone(),
        };
        if !run.release.is_empty() && self.shared.store.has_other_stage(&attempt).await? {
            deliveries.extend(message(DeliveryEvent::RunStage));
        }
        Ok(deliveries)
    }

    pub(super) fn identity(&self, run: &RunRecord) -> RunIdentity {
        RunIdentity {
            id: run.id.clone(),
            release: run.release.clone(),
            stage: run.stage.clone(),
            attempt: run.attempt,
            labels: run.labels.clone(),
            url: self.url(&run.id),
        }
    }

    fn go(&self, run: RunRecord, state: RunState, instruments: Instruments) -> Started {
        let started = Started {
            id: run.id.clone(),
            attempt: run.attempt,
            is_new: true,
        };
        tracing::info!(
            run = run.id,
            analysis = run.analysis,
            release = run.release,
            stage = run.stage,
            attempt = run.attempt,
            "a run begins"
        );
        let known = Known {
            state,
            records: 0,
            identity: self.identity(&run),
            hooks: run.request.hooks,
            is_resumed: false,
        };
        self.shared.active.count_begun();
        self.drive(known, instruments);
        started
    }

    /// Begins the task that drives a run which is in the store.
    pub(super) fn drive(&self, known: Known, instruments: Instruments) {
        let (handle, end) = RunHandle::new();
        let (runs, id) = (self.clone(), known.identity.id.clone());
        let engine = self.shared.engine.clone();
        self.shared.active.insert(&id.clone(), handle, || {
            tokio::spawn(async move {
                let ended = engine.drive(known, instruments, end, Refusals::Judged).await;
                let ended = match ended {
                    Ok(report) => {
                        tracing::info!(run = id, verdict = %report.verdict, "a run has its verdict: {}", report.summary);
                        End::Verdict
                    }
                    Err(RunFailure::Store(StoreError::Ended(_))) => End::Verdict,
                    Err(failure) => {
                        tracing::error!(run = id, "a run cannot go on: {failure}");
                        End::Broken(failure.to_string())
                    }
                };
                runs.shared.active.end(&id, ended);
            })
        });
    }

    async fn before(&self, id: String) -> Result<Started, StartError> {
        let stored = self.shared.store.load(&id).await?;
        let attempt = stored.map_or(1, |stored| stored.run.attempt);
        Ok(Started {
            id,
            attempt,
            is_new: false,
        })
    }
}

fn kept(file: &NamedFile) -> KeptFile {
    KeptFile {
        document: file.document.clone(),
        path: file.path.clone(),
        base64: STANDARD.encode(&file.bytes),
    }
}

use serde_json::{Value, json};

use crate::engine::ports::{Delivery, Ended, RunRecord, StoreError, StoredRun};
use crate::engine::runs::{Runs, documents};

/// A run as others see it now.
#[derive(Clone, Debug)]
pub struct RunView {
    /// From its beginning.
    pub run: RunRecord,
    /// Once it has a verdict.
    pub ended: Option<Ended>,
    /// The report, with its deliveries.
    pub report: Value,
    /// What was sent because of it, oldest first.
    pub deliveries: Vec<Delivery>,
}

impl Runs {
    /// A run as it stands; `None` when there is none of this id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn get(&self, id: &str) -> Result<Option<RunView>, StoreError> {
        let now = match self.shared.active.handle(id) {
            Some(handle) => handle.report().await,
            None => None,
        };
        let Some(stored) = self.shared.store.load(id).await? else {
            return Ok(None);
        };
        let broken =
            |error: serde_json::Error| StoreError::Broken(format!("the report of run {id}: {error}"));
        let mut report = match (&stored.ended, now) {
            (Some((_, report)), _) => serde_json::from_str(report).map_err(broken)?,
            (None, Some(report)) => serde_json::to_value(&*report).map_err(broken)?,
            (None, None) => self.left(&stored).await?,
        };
        report["deliveries"] = stored.deliveries.iter().map(shown).collect();
        Ok(Some(RunView {
            ended: stored.ended.map(|(ended, _)| ended),
            run: stored.run,
            report,
            deliveries: stored.deliveries,
        }))
    }

    /// The report of a run that nobody drives: as far as it came, or what is known when its plan cannot be made.
    async fn left(&self, stored: &StoredRun) -> Result<Value, StoreError> {
        let run = &stored.run;
        let prepared = self.plan(
            &documents(&run.request),
            run.request.analysis.as_deref(),
            &run.request.args,
        );
        let state = match prepared {
            Ok((plan, _)) => self.replayed(plan, stored).await.ok(),
            Err(_) => None,
        };
        let mut report = match state {
            Some(state) => serde_json::to_value(state.report(&self.identity(run), self.shared.clock.now()))
                .map_err(|error| StoreError::Broken(error.to_string()))?,
            None => json!({
                "id": run.id, "analysis": run.analysis, "release": run.release, "stage": run.stage,
                "attempt": run.attempt, "labels": run.labels, "phase": "Running", "verdict": "continue",
                "reasons": [], "startedAt": run.started_at, "configHash": run.config_hash, "url": self.url(&run.id),
                "metrics": [], "comparisons": [], "overrides": [],
            }),
        };
        if let Some(why) = self.stranded(&run.id) {
            report["summary"] = Value::from(format!("The run cannot go on in this process: {why}"));
        }
        Ok(report)
    }
}

/// A delivery beside its run: without the message, which is the run once more.
fn shown(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id, "hook": delivery.hook, "event": delivery.event, "state": delivery.state,
        "attempts": delivery.attempts, "createdAt": delivery.created_at, "nextAt": delivery.next_at,
        "lastError": delivery.last_error, "endedAt": delivery.ended_at,
    })
}

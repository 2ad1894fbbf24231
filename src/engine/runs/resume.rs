use crate::engine::ports::{Record, StoreError, StoredRun};
use crate::engine::run::Known;
use crate::engine::runs::{Runs, StartError, documents};

/// What became of the runs of an earlier process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resumed {
    /// Runs that go on.
    pub going_on: usize,
    /// Ids of runs that cannot, and why. They keep what they learned and have no verdict; the next start tries again.
    pub stranded: Vec<(String, String)>,
}

impl Runs {
    /// Goes on with every stored run that has no verdict: metrics where they were, deadlines by the wall clock, windows
    /// of the time in between left out and counted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn resume(&self) -> Result<Resumed, StoreError> {
        let mut resumed = Resumed::default();
        for id in self.shared.store.active().await? {
            let Some(stored) = self.shared.store.load(&id).await? else {
                continue;
            };
            match self.go_on(stored).await {
                Ok(()) => resumed.going_on += 1,
                Err(why) => {
                    tracing::error!(run = id, "a run cannot go on: {why}");
                    self.shared.active.strand(&id, why.clone());
                    resumed.stranded.push((id, why));
                }
            }
        }
        Ok(resumed)
    }

    async fn go_on(&self, stored: StoredRun) -> Result<(), String> {
        let run = &stored.run;
        let documents = documents(&run.request);
        let prepared = self.prepare(&documents, run.request.analysis.as_deref(), &run.request.args);
        let (plan, instruments) = prepared.map_err(|error| reason(&error))?;
        if plan.config_hash != run.config_hash {
            return Err(format!(
                "its documents mean something else to this version of Serin ({} then, {} now); go on with the version that started it",
                run.config_hash, plan.config_hash
            ));
        }
        let newest = stored.records.iter().map(Record::at).max();
        self.shared.clock.has_been(newest.unwrap_or(run.started_at));
        let state = self.replayed(plan, &stored).await?;
        let run = stored.run;
        let known = Known {
            state,
            records: u64::try_from(stored.records.len()).unwrap_or(u64::MAX),
            identity: self.identity(&run),
            hooks: run.request.hooks,
            is_resumed: true,
        };
        self.drive(known, instruments);
        Ok(())
    }
}

fn reason(error: &StartError) -> String {
    match error {
        StartError::Invalid(diagnostics) => {
            let first = diagnostics.iter().find(|diagnostic| diagnostic.is_error());
            first.map_or_else(|| error.to_string(), ToString::to_string)
        }
        other => other.to_string(),
    }
}

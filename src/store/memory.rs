use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serin_judge::time::Timestamp;
use serin_judge::verdict::Verdict;

use crate::engine::ports::{
    Attempt, Beginning, Begun, Cursor, Delivery, DeliveryState, Ended, Finish, IdempotencyKey, Journal,
    Record, RunFilter, RunSummary, Store, StoreError, StoredRun,
};

/// Keeps runs for as long as the process lives.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    /// By when they began and their ids.
    runs: BTreeMap<(Timestamp, String), StoredRun>,
    begun_at: HashMap<String, Timestamp>,
    keys: HashMap<String, (IdempotencyKey, String)>,
    /// In the order they came.
    deliveries: Vec<Delivery>,
    /// Ids of ended runs that have a time to live of their own, by when it is over.
    expiries: BTreeSet<(Timestamp, String)>,
}

impl Tables {
    fn run(&mut self, id: &str) -> Result<&mut StoredRun, StoreError> {
        let begun_at = self.begun_at.get(id);
        begun_at
            .and_then(|at| self.runs.get_mut(&(*at, id.to_owned())))
            .ok_or_else(|| StoreError::Unknown(id.to_owned()))
    }

    fn undecided(&mut self, id: &str) -> Result<&mut StoredRun, StoreError> {
        let run = self.run(id)?;
        match run.ended {
            Some(_) => Err(StoreError::Ended(id.to_owned())),
            None => Ok(run),
        }
    }

    fn of_attempt(&self, attempt: &Attempt) -> impl Iterator<Item = &StoredRun> {
        self.runs.values().filter(|stored| {
            let run = &stored.run;
            run.analysis == attempt.analysis && run.release == attempt.release && run.stage == attempt.stage
        })
    }

    fn begun_before(&self, key: &IdempotencyKey) -> Result<Option<String>, StoreError> {
        match self.keys.get(&key.key) {
            Some((known, id)) if known == key => Ok(Some(id.clone())),
            Some((_, id)) => Err(StoreError::KeyReused(id.clone())),
            None => Ok(None),
        }
    }

    fn refuse_double(&self, beginning: &Beginning) -> Result<(), StoreError> {
        let run = &beginning.run;
        if self.begun_at.contains_key(&run.id) {
            return Err(StoreError::Exists(run.id.clone()));
        }
        let attempt = Attempt {
            analysis: run.analysis.clone(),
            release: run.release.clone(),
            stage: run.stage.clone(),
        };
        let is_double = |stored: &&StoredRun| !run.release.is_empty() && stored.run.attempt == run.attempt;
        match self.of_attempt(&attempt).find(is_double) {
            Some(other) => Err(StoreError::AttemptExists(other.run.id.clone())),
            None => Ok(()),
        }
    }

    /// Of each run the oldest pending delivery to a receiver.
    fn heads(&self, hook: &str) -> Vec<&Delivery> {
        let mut runs = HashSet::new();
        let pending = self
            .deliveries
            .iter()
            .filter(|one| one.state == DeliveryState::Pending);
        pending
            .filter(|delivery| delivery.hook == hook && runs.insert(delivery.run.as_str()))
            .collect()
    }

    fn forget(&mut self, id: &str) {
        if let Some(at) = self.begun_at.remove(id) {
            let _forgotten = self.runs.remove(&(at, id.to_owned()));
        }
        self.keys.retain(|_, (_, run)| run != id);
        self.expiries.retain(|(_, run)| run != id);
        self.deliveries.retain(|delivery| delivery.run != id);
    }
}

impl MemoryStore {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        // Every change below is complete in one step, so a panic elsewhere leaves nothing half done.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn summary(stored: &StoredRun) -> RunSummary {
    let mut run = stored.run.clone();
    run.request.sources = Arc::default();
    RunSummary {
        run,
        ended: stored.ended.as_ref().map(|(ended, _)| ended.clone()),
        answered_at: stored.answered_at,
    }
}

fn passes(filter: &RunFilter, stored: &StoredRun) -> bool {
    let verdict = stored
        .ended
        .as_ref()
        .map_or(Verdict::Continue, |(ended, _)| ended.verdict);
    let fits = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
    fits(&filter.analysis, &stored.run.analysis)
        && fits(&filter.release, &stored.run.release)
        && filter.verdict.is_none_or(|wanted| wanted == verdict)
}

#[async_trait]
impl Journal for MemoryStore {
    async fn begin(&self, beginning: &Beginning) -> Result<Begun, StoreError> {
        let mut tables = self.tables();
        let run = &beginning.run;
        if let Some(key) = &beginning.key
            && let Some(id) = tables.begun_before(key)?
        {
            return Ok(Begun::Before(id));
        }
        tables.refuse_double(beginning)?;
        if let Some(key) = &beginning.key {
            let _none = tables.keys.insert(key.key.clone(), (key.clone(), run.id.clone()));
        }
        let stored = StoredRun {
            run: run.clone(),
            records: Vec::new(),
            ended: None,
            answered_at: None,
            deliveries: Vec::new(),
        };
        let _none = tables.begun_at.insert(run.id.clone(), run.started_at);
        let _none = tables.runs.insert((run.started_at, run.id.clone()), stored);
        tables.deliveries.extend_from_slice(&beginning.deliveries);
        Ok(Begun::New)
    }

    async fn append(&self, id: &str, known: u64, records: &[Record]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let run = tables.undecided(id)?;
        if u64::try_from(run.records.len()) != Ok(known) {
            return Err(StoreError::Overtaken(id.to_owned()));
        }
        run.records.extend_from_slice(records);
        Ok(())
    }

    async fn finish(&self, id: &str, finish: &Finish) -> Result<(), StoreError> {
        let report =
            serde_json::to_string(&finish.report).map_err(|error| StoreError::Broken(error.to_string()))?;
        let mut tables = self.tables();
        tables.undecided(id)?.ended = Some((Ended::from(&*finish.report), report.into()));
        tables.deliveries.extend_from_slice(&finish.deliveries);
        let expiry = finish.expires_at.map(|at| (at, id.to_owned()));
        tables.expiries.extend(expiry);
        Ok(())
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self, id: &str) -> Result<Option<StoredRun>, StoreError> {
        let mut tables = self.tables();
        let Ok(mut stored) = tables.run(id).cloned() else {
            return Ok(None);
        };
        let its = tables.deliveries.iter().filter(|delivery| delivery.run == id);
        stored.deliveries = its.cloned().collect();
        Ok(Some(stored))
    }

    async fn active(&self) -> Result<Vec<String>, StoreError> {
        let tables = self.tables();
        let active = tables.runs.values().filter(|stored| stored.ended.is_none());
        Ok(active.map(|stored| stored.run.id.clone()).collect())
    }

    async fn list(
        &self,
        filter: &RunFilter,
        before: Option<&Cursor>,
        limit: usize,
    ) -> Result<Vec<RunSummary>, StoreError> {
        let tables = self.tables();
        let newest_first = tables.runs.iter().rev();
        let older = newest_first.filter(|((at, id), _)| {
            before.is_none_or(|before| (*at, id.as_str()) < (before.started_at, before.id.as_str()))
        });
        let found = older.filter(|(_, stored)| passes(filter, stored));
        Ok(found.take(limit).map(|(_, stored)| summary(stored)).collect())
    }

    async fn begun_before(&self, key: &IdempotencyKey) -> Result<Option<String>, StoreError> {
        self.tables().begun_before(key)
    }

    async fn attempt(
        &self,
        attempt: &Attempt,
        number: Option<u32>,
    ) -> Result<Option<RunSummary>, StoreError> {
        let tables = self.tables();
        let all = tables.of_attempt(attempt);
        let found = all.filter(|stored| number.is_none_or(|number| number == stored.run.attempt));
        Ok(found.max_by_key(|stored| stored.run.attempt).map(summary))
    }

    async fn has_other_stage(&self, attempt: &Attempt) -> Result<bool, StoreError> {
        let tables = self.tables();
        Ok(tables.runs.values().any(|stored| {
            let run = &stored.run;
            run.analysis == attempt.analysis && run.release == attempt.release && run.stage != attempt.stage
        }))
    }

    async fn answered(&self, id: &str, at: Timestamp) -> Result<Timestamp, StoreError> {
        Ok(*self.tables().run(id)?.answered_at.get_or_insert(at))
    }

    async fn due_deliveries(
        &self,
        hook: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let tables = self.tables();
        let heads = tables.heads(hook).into_iter();
        let mut due: Vec<&Delivery> = heads.filter(|head| head.next_at <= now).collect();
        due.sort_by_key(|head| head.next_at);
        Ok(due.into_iter().take(limit).cloned().collect())
    }

    async fn next_delivery_at(&self, hook: &str, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let tables = self.tables();
        let times = tables.heads(hook).into_iter().map(|head| head.next_at);
        Ok(times.filter(|at| *at > after).min())
    }

    async fn update_delivery(&self, delivery: &Delivery) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let known = tables.deliveries.iter_mut().find(|known| known.id == delivery.id);
        let known = known.ok_or_else(|| StoreError::Unknown(delivery.id.clone()))?;
        *known = Delivery {
            state: delivery.state,
            attempts: delivery.attempts,
            next_at: delivery.next_at,
            since: delivery.since,
            last_error: delivery.last_error.clone(),
            ended_at: delivery.ended_at,
            ..known.clone()
        };
        Ok(())
    }

    async fn delivery(&self, id: &str) -> Result<Option<Delivery>, StoreError> {
        let tables = self.tables();
        Ok(tables
            .deliveries
            .iter()
            .find(|delivery| delivery.id == id)
            .cloned())
    }

    async fn deliveries(
        &self,
        state: Option<DeliveryState>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let tables = self.tables();
        let all = tables.deliveries.iter();
        let older = all.filter(|delivery| before.is_none_or(|before| delivery.id.as_str() < before));
        let fitting = older.filter(|delivery| state.is_none_or(|state| delivery.state == state));
        let mut found: Vec<&Delivery> = fitting.collect();
        found.sort_by(|one, other| other.id.cmp(&one.id));
        Ok(found.into_iter().take(limit).cloned().collect())
    }

    async fn expire(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let mut tables = self.tables();
        let over = tables.expiries.iter().filter(|(at, _)| *at <= now).take(limit);
        let over: Vec<String> = over.map(|(_, id)| id.clone()).collect();
        for id in &over {
            tables.forget(id);
        }
        Ok(over.len())
    }

    async fn prune(&self, runs: Timestamp, windows: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let mut tables = self.tables();
        let ended = |stored: &StoredRun| stored.ended.as_ref().map(|(ended, _)| ended.at);
        let old = tables
            .runs
            .values()
            .filter(|stored| ended(stored).is_some_and(|at| at < runs));
        let old: Vec<String> = old.take(limit).map(|stored| stored.run.id.clone()).collect();
        for id in &old {
            tables.forget(id);
        }
        let mut gone = old.len();
        for stored in tables
            .runs
            .values_mut()
            .filter(|stored| ended(stored).is_some_and(|at| at < windows))
        {
            stored.records.retain(|record| {
                let goes = gone < limit && matches!(record, Record::Look { .. });
                gone += usize::from(goes);
                !goes
            });
        }
        Ok(gone)
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn close(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::{Subject, conforms};

    struct InMemory(Arc<MemoryStore>);

    #[async_trait]
    impl Subject for InMemory {
        async fn again(&self) -> Arc<dyn Store> {
            Arc::clone(&self.0) as Arc<dyn Store>
        }
    }

    conforms!(InMemory(Arc::default()));
}

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serin_judge::verdict::RunReport;

use crate::engine::ports::{Record, RunRecord, Store, StoreError, StoredRun};

/// Keeps runs for as long as the process lives.
#[derive(Debug, Default)]
pub struct MemoryStore {
    runs: Mutex<HashMap<String, StoredRun>>,
}

impl MemoryStore {
    fn runs(&self) -> MutexGuard<'_, HashMap<String, StoredRun>> {
        // Every change below is complete in one step, so a panic elsewhere leaves nothing half done.
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut StoredRun)) -> Result<(), StoreError> {
        let mut runs = self.runs();
        let stored = runs
            .get_mut(id)
            .ok_or_else(|| StoreError::Unknown(id.to_owned()))?;
        if stored.report.is_some() {
            return Err(StoreError::Ended(id.to_owned()));
        }
        change(stored);
        Ok(())
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin(&self, run: &RunRecord) -> Result<(), StoreError> {
        let mut runs = self.runs();
        if runs.contains_key(&run.id) {
            return Err(StoreError::Exists(run.id.clone()));
        }
        let stored = StoredRun {
            run: run.clone(),
            records: Vec::new(),
            report: None,
        };
        let _none = runs.insert(run.id.clone(), stored);
        Ok(())
    }

    async fn append(&self, id: &str, records: &[Record]) -> Result<(), StoreError> {
        self.change(id, |stored| stored.records.extend_from_slice(records))
    }

    async fn finish(&self, id: &str, report: Arc<RunReport>) -> Result<(), StoreError> {
        self.change(id, |stored| stored.report = Some(report))
    }

    async fn load(&self, id: &str) -> Result<Option<StoredRun>, StoreError> {
        Ok(self.runs().get(id).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn conforms() {
        crate::store::conformance::check(&MemoryStore::default()).await;
    }
}

use std::sync::Arc;

use async_trait::async_trait;
use serin_judge::time::Timestamp;
use tokio::time::Instant;

use crate::engine::ports::{
    Attempt, Beginning, Begun, Clock, Cursor, Delivery, DeliveryState, Finish, IdempotencyKey, Journal,
    Record, RunFilter, RunSummary, Store, StoreError, StoredRun,
};
use crate::telemetry::metrics::Metrics;

/// Another store, with everything counted that goes into it.
pub struct CountedStore {
    inner: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
}

impl CountedStore {
    /// Counts what goes into this store.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, metrics: Arc<Metrics>, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner,
            metrics,
            clock,
        }
    }

    fn wrote<T>(&self, operation: &'static str, began: Instant, written: &Result<T, StoreError>) {
        let has_failed = matches!(written, Err(StoreError::Broken(_)));
        self.metrics.store_write(operation, began.elapsed(), has_failed);
    }

    fn learned(&self, record: &Record) {
        match record {
            Record::Measurements { measurements } => {
                for (_, measurement) in measurements {
                    let taken = measurement.finished_at.since(measurement.started_at);
                    self.metrics.measurement(measurement.phase, taken);
                }
            }
            Record::Look { look, .. } => {
                let lateness = self.clock.now().since(look.at);
                self.metrics.windows(look.windows.len(), lateness);
            }
            Record::Begun { .. }
            | Record::Tick { .. }
            | Record::Resumed { .. }
            | Record::Stop { .. }
            | Record::Override(_) => {}
        }
    }
}

#[async_trait]
impl Journal for CountedStore {
    async fn begin(&self, beginning: &Beginning) -> Result<Begun, StoreError> {
        let began = Instant::now();
        let written = self.inner.begin(beginning).await;
        self.wrote("begin", began, &written);
        written
    }

    async fn append(&self, id: &str, known: u64, records: &[Record]) -> Result<(), StoreError> {
        let began = Instant::now();
        let written = self.inner.append(id, known, records).await;
        self.wrote("append", began, &written);
        if written.is_ok() {
            records.iter().for_each(|record| self.learned(record));
        }
        written
    }

    async fn finish(&self, id: &str, finish: &Finish) -> Result<(), StoreError> {
        let began = Instant::now();
        let written = self.inner.finish(id, finish).await;
        self.wrote("finish", began, &written);
        if written.is_ok() {
            self.metrics.verdict(finish.report.verdict);
        }
        written
    }
}

#[async_trait]
impl Store for CountedStore {
    async fn load(&self, id: &str) -> Result<Option<StoredRun>, StoreError> {
        self.inner.load(id).await
    }

    async fn active(&self) -> Result<Vec<String>, StoreError> {
        self.inner.active().await
    }

    async fn list(
        &self,
        filter: &RunFilter,
        before: Option<&Cursor>,
        limit: usize,
    ) -> Result<Vec<RunSummary>, StoreError> {
        self.inner.list(filter, before, limit).await
    }

    async fn begun_before(&self, key: &IdempotencyKey) -> Result<Option<String>, StoreError> {
        self.inner.begun_before(key).await
    }

    async fn attempt(
        &self,
        attempt: &Attempt,
        number: Option<u32>,
    ) -> Result<Option<RunSummary>, StoreError> {
        self.inner.attempt(attempt, number).await
    }

    async fn has_other_stage(&self, attempt: &Attempt) -> Result<bool, StoreError> {
        self.inner.has_other_stage(attempt).await
    }

    async fn answered(&self, id: &str, at: Timestamp) -> Result<Timestamp, StoreError> {
        let began = Instant::now();
        let written = self.inner.answered(id, at).await;
        self.wrote("answered", began, &written);
        written
    }

    async fn due_deliveries(
        &self,
        hook: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.inner.due_deliveries(hook, now, limit).await
    }

    async fn next_delivery_at(&self, hook: &str, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.inner.next_delivery_at(hook, after).await
    }

    async fn update_delivery(&self, delivery: &Delivery) -> Result<(), StoreError> {
        let began = Instant::now();
        let written = self.inner.update_delivery(delivery).await;
        self.wrote("update_delivery", began, &written);
        if written.is_ok() && delivery.state == DeliveryState::GivenUp {
            self.metrics.delivery_given_up(&delivery.hook);
        }
        written
    }

    async fn delivery(&self, id: &str) -> Result<Option<Delivery>, StoreError> {
        self.inner.delivery(id).await
    }

    async fn deliveries(
        &self,
        state: Option<DeliveryState>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.inner.deliveries(state, before, limit).await
    }

    async fn expire(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let began = Instant::now();
        let written = self.inner.expire(now, limit).await;
        self.wrote("expire", began, &written);
        written
    }

    async fn prune(&self, runs: Timestamp, windows: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let began = Instant::now();
        let written = self.inner.prune(runs, windows, limit).await;
        self.wrote("prune", began, &written);
        written
    }

    async fn check(&self) -> Result<(), StoreError> {
        let began = Instant::now();
        let written = self.inner.check().await;
        self.wrote("check", began, &written);
        written
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

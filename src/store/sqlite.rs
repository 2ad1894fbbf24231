//! A file of SQLite: the store of one process on one machine.
//!
//! One connection writes, in transactions that hold the changes of all callers who came meanwhile; each change is kept
//! whole or not at all. A few others read. Every transaction is on the disk before its callers are answered.

mod begin;
mod deliveries;
mod error;
mod lock;
mod migrate;
mod open;
mod progress;
mod prune;
mod reader;
mod rows;
mod runs;
mod seal;
mod writer;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use serin_judge::time::Timestamp;
use sqlx::SqlitePool;

use crate::engine::ports::{
    Attempt, Beginning, Begun, Cursor, Delivery, DeliveryState, Finish, IdempotencyKey, Journal, Record,
    RunFilter, RunSummary, Store, StoreError, StoredRun,
};
pub use open::OpenError;
pub use reader::{PastRun, SqliteReader};
use seal::Seal;
use writer::Writer;

/// Keeps runs in a file of SQLite, which one process at a time may use.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: SqlitePool,
    seal: Arc<Seal>,
}

#[async_trait]
impl Journal for SqliteStore {
    async fn begin(&self, beginning: &Beginning) -> Result<Begun, StoreError> {
        begin::begin(&self.writer, &self.seal, beginning).await
    }

    async fn append(&self, id: &str, known: u64, records: &[Record]) -> Result<(), StoreError> {
        progress::append(&self.writer, id, known, records).await
    }

    async fn finish(&self, id: &str, finish: &Finish) -> Result<(), StoreError> {
        progress::finish(&self.writer, id, finish).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn load(&self, id: &str) -> Result<Option<StoredRun>, StoreError> {
        runs::load(&self.readers, &self.seal, id).await
    }

    async fn active(&self) -> Result<Vec<String>, StoreError> {
        runs::active(&self.readers).await
    }

    async fn list(
        &self,
        filter: &RunFilter,
        before: Option<&Cursor>,
        limit: usize,
    ) -> Result<Vec<RunSummary>, StoreError> {
        runs::list(&self.readers, &self.seal, filter, before, limit).await
    }

    async fn begun_before(&self, key: &IdempotencyKey) -> Result<Option<String>, StoreError> {
        begin::known_key(&self.readers, key).await
    }

    async fn attempt(
        &self,
        attempt: &Attempt,
        number: Option<u32>,
    ) -> Result<Option<RunSummary>, StoreError> {
        runs::attempt(&self.readers, &self.seal, attempt, number).await
    }

    async fn has_other_stage(&self, attempt: &Attempt) -> Result<bool, StoreError> {
        runs::has_other_stage(&self.readers, attempt).await
    }

    async fn answered(&self, id: &str, at: Timestamp) -> Result<Timestamp, StoreError> {
        progress::answered(&self.writer, id, at).await
    }

    async fn due_deliveries(
        &self,
        hook: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        deliveries::due(&self.readers, hook, now, limit).await
    }

    async fn next_delivery_at(&self, hook: &str, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        deliveries::next_at(&self.readers, hook, after).await
    }

    async fn update_delivery(&self, delivery: &Delivery) -> Result<(), StoreError> {
        deliveries::update(&self.writer, delivery).await
    }

    async fn delivery(&self, id: &str) -> Result<Option<Delivery>, StoreError> {
        deliveries::find(&self.readers, id).await
    }

    async fn deliveries(
        &self,
        state: Option<DeliveryState>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        deliveries::list(&self.readers, state, before, limit).await
    }

    async fn prune(&self, runs: Timestamp, windows: Timestamp, limit: usize) -> Result<usize, StoreError> {
        prune::prune(&self.writer, &self.readers, runs, windows, limit).await
    }

    async fn expire(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        prune::expire(&self.writer, &self.readers, now, limit).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.writer
            .write("checking that the store can be written", |connection| {
                Box::pin(async move {
                    // The page is written with the transaction, although nothing is left of it.
                    let _inserted = sqlx::query("INSERT INTO probe VALUES (1)")
                        .execute(&mut *connection)
                        .await?;
                    let _deleted = sqlx::query("DELETE FROM probe").execute(connection).await?;
                    Ok(())
                })
            })
            .await
    }

    async fn close(&self) {
        self.readers.close().await;
        // The last connection to go tidies the journal up.
        self.writer.close().await;
    }
}

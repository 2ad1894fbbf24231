mod faults;
mod full_disk;
mod seal;
mod sharing;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use tempfile::TempDir;
use tokio::sync::Mutex;

use super::SqliteStore;
use crate::engine::ports::Store;
use crate::store::conformance::{Subject, conforms};

/// A store that is closed and opened again whenever it is asked for.
struct InFile {
    folder: TempDir,
    open: Mutex<Option<Arc<SqliteStore>>>,
}

impl InFile {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            open: Mutex::default(),
        }
    }
}

fn address(folder: &Path) -> String {
    format!("sqlite://{}/serin.db", folder.display())
}

#[async_trait]
impl Subject for InFile {
    async fn again(&self) -> Arc<dyn Store> {
        let mut open = self.open.lock().await;
        if let Some(store) = open.take() {
            store.close().await;
        }
        let store = Arc::new(SqliteStore::open(&address(self.folder.path())).await.unwrap());
        *open = Some(Arc::clone(&store));
        store
    }
}

conforms!(InFile::new());

use futures::future::BoxFuture;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::error::{Failure, cause};
use super::lock::Lock;
use crate::engine::ports::StoreError;

/// Changes that may wait; whoever comes then waits before it is in the queue.
const QUEUE_MAX: usize = 1024;
/// Changes in one transaction.
const GROUP_MAX: usize = 256;

/// Keeps changes, those of many callers in one transaction.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` once it is closed.
    queue: Mutex<Option<mpsc::Sender<Box<dyn Change>>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// What one caller wants to have kept.
trait Change: Send {
    /// Makes the change. What it leaves behind when it fails is taken back.
    ///
    /// # Errors
    /// Why it was not made.
    fn make<'c>(&'c mut self, connection: &'c mut SqliteConnection) -> BoxFuture<'c, Result<(), String>>;

    /// Tells the caller what came of it, or why the transaction was not kept.
    fn tell(self: Box<Self>, transaction: Result<(), String>);
}

struct Asked<F, T> {
    step: String,
    make: Option<F>,
    made: Option<Result<T, Failure>>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Change for Asked<F, T>
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, Failure>> + Send,
    T: Send,
{
    fn make<'c>(&'c mut self, connection: &'c mut SqliteConnection) -> BoxFuture<'c, Result<(), String>> {
        Box::pin(async move {
            let Some(make) = self.make.take() else {
                return Ok(());
            };
            let made = make(connection).await;
            let answer = made.as_ref().map(|_| ()).map_err(ToString::to_string);
            self.made = Some(made);
            answer
        })
    }

    fn tell(self: Box<Self>, transaction: Result<(), String>) {
        let Self {
            step, made, caller, ..
        } = *self;
        let broken = |cause| StoreError::Broken(format!("{step}: {cause}"));
        let answer = match (transaction, made) {
            (Ok(()), Some(Ok(value))) => Ok(value),
            (Ok(()), Some(Err(Failure::Refused(refusal)))) => Err(refusal),
            // Its own failure says more than that of the transaction.
            (_, Some(Err(failure @ Failure::Database(_)))) => Err(broken(failure.to_string())),
            (Err(cause), _) => Err(broken(cause)),
            (Ok(()), None) => Err(broken("it was not written".to_owned())),
        };
        // Who asked may have gone; the change is kept all the same.
        let _gone = caller.send(answer);
    }
}

impl Writer {
    /// Starts the task that writes. It opens the connection again when that is of no use any more.
    pub(super) fn start(connection: SqliteConnection, options: SqliteConnectOptions, lock: Lock) -> Self {
        let (queue, changes) = mpsc::channel(QUEUE_MAX);
        let writing = Writing {
            connection: Some(connection),
            options,
            _lock: lock,
        };
        Self {
            queue: Mutex::new(Some(queue)),
            task: Mutex::new(Some(tokio::spawn(writing.write_all(changes)))),
        }
    }

    /// Makes a change and returns when it is on the disk. The step is named in errors.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        step: impl Into<String>,
        make: impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (caller, answer) = oneshot::channel();
        let change = Box::new(Asked {
            step: step.into(),
            make: Some(make),
            made: None,
            caller,
        });
        let closed = || StoreError::Broken("the store is closed".to_owned());
        let queue = self.queue.lock().await.clone().ok_or_else(closed)?;
        queue.send(change).await.map_err(|_| closed())?;
        drop(queue);
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Writes what is in the queue, takes nothing more, and leaves the file.
    pub(super) async fn close(&self) {
        drop(self.queue.lock().await.take());
        if let Some(task) = self.task.lock().await.take() {
            // It only fails when the runtime goes down, and then there is nothing to wait for.
            let _ended = task.await;
        }
    }
}

/// The task's own.
struct Writing {
    /// `None` after a failure that left it in doubt what the connection is at.
    connection: Option<SqliteConnection>,
    options: SqliteConnectOptions,
    _lock: Lock,
}

impl Writing {
    async fn write_all(mut self, mut changes: mpsc::Receiver<Box<dyn Change>>) {
        let mut group = Vec::new();
        while changes.recv_many(&mut group, GROUP_MAX).await > 0 {
            let kept = self.write(&mut group).await;
            if kept.is_err() {
                self.connection = None;
            }
            for change in group.drain(..) {
                change.tell(kept.clone());
            }
        }
        if let Some(connection) = self.connection.take() {
            // Everything is on the disk; what fails here is only the tidying up of the journal.
            let _untidy = connection.close().await;
        }
    }

    async fn write(&mut self, group: &mut [Box<dyn Change>]) -> Result<(), String> {
        let fail = |error| cause(&error);
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.options.connect().await.map_err(fail)?),
        };
        let _begun = connection.execute("BEGIN IMMEDIATE").await.map_err(fail)?;
        for change in group {
            let _begun = connection.execute("SAVEPOINT change").await.map_err(fail)?;
            if let Err(error) = change.make(connection).await {
                // A full disk ends the whole transaction: then there is nothing to go back to, and nothing is kept.
                let back = connection.execute("ROLLBACK TO change").await;
                let _back = back.map_err(|_| error)?;
            }
            let _ended = connection.execute("RELEASE change").await.map_err(fail)?;
        }
        let _kept = connection.execute("COMMIT").await.map_err(fail)?;
        Ok(())
    }
}

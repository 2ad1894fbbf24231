//! Open connections: bounded, and those that wait longest for a request make room.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The open connections of a server.
pub(super) struct Connections {
    limit: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    count: usize,
    /// Connections closed to make room, since the start.
    crowded_out: u64,
    next: u64,
    /// Those without a request: first those that never had one, then by since when they wait.
    waiting: BTreeMap<Wait, Arc<Notify>>,
}

/// Whether it has had a request, and its place among those that wait.
type Wait = (bool, u64);

/// One connection; ends with its task.
pub(super) struct Connection {
    connections: Arc<Connections>,
    close: Arc<Notify>,
    /// Its place among those that wait.
    waits_since: Mutex<Option<Wait>>,
}

/// Where a request comes from, and what keeps its connection from being taken for unused.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) address: IpAddr,
    pub(super) busy: Arc<Busy>,
}

/// As long as this lives its connection is in use.
pub(super) struct Busy {
    connection: Arc<Connection>,
}

impl Connections {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            open: Mutex::default(),
        })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Every change is complete in one step, so a panic elsewhere leaves nothing half done.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a connection. When there are too many, the one that has waited longest for its first request is told to
    /// close, or when all have had one, for the next; `None` when all have requests.
    pub(super) fn admit(self: &Arc<Self>) -> Option<Arc<Connection>> {
        {
            let mut open = self.open();
            if open.count >= self.limit {
                let (_, longest) = open.waiting.pop_first()?;
                longest.notify_one();
                open.crowded_out += 1;
            }
            open.count += 1;
        }
        let connection = Arc::new(Connection {
            connections: Arc::clone(self),
            close: Arc::default(),
            waits_since: Mutex::default(),
        });
        connection.wait(false);
        Some(connection)
    }

    /// How many are open, and how many were closed to make room.
    pub(super) fn figures(&self) -> (usize, u64) {
        let open = self.open();
        (open.count, open.crowded_out)
    }
}

impl Connection {
    /// Returns when it has to make room for another.
    pub(super) async fn crowded_out(&self) {
        self.close.notified().await;
    }

    /// A request has come.
    pub(super) fn begin(self: &Arc<Self>) -> Arc<Busy> {
        self.leave();
        Arc::new(Busy {
            connection: Arc::clone(self),
        })
    }

    fn wait(&self, has_served: bool) {
        let mut open = self.connections.open();
        let since = (has_served, open.next);
        open.next += 1;
        open.waiting.insert(since, Arc::clone(&self.close));
        *self.waits_since.lock().unwrap_or_else(PoisonError::into_inner) = Some(since);
    }

    fn leave(&self) {
        let mut open = self.connections.open();
        let since = self
            .waits_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(since) = since {
            let _gone = open.waiting.remove(&since);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.leave();
        self.connections.open().count -= 1;
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.connection.wait(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_that_wait_longest_make_room_and_those_in_use_do_not() {
        let connections = Connections::new(2);
        let first = connections.admit().unwrap();
        let second = connections.admit().unwrap();
        let busy = first.begin();
        let third = connections.admit().unwrap();
        second.crowded_out().await;
        drop(second);
        assert_eq!(connections.figures(), (2, 1));
        let also_busy = third.begin();
        assert!(connections.admit().is_none());
        drop(busy);
        let fourth = connections.admit().unwrap();
        first.crowded_out().await;
        drop((first, third, also_busy, fourth));
        assert_eq!(connections.figures(), (0, 2));
        assert!(connections.open().waiting.is_empty());
    }

    #[tokio::test]
    async fn those_that_have_asked_before_outlast_those_that_never_did() {
        let connections = Connections::new(2);
        let kept = connections.admit().unwrap();
        drop(kept.begin());
        let slow = connections.admit().unwrap();
        let _next = connections.admit().unwrap();
        slow.crowded_out().await;
        assert!(connections.open().waiting.len() == 2);
        drop(kept);
        assert_eq!(connections.open().waiting.len(), 1);
    }
}

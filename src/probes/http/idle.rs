use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Uri;
use serin_judge::analysis::plan::journey::HttpVersion;

use super::connection::Connection;
use super::http1::Http1;
use super::http2::Http2;

/// Kept connections of HTTP/1 at most; one more is closed.
const KEPT_MAX: usize = 1_024;
/// What nobody has used for that long is closed: it was for a burst, and most servers have closed it too.
const KEPT_FOR: Duration = Duration::from_secs(90);

/// Connections that nobody uses right now, and those of HTTP/2, which anybody may use.
#[derive(Default)]
pub(super) struct Idle {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// The one that was used last is taken first, so the front is the one that was not used for longest.
    http1: VecDeque<Box<Http1>>,
    http2: Vec<Http2>,
}

impl Idle {
    pub(super) fn take(&self, uri: &Uri, version: HttpVersion) -> Option<Connection> {
        let mut kept = self.kept();
        if version != HttpVersion::Http1 && !kept.http2.is_empty() {
            kept.http2.retain(|connection| !connection.is_closed());
            let shared = kept.http2.iter().find(|shared| shared.peer.is_of(uri));
            if let Some(shared) = shared {
                return Some(Connection::Http2(shared.clone()));
            }
        }
        if version == HttpVersion::Http2 {
            return None;
        }
        let place = kept
            .http1
            .iter()
            .rposition(|connection| connection.peer.is_of(uri))?;
        kept.http1.remove(place).map(Connection::Http1)
    }

    /// An exchange over it has succeeded, and another may follow.
    pub(super) fn give(&self, connection: Connection) {
        let mut kept = self.kept();
        match connection {
            Connection::Http1(connection) => {
                let now = connection.idle_since;
                while let Some(oldest) = kept.http1.front()
                    && now.saturating_duration_since(oldest.idle_since) > KEPT_FOR
                {
                    kept.http1.pop_front();
                }
                if kept.http1.len() < KEPT_MAX {
                    kept.http1.push_back(connection);
                }
            }
            Connection::Http2(mut connection) => {
                let is_known =
                    |shared: &Http2| shared.peer.origin == connection.peer.origin && !shared.is_closed();
                // Where many began at once each made one of its own. One of them stays, the others end with their exchange.
                if !connection.is_used && !kept.http2.iter().any(is_known) {
                    connection.is_used = true;
                    kept.http2.push(connection);
                }
            }
        }
    }

    /// No exchange shall begin over it any more. `true` when it was a shared one.
    pub(super) fn forget(&self, connection: &Connection) -> bool {
        let Connection::Http2(gone) = connection else {
            return false;
        };
        let is_other = |shared: &Http2| !Arc::ptr_eq(&shared.peer, &gone.peer);
        self.kept().http2.retain(is_other);
        true
    }

    pub(super) fn clear(&self) {
        let kept = std::mem::take(&mut *self.kept());
        // Closing takes system calls, which nobody should wait for.
        drop(kept);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

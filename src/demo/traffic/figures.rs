//! What became of the traffic.

use std::sync::atomic::{AtomicU64, Ordering};

/// What became of the traffic so far. `sent - ok - failed` requests wait for their answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrafficFigures {
    /// Requests sent.
    pub sent: u64,
    /// Answered with a code below 400.
    pub ok: u64,
    /// Answered with a code of 400 or above, or not at all.
    pub failed: u64,
    /// Never sent, because too many waited for an answer already.
    pub dropped: u64,
    /// Sent more than 10 ms after they were planned: the machine does not keep up.
    pub late: u64,
}

/// [`TrafficFigures`] while they grow.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) sent: Count,
    pub(super) ok: Count,
    pub(super) failed: Count,
    pub(super) dropped: Count,
    pub(super) late: Count,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Figures {
    /// The figures now. Answers are read before requests, so that there are never more of them.
    pub(super) fn read(&self) -> TrafficFigures {
        let (ok, failed) = (self.ok.get(), self.failed.get());
        TrafficFigures {
            ok,
            failed,
            sent: self.sent.get(),
            dropped: self.dropped.get(),
            late: self.late.get(),
        }
    }
}

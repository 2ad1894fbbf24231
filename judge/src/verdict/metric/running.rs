//! Measurements that are under way for long.

use crate::time::Timestamp;
use crate::verdict::{MetricState, Phase};

/// An asynchronous measurement under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verdict) struct Running {
    pub(in crate::verdict) since: Timestamp,
    /// When to look at one again that somebody else has begun; `None` while whoever drives the run does so.
    pub(in crate::verdict) resume_at: Option<Timestamp>,
}

impl MetricState {
    /// An asynchronous measurement has begun, or somebody looks again at one that others began.
    pub fn begin(&mut self, at: Timestamp) {
        let since = self.running.map_or(at, |running| running.since);
        self.running = Some(Running {
            since,
            resume_at: None,
        });
    }

    /// A measurement of it has begun, or it had ended before the run came here.
    pub(in crate::verdict) fn has_begun(&self) -> bool {
        !self.measurements.is_empty() || self.running.is_some() || self.phase.is_final()
    }

    /// Phases of the measurements that are kept, oldest first, and of one under way.
    pub fn phases(&self) -> impl Iterator<Item = Phase> {
        let running = self.running.map(|_| Phase::Running);
        self.measurements
            .iter()
            .map(|measurement| measurement.phase)
            .chain(running)
    }
}

//! Failures of guards that wait for a word on whether stable is well.
//!
//! A fault that hits both sides must not be blamed on the canary, and a guard looks at the canary alone. So its failure
//! counts only once a look says how stable was doing at that time.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::time::Timestamp;
use crate::verdict::{Look, MetricState, Side, StableState};

/// After a fault of both sides a guard goes on to see it for as long as its query looks back: `rate(x[5m])` is the
/// usual one. Failures in that time do not count unless the guard has succeeded since.
const LOOKS_BACK: Duration = Duration::from_secs(300);

/// Without stable requests a failure counts after this many windows in which everything could be read.
const WINDOWS_WITHOUT_STABLE: u32 = 3;

/// The failures that wait, and what is known of stable.
#[derive(Clone, Debug, Default)]
pub(super) struct Guards {
    held: Vec<Held>,
    /// The end of the newest look that brought requests of stable.
    stable_seen_at: Option<Timestamp>,
    /// The end of the newest look for which every comparison could be read.
    readable_at: Option<Timestamp>,
    /// When guards last failed with stable.
    suspended: BTreeMap<usize, Timestamp>,
    /// When guards last succeeded.
    succeeded: BTreeMap<usize, Timestamp>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    metric: usize,
    finished_at: Timestamp,
}

impl Guards {
    /// Keeps a failure back.
    pub(super) fn hold(&mut self, metric: usize, finished_at: Timestamp) {
        self.held.push(Held { metric, finished_at });
    }

    /// The guard has succeeded: what it says from then on is news.
    pub(super) fn succeeded(&mut self, metric: usize, finished_at: Timestamp) {
        let _earlier = self.succeeded.insert(metric, finished_at);
    }

    /// True when a failure waits.
    pub(super) fn is_waiting(&self) -> bool {
        !self.held.is_empty()
    }

    /// Takes notice of what a look knows of stable.
    pub(super) fn see(&mut self, look: &Look, all_readable: bool) {
        let stable = look.windows.iter().filter(|window| window.side == Side::Stable);
        let seen = stable
            .map(|window| &window.data)
            .any(|data| !data.is_empty() && data.is_valid());
        if seen {
            self.stable_seen_at = Some(look.at);
        }
        if all_readable {
            self.readable_at = Some(look.at);
        }
    }

    /// Counts or drops what can be told by now. A look has to end half a window after a failure, so that a fault of
    /// both sides has had time to show in stable's counts. While stable cannot be read nothing is told, and at the
    /// deadline (`at_last`) everything is.
    pub(super) fn release(
        &mut self,
        window: Duration,
        stable: StableState,
        at_last: bool,
        metrics: &mut [MetricState],
    ) {
        let known_until = self.stable_seen_at.map(|at| at - window / 2);
        let patience = window.saturating_mul(WINDOWS_WITHOUT_STABLE);
        let readable_at = self.readable_at;
        let (suspended, succeeded) = (&mut self.suspended, &self.succeeded);
        self.held.retain(|held| {
            let known = known_until.is_some_and(|until| until >= held.finished_at);
            let in_vain = readable_at.is_some_and(|at| at.since(held.finished_at) >= patience);
            if !known && !in_vain && !at_last {
                return true;
            }
            let state = &mut metrics[held.metric];
            let lingers = suspended.get(&held.metric).is_some_and(|last| {
                let since = |at: &Timestamp| last < at && *at <= held.finished_at;
                held.finished_at.since(*last) < LOOKS_BACK && !succeeded.get(&held.metric).is_some_and(since)
            });
            match stable {
                StableState::Unhealthy => {
                    let _earlier = suspended.insert(held.metric, held.finished_at);
                    state.discount_failure(held.finished_at, "does not count: stable is unhealthy too");
                }
                // Two or three windows more tell, and a guard that has reason to fails again.
                StableState::InDoubt => state.discount_failure(
                    held.finished_at,
                    "does not count: stable fails too, with too few requests to rule out a fault of both",
                ),
                StableState::Well if lingers => state.discount_failure(
                    held.finished_at,
                    "does not count: stable was unhealthy too, until just now",
                ),
                StableState::Well => state.count_failure(),
            }
            false
        });
    }
}

//! Failures of guards that wait for a word on whether stable is well.
//!
//! A fault that hits both sides must not be blamed on the canary, and a guard looks at the canary alone. So its failure
//! counts only once a look says how stable was doing at that time.

use std::time::Duration;

use crate::time::Timestamp;
use crate::verdict::{Look, MetricState, Side};

/// After a fault of both sides a guard goes on to see it for as long as its query looks back: `rate(x[5m])` is the
/// usual one. Failures in that time do not count unless the guard has succeeded since.
const LOOKS_BACK: Duration = Duration::from_secs(300);

/// Without stable requests a failure counts after this many windows in which everything could be read.
const WINDOWS_WITHOUT_STABLE: u32 = 3;

const DISCOUNTED: &str = "does not count: stable is unhealthy too";

/// The failures that wait, and what is known of stable.
#[derive(Clone, Debug, Default)]
pub(super) struct Guards {
    held: Vec<Held>,
    /// The end of the newest look that brought requests of stable.
    stable_seen_at: Option<Timestamp>,
    /// The end of the newest look for which every comparison could be read.
    readable_at: Option<Timestamp>,
    /// Guards that have failed with stable and not succeeded since, and when they last did.
    suspended: Vec<(usize, Timestamp)>,
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

    /// The guard has succeeded: what it says next is news.
    pub(super) fn succeeded(&mut self, metric: usize) {
        self.suspended.retain(|(suspended, _)| *suspended != metric);
    }

    /// True when a failure waits.
    pub(super) fn is_waiting(&self) -> bool {
        !self.held.is_empty()
    }

    /// Takes notice of what a look knows of stable.
    pub(super) fn see(&mut self, look: &Look, all_readable: bool) {
        let stable = look.windows.iter().filter(|window| window.side == Side::Stable);
        let seen = stable
            .map(|window| window.counts)
            .any(|counts| counts.total > 0 && counts.bad <= counts.total);
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
        stable_unhealthy: bool,
        at_last: bool,
        metrics: &mut [MetricState],
    ) {
        let known_until = self.stable_seen_at.map(|at| at - window / 2);
        let patience = window.saturating_mul(WINDOWS_WITHOUT_STABLE);
        let readable_at = self.readable_at;
        let suspended = &mut self.suspended;
        self.held.retain(|held| {
            let known = known_until.is_some_and(|until| until >= held.finished_at);
            let in_vain = readable_at.is_some_and(|at| at.since(held.finished_at) >= patience);
            if !known && !in_vain && !at_last {
                return true;
            }
            let state = &mut metrics[held.metric];
            let lingers = suspended
                .iter()
                .any(|(metric, at)| *metric == held.metric && held.finished_at.since(*at) < LOOKS_BACK);
            if stable_unhealthy {
                suspended.retain(|(metric, _)| *metric != held.metric);
                suspended.push((held.metric, held.finished_at));
                state.discount_failure(held.finished_at, DISCOUNTED);
            } else if lingers {
                state.discount_failure(
                    held.finished_at,
                    "does not count: stable was unhealthy too, until just now",
                );
            } else {
                state.count_failure();
            }
            false
        });
    }
}

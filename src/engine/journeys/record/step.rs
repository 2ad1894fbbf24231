use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::plan::journey::{FailureClass, RequestPhase};
use serin_judge::journey::{Hop, StepOutcome, StepResult};
use serin_judge::verdict::{Counts, Latencies};

use super::judged::judged;
use super::{Digits, Durations};

/// Names of `Server-Timing` that are kept for a step; a server may invent any number.
const SERVER_NAMES_MAX: usize = 16;

/// The parts of a request, in their order.
pub const PHASES: [RequestPhase; 6] = [
    RequestPhase::Dns,
    RequestPhase::Connect,
    RequestPhase::Tls,
    RequestPhase::Send,
    RequestPhase::FirstByte,
    RequestPhase::Body,
];

/// From where a duration is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// From when the run was planned to start: what a user would have waited. For a step that is how late the run began,
    /// and the time of its own requests; so a server that stands still is slow for all who come meanwhile, not only for
    /// the one that was there. What earlier steps took is not part of it.
    Planned,
    /// From when its first request began: the server's share alone.
    Begun,
}

/// The same things, timed by both clocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    /// [`Since::Planned`].
    pub response: Durations,
    /// [`Since::Begun`].
    pub service: Durations,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            response: Durations::new(Digits::Three),
            service: Durations::new(Digits::Three),
        }
    }
}

impl Times {
    /// Of one of the clocks.
    #[must_use]
    pub fn since(&self, since: Since) -> &Durations {
        match since {
            Since::Planned => &self.response,
            Since::Begun => &self.service,
        }
    }

    pub(super) fn record(&mut self, lateness: Duration, service: Duration) {
        self.response.record(lateness + service);
        self.service.record(service);
    }

    /// Adds another's.
    pub fn merge(&mut self, other: &Self) {
        self.response.merge(&other.response);
        self.service.merge(&other.service);
    }
}

/// What one step of one arm did in a window.
#[derive(Clone, Debug, PartialEq)]
pub struct StepWindow {
    /// Requests that were made for it, repeats and attempts included, redirects not.
    pub requests: u64,
    /// Times that everything held.
    pub passed: u64,
    /// Times that only soft assertions did not hold.
    pub degraded: u64,
    /// Times that it was left out: its condition did not hold, or a step before it had failed.
    pub skipped: u64,
    /// Times that it failed, by kind; those that timed out are here too.
    pub failures: BTreeMap<FailureClass, u64>,
    /// What passed (degraded included), all of it over connections that had been used before.
    pub warm: Times,
    /// What passed and made a connection for it.
    pub cold: Times,
    /// What failed without a timeout, from when its first request began. How fast a failure is says nothing about how fast
    /// the service is, and a timeout is no duration but a lower bound of one.
    pub failed: Durations,
    /// Parts of requests that were answered, each hop by itself; those of `cold` and `warm` together.
    pub phases: [Durations; PHASES.len()],
    /// What the server told in `Server-Timing`, by name.
    pub server: BTreeMap<Arc<str>, Durations>,
}

impl Default for StepWindow {
    fn default() -> Self {
        Self {
            requests: 0,
            passed: 0,
            degraded: 0,
            skipped: 0,
            failures: BTreeMap::new(),
            warm: Times::default(),
            cold: Times::default(),
            failed: Durations::new(Digits::Three),
            phases: [const { Durations::new(Digits::Two) }; PHASES.len()],
            server: BTreeMap::new(),
        }
    }
}

impl StepWindow {
    pub(super) fn record(&mut self, step: &StepResult, lateness: Duration) {
        self.requests += u64::from(step.attempts);
        match step.outcome {
            StepOutcome::Passed => self.passed += 1,
            StepOutcome::Degraded => self.degraded += 1,
            StepOutcome::Skipped => {
                self.skipped += 1;
                return;
            }
            StepOutcome::Failed(class) => {
                *self.failures.entry(class).or_default() += 1;
                if !class.is_timeout() {
                    self.failed.record(step.service);
                }
                return;
            }
        }
        let is_cold = step.hops.iter().any(|hop| !hop.reused);
        let times = if is_cold { &mut self.cold } else { &mut self.warm };
        times.record(lateness, step.service);
        for hop in &step.hops {
            self.record_parts(hop);
        }
    }

    fn record_parts(&mut self, hop: &Hop) {
        let parts = &hop.phases;
        let taken = [
            parts.dns,
            parts.connect,
            parts.tls,
            parts.send,
            parts.first_byte,
            parts.body,
        ];
        for (durations, taken) in self.phases.iter_mut().zip(taken) {
            if let Some(taken) = taken {
                durations.record(taken);
            }
        }
        for (name, taken) in &hop.server {
            if let Some(durations) = self.server.get_mut(name) {
                durations.record(*taken);
            } else if self.server.len() < SERVER_NAMES_MAX {
                let mut durations = Durations::new(Digits::Two);
                durations.record(*taken);
                self.server.insert(Arc::clone(name), durations);
            }
        }
    }

    /// Times that it failed.
    #[must_use]
    pub fn failed_count(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Times that its time was over: at least as slow as any limit.
    #[must_use]
    pub fn timeouts(&self) -> u64 {
        self.count(FailureClass::is_timeout)
    }

    fn count(&self, is_meant: impl Fn(FailureClass) -> bool) -> u64 {
        let meant = self.failures.iter().filter(|(class, _)| is_meant(**class));
        meant.map(|(_, count)| count).sum()
    }

    /// What passed, over whatever connections.
    #[must_use]
    pub fn durations(&self, since: Since) -> Durations {
        let mut all = self.warm.since(since).clone();
        all.merge(self.cold.since(since));
        all
    }

    /// Times that it was tried, and those that failed, for judging. What failed by the prober's own fault, or because the
    /// run was stopped, says nothing about who was asked.
    #[must_use]
    pub fn errors(&self) -> Counts {
        let bad = self.count(is_of_who_was_asked);
        Counts {
            total: self.passed + self.degraded + bad,
            bad,
        }
    }

    /// How long it took, for judging: what passed, and beside it those that timed out.
    #[must_use]
    pub fn latencies(&self, since: Since) -> Latencies {
        Latencies {
            histogram: judged(&self.durations(since)),
            timeouts: self.timeouts(),
        }
    }

    /// Adds another's.
    pub fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.passed += other.passed;
        self.degraded += other.degraded;
        self.skipped += other.skipped;
        for (class, count) in &other.failures {
            *self.failures.entry(*class).or_default() += count;
        }
        self.warm.merge(&other.warm);
        self.cold.merge(&other.cold);
        self.failed.merge(&other.failed);
        for (all, more) in self.phases.iter_mut().zip(&other.phases) {
            all.merge(more);
        }
        for (name, more) in &other.server {
            if let Some(durations) = self.server.get_mut(name) {
                durations.merge(more);
            } else if self.server.len() < SERVER_NAMES_MAX {
                self.server.insert(Arc::clone(name), more.clone());
            }
        }
    }
}

/// The failure tells something about who was asked.
pub(super) fn is_of_who_was_asked(class: FailureClass) -> bool {
    !matches!(
        class,
        FailureClass::Cancelled | FailureClass::ProberUnhealthy | FailureClass::SkippedDependency
    )
}
